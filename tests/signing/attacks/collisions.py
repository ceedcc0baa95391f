"""One object in two places: something that an update may rewrite is also what the page shows.

Validation data, metadata, tables of objects and the picture of a new signature may change after signing. Whoever looks
at them by name alone, and not at where else the same object is used, lets these updates pass.
"""

from functools import partial
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field

from tests.signing.attacks.craft import (
    TIMESTAMP,
    Layout,
    ended_by_stream,
    laid_out,
    signed,
    updated,
)
from tests.signing.attacks.forge import Forge
from tests.signing.attacks.order import BLANK, drawn
from tests.signing.attacks.pki import crl, token
from tests.signing.attacks.registry import FORMAT, Source, attack, register
from tests.signing.attacks.revocation import with_store
from tests.signing.attacks.updates import EVIL, array, d, name, page_of, set_in_page, set_in_root, stream
from tests.signing.attacks.wrapping import first_content


def content_of(writer: IncrementalPdfFileWriter) -> generic.IndirectObject:
    """Give the first page's content another body under its own number, and return the reference to it."""
    reference = writer.root["/Pages"]["/Kids"][0].raw_get("/Contents")
    writer.objects[reference.generation, reference.idnum] = stream(EVIL)
    return generic.IndirectObject(reference.idnum, reference.generation, writer)


def _in_the_store(writer: IncrementalPdfFileWriter, kind: str) -> None:
    set_in_root(writer, DSS=writer.add_object(d(**{kind: array(content_of(writer))})))


def _in_the_store_s_index(writer: IncrementalPdfFileWriter) -> None:
    set_in_root(writer, DSS=writer.add_object(d(VRI=d(AB=d(Cert=array(content_of(writer)))))))


def _as_metadata(writer: IncrementalPdfFileWriter) -> None:
    set_in_root(writer, Metadata=content_of(writer))


def _as_information(writer: IncrementalPdfFileWriter) -> None:
    """The page itself becomes the information dictionary, and loses its content."""
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    del page.get_object()["/Contents"]
    writer.mark_update(page)
    reference = generic.IndirectObject(page.idnum, page.generation, writer)
    writer.set_info(reference)
    writer.trailer["/Info"] = reference


CHANGES: dict[str, Any] = {
    "page-among-the-certificates": partial(_in_the_store, kind="Certs"),
    "page-among-the-lists": partial(_in_the_store, kind="CRLs"),
    "page-among-the-answers": partial(_in_the_store, kind="OCSPs"),
    "page-in-the-index-of-the-store": _in_the_store_s_index,
    "page-as-metadata": _as_metadata,
    "page-as-information": _as_information,
}


def _changed(forge: Forge, change: Any) -> bytes:
    return updated(forge.signed, change)


for key, change in CHANGES.items():
    register(key, FORMAT, Source.SHADOW, partial(_changed, change=change))


@attack(FORMAT, Source.SHADOW)
def page_as_a_table(forge: Forge) -> bytes:
    """The update's cross-reference stream bears the number of what the page shows."""
    pdf, number = forge.signed, first_content(forge.plain)
    rows = b"\x01" + len(pdf).to_bytes(4) + b"\x00"
    return ended_by_stream(pdf, number, b"%d 1" % number, rows, size=42)


@attack(FORMAT, Source.SHADOW)
def store_s_certificate_replaces_the_page(forge: Forge) -> bytes:
    """The signed file has a store of its own; an update adds the page's content to it under a true list's name."""
    pdf = with_store(forge, forge.official, crls=(crl(forge.root, at=forge.now),))

    def change(writer: IncrementalPdfFileWriter) -> None:
        store = writer.root["/DSS"]
        store["/CRLs"].append(content_of(writer))
        writer.update_container(store)
        writer.update_container(store["/CRLs"])

    return updated(pdf, change)


def _timestamped(forge: Forge, change: Any) -> bytes:
    layout = Layout("Time", kind=TIMESTAMP, sub_filter=SigSeedSubFilter.ETSI_RFC3161, prepare=change)
    place = laid_out(forge.signed, layout)
    return place.filled(bytes(token(forge.tsa, place.digest(), forge.now).dump()))


def _other_content(writer: IncrementalPdfFileWriter) -> None:
    set_in_page(writer, Contents=writer.add_object(stream(EVIL)))


def _picture_of_time(writer: IncrementalPdfFileWriter) -> None:
    """The timestamp's field stands over the text, and shows other words."""
    append_signature_field(writer, SigFieldSpec("Time", box=(70, 690, 370, 730)))
    field = writer.root["/AcroForm"]["/Fields"][-1]
    field[pdf_name("/AP")] = d(N=drawn(writer))


for key, change in {"timestamp-changes-the-page": _other_content, "timestamp-over-the-text": _picture_of_time}.items():
    register(key, FORMAT, Source.SHADOW, partial(_timestamped, change=change))


@attack(FORMAT, Source.ORDER)
def picture_of_a_colleague_is_the_page(forge: Forge) -> bytes:
    """A trusted second signature on blank paper, whose picture is the page's own image, changed in the same update."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("Second", box=BLANK))
        image = page_of(writer)["/Resources"]["/XObject"].raw_get("/Im1")
        picture = stream(b"1 g 0 0 1 1 re f", Type=name("XObject"), Subtype=name("Form"), BBox=array(0, 0, 1, 1))
        writer.objects[image.generation, image.idnum] = picture
        field = writer.root["/AcroForm"]["/Fields"][-1]
        field[pdf_name("/AP")] = d(N=generic.IndirectObject(image.idnum, image.generation, writer))

    return signed(forge.signed, forge.colleague, Layout("Second", prepare=change))


@attack(FORMAT, Source.ORDER)
def value_of_a_colleague_is_the_page(forge: Forge) -> bytes:
    """The second signature's own dictionary carries the changed page under a key that nobody reads."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        append_signature_field(writer, SigFieldSpec("Second", box=BLANK))
        field = writer.root["/AcroForm"]["/Fields"][-1]
        field[pdf_name("/Lock")] = d(Type=name("SigFieldLock"), Action=name("All"), Note=content_of(writer))

    return signed(forge.signed, forge.colleague, Layout("Second", prepare=change))


def _inherited(forge: Forge, entries: dict[str, Any]) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        pages.update(d(**entries))
        writer.update_container(pages)

    return updated(forge.signed, change)


INHERITED: dict[str, dict[str, Any]] = {
    "all-pages-turned": {"Rotate": generic.NumberObject(180)},
    "all-pages-cropped": {"CropBox": array(0, 0, 595, 400)},
}
for key, entries in INHERITED.items():
    register(key, FORMAT, Source.UPDATE, partial(_inherited, entries=entries))
