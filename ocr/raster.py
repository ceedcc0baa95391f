"""Page images: native resolution, grey, and RGB where the page has colour.

A PDF page is drawn without form widgets, so that the mark of a signature does not cover the text under it. Images are
turned as their EXIF says and laid on white. The caps were checked by intake.py; a page is drawn smaller rather than
with more pixels than they allow.
"""

from dataclasses import dataclass, replace
from typing import BinaryIO

import cv2
import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # has no types
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pypdfium2 import raw

from ocr.intake import FileType, Intake, check_pixels, malformed_as, opened_image
from ocr.values import Caps

Pixels = NDArray[np.uint8]

A4_LONG_MM = 297
DEFAULT_DPI = 200  # of pages that are not one image: enough for print of 8 points
MIN_DPI, MAX_DPI = 100, 300
COVERS = 0.85  # an image over this much of the page makes it a scan, whatever text lies over it
COLOUR_SPREAD = 40  # between the channels of one pixel; JPEG noise on grey stays below
COLOUR_SHARE = 0.0004  # of the page: a third of a small seal


@dataclass(frozen=True)
class PageImage:
    number: int
    grey: Pixels
    rgb: Pixels | None  # None where nothing on the page has colour
    dpi: int
    is_bilevel: bool
    is_image: bool  # the page is a picture: what text it has was laid over it
    text_ink: float  # share of the page's ink that its own visible text explains

    @property
    def width_px(self) -> int:
        return int(self.grey.shape[1])

    @property
    def height_px(self) -> int:
        return int(self.grey.shape[0])


def page_image(intake: Intake, pages: BinaryIO, caps: Caps, number: int) -> PageImage:
    """Return one page; ``pages`` is the rewritten PDF, or the image as it came."""
    return _from_pdf(pages, number, caps) if intake.file_type is FileType.PDF else _from_image(pages, number, caps)


def turned(page: PageImage, rotation_deg: int) -> PageImage:
    """Return the page turned clockwise by a multiple of 90 degrees."""
    if rotation_deg == 0:
        return page
    turn = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}[rotation_deg]
    rgb = None if page.rgb is None else _pixels(cv2.rotate(page.rgb, turn))
    return replace(page, grey=_pixels(cv2.rotate(page.grey, turn)), rgb=rgb)


def _pixels(image: cv2.typing.MatLike) -> Pixels:
    return np.ascontiguousarray(image, dtype=np.uint8)


def _from_image(pages: BinaryIO, number: int, caps: Caps) -> PageImage:
    with malformed_as("truncated"), opened_image(pages) as image:
        image.seek(number - 1)
        check_pixels(*image.size, caps)
        is_bilevel = image.mode == "1"
        said_dpi = float(image.info.get("dpi", (0, 0))[0])
        upright = _on_white(ImageOps.exif_transpose(image))
        # A phone says 72 whatever it took: then the sheet is taken for A4.
        dpi = round(said_dpi) if said_dpi >= MIN_DPI else round(max(upright.size) / A4_LONG_MM * 25.4)
        return _page(number, np.asarray(upright), dpi, is_bilevel=is_bilevel)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"1", "L"}:
        return image.convert("L")
    if image.mode in {"I;16", "I", "F"}:
        deep = np.asarray(image, dtype=np.float32)
        return Image.fromarray((deep * (255 / max(float(deep.max()), 1.0))).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def _page(
    number: int, pixels: Pixels, dpi: int, *, is_bilevel: bool, is_image: bool = True, text_ink: float = 0.0
) -> PageImage:
    if dpi > MAX_DPI * 1.1:  # more than the engine can use; costs only time
        scale = MAX_DPI / dpi
        pixels = _pixels(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        dpi, is_bilevel = MAX_DPI, False
    if pixels.ndim == 2:  # noqa: PLR2004 - rows and columns, no channels
        return PageImage(number, np.ascontiguousarray(pixels), None, dpi, is_bilevel, is_image, text_ink)
    grey = _pixels(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    rgb = pixels if _has_colour(pixels) else None
    return PageImage(number, grey, rgb, dpi, is_bilevel, is_image, text_ink)


def _has_colour(rgb: Pixels) -> bool:
    small = cv2.resize(rgb, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    spread = small.max(axis=2).astype(np.int16) - small.min(axis=2)
    return bool((spread > COLOUR_SPREAD).mean() > COLOUR_SHARE)


def _from_pdf(pages: BinaryIO, number: int, caps: Caps) -> PageImage:
    with malformed_as("damaged"), pypdfium2.PdfDocument(pages) as pdf:
        return _draw(pdf[number - 1], number, caps)


def _draw(page: pypdfium2.PdfPage, number: int, caps: Caps) -> PageImage:
    width, height = page.get_size()
    native_dpi, bits, covered = _main_image(page, width * height)
    dpi = native_dpi if covered >= 0.5 else DEFAULT_DPI  # noqa: PLR2004 - half the page
    dpi = min(max(dpi, MIN_DPI), MAX_DPI)
    most = (caps.page_pixels / (width * height)) ** 0.5 * 72
    dpi = min(dpi, most)
    bitmap = page.render(scale=dpi / 72, may_draw_forms=False, prefer_bgrx=False, rev_byteorder=True)
    pixels = bitmap.to_numpy().copy()
    bitmap.close()
    is_image = covered >= COVERS
    drawn = _page(number, _pixels(pixels), round(dpi), is_bilevel=bits == 1, is_image=is_image)
    if is_image:
        return drawn
    return replace(drawn, text_ink=_text_ink(page, drawn.grey))


def _main_image(page: pypdfium2.PdfPage, area: float) -> tuple[float, int, float]:
    """Return dpi, bits per pixel and share of the page of its largest image; all zero without one."""
    best = (0.0, 0, 0.0)
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        x0, y0, x1, y1 = thing.get_bounds()
        share = (x1 - x0) * (y1 - y0) / area
        if share > best[2] and isinstance(thing, pypdfium2.PdfImage):
            pixels = max(thing.get_px_size())
            best = (pixels / max(x1 - x0, y1 - y0) * 72, thing.get_metadata().bits_per_pixel, share)
    return best


def _text_ink(page: pypdfium2.PdfPage, grey: Pixels) -> float:
    """Return the share of the dark pixels that lie under the page's own text."""
    ink = grey < 128  # noqa: PLR2004 - the middle between ink and paper
    total = int(ink.sum())
    if total == 0:
        return 0.0
    width, height = page.get_size()
    across, down = ink.shape[1] / width, ink.shape[0] / height
    explained = np.zeros_like(ink)
    text = page.get_textpage()
    for index in range(text.count_rects()):
        x0, y0, x1, y1 = text.get_rect(index)
        top, bottom = max(int((height - y1) * down) - 2, 0), max(int((height - y0) * down) + 2, 0)
        explained[top:bottom, max(int(x0 * across) - 2, 0) : max(int(x1 * across) + 2, 0)] = True
    text.close()
    return float((ink & explained).sum() / total)
