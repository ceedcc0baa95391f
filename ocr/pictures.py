"""One picture of a JPEG, PNG, TIFF or HEIC as eight-bit grey or RGB: upright, on white, its pixels square.

What a file says about itself (resolution, orientation, colours) may be wrong or broken: then the picture still counts.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, TiffImagePlugin

from ocr import heic, tiff
from ocr.filetype import FileType
from ocr.guard import check_pixels, malformed_as
from ocr.values import Caps
from sandbox import Refused

Pixels = NDArray[np.uint8]

A4_LONG_MM = 297
MIN_DPI = 100  # what claims less was never asked (a phone says 72 whatever it took)
ENOUGH_DPI = 300  # what raster.py keeps at most
ROUNDED = 0.01  # PNG counts in dots per metre: its 600 dpi are 599.9988
STRIP_ROWS = 512
SHRINKABLE = {"L", "LA", "RGB", "RGBA", "CMYK"}
CARD_LONG_MM = 60  # the longest side of the smallest thing that is scanned
SQUARE = 0.03  # by which a pixel may be longer than wide; a fax has twice as many across as down
EXIF_ORIENTATION = 0x0112
PHOTOMETRIC, WHITE_IS_ZERO = 262, 0
BITS, BYTE_BITS = 258, 8
PLANES, APART = 284, 2
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
SIDEWAYS = {5, 6, 7, 8}
FORMATS = {FileType.JPEG: "JPEG", FileType.PNG: "PNG", FileType.TIFF: "TIFF"}
ENDS = {FileType.JPEG: b"\xff\xd9", FileType.PNG: b"IEND"}
DEEP_LEVELS = (255, 1023, 4095, 65535)  # of 8, 10, 12 and 16 bits, whatever they are kept in


@dataclass(frozen=True)
class Picture:
    pixels: Pixels  # two axes: grey; three: RGB
    dpi: float
    is_bilevel: bool


def frames_of(scan: BinaryIO, file_type: FileType, caps: Caps) -> tuple[int, ...]:
    """Return where each page of the file is found (for ``picture_of``); nothing is decoded. Raises ``Refused``."""
    if file_type is FileType.TIFF:
        return tiff.page_offsets(scan, caps)
    if file_type is FileType.HEIC:
        return tuple(range(heic.count_pictures(scan, caps)))
    with _malformed(scan, file_type), opened(scan, file_type, 0) as image:
        check_pixels(*image.size, caps)
        if min(image.size) < caps.least_side_pixels:
            _refuse_small(image.size, caps)
    return (0,)


def picture_of(scan: BinaryIO, file_type: FileType, frame: int, caps: Caps) -> Picture:
    """Return one page of the file."""
    with _malformed(scan, file_type), _found(scan, file_type, frame) as image:
        width, height = image.size
        check_pixels(width, height, caps)
        if min(image.size) < caps.least_side_pixels:
            _refuse_small(image.size, caps)
        across, down = _resolution(image, caps)
        if file_type is FileType.PNG:
            image.load()  # Pillow looks for its notes behind the pixels: what is wrong with those must be told first
        orientation = orientation_of(image) if file_type is not FileType.HEIC else 1  # which comes out upright
        upright = _shrunk(image, int(min(across, down) / ENOUGH_DPI + ROUNDED))
        if file_type is not FileType.TIFF:  # which Pillow turns as it decodes it
            upright = _turned(upright, orientation)
        if orientation in SIDEWAYS:
            across, down = down, across
        scale = max(upright.size) / max(width, height)
        pixels = _eight_bit(upright)
        return Picture(*_square(pixels, across * scale, down * scale), is_bilevel=upright.mode == "1")


def opened(scan: BinaryIO, file_type: FileType, frame: int) -> Image.Image:
    """Return the image, not yet decoded; Pillow gets the one format that the file is."""
    Image.MAX_IMAGE_PIXELS = None  # our own cap is checked
    scan.seek(0)
    if file_type is FileType.TIFF:
        return _opened_tiff(tiff.OnePage(scan, frame))
    return Image.open(scan, formats=(FORMATS[file_type],))


def _opened_tiff(page: tiff.OnePage) -> Image.Image:
    """Return the page; colours of 16 bits, each in a plane of its own, are left to libtiff."""
    source = cast("BinaryIO", page)
    image = Image.open(source, formats=("TIFF",))
    tags = getattr(image, "tag_v2", {})
    if tags.get(PLANES) == APART and max(tags.get(BITS, (8,))) > BYTE_BITS:  # Pillow takes 16 bits for two of 8
        source.seek(0)
        TiffImagePlugin.READ_LIBTIFF = True  # asked when a file is opened; this process reads no other page
        image = Image.open(source, formats=("TIFF",))
    return image


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 where it is missing or broken."""
    try:
        said = int(image.getexif().get(EXIF_ORIENTATION, 1))
    except Exception:  # ruff: ignore[blind-except] - a broken note about the picture does not break the picture
        return 1
    return said if said in TURNS else 1


def _refuse_small(size: tuple[int, int], caps: Caps) -> None:
    raise Refused("too_small", cap="least_side_pixels", limit=caps.least_side_pixels, found=min(size))


def _malformed(scan: BinaryIO, file_type: FileType) -> AbstractContextManager[None]:
    """Call what cannot be decoded cut off when its end is missing, else damaged."""
    return malformed_as("truncated" if file_type in ENDS and not _has_end(scan, ENDS[file_type]) else "damaged")


def _has_end(scan: BinaryIO, mark: bytes) -> bool:
    size_bytes = scan.seek(0, 2)
    scan.seek(max(size_bytes - (1 << 16), 0))  # some phones write notes of their own behind the picture
    return mark in scan.read()


def _found(scan: BinaryIO, file_type: FileType, frame: int) -> Image.Image:
    return heic.picture_of(scan, frame) if file_type is FileType.HEIC else opened(scan, file_type, frame)


def _shrunk(image: Image.Image, factor: int) -> Image.Image:
    """Return the decoded image, smaller where it has more pixels than anybody reads: a large photo needs the memory."""
    if factor > 1 and image.format == "JPEG":
        image.draft(image.mode, (image.width // factor, image.height // factor))  # decoded at this size to begin with
    image.load()
    if factor <= 1 or image.format == "JPEG" or image.mode not in SHRINKABLE:
        return image
    small = Image.new(image.mode, (-(-image.width // factor), -(-image.height // factor)))
    small.info = image.info.copy()  # a colour that means transparent is told there
    for top, strip in _strips(image, STRIP_ROWS * factor):
        small.paste(strip.reduce(factor), (0, top // factor))  # of the whole, Pillow makes a second one first
    image.im = Image.new(image.mode, (1, 1)).im  # lets the pixels go; to close it would close the scan
    return small


def _strips(image: Image.Image, rows: int) -> Iterator[tuple[int, Image.Image]]:
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    return image if orientation == 1 else image.transpose(TURNS[orientation])


def _resolution(image: Image.Image, caps: Caps) -> tuple[float, float]:
    """Return dots per inch across and down: what the file says if a page of that size can be, else as if A4."""
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        across = down = 0.0
    if across > 0 and down > 0:
        longest_mm = max(image.width / across, image.height / down) * 25.4
        if min(across, down) >= MIN_DPI * (1 - SQUARE) and CARD_LONG_MM <= longest_mm <= caps.page_side_mm:
            return across, down
        if _is_fax(across, down) and CARD_LONG_MM <= longest_mm <= caps.page_side_mm:
            return across, down
    as_a4 = max(image.size) / A4_LONG_MM * 25.4
    return as_a4, as_a4


def _is_fax(across: float, down: float) -> bool:
    """Whether the resolution is that of a fax: 204 dots across, 98 lines down."""
    return 190 <= across <= 210 and 90 <= down < MIN_DPI  # noqa: PLR2004 - ITU-T T.4, standard and rounded


def _square(pixels: Pixels, across: float, down: float) -> tuple[Pixels, float]:
    if abs(across / down - 1) <= SQUARE:
        return pixels, across
    dpi = max(across, down)
    size = round(pixels.shape[1] * dpi / across), round(pixels.shape[0] * dpi / down)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8), dpi


def _eight_bit(image: Image.Image) -> Pixels:
    """Return grey or RGB; what is transparent shows white."""
    if image.mode in {"1", "L"}:
        return _as(image, "L")
    if image.mode.startswith(("I", "F")):
        return _from_deep(image)
    if image.mode == "LAB":
        to_rgb = ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
        return np.asarray(ImageCms.applyTransform(image, to_rgb), dtype=np.uint8)
    if image.mode == "CMYK":
        return _from_cmyk(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer.getchannel("A"))
        return np.asarray(white, dtype=np.uint8)
    return _as(image, "RGB")


def _as(image: Image.Image, mode: str) -> Pixels:
    return np.asarray(image if image.mode == mode else image.convert(mode), dtype=np.uint8)  # to itself is a copy


def _from_deep(image: Image.Image) -> Pixels:
    """Return 16-bit, 32-bit or floating grey as eight bits, by the depth that its values show."""
    brightest = max(float(_finite(strip).max(initial=0.0)) for _, strip in _strips(image, STRIP_ROWS))
    if image.mode == "F" and brightest <= 1:
        full = 1.0
    elif image.mode.startswith("I;16"):
        # A scanner of 10 or 12 bits keeps them in 16; a page that is all darker than a sixteenth is none.
        full = next(level for level in DEEP_LEVELS[1:] if brightest <= level)
    else:
        full = next((level for level in DEEP_LEVELS if brightest <= level), brightest)
    grey: Pixels = np.empty((image.height, image.width), np.uint8)
    for top, strip in _strips(image, STRIP_ROWS):
        grey[top : top + strip.height] = np.clip(_finite(strip) * (255 / full), 0, 255)
    tags = getattr(image, "tag_v2", None)
    return np.invert(grey) if tags is not None and tags.get(PHOTOMETRIC) == WHITE_IS_ZERO else grey


def _finite(image: Image.Image) -> NDArray[np.float32]:
    levels = np.asarray(image)
    if levels.dtype == np.int32 and int(levels.min(initial=0)) < 0:  # Pillow takes 32 bits for signed
        levels = levels.view(np.uint32)
    return np.nan_to_num(levels.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def _from_cmyk(image: Image.Image) -> Pixels:
    """Return CMYK as RGB. Pillow takes every CMYK JPEG for one of Adobe, whose inks are written inverted."""
    if image.format == "JPEG" and "adobe" not in image.info:
        image = Image.eval(image, _inverted)
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _inverted(level: int) -> int:
    return 255 - level
