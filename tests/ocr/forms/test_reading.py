"""A filled form read in this process, with the second readers and without them."""

import numpy as np
import pytest
from PIL import ImageDraw, ImageFont

from ocr import Decision
from ocr.forms.judge import judged
from ocr.forms.reading import read_form_page
from ocr.forms.recognise import Match
from ocr.forms.templates import Kind, load_templates
from ocr.raster import PageImage
from ocr.second_reader import loaded
from ocr.tesseract import Model
from ocr.values import DEBIAN_TESSDATA
from ocr.wholepage import Models
from tests.ocr.conftest import ROOT
from tests.ocr.test_forms import DPI, FORM, MM, WRITTEN, filled

MODELS = Models(
    Model("vie_best", ROOT / "assets" / "tessdata"), Model("eng", DEBIAN_TESSDATA), Model("osd", DEBIAN_TESSDATA)
)


@pytest.fixture(scope="module")
def page():
    return lying_straight(FORM, filled(FORM, WRITTEN))


def lying_straight(form, picture):
    """Return the first page of a form and how it lies on its blank."""
    grey = np.asarray(picture.convert("L"))
    page = PageImage(1, grey, None, DPI, is_bilevel=False, text_ink=0.0)
    to_page = np.diag([float(grey.shape[1]), float(grey.shape[0]), 1.0])
    return page, Match(form, form.pages[0], 0, 0.0, to_page, 0.99)


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


DEATH = next(form for form in load_templates() if form.code == "to-khai-dang-ky-khai-tu")
FACE = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", round(8 / 72 * DPI))


def test_identity_numbers_in_groups_of_digits_are_found(tmp_path):
    written = {
        "requester.identity_paper": "CCCD số 038 185 000 123",
        "subject.identity_paper": "Căn cước số 038.060.004.321",
    }
    read = fields(lying_straight(DEATH, filled(DEATH, written)), loaded(), tmp_path)
    assert read["requester.identity_number"].value == "038185000123"
    assert read["subject.identity_number"].value == "038060004321"
    assert {name: read[name].value for name in written} == written
    assert {read[name].decision for name in written} == {Decision.ACCEPTED}


@pytest.mark.parametrize("mark", ["x", "ring"])
def test_a_small_x_and_a_ring_about_a_box_are_seen_and_looked_at(mark, tmp_path):
    picture = filled(DEATH, {})
    box = next(field for field in DEATH.pages[0].fields if field.kind is Kind.CHECKBOX).boxes[1]
    x, y = (box.x0 + box.x1) / 2 * picture.width, (box.y0 + box.y1) / 2 * picture.height
    if mark == "x":
        ImageDraw.Draw(picture).text((x, y), "x", font=FACE, fill=25, anchor="mm")
    else:
        ImageDraw.Draw(picture).ellipse((x - 3.4 * MM, y - 3.2 * MM, x + 3.4 * MM, y + 3.2 * MM), outline=25, width=4)
    found = fields(lying_straight(DEATH, picture), loaded(), tmp_path)["request.copies_wanted"]
    assert (found.value, found.decision) == ("no", Decision.LOOK)
