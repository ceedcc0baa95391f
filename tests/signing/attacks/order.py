"""Signatures that follow where none may, or that lie on what was signed before (signing.md B3 and F).

An update of a new signature's own is allowed when no lock stands before it, its picture lies on blank paper, it is
trusted, and its organisation is the earlier signer's; of another organisation, a person must look
(SIG_CONSTRAINTS_FAILURE); all else is a change after signing.
"""

import io
import warnings
from functools import partial
from typing import Any

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, append_signature_field

from tests.signing.attacks.craft import Layout, signed, updated
from tests.signing.attacks.forge import SIGNATURE_BOX, Forge, with_form
from tests.signing.attacks.registry import CONSTRAINTS, FORMAT, NOT_FOUND, Source, attack, register
from tests.signing.attacks.updates import EVIL, array, d, name, set_in_field, set_in_page, stream, text
from tests.signing.attacks.wrapping import evil_update

OVER_THE_TEXT, BLANK = (70, 690, 370, 730), (300, 300, 420, 360)
FINAL: dict[str, Any] = {"lock": FieldMDPSpec(FieldMDPAction.ALL), "permits": MDPPerm.NO_CHANGES}


def drawn(writer: IncrementalPdfFileWriter) -> generic.IndirectObject:
    """A white picture with other words on it."""
    content = b"1 g 0 0 300 40 re f 0 g BT /F1 12 Tf 5 10 Td (900.000) Tj ET"
    font = d(Type=name("Font"), Subtype=name("Type1"), BaseFont=name("Helvetica"))
    resources = d(Font=d(F1=font))
    return writer.add_object(
        stream(content, Type=name("XObject"), Subtype=name("Form"), BBox=array(0, 0, 300, 40), Resources=resources)
    )


def second(forge: Forge, first: bytes, holder: str, box: tuple[int, int, int, int] | None, **more: Any) -> bytes:
    """Add a signature in a field of its own, with a picture where ``box`` is given."""

    def with_picture(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("Second", box=box))
        if box is not None:
            field = writer.root["/AcroForm"]["/Fields"][-1]
            field[pdf_name("/AP")] = d(N=drawn(writer))

    return signed(first, getattr(forge, holder), Layout("Second", prepare=with_picture, **more))


SECOND = {
    "stranger-signs-over-the-text": (FORMAT, "stranger", OVER_THE_TEXT),
    "colleague-signs-over-the-text": (FORMAT, "colleague", OVER_THE_TEXT),
    "neighbour-signs-over-the-text": (FORMAT, "neighbour", OVER_THE_TEXT),
    "stranger-signs-on-blank-paper": (FORMAT, "stranger", BLANK),
    "stranger-signs-unseen": (FORMAT, "stranger", None),
    "neighbour-signs-on-blank-paper": (CONSTRAINTS, "neighbour", BLANK),
}


def _second(forge: Forge, holder: str, box: tuple[int, int, int, int] | None, permission: MDPPerm | None) -> bytes:
    first = forge.signed if permission is None else forge.certified(permission)
    return second(forge, first, holder, box)


for key, (outcome, holder, box) in SECOND.items():
    register(key, outcome, Source.ORDER, partial(_second, holder=holder, box=box, permission=None))
for permission in (MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE):
    for holder in ("stranger", "colleague"):
        register(
            f"certified-p{permission.value}-{holder}-signs-over-the-text",
            FORMAT,
            Source.CERTIFICATION,
            partial(_second, holder=holder, box=OVER_THE_TEXT, permission=permission),
        )
register(
    "certified-p1-colleague-signs-on-blank-paper",
    FORMAT,
    Source.CERTIFICATION,
    partial(_second, holder="colleague", box=BLANK, permission=MDPPerm.NO_CHANGES),
)


def _after_the_lock(forge: Forge, holder: str) -> bytes:
    return second(forge, signed(forge.plain, forge.official, Layout("Seal", SIGNATURE_BOX, **FINAL)), holder, BLANK)


for holder in ("official", "colleague", "stranger"):
    register(f"{holder}-signs-after-the-final-lock", FORMAT, Source.ORDER, partial(_after_the_lock, holder=holder))


@attack(FORMAT, Source.ORDER)
def second_seal(forge: Forge) -> bytes:
    """The seal again, on a file that the seal closed."""
    once = signed(forge.plain, forge.official, Layout("Seal", SIGNATURE_BOX, **FINAL))
    return signed(once, forge.official, Layout("Seal2", BLANK, **FINAL))


@attack(FORMAT, Source.CERTIFICATION)
def second_certification(forge: Forge) -> bytes:
    """Only one certification may be, and the first signature must be it (PDF 2.0 12.8.2.2)."""
    return second(forge, forge.signed, "colleague", BLANK, certifies=MDPPerm.FILL_FORMS)


@attack(FORMAT, Source.ORDER)
def colleague_changes_the_page_too(forge: Forge) -> bytes:
    """The update of a trusted second signature also replaces what the page shows."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        set_in_page(writer, Contents=writer.add_object(stream(EVIL)))

    return signed(forge.signed, forge.colleague, Layout("Second", BLANK, prepare=change))


@attack(FORMAT, Source.ORDER)
def colleague_fills_a_form_too(forge: Forge) -> bytes:
    """The update of a trusted second signature also changes a value."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        set_in_field(writer, "Amount", V=text("900.000"))

    first = signed(with_form(forge.plain), forge.official, Layout("Official", SIGNATURE_BOX))
    return signed(first, forge.colleague, Layout("Second", BLANK, prepare=change))


@attack(FORMAT, Source.ORDER)
def change_hidden_between_two_signatures(forge: Forge) -> bytes:
    """First signature, an unsigned update, second signature: the second covers all, the first not."""
    return signed(evil_update(forge.signed), forge.colleague, Layout("Second"))


@attack(FORMAT, Source.STRUCTURE)
def one_signature_in_two_fields(forge: Forge) -> bytes:
    """A later update lets a second field, over the text, show the same signature."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("Other", box=OVER_THE_TEXT))
        fields = writer.root["/AcroForm"]["/Fields"]
        fields[-1][pdf_name("/V")] = fields[0].raw_get("/V")

    return updated(forge.signed, change)


@attack(NOT_FOUND, Source.STRUCTURE)
def signature_taken_out_of_the_form(forge: Forge) -> bytes:
    """The newest form has no field; the signed revision still holds it, and the widget is on the page."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/AcroForm"][pdf_name("/Fields")] = array()
        writer.update_container(writer.root["/AcroForm"])

    return updated(forge.signed, change)


@attack(FORMAT, Source.STRUCTURE)
def signature_value_replaced(forge: Forge) -> bytes:
    """An update points the signed field to a signature dictionary of the attacker's."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        fake = d(Type=name("Sig"), Filter=name("Adobe.PPKLite"), SubFilter=name("ETSI.CAdES.detached"))
        fake[pdf_name("/Contents")] = generic.ByteStringObject(b"\x30\x00")
        fake[pdf_name("/ByteRange")] = generic.ArrayObject(map(generic.NumberObject, (0, 10, 20, 10)))
        set_in_field(writer, "Sig", V=writer.add_object(fake))

    return updated(forge.signed, change)


@attack(NOT_FOUND, Source.STRUCTURE)
def saved_anew_without_its_form(forge: Forge) -> bytes:
    """As some tools do (signing.md F): one revision, no form, the signature's widget left on the page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(forge.signed)) as pdf, warnings.catch_warnings(action="ignore"):
        del pdf.Root.AcroForm
        pdf.save(out)
    return out.getvalue()


@attack(FORMAT, Source.STRUCTURE)
def saved_anew_with_its_form(forge: Forge) -> bytes:
    """Every object in another place: the byte range names bytes that are no longer what was signed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(forge.signed)) as pdf:
        pdf.save(out)
    return out.getvalue()
