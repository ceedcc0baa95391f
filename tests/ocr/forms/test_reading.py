"""A filled form read in this process, with the second readers and without them."""

import numpy as np
import pytest

from ocr import Decision
from ocr.forms.judge import judged
from ocr.forms.reading import read_form_page
from ocr.forms.recognise import Match
from ocr.raster import PageImage
from ocr.second_reader import loaded
from ocr.tesseract import Model
from ocr.values import DEBIAN_TESSDATA
from ocr.wholepage import Models
from tests.ocr.conftest import ROOT
from tests.ocr.test_forms import DPI, FORM, WRITTEN, filled

MODELS = Models(
    Model("vie_best", ROOT / "assets" / "tessdata"), Model("eng", DEBIAN_TESSDATA), Model("osd", DEBIAN_TESSDATA)
)


@pytest.fixture(scope="module")
def page():
    grey = np.asarray(filled(FORM, WRITTEN).convert("L"))
    page = PageImage(1, grey, None, DPI, is_bilevel=False, text_ink=0.0)
    to_page = np.diag([float(grey.shape[1]), float(grey.shape[0]), 1.0])
    return page, Match(FORM, FORM.pages[0], 0, 0.0, to_page, 0.99)


def fields(page, second, scratch):
    image, match = page
    return judged([read_form_page(image, match, MODELS, second, scratch)], [])


def test_with_second_readers_what_is_clear_is_accepted(page, tmp_path):
    read = fields(page, loaded(), tmp_path)
    accepted = {name for name, field in read.items() if field.decision is Decision.ACCEPTED}
    doubted = {"subject.sex", "subject.identity_number"}  # the number says another sex
    assert set(WRITTEN) - doubted - accepted == set()
    assert not accepted & doubted


def test_without_them_the_same_is_read_and_everything_is_shown_to_a_person(page, tmp_path):
    read = fields(page, None, tmp_path)
    assert {field.decision for field in read.values()} == {Decision.LOOK, Decision.EMPTY}
    assert read["requester.full_name"].value == WRITTEN["requester.full_name"]
    assert read["requester.identity_number"].value == "038185000123"
    assert read["subject.birth_date"].value == "1985"
