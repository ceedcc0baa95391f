"""Scanned or born digital is told by how much of a page's ink its own text explains, not by whether it has text."""

from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from pikepdf import Dictionary, Name

from ocr import Kind
from ocr.nativetext import explained_share, is_language
from ocr.textlayer import EXPLAINED
from tests.ocr.conftest import drawn_page, jpeg, pdf_of_jpegs

ROWS = b" ".join(b"0 -22 Td (Line number %d of a letter that was never on paper) Tj" % row for row in range(25))
LETTER = b"BT /F0 12 Tf 70 780 Td " + ROWS + b" ET"
IMAGE = b"q 595 0 0 842 0 0 cm /Im0 Do Q "
VIETNAMESE = "Tôi cam đoan những lời khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật"


def page_of(content, *, font="Helvetica", image=None):
    """Return a PDF of one page with this content; ``image`` is a JPEG that it may draw as Im0."""
    with pikepdf.new() as pdf, BytesIO() as target:
        page = pdf.add_blank_page(page_size=(595, 842))
        said = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(f"/{font}"), Encoding=Name.WinAnsiEncoding)
        page.Resources = Dictionary(Font=Dictionary(F0=said))
        if image is not None:
            scan = drawn_page() if image == "scan" else drawn_page([]).point(lambda level: level - 25)
            stream = pdf.make_stream(jpeg(scan), Type=Name.XObject, Subtype=Name.Image, Width=scan.width,
                                     Height=scan.height, ColorSpace=Name.DeviceGray, BitsPerComponent=8)  # fmt: skip
            stream.Filter = Name.DCTDecode
            page.Resources.XObject = Dictionary(Im0=stream)
        page.Contents = pdf.make_stream(content)
        pdf.save(target)
        return target.getvalue()


def share(content, **said):
    with pypdfium2.PdfDocument(page_of(content, **said)) as pdf:
        return explained_share(pdf[0])


def test_a_letter_is_explained_by_its_text_even_on_a_background():
    assert share(LETTER) > 0.95
    assert share(IMAGE + LETTER, image="background") > 0.95


@pytest.mark.parametrize(
    "content",
    [
        IMAGE + b"BT /F0 8 Tf 400 780 Td (Signed by the office on 2026-01-01 at ten) Tj ET",
        IMAGE + LETTER.replace(b"BT", b"BT 3 Tr"),
        LETTER + b" " + IMAGE,
    ],
    ids=["words of a stamp", "hidden layer over the scan", "text under the scan"],
)
def test_a_scan_stays_a_scan_whatever_text_it_carries(content):
    assert share(content, image="scan") < EXPLAINED / 2


def test_a_scan_on_the_lower_half_of_a_letter_is_not_lost():
    half = IMAGE.replace(b"842 0 0 cm", b"300 0 0 cm")
    assert share(half + LETTER, image="background") > EXPLAINED
    assert share(half + LETTER, image="scan") == 0


def test_a_dark_logo_leaves_a_letter_a_letter():
    logo = b"q 160 0 0 160 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x20 EI Q "
    assert share(logo + LETTER) > EXPLAINED


def test_of_a_letter_only_what_is_seen_is_read(reader, tmp_path):
    """Not white on white, hidden, covered, or beside the page: none of it was seen by the person who handed it in."""
    unseen = (
        b"1 g BT /F0 12 Tf 70 100 Td (white) Tj ET 0 g BT 3 Tr /F0 12 Tf 150 100 Td (hidden) Tj ET "
        b"BT 0 Tr /F0 12 Tf -200 100 Td (beside) Tj ET BT /F0 12 Tf 250 100 Td (covered) Tj ET 1 g 240 90 90 40 re f "
        b"0 g 400 90 90 40 re f 1 g BT /F0 12 Tf 410 100 Td (shown) Tj ET"
    )
    (tmp_path / "letter.pdf").write_bytes(page_of(LETTER + b" " + unseen))
    read = reader.digitize(tmp_path / "letter.pdf")
    assert read.kind is Kind.BORN_DIGITAL
    assert read.pages[0].text.splitlines()[0] == "Line number 0 of a letter that was never on paper"
    assert read.pages[0].text.splitlines()[-1] == "shown"
    assert not {"white", "hidden", "beside", "covered"} & {*read.pages[0].text.split()}


def test_letters_of_an_old_encoding_explain_nothing():
    assert share(LETTER, font=".VnTime") == 0
    assert share(LETTER, font="ABCDEF+VNI-Times") == 0


@pytest.mark.parametrize(
    "text", [VIETNAMESE, "Born digital line number 3, with reference 0O1l", "UBND xã Nguyệt Ấn: 12"]
)
def test_what_people_write_is_language(text):
    assert is_language(text)


@pytest.mark.parametrize(
    "text",
    [
        "Céng hoµ x· héi chñ nghÜa ViÖt Nam §éc lËp Tù do H¹nh phóc",  # TCVN3 read as Western letters
        "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam Ñoäc laäp",  # VNI, the same
        "\ue001\ue002\ue003 \ue004\ue005",  # numbers of glyphs
        "Wrl fdp grdq qkxqj orl nkdl wuhq gdb od gxqj vx wkdw yd fklx wudfk qklhp wuxrf",  # every letter shifted
    ],
)
def test_mojibake_is_no_language(text):
    assert not is_language(text)


def test_pages_of_two_kinds_make_a_mixed_scan(reader, tmp_path):
    scan = pdf_of_jpegs(tmp_path / "scan.pdf", [jpeg(drawn_page(["Trang quét"]))])
    with pikepdf.open(scan) as pdf, pikepdf.open(BytesIO(page_of(LETTER))) as letter:
        pdf.pages.extend(letter.pages)
        pdf.save(tmp_path / "mixed.pdf")
    read = reader.digitize(tmp_path / "mixed.pdf")
    assert read.kind is Kind.MIXED
    assert read.pages[0].text == "Trang quét"
    assert read.pages[1].text.splitlines()[4] == "Line number 4 of a letter that was never on paper"


def test_the_hidden_layer_of_a_scan_is_not_believed(reader, tmp_path):
    content = IMAGE + LETTER.replace(b"BT", b"BT 3 Tr")
    (tmp_path / "layer.pdf").write_bytes(page_of(content, image="scan"))
    read = reader.digitize(tmp_path / "layer.pdf")
    assert read.kind is Kind.SCANNED
    assert "never on paper" not in read.pages[0].text
    assert "Nguyệt Ấn" in read.pages[0].text


def test_a_letter_that_stands_for_nothing_is_left_out_of_the_text(reader, tmp_path):
    """Fonts may say of their glyphs what they like: an end of strings, a turn of the writing."""
    content = page_of(LETTER.replace(b"letter", b"[ett{er"))
    with pikepdf.open(BytesIO(content)) as pdf:
        meaning = (
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
            b"1 begincodespacerange <00> <FF> endcodespacerange 2 beginbfchar <5B> <006C> <7B> <0000202E> endbfchar "
            b"endcmap end end"
        )
        pdf.pages[0].Resources.Font.F0.ToUnicode = pdf.make_stream(meaning)
        pdf.save(tmp_path / "letter.pdf")
    read = reader.digitize(tmp_path / "letter.pdf")
    assert read.kind is Kind.BORN_DIGITAL
    assert read.pages[0].text.splitlines()[3] == "Line number 3 of a letter that was never on paper"
