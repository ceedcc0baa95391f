"""The lines of a form put to the readers: drawn here, with what Tesseract is said to have read on them."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.forms.lines import MM, SURE, Crop, SeenLine, voted_line
from ocr.forms.templates import Field, Kind
from ocr.second_reader import SecondReaders
from ocr.tesseract import SeenWord
from ocr.values import Box
from tests.ocr.conftest import ROOT

SIZE_PX, LEFT_PX = round(4 * MM), 20
UNSURE = SURE - 0.01
FONT = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", SIZE_PX)


@pytest.fixture(scope="module")
def readers():
    return SecondReaders()


def line(kind, written, first, confidence):
    """Return a line with ``written`` drawn on it that the first reader read as ``first``, word by word."""
    image = Image.new("L", (round(FONT.getlength(written)) + 2 * LEFT_PX, 2 * SIZE_PX), 250)
    ImageDraw.Draw(image).text((LEFT_PX, round(1.4 * SIZE_PX)), written, font=FONT, fill=20, anchor="ls")
    words, at = [], 0
    for said, drawn in zip(first.split(" "), written.split(" "), strict=True):
        x0 = LEFT_PX + round(FONT.getlength(written[:at]))
        words.append(SeenWord(said, confidence, x0, 0, x0 + round(FONT.getlength(drawn)), 2 * SIZE_PX))
        at += len(drawn) + 1
    crop = Crop(Field("x", kind, (Box(0, 0, 1, 1),), " ", None, ()), np.asarray(image), 0, 0)
    return SeenLine(crop, tuple(words), first)


def doubted(kind, written, first, quick, readers, *, confidence=UNSURE):
    seen = voted_line(line(kind, written, first, confidence), quick, readers)
    return seen.text, [seen.text[start:end] for start, end in seen.doubts]


def test_a_name_stands_where_all_readers_see_it(readers):
    assert doubted(Kind.PERSON_NAME, "Vàng Thị Hòa", "Vàng Thị Hòa", "Vàng Thị Hòa", readers) == ("Vàng Thị Hòa", [])


def test_a_tone_that_the_others_agree_on_and_the_careful_reader_does_not_see_is_a_doubt(readers):
    assert doubted(Kind.PERSON_NAME, "Vàng Thị Hòa", "Vàng Thị Hóa", "Vàng Thị Hóa", readers) == (
        "Vàng Thị Hóa",
        ["Hóa"],
    )


@pytest.mark.parametrize(
    ("kind", "written", "first"),
    [
        (Kind.PERSON_NAME, "Vàng Thị Hòa", "Vàng Thị Hóa"),
        (Kind.PLACE, "Làng Thắng, xã Nguyệt Ấn", "Làng Thẳng, xã Nguyệt Ấn"),
    ],
)
def test_nobody_is_asked_about_words_of_which_the_first_is_sure_and_that_the_quick_one_sees_too(
    readers, kind, written, first
):
    assert doubted(kind, written, first, first, readers, confidence=SURE) == (first, [])


def test_a_word_that_is_asked_about_is_shown_with_its_neighbours(readers, monkeypatch):
    written, quick = "Đề nghị ghi vào sổ đăng ký khai sinh của tôi", "Đề nghị ghi vào so đăng ký khai sinh của tôi"
    shown: list[str] = []
    careful = readers.careful

    def recorded(lines):
        heard = careful(lines)
        shown.extend(reading.text for reading in heard)
        return heard

    monkeypatch.setattr(readers, "careful", recorded)
    assert doubted(Kind.TEXT, written, written, quick, readers, confidence=SURE) == (written, [])
    assert shown == ["vào sổ đăng"]


def test_a_tone_that_the_quick_reader_missed_is_no_doubt(readers):
    assert doubted(Kind.TEXT, "ghi vào sổ đăng ký", "ghi vào sổ đăng ký", "ghi vào số đăng ký", readers) == (
        "ghi vào sổ đăng ký",
        [],
    )


def test_a_hamlet_is_held_against_the_careful_reader_and_a_known_commune_is_not(readers):
    written, first = "Làng Thắng, xã Nguyệt Ấn", "Làng Thẳng, xã Nguyệt Ấn"
    assert doubted(Kind.PLACE, written, first, first, readers) == (first, ["Thẳng"])
    assert doubted(Kind.PLACE, written, "Làng Thắng, xã Nguyệt Ẩn", "Làng Thắng, xã Nguyệt Ãn", readers)[1] == []


def test_of_an_e_mail_address_every_letter_counts(readers):
    written = "thanh.le85@gmail.com"
    assert doubted(Kind.EMAIL, written, written, written, readers) == (written, [])
    first = "thanh.lê85@gmail.com"
    assert doubted(Kind.EMAIL, written, first, written, readers) == (written, [written])


def test_of_a_date_the_two_who_know_digits_must_see_the_same(readers):
    assert doubted(Kind.DATE, "19/06/1990", "19/96/1990", "19/06/1990", readers) == ("19/06/1990", [])
    assert doubted(Kind.DATE, "19/06/1990", "19/96/1999", "19/06/1999", readers) == ("19/06/1999", ["19/06/1999"])


@pytest.mark.parametrize("quick", ["số 038190200186", "số_O38190200186", "số 038.190200186", "số 03:8190200186"])
def test_letters_and_stops_in_an_identity_number_are_digits_misread(readers, quick):
    first = "số 9381902009186"  # a typewriter's dotted zeros, as Tesseract reads them
    assert doubted(Kind.IDENTITY_PAPER, "số 038190200186", first, quick, readers) == ("số 038190200186", [])
