"""One signature on a PDF with a key at hand, at one of the PAdES baseline levels (ETSI EN 319 142-1).

What may be signed and how it is laid out is `signing.ready`'s. A timestamp is an authority's or there is none. What is
embedded for the long term is what the caller gives: nothing is ever fetched here.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Protocol

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfTimeStamper

from certs.certificate import Certificate
from certs.keys.protocol import Digest, SigningKey
from certs.revocation import Evidence
from signing.cms import attributes_of, signed_data
from signing.document import our_errors
from signing.ready import NOTHING_SAID, TOKEN_BYTES, Ready, Statement, Timestamper, ready
from signing.signer import Stamper, finished
from signing.values import Level, Report, Role


class Signed(Protocol):
    """Whose signature it is."""

    @property
    def certificate(self) -> Certificate: ...
    @property
    def chain(self) -> tuple[Certificate, ...]: ...


def sign(  # noqa: PLR0913 - keywords, each a decision of the caller's
    pdf: bytes,
    key: SigningKey,
    *,
    role: Role,
    level: Level,
    at: datetime,
    mark_pdf: bytes | None = None,
    timestamper: Timestamper | None = None,
    evidence: Evidence | None = None,
    verify: Callable[[bytes], Report] | None = None,
    statement: Statement = NOTHING_SAID,
) -> bytes:
    """Return ``pdf`` with one signature appended; ``at`` is the declared time, ``verify`` is needed for the seal only.

    Raises ``CertificateNotAccepted``, ``DocumentNotSignable``, ``AlreadySealed``, ``TimestampUnavailable`` or
    ``KeyUnavailable``; then nothing was signed.
    """
    with our_errors():
        laid_out = ready(
            pdf,
            key.certificate,
            key.chain,
            role=role,
            level=level,
            at=at,
            mark_pdf=mark_pdf,
            has_timestamper=timestamper is not None,
            evidence=evidence,
            verify=verify,
            statement=statement,
        )
        attributes = attributes_of(key.certificate, laid_out.document_digest)
        return completed(laid_out, key, attributes, key.sign(attributes, Digest.SHA256), level, timestamper)


def completed(  # noqa: PLR0917 - what a signature is made of
    laid_out: Ready,
    holder: Signed,
    attributes: bytes,
    signature: bytes,
    level: Level,
    timestamper: Timestamper | None,
) -> bytes:
    """Return the signed PDF: with the signature's timestamp and the document's, as the level wants."""
    stamp = None if level is Level.B_B or timestamper is None else timestamper.stamp
    token = None if stamp is None else stamp(hashlib.sha256(signature).digest(), Digest.SHA256).der
    pdf = laid_out.filled(signed_data(holder.certificate, holder.chain, attributes, signature, token))
    return _with_document_timestamp(pdf, Stamper(stamp)) if level is Level.B_LTA and stamp is not None else pdf


def _with_document_timestamp(pdf: bytes, stamper: Stamper) -> bytes:
    stream = BytesIO(pdf)
    maker = PdfTimeStamper(stamper, field_name=f"Timestamp-{secrets.token_hex(8)}")
    finished(
        maker.async_timestamp_pdf(
            IncrementalPdfFileWriter(stream, strict=False),
            Digest.SHA256.value,
            bytes_reserved=2 * TOKEN_BYTES,
            in_place=True,
        )
    )
    return stream.getvalue()
