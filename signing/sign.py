"""Official, then seal: one signature on a PDF, at one of the PAdES baseline levels (ETSI EN 319 142-1).

The certificate is judged before the key is used. The seal refuses a file that no trusted official has signed, and
nothing signs after the final lock. A timestamp is an authority's or there is none. What is embedded for the long term
is what the caller gives: nothing is ever fetched here, and it is written in the same update as the signature, so that
the signature covers it too. Earlier bytes are never touched.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from io import BytesIO
from typing import Protocol

from asn1crypto import crl as asn1_crl  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import ocsp as asn1_ocsp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.dss import DocumentSecurityStore

from certs.fitness import require_fit
from certs.keys.protocol import Digest, SigningKey
from certs.revocation import Evidence
from certs.timestamps import Token
from signing.document import opened_for_update, our_errors
from signing.errors import AlreadySealed, DocumentNotSignable, TimestampUnavailable
from signing.fields import FIELD_OF, LOCK_OF, add_field, fields_needed
from signing.mark import stamp_style
from signing.signer import KeySigner, Stamper, finished, parsed
from signing.values import Changes, Level, Report, Revocation, Role

VIETNAM = timezone(timedelta(hours=7))
# The room is reckoned, so that no trial signature is made to find the size (signing.md B4).
ROOM_BYTES = 4096  # for all but certificates and token
TOKEN_BYTES = 12288  # with a chain of RSA-4096 certificates


class Timestamper(Protocol):
    """Gives checked tokens; ``certs.timestamps.TimestampClient`` is one."""

    def stamp(self, digest: bytes, algorithm: Digest = Digest.SHA256) -> Token: ...


@dataclass(frozen=True)
class Statement:
    """What the signer says beside the signature; all of it optional."""

    reason: str | None = None
    location: str | None = None


def sign(  # ruff: ignore[too-many-arguments] - keywords, each a decision of the caller's
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
    statement: Statement = Statement(),
) -> bytes:
    """Return ``pdf`` with one signature appended; ``at`` is the declared time, ``verify`` is needed for the seal only.

    Raises ``CertificateNotAccepted``, ``DocumentNotSignable``, ``AlreadySealed``, ``TimestampUnavailable`` or
    ``KeyUnavailable``; then nothing was signed.
    """
    with our_errors():
        need_revocation = level in {Level.B_LT, Level.B_LTA}
        require_fit(key.certificate, key.chain, at=at, evidence=evidence, need_revocation=need_revocation)
        if level is not Level.B_B and timestamper is None:
            raise TimestampUnavailable("no_authority_configured")
        stream = BytesIO(pdf)
        writer = opened_for_update(stream)
        _check_order(writer, pdf, role, verify)
        _ensure_field(writer, role)
        if evidence is not None and level in {Level.B_LT, Level.B_LTA}:
            _embed(writer, key, evidence)
        stamper = None if timestamper is None or level is Level.B_B else Stamper(timestamper.stamp)
        metadata = PdfSignatureMetadata(
            field_name=FIELD_OF[role],
            md_algorithm=Digest.SHA256.value,
            subfilter=SigSeedSubFilter.PADES,
            name=key.certificate.common_name or None,
            reason=statement.reason,
            location=statement.location,
            docmdp_permissions=LOCK_OF[role][1]
            if role in LOCK_OF
            else MDPPerm.FILL_FORMS,  # said aloud, or pyHanko warns
        )
        style = stamp_style(mark_pdf) if mark_pdf is not None else None
        signer = PdfSigner(metadata, KeySigner(key), timestamper=stamper, stamp_style=style)
        _append_signature(signer, writer, at, _room(key, has_token=stamper is not None))
        if level is Level.B_LTA and stamper is not None:
            _append_document_timestamp(stream, stamper)
    return stream.getvalue()


def _check_order(
    writer: IncrementalPdfFileWriter, pdf: bytes, role: Role, verify: Callable[[bytes], Report] | None
) -> None:
    """Nothing after the final lock; the seal only after a trusted official (Decree 30/2020, article 32)."""
    earlier = writer.prev.embedded_regular_signatures
    for signature in earlier:
        if signature.docmdp_level is MDPPerm.NO_CHANGES:
            raise AlreadySealed("locked", field=signature.field_name)
    if FIELD_OF[role] in {signature.field_name for signature in earlier}:
        raise DocumentNotSignable("field_already_signed", field=FIELD_OF[role])
    if role is not Role.SEAL:
        return
    if verify is None:
        raise DocumentNotSignable("seal_needs_verification")
    report = verify(pdf)
    if not any(
        one.role is Role.OFFICIAL
        and one.intact
        and one.covers_whole_revision
        and one.trusted
        and one.changes_after in {Changes.NONE, Changes.ALLOWED}
        and one.revocation is not Revocation.REVOKED
        for one in report.signatures
    ):
        raise DocumentNotSignable("not_signed_by_official")


def _ensure_field(writer: IncrementalPdfFileWriter, role: Role) -> None:
    taken = [name for name, _, _ in enumerate_sig_fields(writer.prev)]
    is_signed = bool(writer.prev.embedded_signatures)
    for missing in fields_needed(role, taken, is_signed=is_signed):
        add_field(writer, missing, None)


def _embed(writer: IncrementalPdfFileWriter, key: SigningKey, evidence: Evidence) -> None:
    certificates = dict.fromkeys(
        [
            key.certificate.der,
            *(one.der for one in key.chain),
            *evidence.certificates,
        ]
    )
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[parsed(der) for der in certificates],
        crls=[asn1_crl.CertificateList.load(der) for der in evidence.crls],
        ocsps=[asn1_ocsp.OCSPResponse.load(der) for der in evidence.ocsps],
    )


def _room(key: SigningKey, *, has_token: bool) -> int:
    """Return how many hex digits to keep free for the signature."""
    certificates = sum(len(one.der) for one in (key.certificate, *key.chain))
    return 2 * (ROOM_BYTES + certificates + (TOKEN_BYTES if has_token else 0))


def _append_signature(signer: PdfSigner, writer: IncrementalPdfFileWriter, at: datetime, hex_digits: int) -> None:
    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = at.astimezone(VIETNAM)
    ready = session.prepare_tbs_document(validation_info=None, bytes_reserved=hex_digits)
    digest, output = ready.digest_tbs_document(in_place=True)
    attributes = PdfCMSSignedAttributes(signing_time=session.system_time)
    made = finished(ready.perform_signature(digest.document_digest, attributes))
    finished(made.post_signature_processing(output))


def _append_document_timestamp(stream: BytesIO, stamper: Stamper) -> None:
    stream.seek(0)
    maker = PdfTimeStamper(stamper, field_name=f"Timestamp-{secrets.token_hex(8)}")
    finished(
        maker.async_timestamp_pdf(
            IncrementalPdfFileWriter(stream, strict=False),
            Digest.SHA256.value,
            bytes_reserved=2 * TOKEN_BYTES,
            in_place=True,
        )
    )
