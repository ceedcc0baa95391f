"""Whatever the pixels are kept as, the same page comes out: grey or RGB, upright, on white, square."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from ocr.filetype import HEAD_BYTES, file_type_of
from ocr.pictures import frames_of, picture_of
from ocr.values import Caps
from sandbox import Refused
from tests.ocr.odd import heics, images, tiffs
from tests.ocr.odd.make import all_odd
from tests.ocr.odd.parts import SIZE, encoded, page

PLAIN = np.asarray(page()).astype(int)
ODD = {odd.name: odd for odd in all_odd()}
SAME = [
    "cmyk-adobe.jpg", "cmyk-plain.jpg", "progressive.jpg", "notes-broken.jpg", "alpha.png", "alpha-grey.png",
    "palette.png", "grey16.png", "colour16.png", "black-white.png", "grey16.tif", "grey12-in-16.tif",
    "grey16-white-is-zero.tif", "floating.tif", "white-is-zero.tif", "cmyk.tif", "lab.tif", "big.tif", "big-endian.tif",
    "turned.tif", "alpha.heic", "grey.heic",
]  # fmt: skip


def taken(content, number=1, caps=None):
    scan, caps = BytesIO(content), caps or Caps()
    file_type = file_type_of(content[:HEAD_BYTES])
    frames = frames_of(scan, file_type, caps)
    return picture_of(scan, file_type, frames[number - 1], caps)


def grey_of(picture):
    pixels = picture.pixels.astype(int)
    return pixels if pixels.ndim == 2 else pixels.mean(axis=2)


@pytest.mark.parametrize("name", SAME)
def test_every_kind_of_pixel_gives_the_same_page(name, tmp_path):
    ODD[name].write(tmp_path / name)
    grey = grey_of(taken((tmp_path / name).read_bytes()))
    assert grey.shape == PLAIN.shape
    ink = PLAIN < 60
    assert abs(np.median(grey[ink]) - np.median(PLAIN[ink])) < 25
    assert np.median(grey[PLAIN > 240]) > 240
    assert np.median(grey[ink]) < 60


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_is_turned_as_its_camera_says(turn):
    grey = grey_of(taken(images.with_exif(turn)))
    assert grey.shape == (PLAIN.shape if turn < 5 else PLAIN.shape[::-1])
    corners = {1: (0, 0), 2: (0, 1), 3: (1, 1), 4: (1, 0), 5: (0, 0), 6: (0, 1), 7: (1, 1), 8: (1, 0)}
    middle = np.argwhere(grey < 100).mean(axis=0) / grey.shape
    assert tuple((middle > 0.5).astype(int)) == corners[turn]


def test_the_lines_of_a_fax_are_as_far_apart_as_its_dots():
    fax = encoded(page("1").resize((1728, 1143)), "TIFF", compression="group4", dpi=(204, 98))
    picture = taken(fax)
    assert picture.pixels.shape[0] == round(1143 * 204 / 98)
    assert picture.dpi == pytest.approx(204, abs=1)


@pytest.mark.parametrize(("said", "dpi"), [(300, 300), (72, 75), (0, 75), (65535, 75), (1, 75)])
def test_a_resolution_that_cannot_be_is_not_believed(said, dpi):
    image = page() if dpi == 75 else page().resize((SIZE[0] * 4, SIZE[1] * 4))
    assert round(taken(encoded(image, "JPEG", dpi=(said, said))).dpi) == dpi


def test_each_page_of_a_tiff_is_opened_by_itself():
    pages = [page(), page().rotate(180), page().resize((300, 400))]
    content = encoded(pages[0].convert("1"), "TIFF", save_all=True, append_images=[p.convert("1") for p in pages[1:]])
    assert taken(content, 3).pixels.shape == (400, 300)
    upside_down = np.argwhere(taken(content, 2).pixels < 100).mean(axis=0)
    assert upside_down[0] > SIZE[1] / 2


def test_a_loop_of_directories_costs_one_round():
    with pytest.raises(Refused, match="damaged"):
        taken(tiffs.loop_of_two())
    with pytest.raises(Refused) as caught:
        taken(tiffs.chain(10), caps=Caps(pages=9))
    assert caught.value.parameters["limit"] == 9


def test_the_pictures_of_a_heic_are_pages():
    content = heics.heic(page("RGB"), Image.new("RGB", (300, 400), "white"))
    assert taken(content, 2).pixels.shape[:2] == (400, 300)
