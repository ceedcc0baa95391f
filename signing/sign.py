"""One signature on a PDF with a key at hand, at one of the PAdES baseline levels (ETSI EN 319 142-1).

What may be signed and how it is laid out is `signing.ready`'s. A timestamp is an authority's or there is none. What is
embedded for the long term is what the caller gives: nothing is ever fetched here.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol, Required, TypedDict, Unpack

from certs.certificate import Certificate
from certs.keys.protocol import Digest, SigningKey
from certs.revocation import Evidence
from signing.cms import attributes_of, signed_data
from signing.document import our_errors
from signing.fields import FieldPlace
from signing.growth import Growth
from signing.ready import NOTHING_SAID, Ready, Statement, Timestamper, ready
from signing.stamping import stamp_document
from signing.values import Level, Report, Role


class Signed(Protocol):
    """Whose signature it is."""

    @property
    def certificate(self) -> Certificate: ...
    @property
    def chain(self) -> tuple[Certificate, ...]: ...


class How(TypedDict, total=False):
    """One signature, as its caller decides; ``at`` is the declared time."""

    role: Required[Role]
    level: Required[Level]
    at: Required[datetime]
    mark_pdf: bytes | None
    timestamper: Timestamper | None
    evidence: Evidence | None
    statement: Statement
    places: Mapping[str, FieldPlace]


def sign(pdf: bytes, key: SigningKey, *, verify: Callable[[bytes], Report] | None = None, **how: Unpack[How]) -> bytes:
    """Return ``pdf`` with one signature appended; ``verify`` is needed for the seal only.

    Raises ``CertificateNotAccepted``, ``DocumentNotSignable``, ``AlreadySealed``, ``TimestampUnavailable`` or
    ``KeyUnavailable``; then nothing was signed.
    """
    growth = Growth(pdf)
    sign_onto(growth, key, verify=None if verify is None else partial(verify, pdf), **how)
    return growth.whole()


def sign_onto(
    growth: Growth, key: SigningKey, *, verify: Callable[[], Report] | None = None, **how: Unpack[How]
) -> None:
    """Do the same to a file of any size: the signature is in ``growth.added``. Raises as ``sign`` does."""
    timestamper = how.get("timestamper")
    with our_errors():
        laid_out = ready(
            growth,
            key.certificate,
            key.chain,
            role=how["role"],
            level=how["level"],
            at=how["at"],
            mark_pdf=how.get("mark_pdf"),
            has_timestamper=timestamper is not None,
            evidence=how.get("evidence"),
            verify=verify,
            statement=how.get("statement", NOTHING_SAID),
            places=how.get("places", {}),
        )
        attributes = attributes_of(key.certificate, laid_out.document_digest)
        complete(laid_out, key, attributes, key.sign(attributes, Digest.SHA256), how["level"], timestamper)


def complete(  # noqa: PLR0917 - what a signature is made of
    laid_out: Ready,
    holder: Signed,
    attributes: bytes,
    signature: bytes,
    level: Level,
    timestamper: Timestamper | None,
) -> None:
    """Put the signature in its place: with its own timestamp and the document's, as the level wants."""
    stamper = None if level is Level.B_B else timestamper
    token = None if stamper is None else stamper.stamp(hashlib.sha256(signature).digest(), Digest.SHA256).der
    laid_out.fill(signed_data(holder.certificate, holder.chain, attributes, signature, token))
    if level is Level.B_LTA and stamper is not None:
        stamp_document(laid_out.growth, stamper, Digest.SHA256)
