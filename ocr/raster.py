"""Page images: native resolution, grey, and RGB where the page has colour.

A PDF page is drawn without form widgets, so that the mark of a signature does not cover the text under it. The caps
were checked by intake.py; a page is drawn smaller rather than with more pixels than they allow.
"""

from dataclasses import dataclass, replace
from io import BytesIO
from typing import BinaryIO

import cv2
import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # has no types
from PIL import Image
from pypdfium2 import raw

from ocr.filetype import FileType
from ocr.guard import malformed_as
from ocr.intake import Intake
from ocr.nativetext import explained_share
from ocr.ownpixels import own_pixels
from ocr.pictures import Picture, Pixels, picture_of
from ocr.values import Caps
from sandbox import Refused

__all__ = ["PageImage", "Pixels", "page_image", "turned"]

DEFAULT_DPI = 200  # of pages that are not one image: enough for print of 8 points
MIN_DPI, MAX_DPI = 100, 300
BLACK = 32  # what a decoder leaves that gave up before it began
WHITE_JBIG2_BYTES = 300  # a white page takes a third of it
JPEG_END, TAIL_BYTES = b"\xff\xd9", 256
JPEG_ROWS = 33  # a decoder that waits for the end holds back so many, two rows of blocks
LARGE = 0.25  # of the page under one picture: if that is broken, the page is
COLOUR_SPREAD = 40  # between the channels of one pixel; JPEG noise on grey stays below
COLOUR_SHARE = 0.0004  # of the page: a third of a small seal


@dataclass(frozen=True)
class PageImage:
    number: int
    grey: Pixels
    rgb: Pixels | None  # None where nothing on the page has colour
    dpi: int
    is_bilevel: bool
    text_ink: float  # share of the page's ink that its own visible, believable text explains (nativetext.py)

    @property
    def width_px(self) -> int:
        return int(self.grey.shape[1])

    @property
    def height_px(self) -> int:
        return int(self.grey.shape[0])


def page_image(intake: Intake, pages: BinaryIO, caps: Caps, number: int) -> PageImage:
    """Return one page; ``pages`` is the rewritten PDF, or the image as it came."""
    if intake.file_type is FileType.PDF:
        return _from_pdf(pages, number, caps)
    try:
        picture = picture_of(pages, intake.file_type, intake.frames[number - 1], caps)
    except Refused as refusal:
        if refusal.code == "damaged" and intake.page_count > 1:
            raise Refused("page_damaged", page=number) from None
        raise
    return _page(number, picture, text_ink=0.0)


def turned(page: PageImage, rotation_deg: int) -> PageImage:
    """Return the page turned clockwise by a multiple of 90 degrees."""
    if rotation_deg == 0:
        return page
    turn = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}[rotation_deg]
    rgb = None if page.rgb is None else _pixels(cv2.rotate(page.rgb, turn))
    return replace(page, grey=_pixels(cv2.rotate(page.grey, turn)), rgb=rgb)


def _pixels(image: cv2.typing.MatLike) -> Pixels:
    return np.ascontiguousarray(image, dtype=np.uint8)


def _page(number: int, picture: Picture, *, text_ink: float) -> PageImage:
    pixels, dpi, is_bilevel = picture.pixels, round(picture.dpi), picture.is_bilevel
    if dpi > MAX_DPI * 1.1:  # more than the engine can use; costs only time
        scale = MAX_DPI / picture.dpi
        pixels = _pixels(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
        dpi, is_bilevel = MAX_DPI, False
    if pixels.ndim == 2:  # noqa: PLR2004 - rows and columns, no channels
        return PageImage(number, np.ascontiguousarray(pixels), None, dpi, is_bilevel, text_ink)
    grey = _pixels(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    rgb = pixels if _has_colour(pixels) else None
    return PageImage(number, grey, rgb, dpi, is_bilevel, text_ink)


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
    own = own_pixels(page) if bits == 1 and dpi == native_dpi else None
    pixels, dpi = own or (_drawn(page, dpi), dpi)
    picture = Picture(pixels, dpi, is_bilevel=bits == 1)
    if covered >= LARGE:
        _check_whole(page, number)
        if int(pixels.min()) == int(pixels.max()):
            _check_decodes(page, number, is_black=int(pixels.max()) < BLACK)
    return _page(number, picture, text_ink=explained_share(page))


def _drawn(page: pypdfium2.PdfPage, dpi: float) -> Pixels:
    bitmap = page.render(scale=dpi / 72, may_draw_forms=False, prefer_bgrx=False, rev_byteorder=True)
    pixels = bitmap.to_numpy().copy()
    bitmap.close()
    return _pixels(pixels)


def _check_whole(page: pypdfium2.PdfPage, number: int) -> None:
    """Refuse a page whose JPEG was cut off: pdfium draws what there is of it, and grey below."""
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        if thing.get_filters() == ["DCTDecode"] and _is_cut(bytes(thing.get_data())):
            raise Refused("page_damaged", page=number)


def _is_cut(jpeg: bytes) -> bool:
    """Whether rows are missing; writers that merely left out the mark at the end are forgiven."""
    if JPEG_END in jpeg[-TAIL_BYTES:]:
        return False
    try:
        image = Image.open(BytesIO(jpeg), formats=("JPEG",))
    except OSError:  # no JPEG at all
        return False
    try:
        image.load()
    except OSError:
        above = max(image.height - JPEG_ROWS, 0)
        return image.im is None or image.im.crop((0, above, image.width, above + 1)).getbbox() is None
    return False


def _check_decodes(page: pypdfium2.PdfPage, number: int, *, is_black: bool) -> None:
    """Refuse a page that is empty only because its picture is broken: what was on it would be lost in silence."""
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4):
        bitmap = raw.FPDFImageObj_GetBitmap(thing.raw)
        raw.FPDFBitmap_Destroy(bitmap)
        is_white_jbig2 = "JBIG2Decode" in thing.get_filters() and len(thing.get_data()) > WHITE_JBIG2_BYTES
        if not bitmap or is_black or is_white_jbig2:
            raise Refused("page_damaged", page=number)


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
