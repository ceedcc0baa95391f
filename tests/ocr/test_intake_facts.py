"""What is said of a page while the citizen still stands at the desk: true of bad pages, silent on good ones."""

from random import Random

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.clean import blue_ink, red_ink
from ocr.facts import PageFacts
from ocr.raster import PageImage
from samples.degrade import DEVICES
from tests.ocr.conftest import LINES, ROOT, drawn_page

DPI = 200
MM = DPI / 25.4
GOOD = ("clean300", "scan300", "scan200", "stamp300", "fold300", "bin200", "photo")


def seen(pixels, dpi=DPI):
    return PageImage(1, np.ascontiguousarray(pixels, dtype=np.uint8), None, dpi, is_bilevel=False, text_ink=0.0)


def scanned(pixels):
    return np.clip(pixels.astype(np.float32) + np.random.default_rng(5).normal(0, 2, pixels.shape), 0, 255)


@pytest.fixture(scope="module")
def written():
    return np.asarray(drawn_page(LINES * 3))


@pytest.mark.parametrize("device", GOOD)
def test_nothing_is_said_of_what_office_scanners_and_phones_give(device):
    page = drawn_page(LINES * 3, dpi=300).convert("RGB")
    scan = DEVICES[device](page, Random(3))  # noqa: S311 - the same every time
    grey = np.asarray(scan.image.convert("L"))
    assert PageFacts(seen(grey, scan.dpi or round(max(grey.shape) / 297 * 25.4))).warnings == ()


def shaken(pixels):
    return cv2.filter2D(pixels, -1, np.full((1, 8), 1 / 8, np.float32))


BAD = {
    "blurred": lambda pixels: scanned(cv2.GaussianBlur(pixels, (0, 0), 0.3 * MM)),
    "low-contrast": lambda pixels: scanned(255 - (255 - pixels.astype(np.float32)) * 0.2),
    "dark": lambda pixels: scanned(pixels * 0.45),
    "cut-edge": lambda pixels: scanned(pixels[:, round(28 * MM) :]),
    "low-resolution": lambda pixels: np.kron(pixels[::3, ::3], np.ones((3, 3))),
}


@pytest.mark.parametrize("code", BAD)
def test_each_fault_is_told_by_its_code(written, code):
    assert code in PageFacts(seen(BAD[code](written))).warnings


def test_a_shaken_photo_is_blurred_though_its_level_edges_are_sharp(written):
    assert PageFacts(seen(scanned(shaken(written)))).warnings == ("blurred",)


def test_a_page_of_150_dpi_is_too_coarse_whatever_its_edges(written):
    assert "low-resolution" in PageFacts(seen(scanned(written), dpi=150)).warnings


def test_a_page_with_one_word_or_a_signature_alone_is_not_called_faint_or_blurred():
    word = with_words("Đơn", 30)
    signed = empty().copy()
    curve = [(60 + 8 * t, 150 + 6 * np.sin(2 * t)) for t in np.linspace(0, 6, 60)]
    cv2.polylines(signed, [(np.array(curve) * MM).astype(np.int32)], False, 100, 3)
    for page in (word, signed):
        facts = PageFacts(seen(scanned(cv2.GaussianBlur(page, (0, 0), 0.5))))
        assert not facts.is_blank
        assert facts.warnings == ()


def empty():
    return scanned(np.full((2339, 1654), 248, np.float32))


def with_dust(page):
    rng = np.random.default_rng(1)
    for _ in range(200):
        place = int(rng.integers(1654)), int(rng.integers(2339))
        cv2.circle(page, place, int(rng.integers(1, 3)), 90, -1)
    return page


def with_streak(page):
    page[:, 500:503] = 140
    return page


def with_holes(page):
    for y in (900, 1500):
        cv2.circle(page, (round(12 * MM), y), round(3 * MM), 30, -1)
    return page


def with_shadow(page):
    page[:, : round(3 * MM)] = 90
    page[-round(4 * MM) :] = 60
    return page


@pytest.mark.parametrize("put", [lambda page: page, with_dust, with_streak, with_holes, with_shadow])
def test_dust_streaks_holes_and_shadows_leave_a_page_blank(put):
    assert PageFacts(seen(put(empty()))).is_blank


def with_words(text, fill):
    page = Image.fromarray(empty().astype(np.uint8))
    font = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", 38)
    ImageDraw.Draw(page).text((400, 600), text, font=font, fill=fill)
    return np.asarray(page)


def with_stamp(page):
    return cv2.circle(page, (900, 1200), round(9 * MM), 150, round(0.6 * MM))


@pytest.mark.parametrize(
    "page", [with_words("đã nhận", 215), with_words("2", 60), with_stamp(empty())], ids=["pencil", "number", "stamp"]
)
def test_faint_pencil_a_page_number_and_a_small_stamp_are_not_blank(page):
    assert not PageFacts(seen(page)).is_blank


def test_red_blue_and_black_ink_are_told_apart():
    page = np.full((60, 300, 3), 245, np.uint8)
    page[20:40, 20:80] = (200, 40, 50)  # a seal
    page[20:40, 120:180] = (40, 60, 150)  # a ball-point pen
    page[20:40, 220:280] = (30, 30, 34)  # print
    red, blue = red_ink(page) > 0, blue_ink(page) > 0
    assert red[20:40, 20:80].all()
    assert red.sum() == blue.sum() == 20 * 60
    assert blue[20:40, 120:180].all()
