"""Whose signatures and whose timestamps a PDF carries, and until when the newest timestamp protects it.

Reads files by any tool. What it says is proved by `signing.verify`; here it is only asked what must be added.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation

from certs.certificate import Certificate
from signing.document import opened_for_update
from signing.growth import Growth
from signing.verify.algorithms import allowed_until
from signing.verify.mathematics import tokens_of
from signing.verify.proofs import embedded_proofs


@dataclass(frozen=True)
class Stamp:
    """One timestamp: whose it is, and until when its certificate and its algorithms protect what it covers."""

    certificate: Certificate
    until: datetime


@dataclass(frozen=True)
class Carried:
    """``signers`` by their field; ``tokens`` are inside of signatures, ``stamps`` over the document, oldest first."""

    signers: dict[str, Certificate]
    tokens: tuple[Stamp, ...]
    stamps: tuple[Stamp, ...]
    certificates: tuple[Certificate, ...]  # all that came with the file

    @property
    def protected_until(self) -> datetime | None:
        """When the newest protection ends: the last document timestamp's, else the first of the tokens'."""
        if self.stamps:
            return self.stamps[-1].until
        return min((one.until for one in self.tokens), default=None)


def carried(growth: Growth) -> Carried:
    """Return what the file carries; raises ``DocumentNotSignable`` where it cannot be added to."""
    reader = opened_for_update(growth.stream).prev
    signatures = sorted(reader.embedded_signatures, key=lambda one: one.signed_revision)
    signers: dict[str, Certificate] = {}
    tokens: list[Stamp] = []
    stamps: list[Stamp] = []
    beside = [one.dump() for one in embedded_proofs(reader, signatures).certificates]
    for signature in signatures:
        found, others = _stamp(signature.signed_data)
        beside += [one.dump() for one in others]
        if signature.sig_object.get("/Type") == "/DocTimeStamp":
            stamps.append(found)
            continue
        signers[str(signature.field_name)] = found.certificate
        for token in tokens_of(signature.signer_info):
            found, others = _stamp(token["content"])
            tokens.append(found)
            beside += [one.dump() for one in others]
    return Carried(signers, tuple(tokens), tuple(stamps), _once(beside))


def _stamp(content: cms.SignedData) -> tuple[Stamp, list[asn1_x509.Certificate]]:
    certificates = extract_certs_for_validation(content)
    own = certificates.signer_cert
    certificate = Certificate(own.dump())
    until = allowed_until(extract_signer_info(content), own.public_key)
    stamp = Stamp(certificate, min(until, certificate.not_after))
    return stamp, [own, *certificates.other_certs]


def _once(certificates: Iterable[bytes]) -> tuple[Certificate, ...]:
    return tuple(Certificate(der) for der in dict.fromkeys(certificates))
