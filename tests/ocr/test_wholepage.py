"""Letters of an office, as scanners and cameras give them, read whole; by our own pieces, without the sandbox."""

from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from ocr.clean import evenly_lit, has_leaders, has_shade, letter_height_px
from ocr.filetype import FileType
from ocr.forms.syllables import folded
from ocr.intake import Intake
from ocr.raster import PageImage, page_image
from ocr.second_reader import loaded
from ocr.tesseract import Model, SeenWord
from ocr.textlines import said_as
from ocr.values import DEBIAN_TESSDATA, Caps
from ocr.wholepage import UNSURE, Models, _is_dirt, _reheard, _without_specks, read_whole_page
from tests.ocr.conftest import ROOT
from tests.ocr.letters import WORSE, letter, png
from tests.ocr.test_second_reader import drawn_line

MODELS = Models(
    text=Model("vie_best", ROOT / "assets" / "tessdata"),
    numbers=Model("eng", DEBIAN_TESSDATA),
    turn=Model("osd", DEBIAN_TESSDATA),
)
CASES = {  # by what was done: the most that may be wrong of a hundred characters, and the turn that puts it right
    "black and white 200 dpi": (4, 0),
    "skewed 2.1°": (4, 0),
    "on its right side": (4, 270),
    "photo from aside": (4, 0),
}


@pytest.fixture(scope="module")
def second():
    return loaded()


def page_of(image, dpi):
    intake = Intake(FileType.PNG, 1, is_signed=False, frames=(0,))
    return page_image(intake, BytesIO(png(image, dpi)), Caps(), 1)


@pytest.mark.parametrize("case", CASES)
def test_a_letter_is_read_however_it_was_scanned(case, second, tmp_path):
    most, turn = CASES[case]
    image, truth = letter(5)
    dpi, worse = WORSE[case]
    whole = read_whole_page(page_of(worse(image), dpi), MODELS, second, tmp_path)
    text = " ".join(" ".join(line.text for line in whole.lines).split())
    assert whole.rotation_deg == turn
    assert 100 * Levenshtein.distance(text, " ".join(truth.split())) / len(truth) < most
    boxes = [word.box for line in whole.lines for word in line.words]
    assert sum(box.y1 - box.y0 < 0.03 for box in boxes) > 0.95 * len(boxes)


def test_without_second_readers_a_letter_is_read_all_the_same(tmp_path):
    image, truth = letter(8)
    whole = read_whole_page(page_of(WORSE["scan 150 dpi"][1](image), 150), MODELS, None, tmp_path)
    text = " ".join(" ".join(line.text for line in whole.lines).split())
    assert 100 * Levenshtein.distance(text, " ".join(truth.split())) / len(truth) < 5


def test_leaders_are_noticed_and_plain_text_has_none():
    image, _ = letter(5)
    grey = np.asarray(image.resize((1654, 2338)))
    assert has_leaders(grey, 200)
    assert not has_leaders(grey[:900], 200)  # the paragraphs above the leaders


def test_a_card_on_white_paper_is_read_though_its_ground_is_dark(second, tmp_path):
    sheet = Image.new("RGB", (1654, 2339), "white")
    draw, face = ImageDraw.Draw(sheet), ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", 34)
    draw.rectangle((400, 400, 1070, 830), fill=(205, 232, 222))
    for row, line in enumerate(("CĂN CƯỚC CÔNG DÂN", "Số: 038185000123", "Họ và tên: NGUYỄN THỊ HÒA")):
        draw.text((560, 480 + 80 * row), line, font=face, fill=(20, 20, 20))
    draw.ellipse((420, 700, 480, 760), fill=(190, 30, 40))  # the emblem
    page = PageImage(1, np.asarray(sheet.convert("L")), np.asarray(sheet), 200, is_bilevel=False, text_ink=0.0)
    text = "\n".join(line.text for line in read_whole_page(page, MODELS, second, tmp_path).lines)
    assert "038185000123" in text
    assert "nguyen thi hoa" in folded(text)


def test_plain_paper_has_no_shade_and_a_shadow_is_evened():
    page = np.full((1000, 800), 245, dtype=np.uint8)
    page[100:130, 100:700] = 20
    assert not has_shade(page)
    page[500:] //= 2
    assert has_shade(page)
    assert int(evenly_lit(page)[800].min()) > 230


def test_the_height_of_letters_grows_with_the_print():
    small, large = (letter_height_px(np.asarray(letter(5, size)[0])) for size in (9.0, 14.0))
    assert 1.3 < large / small < 1.8
    assert letter_height_px(np.full((500, 500), 255, np.uint8)) == 0


def seen(text, confidence, height=30, x0=0):
    return SeenWord(text, confidence, x0, 0, x0 + 20 * len(text), height)


def test_tone_marks_taken_for_a_line_are_dirt_and_a_doubtful_line_is_not():
    lines = [(seen("Quyết", 0.95), seen("định", 0.96))] * 5
    assert _is_dirt((seen("£", 0.2, height=8), seen("Ñ", 0.4, height=14)), lines)
    assert not _is_dirt((seen("viết", 0.4), seen("tay", 0.3)), lines)
    assert not _is_dirt((seen("...", 0.97, height=8),), lines)


def test_specks_go_and_what_may_be_a_word_stays():
    line = (seen("Điều", 0.9), seen("|", 0.2), seen("1", 0.3), seen("-", 0.9))
    assert [word.text for word in _without_specks(line)] == ["Điều", "1", "-"]


def test_another_readers_words_stand_where_the_first_saw_them():
    line = (seen("Họ", 0.9), seen("tén", 0.6, x0=60))
    same = said_as(line, ["Họ", "tên"], 0.8)
    assert [(word.text, word.x0, word.confidence) for word in same] == [("Họ", 0, 0.9), ("tên", 60, 0.8)]
    spread = said_as(line, ["Họ", "và", "tên"], 0.8)
    assert [word.text for word in spread] == ["Họ", "và", "tên"]
    assert spread[0].x0 == 0
    assert spread[-1].x1 == 120
    assert all(one.x1 < other.x0 for one, other in pairwise(spread))
    assert said_as(line, [], 0.8) == ()


def test_a_doubtful_word_gets_the_marks_that_are_on_the_paper(second):
    pixels = drawn_line("chứng", margin=20)
    word = seen_in(pixels, "chửng")
    assert _reheard(word, pixels, second).text == "chứng"
    sure = replace(word, confidence=UNSURE)
    assert _reheard(sure, pixels, second) == sure
    assert _reheard(replace(word, text="bạn"), pixels, second).text == "bạn"  # other letters: nobody is believed


def test_the_careful_reader_is_spared_where_the_quick_one_agrees(second, monkeypatch):
    pixels = drawn_line("người", margin=20)
    word = seen_in(pixels, "người")
    assert second.quick([pixels])[0].text == "người"
    monkeypatch.setattr(second, "careful", None)
    assert _reheard(word, pixels, second) == word


def seen_in(pixels, text):
    """Return a word of which Tesseract is not sure, over all the ink of a picture."""
    rows, columns = np.nonzero(pixels < 128)
    return SeenWord(text, 0.7, int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max()))
