"""A page that is one scan in black and white is read in its own pixels, wherever it stands on its sheet."""

from io import BytesIO

import numpy as np
import pikepdf
import pypdfium2
import pytest

from ocr.ownpixels import own_pixels
from tests.ocr.archiving import GREY, HEIGHT, WIDTH, image_stream, picture, scan_of

BITS = np.asarray(picture("1"))


def bilevel(pdf, **more):
    image = image_stream(pdf, b"", "/FlateDecode", GREY, bits=1, **more)
    image.write(picture("1").tobytes())
    return {"Im0": image}


def own(content):
    with pypdfium2.PdfDocument(BytesIO(content)) as pdf:
        return own_pixels(pdf[0])


def test_an_image_that_falls_between_the_pixels_of_the_sheet_keeps_its_own():
    sheet, dpi = own(scan_of("q 270.1 0 0 360.1333 13.37 17.77 cm /Im0 Do Q", images=bilevel))
    assert dpi == pytest.approx(159.94, abs=0.01)
    left, top = round(13.37 * dpi / 72), round((HEIGHT - 17.77 - 360.1333) * dpi / 72)
    assert np.array_equal(sheet[top : top + BITS.shape[0], left : left + BITS.shape[1]], np.where(BITS, 255, 0))
    assert sheet.shape == (round(HEIGHT * dpi / 72), round(WIDTH * dpi / 72))


def test_what_lies_beyond_the_cropped_page_is_not_seen():
    box = pikepdf.Array([30, 40, 250, 380])
    sheet, _ = own(scan_of(images=bilevel, CropBox=box))
    assert np.array_equal(sheet, np.where(BITS, 255, 0)[40:720, 60:500])


@pytest.mark.parametrize(
    "content",
    [
        scan_of(),
        scan_of(images=bilevel, Rotate=90),
        scan_of("q 0 400 -300 0 300 0 cm /Im0 Do Q", images=bilevel),
        scan_of("q 300 0 0 400 0 0 cm /Im0 Do Q 10 10 50 50 re f", images=bilevel),
        scan_of("q 300 0 0 200 0 0 cm /Im0 Do Q", images=bilevel),
        scan_of(images=lambda pdf: bilevel(pdf, Decode=pikepdf.Array([1, 0]))),
    ],
    ids=["grey", "turned page", "turned image", "other ink", "stretched", "black is one"],
)
def test_any_other_page_is_drawn(content):
    assert own(content) is None
