"""Handwriting is told from print, and whatever it says nobody accepts it but a person."""

import random

import numpy as np
import pytest
from PIL import Image

from ocr import Decision
from ocr.forms.hand import Strokes, strokes_of, written_by_hand
from ocr.forms.templates import load_templates
from samples.byhand import DPI, HANDS, MM, filled_by_hand, write
from tests.ocr.test_second_reader import drawn_line

FORM = next(form for form in load_templates() if form.code == "to-khai-xac-nhan-tinh-trang-hon-nhan")


@pytest.mark.parametrize("hand", HANDS)
def test_a_form_filled_in_by_hand_is_never_accepted_without_a_person(reader, tmp_path, hand):
    page, names = filled_by_hand(FORM.pages[0], hand, seed=len(hand))
    page.save(tmp_path / "page.png", dpi=(DPI, DPI))
    read = reader.digitize(tmp_path / "page.png")
    assert read.form.code == FORM.code
    written = {name: read.fields[name] for name in names}
    assert len(written) >= 12
    assert Decision.ACCEPTED not in {field.decision for field in read.fields.values()}
    told = [field for field in written.values() if "handwritten" in field.problems]
    assert len(told) >= 0.9 * len(written)


def test_print_stands_in_line_and_a_hand_does_not():
    text = "thôn Minh Thủy, xã Nguyệt Ấn, tỉnh Thanh Hóa"
    printed = strokes_of(drawn_line(text, size=32), mm=MM)
    assert printed.pairs > 20
    for hand in HANDS:
        line = Image.new("L", (1000, 120), 250)
        write(line, text, hand, (30, 80, 900), random.Random(3))  # noqa: S311 - the same hand each time
        assert strokes_of(np.asarray(line), mm=MM).unevenness > printed.unevenness + 0.15, hand


def test_a_page_written_by_hand_takes_its_short_words_with_it_and_leaves_its_print():
    shaky, short, printed = Strokes(40, 34.0), Strokes(2, 0.0), Strokes(30, 1.0)
    assert written_by_hand([(shaky, 0.6), (shaky, 0.7), (short, 0.9), (printed, 0.95)]) == [True, True, True, False]


def test_one_shaky_field_on_a_printed_page_is_told_and_the_rest_is_print():
    printed, shaky = Strokes(40, 8.0), Strokes(12, 11.0)
    assert written_by_hand([(printed, 0.95)] * 6 + [(shaky, 0.7)]) == [False] * 6 + [True]


def test_a_page_without_writing_has_no_handwriting():
    assert written_by_hand([]) == []
    assert written_by_hand([(Strokes(), 1.0)]) == [False]
