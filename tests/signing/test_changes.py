"""What is added to a sealed file afterwards: nothing that can be seen, or a value, is ever allowed."""

import io

import pikepdf
import pytest
from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field

from signing.cms import attributes_of, signed_data
from signing.document import opened_for_update
from signing.signer import Holder, finished
from signing.values import Changes, Level, Verdict


def updated(pdf: bytes, change) -> bytes:
    stream = io.BytesIO(pdf)
    writer = IncrementalPdfFileWriter(stream, strict=False)
    change(writer)
    writer.write_in_place()
    return stream.getvalue()


def replace_content(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT /F1 24 Tf 72 700 Td (Khac) Tj ET"))
    writer.update_container(page)


def add_annotation(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (70, 690, 300, 730))),
            pdf_name("/Contents"): generic.pdf_string("Da sua"),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])
    writer.update_container(page)


def add_page(writer):
    pages = writer.root["/Pages"]
    content = writer.add_object(generic.StreamObject(stream_data=b""))
    page = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Page"),
            pdf_name("/Parent"): writer.root.raw_get("/Pages"),
            pdf_name("/MediaBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
            pdf_name("/Contents"): content,
        }
    )
    pages["/Kids"].append(writer.add_object(page))
    pages["/Count"] = generic.NumberObject(3)
    writer.update_container(pages)


def swap_pages(writer):
    kids = writer.root["/Pages"]["/Kids"]
    kids[0], kids[1] = kids[1], kids[0]
    writer.update_container(writer.root["/Pages"])


def move_seal(writer):
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field["/T"] == "Seal":
            field["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (10, 10, 112, 112)))
            writer.mark_update(reference)


def take_seal_away(writer):
    form = writer.root["/AcroForm"]
    form["/Fields"].pop()
    writer.update_container(form)


def set_title(writer):
    info = generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Giay khac")})
    writer.set_info(writer.add_object(info))
    writer.trailer["/Info"] = writer.add_object(info)


@pytest.mark.parametrize(
    "change", [replace_content, add_annotation, add_page, swap_pages, move_seal, take_seal_away, set_title]
)
def test_a_change_after_sealing_fails(world, sealed, change):
    report = world.verify(updated(sealed, change))
    assert report.verdict is Verdict.FAILED
    assert Changes.FORBIDDEN in {one.changes_after for one in report.signatures}
    assert all(one.intact for one in report.signatures)  # the bytes are there as signed; what was added is the trouble


@pytest.mark.parametrize("change", [replace_content, add_annotation, add_page])
def test_a_change_between_official_and_seal_fails_the_official_alone(world, signed, change):
    """Made past our own gate, as another program would."""
    changed = updated(signed, change)
    stream = io.BytesIO(changed)
    sealed_anyway = _sealed_without_looking(world, stream)
    report = world.verify(sealed_anyway)
    assert report.verdict is Verdict.FAILED
    assert [one.changes_after for one in report.signatures] == [Changes.FORBIDDEN, Changes.NONE]


def test_a_third_signature_after_the_seal_fails(world, sealed, stranger):
    stream = io.BytesIO(sealed)
    writer = opened_for_update(stream)
    append_signature_field(writer, SigFieldSpec("Third"))
    forced = _forced(writer, stranger, "Third", stream)
    report = world.verify(forced)
    assert report.verdict is Verdict.FAILED
    by_field = {one.field: one.changes_after for one in report.signatures}
    assert by_field["Seal"] is Changes.FORBIDDEN


def test_a_document_timestamp_after_the_seal_is_allowed(world, signed):
    report = world.verify(world.sealed(signed, Level.B_LTA))
    assert report.verdict is Verdict.PASSED
    assert [one.changes_after for one in report.signatures] == [Changes.ALLOWED, Changes.ALLOWED, Changes.NONE]


def test_an_unsigned_update_without_any_content_changes_nothing_that_counts(world, signed):
    report = world.verify(updated(signed, lambda writer: setattr(writer, "_force_write_when_empty", True)))
    assert report.verdict in {Verdict.PASSED, Verdict.FAILED}
    assert report.signatures[0].intact


def test_a_file_saved_anew_after_signing_has_lost_its_signature(world, sealed):
    """As some tools do (signing.md F): one revision, no form, the signature's widget left on the page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        del pdf.Root.AcroForm
        pdf.save(out)
    report = world.verify(out.getvalue())
    assert (report.verdict, report.sub_indication) == (Verdict.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")
    assert "lưu lại" in report.message_vi


def test_a_file_saved_anew_with_its_form_fails(world, sealed):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        pdf.save(out)
    assert world.verify(out.getvalue()).verdict is Verdict.FAILED


def _sealed_without_looking(world, stream):
    return _forced(opened_for_update(stream), world.seal, "Seal", stream)


class KeySigner(Holder):
    """Signs whatever pyHanko was told to sign, without our rules."""

    def __init__(self, key):
        super().__init__(key.certificate)
        self._key = key

    async def async_sign(self, data_digest, *_unused, **_more):
        attributes = attributes_of(self._key.certificate, data_digest)
        signature = self._key.sign(attributes)
        return cms.ContentInfo.load(signed_data(self._key.certificate, self._key.chain, attributes, signature, None))


def _forced(writer, key, field, stream):
    signer = PdfSigner(
        PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES), KeySigner(key)
    )
    finished(signer.async_sign_pdf(writer, bytes_reserved=16384, in_place=True))
    return stream.getvalue()
