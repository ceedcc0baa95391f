"""Digits of one number, drawn here, some of them with what readers of every family now and then make of them."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.forms.glyphs import has_misread_digit
from tests.ocr.conftest import ROOT

FONT = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", 38)


def drawn(number):
    image = Image.new("L", (420, 60), 250)
    ImageDraw.Draw(image).text((12, 45), number, font=FONT, fill=20, anchor="ls")
    return np.asarray(image)


@pytest.mark.parametrize("read", ["038185000123", "025192396072", "12/06/1985", "05-04-2007", "038 185 000 123"])
def test_a_number_read_right_has_none(read):
    assert not has_misread_digit(drawn(read), read)


@pytest.mark.parametrize(
    ("written", "read"), [("025192396072", "025192396972"), ("2007", "2087"), ("12/06/1980", "12/96/1980")]
)
def test_a_zero_read_as_another_digit_beside_zeros_read_right_is_told(written, read):
    assert has_misread_digit(drawn(written), read)


def test_two_digits_that_have_grown_together_hide_only_themselves():
    together = drawn("025192396072").copy()
    columns = np.flatnonzero((together < 128).any(axis=0))
    gap = next(x for x in range(columns[0] + 60, columns[-1]) if x not in columns)
    together[28:32, gap - 2 : gap + 4] = 20
    assert has_misread_digit(together, "025192396972")
    assert not has_misread_digit(together, "025192396072")


def test_where_signs_are_missing_nobody_can_tell():
    assert not has_misread_digit(drawn("2007"), "208")
