"""From a certificate up to its root, through certificates at hand; nothing is fetched, and nobody is trusted here."""

from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidSignature

from certs.certificate import Certificate
from certs.errors import CertificateInvalid, RevocationUnknown
from certs.revocation import Evidence, status_in

LONGEST = 10  # certificates


def issued(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the issuer is an authority, and its name and key are those that signed the certificate."""
    if not issuer.is_authority:
        return False
    try:
        certificate.parsed.verify_directly_issued_by(issuer.parsed)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def chain_of(certificate: Certificate, known: Iterable[Certificate]) -> tuple[Certificate, ...]:
    """Return the certificate, its issuer and so on to the root; raises ``CertificateInvalid`` where one is missing.

    Of several issuers with the same key, the one that stays valid longest is taken.
    """
    by_end = sorted(known, key=lambda one: one.not_after, reverse=True)
    chain = [certificate]
    while not chain[-1].is_self_signed:
        above = next((one for one in by_end if one not in chain and issued(chain[-1], one)), None)
        if above is None or len(chain) == LONGEST:
            raise CertificateInvalid("issuer_missing", issuer=chain[-1].issuer_name)
        chain.append(above)
    return tuple(chain)


def leads_to(certificate: Certificate, beside: Iterable[Certificate], trusted: Sequence[Certificate]) -> bool:
    """Whether the certificate is a trusted one, or was issued by one, through authorities that came beside it."""
    current, beside = certificate, tuple(beside)
    for _ in range(LONGEST):
        if any(current.der == one.der or issued(current, one) for one in trusted):
            return True
        above = next((one for one in beside if one.der != current.der and issued(current, one)), None)
        if above is None:
            return False
        current = above
    return False


def proves(evidence: Evidence, chain: Sequence[Certificate]) -> bool:
    """Whether the evidence says of every certificate of the chain but its root how it stands."""
    try:
        for number in range(len(chain) - 1):
            status_in(evidence, chain[number], chain[number + 1])
    except RevocationUnknown:
        return False
    return True
