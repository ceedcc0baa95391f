"""Scans of every kind become pages of text, and a copy that can be searched; the scan itself is never touched."""

import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pdfplumber
import pikepdf
import pypdfium2
import pytest
from rapidfuzz import fuzz

from ocr import Kind, PageClass
from ocr.json import to_json
from tests.ocr.conftest import LINES, drawn_page, jpeg, pdf_of_jpegs

TEXT = "\n".join(LINES)


@pytest.fixture(scope="module")
def scanned(reader, tmp_path_factory):
    path = pdf_of_jpegs(tmp_path_factory.mktemp("scan") / "scan.pdf", [jpeg(drawn_page())])
    return path, reader.digitize(path)


def likeness(one, other):
    return fuzz.ratio(" ".join(one.split()), " ".join(other.split()))


def test_a_page_that_is_no_form_is_read_line_by_line(scanned):
    _, read = scanned
    assert read.kind is Kind.SCANNED
    assert read.form is None
    assert read.fields == {}
    assert read.pages[0].page_class is PageClass.ATTACHMENT
    assert likeness(read.pages[0].text, TEXT) > 97
    assert read.pages[0].text.count("\n") == len(LINES) - 1


def test_words_stand_where_they_were_drawn(scanned):
    _, read = scanned
    word = next(word for word in read.pages[0].words if word.text == "Kính")
    assert word.box.x0 == pytest.approx(1 / 8.27, abs=0.01)
    assert word.box.y0 == pytest.approx((1 + 3 * 0.35) / 11.69, abs=0.01)


def test_three_readers_give_back_what_was_read(scanned, tmp_path):
    _, read = scanned
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(read.pdf)
    poppler = subprocess.run(["pdftotext", copy, "-"], check=True, capture_output=True, text=True).stdout
    with pypdfium2.PdfDocument(copy) as pdf:
        pdfium = pdf[0].get_textpage().get_text_bounded()
    with pdfplumber.open(copy) as pdf:
        plumber = pdf.pages[0].extract_text()
    for text in (poppler, pdfium, plumber):
        assert " ".join(text.split()) == " ".join(read.pages[0].text.split())


def test_the_copy_keeps_the_image_byte_for_byte_and_claims_pdf_a_2b(scanned):
    path, read = scanned
    with pikepdf.open(path) as scan, pikepdf.open(BytesIO(read.pdf)) as copy:
        (own,) = scan.pages[0].resources.XObject.values()
        (kept,) = copy.pages[0].resources.XObject.values()
        assert kept.read_raw_bytes() == own.read_raw_bytes()
        with copy.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        assert copy.Root.OutputIntents[0].DestOutputProfile.N == 3


def test_the_same_scan_gives_the_same_copy(reader, scanned):
    path, read = scanned
    assert reader.digitize(path).pdf == read.pdf


def test_every_page_of_a_tiff_is_read(reader, tmp_path):
    lines = [f"Trang số {number} của hồ sơ" for number in ("một", "hai", "ba")]
    bilevel = [drawn_page([line]).convert("1") for line in lines]
    path = tmp_path / "three.tif"
    bilevel[0].save(path, save_all=True, append_images=bilevel[1:], compression="group4", dpi=(200, 200))
    told: list[Mapping[str, object]] = []
    read = reader.digitize(path, on_progress=told.append)
    assert [page.text for page in read.pages] == lines
    assert {(step["page"], step["pages"]) for step in told} == {(1, 3), (2, 3), (3, 3)}
    with pikepdf.open(BytesIO(read.pdf)) as copy:
        assert len(copy.pages) == 3


def test_a_photo_is_turned_as_its_camera_says(reader, tmp_path):
    page = drawn_page()
    exif = page.getexif()
    exif[0x0112] = 6  # to be turned clockwise to be seen
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(page.rotate(90, expand=True), exif=exif, dpi=(200, 200)))
    read = reader.digitize(path)
    assert likeness(read.pages[0].text, TEXT) > 97
    assert read.pages[0].rotation_deg == 0
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(read.pdf)
    assert likeness(reader.digitize(copy).pages[0].text, TEXT) > 97  # its image stands upright


def test_a_page_that_lies_on_its_head_is_turned(reader, tmp_path):
    path = tmp_path / "turned.png"
    drawn_page().rotate(180).save(path, dpi=(200, 200))
    read = reader.digitize(path)
    assert read.pages[0].rotation_deg == 180
    assert likeness(read.pages[0].text, TEXT) > 97


def test_a_blank_page_is_called_blank(reader, tmp_path):
    path = tmp_path / "blank.png"
    drawn_page([]).save(path, dpi=(200, 200))
    page = reader.digitize(path).pages[0]
    assert page.blank
    assert page.page_class is PageClass.BLANK
    assert not page.text


def test_the_few_words_of_a_signature_do_not_make_a_scan_born_digital(reader, tmp_path):
    path = pdf_of_jpegs(tmp_path / "scan.pdf", [jpeg(drawn_page())])
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0]
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources.Font = pikepdf.Dictionary(F1=font)
        page.contents_add(b"BT /F1 8 Tf 400 780 Td (Signed by the office on 2026-01-01, for a test) Tj ET")
        signature = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Sig, ByteRange=pikepdf.Array([0, 1, 2, 3]), Contents=pikepdf.String("0")
            )
        )
        pdf.Root.AcroForm = pikepdf.Dictionary(
            SigFlags=3, Fields=pikepdf.Array([pikepdf.Dictionary(FT=pikepdf.Name.Sig, V=signature)])
        )
        pdf.save(path)
    before = path.read_bytes()
    read = reader.digitize(path)
    assert read.kind is Kind.SIGNED
    assert likeness(read.pages[0].text, TEXT) > 85
    assert path.read_bytes() == before


def test_the_text_of_a_page_that_was_never_paper_is_taken_as_it_is(reader, tmp_path, scanned):
    path = tmp_path / "digital.pdf"
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        rows = [f"0 -20 Td (Born digital line number {index}, with reference 0O1l) Tj" for index in range(20)]
        page.Contents = pdf.make_stream(f"BT /F1 12 Tf 70 780 Td {' '.join(rows)} ET".encode())
        pdf.save(path)
    read = reader.digitize(path)
    assert read.kind is Kind.BORN_DIGITAL
    assert read.pages[0].text.splitlines()[3] == "Born digital line number 3, with reference 0O1l"
    assert read.pages[0].mean_confidence == 1


def test_two_scans_can_be_read_at_once(reader, scanned):
    path, read = scanned
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(reader.digitize, [path, path]))
    assert [one.pages for one in both] == [read.pages] * 2


def test_the_json_object_has_the_keys_that_were_promised(scanned):
    path, read = scanned
    answer = to_json(read, source=str(path), procedure="1.001193")
    assert set(answer) == {
        "source", "sha256", "kind", "outcome", "reason", "pages", "form", "fields", "procedure", "output"
    }  # fmt: skip
    assert answer["form"] is None
    assert answer["procedure"] == {"code": None, "agrees_with_declared": None}
    box = answer["pages"][0]["words"][0]["box"]
    assert all(0 <= value <= 1 for value in box)
