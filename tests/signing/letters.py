"""Letters like the genuine ones of signing.md F: signed by several people in turn, each in a field of their own."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from asn1crypto import cms
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field

from certs.keys.file import FileKey
from signing.cms import attributes_of, signed_data
from signing.document import opened_for_update
from signing.mark import stamp_style
from signing.signer import Holder, finished

Box = tuple[int, int, int, int]
INITIALS: Box = (250, 420, 294, 450)
LEADER: Box = (370, 225, 486, 290)
NUMBER, DAY, MONTH = (110, 748, 160, 766), (412, 718, 434, 736), (480, 718, 502, 736)
SEAL: Box = (325, 212, 425, 312)  # over a third of the leader's signature, and the foot of the title beside it
AMOUNT: Box = (140, 596, 260, 622)
BLANK: Box = (72, 100, 172, 160)
LINES = [
    (72, 752, "So:                    /UBND"),
    (300, 722, "Nguyet An, ngay         thang         nam 2026"),
    (72, 660, "Kinh gui: Ong Luong Van Son"),
    (72, 604, "Tien ho tro: 1.000.000 dong (mot trieu dong)"),
    (380, 304, "PHO CHU TICH"),
    (380, 200, "Dang Thi Ngoc Huong"),
]


def letter(paper: str = "1 1 1") -> bytes:
    """One page with a title, an amount, and room for signatures; ``paper`` is its colour."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
    lines = "".join(f"BT /F1 14 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in LINES)
    page.Contents = pdf.make_stream(f"{paper} rg 0 0 595 842 re f 0 g\n{lines}".encode())
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def drawing(box: Box, content: str) -> bytes:
    """A one-page PDF to stand in a field of the box's size."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(box[2] - box[0], box[3] - box[1]))
    page.Contents = pdf.make_stream(content.encode())
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


SCRAWL = "0 0 0.7 RG 3 w 4 60 m 30 90 40 5 60 30 c 80 60 90 10 112 60 c S"
RING = "0.9 0.1 0.1 RG 3 w 97 50 m 97 76 76 97 50 97 c 24 97 3 76 3 50 c 3 24 24 3 50 3 c 76 3 97 24 97 50 c S"
STROKE = "0 0 0.7 RG 2 w 0 10 m 120 16 l S"
DIGITS = "0 0 0 RG 1.5 w 6 3 m 10 14 l 14 3 l S"
PATCH = "1 1 1 rg 0 0 500 500 re f"


@dataclass(frozen=True)
class Added:
    """One signature in a new field: whose, where, and what it draws."""

    key: FileKey
    name: str
    box: Box = BLANK
    content: str = SCRAWL
    certifies: bool = False
    timestamper: Any = None
    change: Callable[[Any, Any], None] = field(default=lambda _writer, _field: None)


def added(pdf: bytes, one: Added) -> bytes:
    """Sign as other programs do: nothing is asked, and ``change`` may do more than the signature needs."""
    stream = io.BytesIO(pdf)
    writer = opened_for_update(stream)
    append_signature_field(writer, SigFieldSpec(one.name, on_page=0, box=one.box))
    one.change(writer, next(_fields(writer, one.name)))
    return _signed(stream, writer, one)


def with_empty_field(pdf: bytes, name: str, box: Box) -> bytes:
    """Keep a place for a signature, before anybody signs."""
    stream = io.BytesIO(pdf)
    writer = opened_for_update(stream)
    append_signature_field(writer, SigFieldSpec(name, on_page=0, box=box))
    writer.write_in_place()
    return stream.getvalue()


def filled(pdf: bytes, key: FileKey, name: str, box: Box, content: str) -> bytes:
    """Sign in a field that is there."""
    stream = io.BytesIO(pdf)
    return _signed(stream, opened_for_update(stream), Added(key, name, box, content))


def _signed(stream, writer, one):
    metadata = PdfSignatureMetadata(
        field_name=one.name,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=one.certifies,
        docmdp_permissions=MDPPerm.FILL_FORMS,
    )
    style = stamp_style(drawing(one.box, one.content)) if one.content else None
    signer = PdfSigner(metadata, KeySigner(one.key, one.timestamper), stamp_style=style)
    finished(signer.async_sign_pdf(writer, existing_fields_only=True, bytes_reserved=20000, in_place=True))
    return stream.getvalue()


def _fields(writer, name):
    for reference in writer.root["/AcroForm"]["/Fields"]:
        if reference.get_object()["/T"] == name:
            yield reference.get_object()


class KeySigner(Holder):
    """Signs whatever pyHanko was told to sign, without our rules."""

    def __init__(self, key, timestamper=None):
        super().__init__(key.certificate)
        self._key, self._stamper = key, timestamper

    async def async_sign(self, data_digest, *_unused, **_more):
        attributes = attributes_of(self._key.certificate, data_digest)
        signature = self._key.sign(attributes)
        token = self._stamper(signature) if self._stamper else None
        return cms.ContentInfo.load(signed_data(self._key.certificate, self._key.chain, attributes, signature, token))
