"""Signatures by hand: the CMS and the PDF round it, each step open to one flaw."""

import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from asn1crypto import algos, cms
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import NameObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPSpec, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import PdfSignedData

from tests.signing.attacks.pki import Holder

HASHES = {
    "md5": hashes.MD5(),  # noqa: S303 - weak on purpose
    "sha1": hashes.SHA1(),  # noqa: S303 - the same
    "sha256": hashes.SHA256(),
}
ROOM_HEX_DIGITS = 20_000
SIGNATURE, TIMESTAMP = pdf_name("/Sig"), pdf_name("/DocTimeStamp")


def unchanged(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Recipe:
    """How a signature is made; every hook gets what a good one has and gives back what is written."""

    digest: str = "sha256"
    attributes: Callable[[list[cms.CMSAttribute]], list[cms.CMSAttribute]] = unchanged
    value: Callable[[bytes], bytes] = unchanged  # of the signature
    signer: Callable[[cms.SignerInfo], cms.SignerInfo] = unchanged
    content: Callable[[cms.SignedData], cms.SignedData] = unchanged
    der: Callable[[bytes], bytes] = unchanged
    beside: Iterable[bytes] = ()  # more certificates, in DER
    unsigned: Callable[[bytes], list[cms.CMSAttribute]] | None = None  # of the signature value


def attribute(kind: str, *values: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": list(values)})


def essential_attributes(holder: Holder, document_digest: bytes) -> list[cms.CMSAttribute]:
    own = {"cert_hash": hashlib.sha256(holder.der).digest()}
    return [
        attribute("content_type", "data"),
        attribute("message_digest", document_digest),
        attribute("signing_certificate_v2", {"certs": [own]}),
    ]


def raw_signature(holder: Holder, data: bytes, digest: str) -> bytes:
    key = holder.private_key
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), HASHES[digest])
    return key.sign(data, ec.ECDSA(HASHES[digest]))


def signer_info(holder: Holder, document_digest: bytes, recipe: Recipe) -> cms.SignerInfo:
    own = asn1_x509.Certificate.load(holder.der)
    attributes = cms.CMSAttributes(recipe.attributes(essential_attributes(holder, document_digest)))
    value = recipe.value(raw_signature(holder, attributes.dump(), recipe.digest))
    mechanism = "rsassa_pkcs1v15" if isinstance(holder.private_key, rsa.RSAPrivateKey) else f"{recipe.digest}_ecdsa"
    made = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": recipe.digest}),
            "signed_attrs": attributes,
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": mechanism}),
            "signature": value,
        }
    )
    if recipe.unsigned is not None:
        made["unsigned_attrs"] = cms.CMSAttributes(recipe.unsigned(value))
    return recipe.signer(made)


def cms_of(holder: Holder, document_digest: bytes, recipe: Recipe) -> bytes:
    beside = [one.public_bytes(Encoding.DER) for one in holder.chain if one.subject != one.issuer]
    certificates = [asn1_x509.Certificate.load(der) for der in (holder.der, *beside, *recipe.beside)]
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": recipe.digest})],
            "encap_content_info": {"content_type": "data"},
            "certificates": certificates,
            "signer_infos": [signer_info(holder, document_digest, recipe)],
        }
    )
    whole = cms.ContentInfo({"content_type": "signed_data", "content": recipe.content(content)})
    return recipe.der(bytes(whole.dump()))


@dataclass(frozen=True)
class Layout:
    """Where and as what the signature stands in the PDF."""

    name: str = "Sig"
    box: tuple[int, int, int, int] | None = None
    page: int = 0
    certifies: MDPPerm | None = None
    lock: FieldMDPSpec | None = None
    permits: MDPPerm | None = None
    kind: NameObject = SIGNATURE
    sub_filter: SigSeedSubFilter = SigSeedSubFilter.PADES
    declared: datetime | None = None
    room: int = ROOM_HEX_DIGITS
    prepare: Callable[[IncrementalPdfFileWriter], object] = unchanged


@dataclass(frozen=True)
class LaidOut:
    """A PDF with an empty place for a signature between ``start`` and ``end``."""

    pdf: bytes
    start: int
    end: int

    @property
    def rest(self) -> int:
        """How many bytes stand behind the gap."""
        return len(self.pdf) - self.end

    @property
    def digest_input(self) -> bytes:
        return self.pdf[: self.start] + self.pdf[self.end :]

    def digest(self, algorithm: str = "sha256") -> bytes:
        return hashlib.new(algorithm, self.digest_input, usedforsecurity=False).digest()

    def filled(self, content: bytes) -> bytes:
        """Put ``content`` (CMS in DER) into the gap, padded with zeros."""
        return self.with_gap(b"<" + content.hex().encode().ljust(self.end - self.start - 2, b"0") + b">")

    def with_gap(self, gap: bytes) -> bytes:
        if len(gap) != self.end - self.start:
            raise ValueError(len(gap))
        return self.pdf[: self.start] + gap + self.pdf[self.end :]

    def with_entry(self, old: bytes, new: bytes) -> "LaidOut":
        """Overwrite something in the signature's dictionary before it is signed, keeping every offset."""
        at = self.pdf.find(old, self.pdf.rindex(b" obj", 0, self.start))
        if at < 0 or len(new) > len(old):
            raise ValueError(old, new)
        return replace(self, pdf=self.pdf[:at] + new.ljust(len(old)) + self.pdf[at + len(old) :])

    def with_range(self, *numbers: float) -> "LaidOut":
        """Write another byte range, of the same length in the file."""
        return self.with_entry(self.range_as_written, b"/ByteRange [%s]" % " ".join(map(str, numbers)).encode())

    @property
    def range_as_written(self) -> bytes:
        at = self.pdf.index(b"/ByteRange [", self.end)
        closed = self.pdf.index(b"]", at) + 1
        return self.pdf[at : closed + len(self.pdf[closed:]) - len(self.pdf[closed:].lstrip(b" "))]


def laid_out(pdf: bytes, layout: Layout) -> LaidOut:
    stream = io.BytesIO(pdf)
    writer = IncrementalPdfFileWriter(stream, strict=False)
    layout.prepare(writer)
    embedder = PdfCMSEmbedder(SigFieldSpec(layout.name, on_page=layout.page, box=layout.box))
    steps = embedder.write_cms(layout.name, writer)
    next(steps)
    placeholder = PdfSignedData(layout.kind, layout.sub_filter, layout.declared, layout.room)
    mdp = SigMDPSetup(
        "sha256",
        certify=layout.certifies is not None,
        docmdp_perms=layout.certifies or layout.permits,
        field_lock=layout.lock,
    )
    steps.send(SigObjSetup(placeholder, mdp_setup=mdp))
    prepared, _ = steps.send(SigIOSetup("sha256", in_place=True))
    return LaidOut(stream.getvalue(), prepared.reserved_region_start, prepared.reserved_region_end)


def signed(pdf: bytes, holder: Holder, layout: Layout | None = None, recipe: Recipe | None = None) -> bytes:
    """Return ``pdf`` with a signature by ``holder`` in an update of its own."""
    recipe = recipe or Recipe()
    place = laid_out(pdf, layout or Layout())
    return place.filled(cms_of(holder, place.digest(recipe.digest), recipe))


def updated(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Return ``pdf`` with one more update, not signed."""
    stream = io.BytesIO(pdf)
    writer = IncrementalPdfFileWriter(stream, strict=False)
    change(writer)
    writer.write_in_place()
    return stream.getvalue()


def appended(pdf: bytes, objects: dict[int, bytes], *, trailer: bytes = b"", root: bytes | None = None) -> bytes:
    """Return ``pdf`` with an update in plain bytes: object numbers to their bodies; more keys for the trailer."""
    out, offsets = bytearray(pdf), {}
    if not pdf.endswith(b"\n"):
        out += b"\n"
    for number, body in objects.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n"
    for number, offset in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, offset)
    size = max([size_of(pdf), *(number + 1 for number in objects)])
    previous = last_startxref(pdf)
    out += b"trailer\n<</Size %d /Root %s /Prev %d%s>>\n" % (size, root or root_of(pdf), previous, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def ended_by_stream(pdf: bytes, number: int, index: bytes, rows: bytes, size: int) -> bytes:
    """Return ``pdf`` ended by a cross-reference stream, object ``number``; its rows are of one, four and one byte."""
    head = b"<</Type /XRef /Size %d /W [1 4 1] /Index [%s] /Root %s /Prev %d /Length %d>>" % (
        size, index, root_of(pdf), last_startxref(pdf), len(rows),
    )  # fmt: skip
    stream = b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (number, head, rows)
    return pdf + stream + b"startxref\n%d\n%%%%EOF\n" % len(pdf)


def last_startxref(pdf: bytes) -> int:
    return int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])


def size_of(pdf: bytes) -> int:
    return int(pdf[pdf.rindex(b"/Size") + 5 :].split()[0].strip(b"/>"))


def root_of(pdf: bytes) -> bytes:
    words = pdf[pdf.rindex(b"/Root") + 5 :].split()
    return b"%s %s R" % (words[0], words[1])
