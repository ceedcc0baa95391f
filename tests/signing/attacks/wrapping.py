"""Signature wrapping (SWA), a gap that holds more than the signature, and updates that hide in the structure (ISA)."""

import hashlib
import io
import re
import zlib

import pikepdf

from tests.signing.attacks.craft import (
    LaidOut,
    Layout,
    Recipe,
    appended,
    cms_of,
    ended_by_stream,
    laid_out,
    last_startxref,
    root_of,
    signed,
    size_of,
)
from tests.signing.attacks.forge import Forge
from tests.signing.attacks.registry import FORMAT, HASH, NOT_FOUND, Source, attack

EVIL = b"BT /F1 24 Tf 72 700 Td (Le phi: 900.000 dong) Tj ET"
EVIL_STREAM = b"<</Length %d>>\nstream\n%s\nendstream" % (len(EVIL), EVIL)


def first_content(pdf: bytes) -> int:
    """Return the object number of the first page's content."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return opened.pages[0].Contents.objgen[0]


def evil_update(pdf: bytes) -> bytes:
    """Replace what the first page shows, in plain bytes."""
    return appended(pdf, {first_content(pdf): EVIL_STREAM})


def _gap_of(pdf: bytes) -> tuple[int, int, int]:
    _, first, second, rest = map(int, re.findall(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", pdf)[-1])
    return first, second, rest


@attack(FORMAT, Source.SWA)
def signed_part_moved_to_the_end(forge: Forge) -> bytes:
    """The gap is closed early and holds another byte range, an object, and a table where the signed tail says it is.

    The signed tail follows behind, so that the digest over the new ranges fits.
    """
    pdf = forge.signed
    first, second, rest = _gap_of(pdf)
    table_at = last_startxref(pdf)
    number = first_content(pdf)
    contents = pdf[first:second].rstrip(b"0>") + b"00>"
    body = b"\n/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached >>\nendobj\n"
    evil_at = first + len(contents) + 70 + len(body)
    evil = b"%d 0 obj\n%s\nendobj\n" % (number, EVIL_STREAM)
    table = pdf[table_at : pdf.rindex(b"startxref")]
    added = b"%d 1\n%010d 00000 n \n" % (number, evil_at)
    moved = table_at + len(table) + len(added)
    for row in set(re.findall(rb"\d{10} 00000 n", table)):
        if int(row[:10]) > second:
            table = table.replace(row, b"%010d 00000 n" % (int(row[:10]) + moved - second))
    table = table.replace(b"trailer", added + b"trailer")
    new_range = (b"/ByteRange [0 %d %d %d]" % (first, moved, rest)).ljust(70)
    before = pdf[:first] + contents + new_range + body + evil
    return before.ljust(table_at) + table + pdf[second:]


@attack(FORMAT, Source.SWA)
def object_inside_the_gap(forge: Forge) -> bytes:
    """Behind a shortened signature the gap holds an object, to which a later update points."""
    place = laid_out(forge.plain, Layout())
    made = cms_of(forge.official, place.digest(), Recipe())
    number = first_content(forge.plain)
    hidden = b"\n%d 0 obj\n%s\nendobj\n<" % (number, EVIL_STREAM)
    head = b"<" + made.hex().encode() + b">"
    gap = head + hidden.ljust(place.end - place.start - len(head) - 1, b"0") + b">"
    pdf = place.with_gap(gap)
    xref_at = len(pdf)
    update = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size 40 /Root %s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        number, place.start + len(head) + 1, root_of(pdf), last_startxref(pdf), xref_at,
    )  # fmt: skip
    return pdf + update


def _with_gap(forge: Forge, written: bytes, end: bytes) -> bytes:
    place = laid_out(forge.plain, Layout())
    digits = cms_of(forge.official, place.digest(), Recipe()).hex().encode()
    head = written.replace(b"*", digits)
    return place.with_gap(head + b"0" * (place.end - place.start - len(head) - len(end)) + end)


@attack(FORMAT, Source.SWA)
def comment_inside_the_gap(forge: Forge) -> bytes:
    return _with_gap(forge, b"<*", b">%phu luc ")


@attack(FORMAT, Source.SWA)
def white_space_inside_the_gap(forge: Forge) -> bytes:
    return _with_gap(forge, b"< *", b">")


@attack(FORMAT, Source.SWA)
def contents_as_a_literal_string(forge: Forge) -> bytes:
    """The signature in brackets: legal elsewhere in a PDF, but not in this gap (PDF 2.0 12.8.1)."""
    place = laid_out(forge.plain, Layout())
    raw = cms_of(forge.official, place.digest(), Recipe())
    escaped = b"(" + b"".join(b"\\%03o" % byte for byte in raw)
    return place.with_gap(escaped.ljust(place.end - place.start - 1, b"\x00")[: place.end - place.start - 1] + b")")


@attack(FORMAT, Source.SWA)
def second_contents_in_the_gap(forge: Forge) -> bytes:
    """The key stands twice in the dictionary, and readers take the first or the last."""
    place = laid_out(forge.plain, Layout())
    digits = cms_of(forge.official, place.digest(), Recipe()).hex().encode()
    head = b"<3000> /Contents <" + digits
    return place.with_gap(head.ljust(place.end - place.start - 1, b"0") + b">")


@attack(FORMAT, Source.ISA)
def content_replaced(forge: Forge) -> bytes:
    return evil_update(forge.signed)


@attack(FORMAT, Source.ISA)
def content_replaced_without_a_table(forge: Forge) -> bytes:
    """Only the object is appended: readers that repair files find it."""
    return forge.signed + b"%d 0 obj\n%s\nendobj\n" % (first_content(forge.plain), EVIL_STREAM)


@attack(FORMAT, Source.ISA)
def content_replaced_with_a_trailer_only(forge: Forge) -> bytes:
    pdf = forge.signed
    tail = b"trailer\n<</Size 40 /Root %s>>\n%%%%EOF\n" % root_of(pdf)
    return pdf + b"%d 0 obj\n%s\nendobj\n" % (first_content(forge.plain), EVIL_STREAM) + tail


@attack(FORMAT, Source.ISA)
def content_replaced_and_the_signature_copied(forge: Forge) -> bytes:
    """The update repeats the signature's own object, so that it seems to belong to the newest revision."""
    pdf = forge.signed
    at = pdf.rindex(b"/Type /Sig")
    start = pdf.rindex(b" 0 obj", 0, at)
    number = int(pdf[:start].split()[-1])
    body = pdf[start + 6 : pdf.index(b"endobj", at)].strip()
    return appended(pdf, {first_content(pdf): EVIL_STREAM, number: body})


@attack(FORMAT, Source.ISA)
def content_replaced_by_a_cross_reference_stream(forge: Forge) -> bytes:
    """The new content's place stands in an object of its own instead of a table."""
    pdf = forge.signed
    number = first_content(pdf)
    evil_at = len(pdf)
    evil = b"%d 0 obj\n%s\nendobj\n" % (number, EVIL_STREAM)
    at = evil_at + len(evil)
    rows = b"\x01" + evil_at.to_bytes(4) + b"\x00" + b"\x01" + at.to_bytes(4) + b"\x00"
    return ended_by_stream(pdf + evil, 40, b"%d 1 40 1" % number, rows, size=41)


@attack(FORMAT, Source.STRUCTURE)
def hybrid_cross_references_after_signing(forge: Forge) -> bytes:
    """The update's table is empty, and its trailer names a stream that newer readers believe instead."""
    pdf = forge.signed
    number = first_content(pdf)
    evil_at = len(pdf)
    evil = b"%d 0 obj\n%s\nendobj\n" % (number, EVIL_STREAM)
    at = evil_at + len(evil)
    rows = b"\x01" + evil_at.to_bytes(4) + b"\x00"
    head = b"<</Type /XRef /Size 41 /W [1 4 1] /Index [%d 1] /Length %d>>" % (number, len(rows))
    stream = b"40 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (head, rows)
    table_at = at + len(stream)
    table = b"xref\n0 0\ntrailer\n<</Size 41 /Root %s /Prev %d /XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        root_of(pdf), last_startxref(pdf), at, table_at,
    )  # fmt: skip
    return pdf + evil + stream + table


@attack(FORMAT, Source.STRUCTURE)
def tail_of_another_revision(forge: Forge) -> bytes:
    """The end of file marks of the signed revision are written again over an unsigned update."""
    pdf = evil_update(forge.signed)
    return pdf + forge.signed[forge.signed.rindex(b"startxref") :]


@attack(FORMAT, Source.STRUCTURE)
def byte_range_by_reference(forge: Forge) -> bytes:
    """The ranges stand in an object of their own, which an update may replace."""
    place = laid_out(forge.plain, Layout())
    numbers = b"[0 %d %d %d]" % (place.start, place.end, place.rest)
    reference = b"/ByteRange 90 0 R".ljust(len(place.range_as_written))
    moved = LaidOut(place.pdf.replace(place.range_as_written, reference), place.start, place.end)
    made = moved.filled(cms_of(forge.official, moved.digest(), Recipe()))
    return appended(made, {90: numbers})


def _with_dead_bytes(pdf: bytes, body: bytes) -> tuple[bytes, int]:
    """Return the file with a revision that holds an object nothing points to, and where that object stands."""
    at = len(pdf)
    table_at = at + len(body) + 1
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size %d /Root %s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        size_of(pdf), root_of(pdf), last_startxref(pdf), table_at,
    )  # fmt: skip
    return pdf + body + b"\n" + table, at


def _points_to(pdf: bytes, number: int, offset: int) -> bytes:
    """An update of a table and a trailer alone: no object is new."""
    return pdf + b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size 70 /Root %s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (
        number, offset, root_of(pdf), last_startxref(pdf), len(pdf),
    )  # fmt: skip


@attack(FORMAT, Source.SHADOW)
def hidden_content_revealed(forge: Forge) -> bytes:
    """Hide and replace: another body of the page's content was signed too, unseen, and an update points to it."""
    number = first_content(forge.plain)
    prepared, offset = _with_dead_bytes(forge.plain, b"%d 0 obj\n%s\nendobj" % (number, EVIL_STREAM))
    return _points_to(signed(prepared, forge.official), number, offset)


@attack(FORMAT, Source.SHADOW)
def hidden_page_revealed(forge: Forge) -> bytes:
    """The same with the page itself, whose second body shows nothing."""
    with pikepdf.open(io.BytesIO(forge.plain)) as opened:
        page, pages = opened.pages[0].obj.objgen[0], opened.Root.Pages.objgen[0]
    body = b"%d 0 obj\n<</Type /Page /Parent %d 0 R /MediaBox [0 0 595 842]>>\nendobj" % (page, pages)
    prepared, offset = _with_dead_bytes(forge.plain, body)
    return _points_to(signed(prepared, forge.official), page, offset)


@attack(FORMAT, Source.STRUCTURE)
def page_replaced_in_an_object_stream(forge: Forge) -> bytes:
    """The page's new body is packed among others, where a search through the bytes does not see it."""
    pdf = forge.signed
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        page, pages = opened.pages[0].obj.objgen[0], opened.Root.Pages.objgen[0]
    body = b"<</Type /Page /Parent %d 0 R /MediaBox [0 0 595 842]>>" % pages
    index = b"%d 0 " % page
    packed = zlib.compress(index + body)
    at = len(pdf)
    head = b"<</Type /ObjStm /N 1 /First %d /Filter /FlateDecode /Length %d>>" % (len(index), len(packed))
    objects = b"40 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (head, packed)
    rows = b"\x02" + (40).to_bytes(4) + b"\x00" + b"\x01" + at.to_bytes(4) + b"\x00"
    return ended_by_stream(pdf + objects, 41, b"%d 1 40 1" % page, rows, size=42)


@attack(NOT_FOUND, Source.STRUCTURE)
def signed_revision_skipped(forge: Forge) -> bytes:
    """The newest table names the one before the signed revision's: nothing of the signature is left to see."""
    pdf = evil_update(forge.signed)
    newest, before = last_startxref(forge.signed), last_startxref(forge.plain)
    return pdf.replace(b"/Prev %d>>" % newest, b"/Prev %d>>" % before)


@attack(HASH, Source.SWA)
def signature_of_another_document(forge: Forge) -> bytes:
    """A genuine signature of the official's, over other bytes, put into this file's gap."""
    place = laid_out(forge.plain, Layout())
    return place.filled(cms_of(forge.official, hashlib.sha256(b"other").digest(), Recipe()))
