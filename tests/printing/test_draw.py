"""Papers as an official, a citizen and an archive need them. Each test draws real PDFs with the real fonts."""

import hashlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pdfplumber
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from printing import DrawingFailed, GlyphMissing, TextDoesNotFit, ValueMissing
from printing.draw import Printer
from printing.fields import TEMPLATES, Kind
from samples.results import LONG_ADDRESS, LONG_NAME, PAPERS, RESULTS, only_required

ROOT = Path(__file__).parents[2]
PRINTER = Printer(ROOT / "assets" / "fonts")
MM = 72 / 25.4
TRIED_APART = {"is_numbered_later", "verify_url"}  # by tests/signing/test_pdfa.py and tests/printing/test_marks.py
REQUIRED = {
    template: {name for name, field in fields.items() if field.is_required} for template, fields in TEMPLATES.items()
}


def drawn(template: str, **changed: object) -> bytes:
    return PRINTER.draw(
        template, PAPERS[template] | {name.replace("__", "."): value for name, value in changed.items()}
    ).pdf


def text_of(pdf: bytes) -> str:
    """All words in reading order, lines joined: where a line breaks does not matter here."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def grey(pdf: bytes, page: int = 0, ppi: int = 100) -> np.ndarray:
    with pypdfium2.PdfDocument(pdf) as document:
        picture: np.ndarray = document[page].render(scale=ppi / 72, grayscale=True).to_numpy()
    return picture.squeeze()


@pytest.mark.parametrize("template", PAPERS)
def test_the_test_values_name_every_field(template):
    assert set(TEMPLATES[template]) - set(PAPERS[template]) <= TRIED_APART
    assert not set(PAPERS[template]) - set(TEMPLATES[template])


@pytest.mark.parametrize("template", PAPERS)
def test_every_value_stands_on_the_paper(template):
    text = text_of(drawn(template))
    silent = {"dossier_code", "record_digest"} if template in RESULTS else {"receipt_code"}
    for name, value in PAPERS[template].items():
        if TEMPLATES[template][name].kind in {Kind.TEXT, Kind.LINES} and name not in silent:
            assert " ".join(str(value).split()) in text, name


@pytest.mark.parametrize("template", PAPERS)
def test_the_same_values_give_the_same_bytes_in_another_process_and_zone(template):
    script = (
        "import sys, json, hashlib; from pathlib import Path; from printing.draw import Printer\n"
        "drawn = Printer(Path('assets/fonts')).draw(sys.argv[1], json.loads(sys.argv[2]))\n"
        "print(hashlib.sha256(drawn.pdf).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", script, template, json.dumps(PAPERS[template])],
        cwd=ROOT,
        env=os.environ | {"TZ": "America/Lima", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == hashlib.sha256(drawn(template)).hexdigest()


@pytest.mark.parametrize("template", PAPERS)
def test_what_is_missing_leaves_no_label_behind(template):
    bare = only_required(template, REQUIRED[template] | {"desk.telephone", "number"})
    pdf = PRINTER.draw(template, bare).pdf
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        lines = [line["text"] for page in document.pages for line in page.extract_text_lines()]
    may_end_so = {"XÁC NHẬN:", "1. Thành phần hồ sơ gồm:", "Mã tra cứu hồ sơ:"}
    assert not [line for line in lines if line.rstrip().endswith((":", ",", "(")) and line not in may_end_so][1:]
    assert "None" not in text_of(pdf)


@pytest.mark.parametrize(
    ("template", "field"), [(template, name) for template in TEMPLATES for name in sorted(REQUIRED[template])]
)
def test_a_required_value_that_lacks_is_named(template, field):
    for nothing in ({}, {field: None}, {field: "  "}):
        with pytest.raises(ValueMissing) as refusal:
            PRINTER.draw(template, {name: v for name, v in PAPERS[template].items() if name != field} | nothing)
        assert (refusal.value.code, refusal.value.parameters["field"]) == ("value_missing", field)


def test_a_slip_of_the_pen_in_a_name_is_refused():
    with pytest.raises(ValueMissing) as refusal:
        drawn("birth-extract", mother__fullname="LÊ THỊ BÌNH")
    assert (refusal.value.code, refusal.value.parameters["field"]) == ("value_unknown", "mother.fullname")


@pytest.mark.parametrize(
    ("template", "field", "value"),
    [
        ("birth-extract", "issued_on", "2026-02"),
        ("birth-extract", "issued_on", "2026-02-30"),
        ("birth-extract", "subject.birth_date", "12/06/1985"),
        ("birth-extract", "subject.full_name", 12),
        ("birth-extract", "folder_kind", "play"),
        ("death-extract", "death.time", "24:00"),
        ("death-extract", "is_copy", "yes"),
        ("receipt-slip", "received_at", "2026-02-05T09:15:00"),
        ("receipt-slip", "set_count", -1),
        ("receipt-slip", "papers", "Tờ khai"),
        ("receipt-slip", "papers", [{"name": "Tờ khai", "sheets": 2}]),
        ("receipt-slip", "papers", [{"originals": 2}]),
    ],
)
def test_a_value_of_another_kind_is_named(template, field, value):
    with pytest.raises(ValueMissing) as refusal:
        PRINTER.draw(template, PAPERS[template] | {field: value})
    assert (refusal.value.code, refusal.value.parameters["field"]) == ("value_of_another_kind", field)


def test_an_unknown_paper_is_refused():
    with pytest.raises(DrawingFailed):
        PRINTER.draw("common", {})


@pytest.mark.parametrize("template", [*RESULTS, "receipt-slip"])
def test_a_word_longer_than_its_place_is_said_and_not_shrunk(template):
    field = "subject.full_name" if template in RESULTS else "submitter.address"
    with pytest.raises(TextDoesNotFit) as refusal:
        PRINTER.draw(template, PAPERS[template] | {field: "NGUYỄN" * 20})
    assert refusal.value.parameters["field"] == field


def test_a_letter_that_the_fonts_lack_is_said_without_the_name():
    with pytest.raises(GlyphMissing) as refusal:
        drawn("birth-extract", subject__full_name="TRẦN THỊ 花")
    assert refusal.value.parameters == {"character": "花"}
    assert "TRẦN" not in str(refusal.value)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.text(alphabet="abĐđươ#$*_[]{}()<>@\\`~=-+/\"'., 0", min_size=1, max_size=30).filter(str.strip))
def test_no_value_can_become_markup(value):
    text = text_of(drawn("birth-extract", note=f"đầu {value} cuối"))
    assert re.sub(r"\s", "", f"Ghi chú: đầu {value} cuối") in re.sub(r"\s", "", text)


def test_a_reading_with_line_breaks_and_loose_accents_is_printed_as_one_line():
    decomposed = "Tra\u0302\u0300n  Thi\u0323\nHoa"
    assert "Họ, chữ đệm, tên: Trần Thị Hoa" in text_of(drawn("birth-extract", subject__full_name=decomposed))


@pytest.mark.parametrize("template", RESULTS)
def test_long_names_and_addresses_wrap_inside_the_margins(template):
    longer = {name: LONG_NAME for name in PAPERS[template] if name.endswith("full_name")}
    longer |= {
        name: LONG_ADDRESS
        for name in PAPERS[template]
        if name.split(".")[-1] in {"residence", "last_residence", "home_town", "birth_place"}
    }
    result = PRINTER.draw(template, PAPERS[template] | longer)
    text = text_of(result.pdf)
    assert all(value in text for value in longer.values())
    with pdfplumber.open(io.BytesIO(result.pdf)) as document:
        assert len(document.pages) <= 2
        for page in document.pages:
            letters = [char for char in page.chars if char["text"].strip()]
            assert min(char["x0"] for char in letters) > 29.9 * MM
            assert max(char["x1"] for char in letters) < (210 - 15) * MM
        assert result.places["Official"].page == len(document.pages) - 1


@pytest.mark.parametrize("template", RESULTS)
def test_a_result_is_laid_out_by_decree_30(template):
    with pdfplumber.open(io.BytesIO(drawn(template))) as document:
        page = document.pages[0]
        assert (round(page.width / MM), round(page.height / MM)) == (210, 297)
        letters = [char for char in page.chars if char["text"].strip()]
        left, right = min(char["x0"] for char in letters) / MM, 210 - max(char["x1"] for char in letters) / MM
        assert 30 <= round(left, 1) <= 35
        assert round(right, 1) >= 15
        assert min(char["top"] for char in letters) / MM >= 20  # the marks on the capitals included
        wanted = {
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM": ("Bold", 12),
            "Độc lập - Tự do - Hạnh phúc": ("Bold", 13),
            "ỦY BAN NHÂN DÂN": ("Bold", 12),
            "XÃ NGUYỆT ẤN": ("Bold", 12),
            f"Số: {PAPERS[template]['number']}": ("Regular", 13),
            "Nguyệt Ấn, ngày 05 tháng 02 năm 2026": ("Italic", 13),
            "Họ, chữ đệm, tên": ("Regular", 13),
            "TRẦN THỊ HOA": ("Bold", 13),
            "PHÓ CHỦ TỊCH": ("Bold", 13),
            "Phạm Thị Minh Nguyệt": ("Bold", 13),
        }
        for text, look in wanted.items():
            found = page.search(re.escape(text))[-1]["chars"][0]
            assert (found["fontname"].split("+")[-1].split("-")[-1], round(found["size"], 1)) == look, text
        motto = page.search("Độc lập - Tự do - Hạnh phúc")[0]
        under = [
            line
            for line in page.lines + page.rects + page.curves
            if motto["bottom"] < line["top"] < motto["bottom"] + 12
        ]
        assert [round(line["x1"] - line["x0"]) for line in under if line["x0"] > 250] == [
            round(motto["x1"] - motto["x0"])
        ]


@pytest.mark.parametrize("template", PAPERS)
def test_a_paper_is_pdf_a_2a_and_can_be_spoken(template):
    with pikepdf.open(io.BytesIO(drawn(template))) as document:
        with document.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"], about["pdfuaid:part"]) == ("2", "A", "1")
            assert about["dc:title"].startswith(("Giấy", "Trích lục", "Tờ ngăn"))
        assert str(document.Root.Lang) == "vi"
        assert document.Root.MarkInfo.Marked
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            inner = font.DescendantFonts[0]
            assert "Tinos" in str(inner.BaseFont)
            assert "/FontFile2" in inner.FontDescriptor or "/FontFile3" in inner.FontDescriptor


def test_the_file_says_which_dossier_and_record_it_came_from():
    with pikepdf.open(io.BytesIO(drawn("birth-extract"))) as document:
        words = str(document.docinfo.Keywords)
    assert "H56.33-260205-0007" in words
    assert "ab" * 32 in words


@pytest.mark.parametrize("template", PAPERS)
def test_a_demo_says_so_on_every_page_and_hides_nothing(template):
    real, demo = drawn(template), drawn(template, folder_kind="demo")
    assert "KHÔNG CÓ GIÁ TRỊ" not in text_of(real)
    assert "TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ" in text_of(drawn(template, folder_kind="training"))
    with pypdfium2.PdfDocument(demo) as document:
        for page in document:
            assert page.get_textpage().get_text_bounded().count("DEMO – KHÔNG CÓ GIÁ TRỊ") >= 2
        assert "DEMO" in document.get_metadata_dict()["Title"]
    dark = grey(real) < 90
    assert (grey(demo)[dark] < 130).all()  # what was ink is still ink


@pytest.mark.parametrize("template", RESULTS)
def test_signature_and_seal_stand_where_the_decree_wants_them(template):
    result = PRINTER.draw(template, PAPERS[template])
    official, seal = result.places["Official"], result.places["Seal"]
    assert ((official.x1 - official.x0) / MM, (official.y1 - official.y0) / MM) == pytest.approx((41, 23))
    assert ((seal.x1 - seal.x0) / MM, (seal.y1 - seal.y0) / MM) == pytest.approx((36, 36))
    assert seal.x1 == pytest.approx(official.x0 + (official.x1 - official.x0) / 3)
    assert seal.y0 + seal.y1 == pytest.approx(official.y0 + official.y1)
    with pdfplumber.open(io.BytesIO(result.pdf)) as document:
        page = document.pages[official.page]
        for place in (official, seal):  # no letter under them, and both on the paper
            assert (
                not page.crop((place.x0, page.height - place.y1, place.x1, page.height - place.y0))
                .extract_text()
                .strip()
            )
            assert place.x0 > 0
            assert place.y0 > 0
        words = page.extract_text_lines()
        title = next(line for line in words if "PHÓ CHỦ TỊCH" in line["text"])
        name = next(line for line in words if "Phạm Thị Minh Nguyệt" in line["text"])
    assert title["bottom"] < page.height - official.y1
    assert name["top"] > page.height - official.y0
    for line in (title, name):
        assert (line["x0"] + line["x1"]) / 2 == pytest.approx((official.x0 + official.x1) / 2, abs=1)


def test_the_slip_shows_its_code_in_groups_and_as_a_qr_that_scans():
    pdf = drawn("receipt-slip")
    assert "7K3M 9QXW 2T5H" in text_of(pdf)
    (code,) = zxingcpp.read_barcodes(grey(pdf, ppi=150))
    assert code.text == PAPERS["receipt-slip"]["public_url"]


def test_the_separator_sheet_is_one_page_with_a_qr_that_scans():
    pdf = drawn("separator-sheet")
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
    (code,) = zxingcpp.read_barcodes(grey(pdf, ppi=75))
    assert code.text == PAPERS["separator-sheet"]["code"]


def test_without_a_public_address_the_slip_needs_the_desks_telephone():
    with pytest.raises(ValueMissing) as refusal:
        drawn("receipt-slip", public_url=None, desk__telephone=None)
    assert refusal.value.parameters["field"] == "desk.telephone"


def test_without_a_public_address_the_slip_names_desk_and_telephone():
    pdf = drawn("receipt-slip", public_url=None)
    text = text_of(pdf)
    assert not zxingcpp.read_barcodes(grey(pdf, ppi=150))
    assert "quét mã" not in text
    assert "điện thoại 0237 3 123 456" in text


def test_the_slip_has_no_place_for_the_second_factor():
    for secret in ("submitter.telephone", "submitter.identity_number", "owner.personal_number"):
        with pytest.raises(ValueMissing):
            drawn("receipt-slip", **{secret: "0912345678"})


def test_the_slip_is_a5_and_takes_a_second_page_for_many_papers():
    many = [
        {"name": f"Giấy tờ số {number} chứng minh nơi cư trú của người yêu cầu", "copies": 1} for number in range(12)
    ]
    with pdfplumber.open(io.BytesIO(drawn("receipt-slip", papers=many))) as document:
        assert len(document.pages) == 2
        assert {(round(page.width / MM), round(page.height / MM)) for page in document.pages} == {(148, 210)}


def test_an_original_extract_of_a_death_is_no_copy():
    original = {
        "is_copy": False,
        "registration__agency": None,
        "registration__number": None,
        "registration__date": None,
    }
    text = text_of(drawn("death-extract", **original))
    assert "BẢN SAO" not in text
    assert "Đăng ký khai tử tại" not in text
    assert "(BẢN SAO)" in text_of(drawn("death-extract"))
