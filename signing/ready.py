"""A PDF laid out for one signature, before any key: who may sign what in which order, and what is signed.

The certificate is judged first. The seal refuses a file that no trusted official has signed, and nothing signs after
the final lock. What is embedded for the long term is written in the same update as the signature, so that the
signature covers it too. Earlier bytes are never touched.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import SEEK_END
from typing import Protocol

from asn1crypto import crl as asn1_crl  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import ocsp as asn1_ocsp
from pyhanko.pdf_utils.generic import PdfObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers.pdf_byterange import PdfByteRangeDigest, PreparedByteRangeDigest
from pyhanko.sign.validation.dss import DocumentSecurityStore

from certs.certificate import Certificate
from certs.fitness import require_fit
from certs.keys.protocol import Digest
from certs.revocation import Evidence
from certs.timestamps import Token
from signing.document import opened_for_update
from signing.errors import AlreadySealed, DocumentNotSignable, TimestampUnavailable
from signing.fields import FIELD_OF, LOCK_OF, FieldPlace, add_field, fields_needed
from signing.growth import Growth
from signing.mark import stamp_style
from signing.signer import Holder, parsed
from signing.values import VIETNAM, Changes, Level, Report, Revocation, Role

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


NOTHING_SAID = Statement()


@dataclass(frozen=True)
class Ready:
    """A PDF with an empty place for its signature: ``start`` and ``end`` are the bytes that the signature leaves out.

    Such a file must never leave the house: readers refuse the whole of it (signing.md B6).
    """

    growth: Growth
    document_digest: bytes
    start: int
    end: int

    @classmethod
    def of(cls, pdf: bytes, document_digest: bytes, start: int, end: int) -> "Ready":
        """Return what was laid out before, from its bytes."""
        return cls(Growth(pdf[:start], pdf[start:]), document_digest, start, end)

    @property
    def pdf(self) -> bytes:
        return self.growth.whole()

    def fill(self, cms: bytes) -> None:
        """Put the signature in its place."""
        PreparedByteRangeDigest(self.document_digest, self.start, self.end).fill_with_cms(self.growth.stream, cms)


def ready(  # noqa: PLR0913 - keywords, each a decision of the caller's
    growth: Growth,
    certificate: Certificate,
    chain: Sequence[Certificate],
    *,
    role: Role,
    level: Level,
    at: datetime,
    mark_pdf: bytes | None,
    has_timestamper: bool,
    evidence: Evidence | None,
    verify: Callable[[], Report] | None,
    statement: Statement,
    places: Mapping[str, FieldPlace],
) -> Ready:
    """Lay the PDF out for the signature, or raise: the reasons are those of ``signing.sign.sign``.

    ``verify`` judges the PDF as it is now; it is asked for the seal only. ``places`` are those of fields that are not
    there yet, by name; without one a field is invisible.
    """
    need_revocation = level in {Level.B_LT, Level.B_LTA}
    require_fit(certificate, chain, at=at, evidence=evidence, need_revocation=need_revocation)
    if level is not Level.B_B and not has_timestamper:
        raise TimestampUnavailable("no_authority_configured")
    writer = opened_for_update(growth.stream)
    flags = signed_flags(writer)
    _check_order(writer, role, verify)
    _ensure_field(writer, role, places)
    if evidence is not None and need_revocation:
        embed(writer, [certificate, *chain], evidence)
    metadata = PdfSignatureMetadata(
        field_name=FIELD_OF[role],
        md_algorithm=Digest.SHA256.value,
        subfilter=SigSeedSubFilter.PADES,
        name=certificate.common_name or None,
        reason=statement.reason,
        location=statement.location,
        docmdp_permissions=LOCK_OF[role][1] if role in LOCK_OF else MDPPerm.FILL_FORMS,  # said, or pyHanko warns
    )
    style = stamp_style(mark_pdf) if mark_pdf is not None else None
    session = PdfSigner(metadata, Holder(certificate), stamp_style=style).init_signing_session(
        writer, existing_fields_only=True
    )
    session.system_time = at.astimezone(VIETNAM)
    room = _room([certificate, *chain], has_token=level is not Level.B_B)
    session.prepare_tbs_document(validation_info=None, bytes_reserved=room)
    return Ready(growth, *laid_out(growth, writer, session.sig_field["/V"], Digest.SHA256, flags))


def signed_flags(writer: IncrementalPdfFileWriter) -> PdfObject | None:
    """Return the form's flags of a file that carries signatures, None of others.

    Some tools leave "append only" out; to set it afterwards would be a change to what was signed.
    """
    if not writer.prev.embedded_signatures:
        return None
    found: PdfObject | None = writer.prev.root["/AcroForm"].get("/SigFlags")
    return found


def laid_out(
    growth: Growth,
    writer: IncrementalPdfFileWriter,
    place: PdfByteRangeDigest,
    digest: Digest,
    flags: PdfObject | None,
) -> tuple[bytes, int, int]:
    """Append the update with an empty place for CMS; return the digest of all but that place, its start and end.

    ``flags`` are what ``signed_flags`` gave before anything was added. The rest is what pyHanko's
    ``PdfByteRangeDigest.fill`` does, but for the digest: of a large file it is most of the time.
    """
    if flags is not None:
        writer.root["/AcroForm"]["/SigFlags"] = flags
    writer.digest_aware_write = True
    writer.write_in_place()  # type: ignore[no-untyped-call]  # pyHanko's
    size_bytes = growth.stream.seek(0, SEEK_END)
    start, end = place.contents.offsets
    place.byte_range.fill_offsets(growth.stream, start, end, size_bytes)  # type: ignore[no-untyped-call]  # the same
    return growth.digest(digest.value, start, end), start, end


def _check_order(writer: IncrementalPdfFileWriter, role: Role, verify: Callable[[], Report] | None) -> None:
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
    report = verify()
    if not any(
        one.field == FIELD_OF[Role.OFFICIAL]  # roles in fields of other programs are guessed at (verify.roles)
        and one.intact
        and one.covers_whole_revision
        and one.trusted
        and one.changes_after in {Changes.NONE, Changes.ALLOWED}
        and one.revocation is not Revocation.REVOKED
        for one in report.signatures
    ):
        raise DocumentNotSignable("not_signed_by_official")


def _ensure_field(writer: IncrementalPdfFileWriter, role: Role, places: Mapping[str, FieldPlace]) -> None:
    taken = [name for name, _, _ in enumerate_sig_fields(writer.prev)]
    is_signed = bool(writer.prev.embedded_signatures)
    for missing in fields_needed(role, taken, is_signed=is_signed):
        add_field(writer, missing, places.get(FIELD_OF[missing]))


def embed(writer: IncrementalPdfFileWriter, own: Iterable[Certificate], evidence: Evidence) -> None:
    """Add certificates and proofs to the file's security store; what stands there already is not added again."""
    certificates = dict.fromkeys([*(one.der for one in own), *evidence.certificates])
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[parsed(der) for der in certificates],
        crls=[asn1_crl.CertificateList.load(der) for der in evidence.crls],
        ocsps=[asn1_ocsp.OCSPResponse.load(der) for der in evidence.ocsps],
    )


def _room(own: Sequence[Certificate], *, has_token: bool) -> int:
    """Return how many hex digits to keep free for the signature."""
    return 2 * (ROOM_BYTES + sum(len(one.der) for one in own) + (TOKEN_BYTES if has_token else 0))
