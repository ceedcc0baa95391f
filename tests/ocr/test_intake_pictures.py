"""Whatever the pixels are kept as, the same page comes out: grey or RGB, upright, on white, square."""

import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from ocr.filetype import HEAD_BYTES, FileType, file_type_of
from ocr.pictures import _shrunk, frames_of, picture_of
from ocr.values import Caps
from sandbox import Refused
from tests.ocr.conftest import ROOT
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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_scan_at_600_dpi_is_kept_at_300_and_says_so(kind, mode):
    large = page(mode).resize((SIZE[0] * 6, SIZE[1] * 6))
    picture = taken(encoded(large, kind, dpi=(600, 600)))
    assert picture.pixels.shape[:2] == (SIZE[1] * 3, SIZE[0] * 3)
    assert picture.dpi == pytest.approx(300, abs=1)


def test_a_scan_that_was_made_smaller_can_be_read_again():
    scan = BytesIO(encoded(page("RGB").resize((SIZE[0] * 6, SIZE[1] * 6)), "PNG", dpi=(600, 600)))
    first, again = (picture_of(scan, FileType.PNG, 0, Caps()) for _ in range(2))
    assert np.array_equal(first.pixels, again.pixels)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_the_resolution_of_a_scan_that_lies_on_its_side_turns_with_it(kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = page("L").resize((SIZE[0] * 4, SIZE[1] * 8))  # twice as fine down as across, as it is stored
    picture = taken(encoded(wide, kind, dpi=(200, 400), exif=exif))
    height, width = picture.pixels.shape[:2]
    assert width / height == pytest.approx(SIZE[1] / SIZE[0], abs=0.02)


def test_a_picture_made_smaller_in_strips_is_the_one_made_smaller_whole():
    noise = np.random.default_rng(7).integers(0, 256, (2501, 1203, 4), np.uint8)
    image = Image.fromarray(noise, "RGBA")
    whole = np.asarray(image.reduce(2))
    assert np.array_equal(np.asarray(_shrunk(image, 2)), whole)


PEAK = """
import resource, sys
from pathlib import Path
from ocr.filetype import FileType
from ocr.pictures import picture_of
from ocr.values import Caps
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with Path(sys.argv[1]).open("rb") as file:
    picture_of(file, FileType.PNG, 0, Caps())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize(("mode", "bytes_of_pixel", "most"), [("RGBA", 4, 1.75), ("I;16", 2, 2.5)])
def test_a_large_picture_is_never_held_twice(tmp_path, mode, bytes_of_pixel, most):
    """``most`` times the decoded picture: its smaller copy and a strip lie beside it."""
    width, height = 4000, 5600
    Image.new(mode, (width, height)).save(tmp_path / "large.png", compress_level=1)
    command = [sys.executable, "-c", PEAK, str(tmp_path / "large.png")]
    grown_kb = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert int(grown_kb) * 1024 < most * width * height * bytes_of_pixel
