"""Whether a certificate may be used to sign now: asked before any PIN, so that nobody types one for nothing.

It says why not, one reason at a time, the gravest first. Trust is not judged here (``signing.verify``): one's own
certificate is known.
"""

from collections.abc import Iterable
from datetime import datetime

from certs.certificate import Certificate
from certs.errors import CertificateNotFit, KeyUnavailable, RevocationUnknown
from certs.keys.algorithms import algorithm_of
from certs.revocation import HOLD, Evidence, Revoked, status_in


def require_fit(
    certificate: Certificate,
    chain: Iterable[Certificate],
    *,
    at: datetime,
    evidence: Evidence | None = None,
    need_revocation: bool = False,
) -> None:
    """Raise ``CertificateNotFit`` with the reason; ``need_revocation`` refuses too where no proof is at hand."""
    try:
        algorithm_of(certificate.parsed.public_key())
    except KeyUnavailable as error:
        raise CertificateNotFit(error.code, **error.parameters) from error
    if not certificate.may_sign_documents:
        raise CertificateNotFit("certificate_of_wrong_purpose", signer=certificate.common_name)
    if at < certificate.not_before:
        raise CertificateNotFit("certificate_not_yet_valid", valid_from=certificate.not_before.isoformat())
    if at > certificate.not_after:
        raise CertificateNotFit("certificate_expired", expired=certificate.not_after.isoformat())
    try:
        revoked = _revoked(certificate, chain, evidence or Evidence())
    except RevocationUnknown as error:
        if need_revocation:
            raise CertificateNotFit(error.code, **error.parameters) from error
        return
    if revoked is not None and revoked.reason == HOLD:
        raise CertificateNotFit("certificate_suspended", suspended=revoked.at.isoformat())
    if revoked is not None:
        raise CertificateNotFit("certificate_revoked", revoked=revoked.at.isoformat(), reason=revoked.reason)


def _revoked(certificate: Certificate, chain: Iterable[Certificate], evidence: Evidence) -> Revoked | None:
    known = [*chain, *(Certificate(der) for der in evidence.certificates)]
    issuer = next((one for one in known if one.parsed.subject == certificate.parsed.issuer), None)
    if issuer is None:
        raise RevocationUnknown("revocation_unknown", serial=certificate.serial)
    return status_in(evidence, certificate, issuer)
