"""A photo of a page that is no known form is laid flat for reading; its words stand where the photo shows them."""

from random import Random

import numpy as np
import pytest
from PIL import Image
from rapidfuzz import fuzz

from ocr.photo import flattened, outline_of
from samples.degrade import DEVICES
from tests.ocr.conftest import LINES, drawn_page


@pytest.fixture(scope="module")
def photo():
    return DEVICES["photo"](drawn_page(dpi=300).convert("RGB"), Random(4)).image  # noqa: S311 - the same every time


def test_the_outline_of_a_page_on_a_table_is_found_and_laid_flat(photo):
    grey = np.asarray(photo.convert("L"))
    corners = outline_of(grey)
    assert corners is not None
    level, back = flattened(grey, corners)
    assert level.shape[0] / level.shape[1] == pytest.approx(297 / 210, rel=0.06)
    border = np.concatenate([level[8, 30:-30], level[-8, 30:-30], level[30:-30, 8], level[30:-30, -8]])
    assert np.percentile(border, 5) > 150  # paper to its very edges: no table is left
    height, width = level.shape
    led_back = back @ np.array([width, height, 1.0])
    assert led_back[:2] / led_back[2] == pytest.approx(corners[2], abs=1)


@pytest.mark.parametrize("device", ["scan300", "scan150", "bin200", "fold300", "clean300"])
def test_a_scan_has_no_table_about_it(device):
    scan = DEVICES[device](drawn_page(dpi=300).convert("RGB"), Random(6))  # noqa: S311 - the same every time
    assert outline_of(np.asarray(scan.image.convert("L"))) is None


def test_a_hand_or_half_a_table_is_no_page():
    grey = np.full((900, 700), 60, np.uint8)
    grey[500:] = 230
    assert outline_of(grey) is None


def test_the_words_of_a_photo_are_read_and_stand_where_it_shows_them(reader, photo, tmp_path):
    photo.save(tmp_path / "photo.jpg", quality=80)
    page = reader.digitize(tmp_path / "photo.jpg").pages[0]
    assert fuzz.ratio(" ".join(page.text.split()), " ".join("\n".join(LINES).split())) > 95
    assert (page.width_px, page.height_px) == photo.size
    word = next(word for word in page.words if word.text == "Kính")
    edges, (width, height) = word.box, photo.size
    box = (edges.x0 * width, edges.y0 * height, edges.x1 * width, edges.y1 * height)
    cut = np.asarray(Image.open(tmp_path / "photo.jpg").convert("L").crop(box))
    assert (cut < 110).mean() > 0.08  # ink, not paper
