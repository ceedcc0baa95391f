"""Bombs, loops and floods: the answer comes in time, and is never that the file is good.

All of them follow a good signature, so that there is something to lose; a file that cannot be opened at all is
UNREADABLE, one that opens was changed after signing.
"""

import io
import zlib

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.signing.attacks.craft import Layout, appended, ended_by_stream, last_startxref, root_of, signed, updated
from tests.signing.attacks.forge import SIGNATURE_BOX, Forge, with_form
from tests.signing.attacks.registry import FORMAT, UNREADABLE, Source, attack
from tests.signing.attacks.updates import array, d, name, number, set_in_page, text

BOMB_BYTES = 400 << 20
DEEP, MANY = 20_000, 5_000


def bomb(size_bytes: int = BOMB_BYTES) -> bytes:
    """Zeros that pack a thousandfold: one packed block again and again, so that making it costs nothing (RFC 1950)."""
    packer = zlib.compressobj(9)
    head = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = (size_bytes % 65521) << 16 | 1
    return head + block * ((size_bytes >> 20) - 1) + b"\x03\x00" + checksum.to_bytes(4)


def _packed(content: bytes, **entries: generic.PdfObject) -> generic.StreamObject:
    return generic.StreamObject(d(Filter=name("FlateDecode"), **entries), encoded_data=content)


@attack(FORMAT, Source.HOSTILE)
def content_bomb(forge: Forge) -> bytes:
    return updated(forge.signed, lambda writer: set_in_page(writer, Contents=writer.add_object(_packed(bomb()))))


@attack(UNREADABLE, Source.HOSTILE)
def object_stream_bomb(forge: Forge) -> bytes:
    """The catalogue lies in an object stream that unpacks beyond the limit."""
    pdf, packed = forge.signed, bomb()
    at = len(pdf)
    body = b"40 0 obj\n<</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d>>\nstream\n" % len(packed)
    objects = body + packed + b"\nendstream\nendobj\n"
    root = int(root_of(pdf).split()[0])
    rows = b"\x02" + (40).to_bytes(4) + b"\x00" + b"\x01" + at.to_bytes(4) + b"\x00"
    return ended_by_stream(pdf + objects, 41, b"%d 1 40 1" % root, rows, size=42)


@attack(UNREADABLE, Source.HOSTILE)
def tables_in_a_ring(forge: Forge) -> bytes:
    """The newest table names itself as the one before."""
    pdf = forge.signed
    at = len(pdf)
    return pdf + b"xref\n0 0\ntrailer\n<</Size 40 /Root %s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        root_of(pdf),
        at,
        at,
    )


@attack(FORMAT, Source.HOSTILE)
def pages_in_a_ring(forge: Forge) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        pages["/Kids"].append(writer.root.raw_get("/Pages"))
        pages[pdf_name("/Count")] = number(100_000)
        writer.update_container(pages)

    return updated(forge.signed, change)


@attack(FORMAT, Source.HOSTILE)
def form_fields_in_a_ring(forge: Forge) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        node = d(T=text("ring"))
        reference = writer.add_object(node)
        node[pdf_name("/Kids")] = array(reference)
        fields.append(reference)
        writer.update_container(writer.root["/AcroForm"])

    return updated(forge.signed, change)


@attack(UNREADABLE, Source.HOSTILE)
def object_that_is_itself(forge: Forge) -> bytes:
    """The catalogue is a reference to itself."""
    root = root_of(forge.signed)
    return appended(forge.signed, {int(root.split()[0]): root})


@attack(FORMAT, Source.HOSTILE)
def arrays_nested_deep(forge: Forge) -> bytes:
    pdf = forge.signed
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages, form = opened.Root.Pages.objgen[0], opened.Root.AcroForm.objgen[0]
    catalogue = b"<</Type /Catalog /Pages %d 0 R /AcroForm %d 0 R /PieceInfo 41 0 R>>" % (pages, form)
    return appended(pdf, {int(root_of(pdf).split()[0]): catalogue, 41: b"[" * DEEP + b"]" * DEEP})


@attack(UNREADABLE, Source.HOSTILE)
def catalogue_nested_deep(forge: Forge) -> bytes:
    root = root_of(forge.signed)
    return appended(
        forge.signed, {int(root.split()[0]): b"<</Type /Catalog /Pages " + b"[" * DEEP + b"]" * DEEP + b">>"}
    )


@attack(FORMAT, Source.HOSTILE)
def fields_by_the_thousand(forge: Forge) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        form = writer.root["/AcroForm"]
        for index in range(MANY):
            form["/Fields"].append(d(FT=name("Tx"), T=text(f"f{index}"), V=text("900.000")))
        writer.update_container(form)

    return updated(signed(with_form(forge.plain), forge.official, Layout("Official", SIGNATURE_BOX)), change)


@attack(UNREADABLE, Source.HOSTILE)
def table_of_a_thousand_million_rows(forge: Forge) -> bytes:
    pdf = forge.signed
    at = len(pdf)
    rows = b"xref\n0 1000000000\n0000000000 65535 f \n"
    return pdf + rows + b"trailer\n<</Size 1000000000 /Root %s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        root_of(pdf), last_startxref(pdf), at,
    )  # fmt: skip


@attack(UNREADABLE, Source.HOSTILE)
def signatures_by_the_hundred(forge: Forge) -> bytes:
    """More filled signature fields than anyone makes."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        fields = writer.root["/AcroForm"]["/Fields"]
        value = fields[0].raw_get("/V")
        for index in range(300):
            fields.append(writer.add_object(d(FT=name("Sig"), T=text(f"s{index}"), V=value)))
        writer.update_container(writer.root["/AcroForm"])

    return updated(forge.signed, change)
