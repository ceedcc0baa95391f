"""From a blank to a draft: what is drawn on it is found, what is printed beside it becomes the field's label."""

import tomllib
from datetime import date

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, TiffImagePlugin

from ocr import CapExceeded, OcrError
from ocr.forms.draft import Seen, key_of, kind_of, label_text, printed_texts, proposed, with_unique_keys
from ocr.forms.marks import Area, find_marks
from ocr.forms.templates import DATA, load_templates
from tests.ocr.conftest import ROOT

DPI = 200
MM = DPI / 25.4
RESIDENCE = "phieu-khai-bao-tam-vang-ct03"


class Sheet:
    """A blank that is drawn word by word, so that the words and their places are known."""

    def __init__(self):
        self.picture = Image.new("L", (round(210 * MM), round(297 * MM)), 255)
        self.draw = ImageDraw.Draw(self.picture)
        self.face = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", round(12.5 / 72 * DPI))
        self.words = []

    def text(self, x, y, text):
        for word in text.split(" "):
            self.draw.text((x * MM, y * MM), word, font=self.face, fill=0, anchor="ls")
            x0, y0, x1, y1 = (edge / MM for edge in self.draw.textbbox((x * MM, y * MM), word, self.face, "ls"))
            self.words.append(Seen(word, 0.95, Area(x0, y0, x1, y1)))
            x = x1 + 1.2
        return x - 0.8

    def dots(self, x0, x1, y):
        for x in np.arange(x0, x1, 1.1):
            self.draw.ellipse((x * MM - 1, y * MM - 3, x * MM + 2, y * MM), fill=0)

    def box(self, x0, y0, x1, y1):
        self.draw.rectangle((x0 * MM, y0 * MM, x1 * MM, y1 * MM), outline=0, width=2)

    def found(self):
        marks, _ = find_marks(np.asarray(self.picture), DPI)
        return marks, with_unique_keys(proposed(marks, self.words, 1))


@pytest.fixture(scope="module")
def sheet():
    sheet = Sheet()
    end = sheet.text(22, 50, "1. Họ, chữ đệm và tên:")
    sheet.dots(end, 195, 50)
    end = sheet.text(22, 58, "2. Ngày, tháng, năm sinh:")
    sheet.dots(end, 90, 58)
    sheet.text(91, 58, "/")
    sheet.dots(93, 108, 58)
    sheet.text(109, 58, "/")
    sheet.dots(111, 130, 58)
    end = sheet.text(140, 58, "3. Giới tính:")
    sheet.dots(end, 195, 58)
    sheet.text(22, 70, "4. Số định danh cá nhân:")
    for cell in range(12):
        sheet.box(90 + cell * 8, 63, 98 + cell * 8, 72)
    end = sheet.text(22, 82, "Nơi thường trú:")
    sheet.dots(end, 195, 82)
    sheet.dots(22, 195, 89)
    end = sheet.text(22, 98, "Đề nghị cấp bản sao: Có")
    sheet.box(end + 1, 94.4, end + 4.8, 98.2)
    end = sheet.text(end + 6, 98, ", Không")
    sheet.box(end + 1, 94.4, end + 4.8, 98.2)
    for row in range(3):
        sheet.box(22, 110 + row * 8, 60, 118 + row * 8)
        sheet.box(60, 110 + row * 8, 128, 118 + row * 8)
        sheet.box(128, 110 + row * 8, 195, 118 + row * 8)
    sheet.text(70, 116, "Bên nữ")
    sheet.text(150, 116, "Bên nam")
    sheet.text(24, 124, "Dân tộc")
    sheet.text(24, 132, "Nơi cư trú")
    sheet.text(60, 200, "PHIẾU KHAI BÁO")
    sheet.draw.line((60 * MM, 201.5 * MM, 100 * MM, 201.5 * MM), fill=0, width=3)
    return sheet


@pytest.fixture(scope="module")
def fields(sheet):
    return {one.key: one for one in sheet.found()[1]}


def test_slots_combs_boxes_and_cells_are_counted_and_an_underlined_title_is_none(sheet):
    marks, fields = sheet.found()
    assert len(marks.leaders) == 7
    assert [comb.cells for comb in marks.combs] == [12]
    assert len(marks.boxes) == 2
    assert [len(table) for table in marks.tables] == [9]
    assert len(fields) == 10


def test_each_field_has_its_label_and_the_type_that_the_label_speaks_of(fields):
    assert {key: (one.label, one.kind) for key, one in fields.items() if "." not in key} == {
        "ho_chu_dem_va_ten": ("Họ, chữ đệm và tên", "person_name"),
        "ngay_thang_nam_sinh": ("Ngày, tháng, năm sinh", "date"),
        "gioi_tinh": ("Giới tính", "sex"),
        "so_dinh_danh_ca_nhan": ("Số định danh cá nhân", "identity_number"),
        "noi_thuong_tru": ("Nơi thường trú", "place"),
        "de_nghi_cap_ban_sao": ("Đề nghị cấp bản sao", "checkbox"),
    }


def test_a_date_in_three_slots_is_one_field(fields):
    date_ = fields["ngay_thang_nam_sinh"]
    assert (date_.join, len(date_.boxes)) == ("/", 3)
    assert date_.boxes[0].x1 < 91 < date_.boxes[1].x0 < date_.boxes[1].x1 < 110 < date_.boxes[2].x0
    assert len({(box.y0, box.y1) for box in date_.boxes}) == 1


def test_a_slot_without_a_label_continues_the_one_above(fields):
    above, below = fields["noi_thuong_tru"].boxes
    assert below.x0 == pytest.approx(22, abs=0.5)
    assert above.y1 <= below.y0 + 0.1


def test_a_comb_knows_its_cells_and_its_frame(fields):
    comb = fields["so_dinh_danh_ca_nhan"]
    assert comb.cells == 12
    assert comb.boxes[0] == pytest.approx((90, 63, 186, 72), abs=0.4)


def test_check_boxes_of_one_row_are_one_field_with_their_words_as_values(fields):
    assert fields["de_nghi_cap_ban_sao"].values == ("yes", "no")


def test_a_cell_is_called_after_its_row_and_its_column(fields):
    assert {key: one.kind for key, one in fields.items() if "." in key} == {
        "ben_nu.dan_toc": "ethnic_group",
        "ben_nam.dan_toc": "ethnic_group",
        "ben_nu.noi_cu_tru": "place",
        "ben_nam.noi_cu_tru": "place",
    }


def test_no_printed_text_reaches_into_a_field(sheet, fields):
    texts = printed_texts(sheet.words, list(fields.values()))
    assert "1. Họ, chữ đệm và tên:" in [text for text, _ in texts]
    for _, area in texts:
        for one in fields.values():
            for box in one.boxes:
                across, down = min(area.x1, box.x1) - max(area.x0, box.x0), min(area.y1, box.y1) - max(area.y0, box.y0)
                assert across <= 0.01 or down <= 0.01


def test_a_label_loses_its_number_its_footnote_mark_and_its_colon():
    words = [Seen(text, 0.9, Area(0, 0, 1, 1)) for text in ["10.", "Nội", "dung", "đề", "nghị", "(2):"]]
    assert label_text(words) == "Nội dung đề nghị"
    assert key_of("Họ, chữ đệm và tên chủ hộ") == "ho_chu_dem_va_ten_chu_ho"
    assert kind_of("Số điện thoại liên hệ") == "phone"


@pytest.fixture(scope="module")
def drafted(reader):
    return reader.draft_form(DATA / RESIDENCE / "2023" / "blank-1.png", "phieu-thu", "2026", date(2026, 11, 26))


def test_a_scanned_blank_gives_a_draft_that_only_wants_its_head(drafted, tmp_path):
    assert drafted.pages[0]["combs"] == 1
    folder = tmp_path / "phieu-thu" / "2026"
    folder.mkdir(parents=True)
    for name, content in drafted.files.items():
        (folder / name).write_bytes(content)
    path = folder / "form.toml"
    path.write_text(path.read_text("utf-8").replace('"0.000000"', '"1.003677"'), "utf-8")
    (form,) = load_templates(tmp_path)
    found = {field.name: field for field in form.pages[0].fields}
    assert found["ho_chu_dem_va_ten"].kind == "person_name"
    assert found["noi_thuong_tru"].kind == "place"
    assert [field.cells for field in found.values() if field.cells] == [12]
    assert sum(field.join == "/" for field in found.values()) >= 3
    with Image.open(folder / "blank-1.png") as blank:
        assert blank.mode == "1"


def test_what_a_person_must_look_at_stands_in_the_draft(drafted):
    doubted = [field for field in drafted.fields if field.doubts]
    assert doubted
    text = drafted.files["form.toml"].decode()
    assert text.count("# to look at:") == len(doubted)
    assert tomllib.loads(text)["valid_from"] == date(2026, 11, 26)
    assert drafted.files["look-1.png"].startswith(b"\x89PNG")


def test_what_is_no_scan_is_refused(reader, tmp_path):
    path = tmp_path / "blank.pdf"
    path.write_bytes(b"not a scan")
    with pytest.raises(OcrError):
        reader.draft_form(path, "form", "2026", date(2026, 11, 26))


def test_a_book_is_no_form(reader, tmp_path):
    path = tmp_path / "book.tif"
    leaf = Image.new("1", (800, 1100), 1)
    leaf.save(path, save_all=True, append_images=[leaf] * 20, compression="group4", dpi=(100, 100))
    with pytest.raises(CapExceeded) as refusal:
        reader.draft_form(path, "form", "2026", date(2026, 11, 26))
    assert refusal.value.code == "too_many_pages"


def test_pages_of_two_resolutions_are_measured_alike(reader, tmp_path):
    blank = Image.open(DATA / RESIDENCE / "2023" / "blank-1.png").convert("L")
    half = blank.resize((blank.width * 3 // 4, blank.height * 3 // 4), Image.Resampling.BOX)
    path = tmp_path / "two.tif"
    with TiffImagePlugin.AppendingTiffWriter(str(path), new=True) as pages:
        for picture, dpi in ((blank, 200), (half, 150)):
            picture.save(pages, format="TIFF", dpi=(dpi, dpi))
            pages.newFrame()
    draft = reader.draft_form(path, "form", "2026", date(2026, 11, 26))
    combs = [one for one in tomllib.loads(draft.files["form.toml"].decode())["field"] if "cells" in one]
    assert [comb["cells"] for comb in combs] == [12, 12]
    one, other = (comb["boxes_mm"][0] for comb in combs)
    assert one == pytest.approx(other, abs=0.6)
