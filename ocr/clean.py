"""Page images made fit for reading: seals faded, 1-bit edges softened, skew measured; inks told apart by colour.

Nothing here changes the page that is kept; only the copy that the engine reads.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.raster import PageImage, Pixels

READING_DPI = 227  # above it the engine gets slower, not better (ocr.md 3.5)
SOFTEN_SIGMA_PX = 1.2  # at READING_DPI
INK = 128  # darker is ink
SEAL_SPREAD = 40  # between red and the next channel: well above the colour noise of JPEG
BLUE_SPREAD = 30  # between blue and red; the shadow of a photo is blue too, but by less
SEAL_SHARE = 0.0005  # of the page that must be red before the red channel is worth its noise
PROFILE_DPI = 100
PAPER = 250
SHADE, SHADE_SHARE = 20, 0.02  # of grey, of the page


def red_ink(rgb: Pixels) -> Pixels:
    """Return the mask (255) of red ink: seals, stamps of incoming mail."""
    red, green, blue = cv2.split(rgb)
    return _above(red, cv2.max(green, blue), SEAL_SPREAD)


def blue_ink(rgb: Pixels) -> Pixels:
    """Return the mask (255) of blue ink: handwriting and signatures, told from black print by colour alone."""
    red, green, blue = cv2.split(rgb)
    # Blue ink takes red away first; the green in it says how light it is.
    mask = _above(blue, red, BLUE_SPREAD)
    return np.asarray(cv2.bitwise_and(mask, _above(blue, green, 0)), dtype=np.uint8)


def _above(one: cv2.typing.MatLike, other: cv2.typing.MatLike, spread: int) -> Pixels:
    return np.asarray(cv2.threshold(cv2.subtract(one, other), spread, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)


def reading_grey(page: PageImage) -> Pixels:
    """Return the grey image to read: red ink (seals) faded where there is any."""
    if page.rgb is None or cv2.countNonZero(red_ink(page.rgb)) <= SEAL_SHARE * page.grey.size:
        return page.grey
    return np.asarray(cv2.extractChannel(page.rgb, 0), dtype=np.uint8)


def evenly_lit(grey: Pixels, least: int = 1) -> Pixels:
    """Return the page as if the light were even and the paper white; where it is darker than ``least``, less so."""
    paper = np.maximum(cv2.resize(_light(grey), grey.shape[::-1], interpolation=cv2.INTER_LINEAR), least)
    return np.asarray(cv2.divide(grey, paper, scale=PAPER), dtype=np.uint8)


def has_shade(grey: Pixels) -> bool:
    """Whether a part of the page is greyer than its paper: a card's ground, a shadow. The engine takes that for ink."""
    light = _light(grey)
    return float((light < np.percentile(light, 90) - SHADE).mean()) > SHADE_SHARE


def _light(grey: Pixels) -> Pixels:
    """Return how light the paper is, at an eighth of the size."""
    small = cv2.resize(grey, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), (0, 0), 6), dtype=np.uint8)


def softened(grey: Pixels, sigma: float = SOFTEN_SIGMA_PX) -> Pixels:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), dtype=np.uint8)


def page_to_read(page: PageImage) -> tuple[Pixels, int]:
    """Return the image for whole-page reading and its resolution."""
    grey, dpi = reading_grey(page), page.dpi
    if page.is_bilevel:
        grey = softened(grey, SOFTEN_SIGMA_PX * dpi / READING_DPI)
    if dpi > READING_DPI:
        scale = READING_DPI / dpi
        grey = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        dpi = READING_DPI
    return grey, dpi


def letter_height_px(grey: Pixels) -> float:
    """Return the usual height of a letter without its marks, 0 where there are too few to say."""
    dark = (grey < paper_level(grey) - 60).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    heights = stats[1:, cv2.CC_STAT_HEIGHT]
    widths = stats[1:, cv2.CC_STAT_WIDTH]
    letters = heights[(heights > 6) & (widths > 4) & (heights < 100) & (widths < 2 * heights)]  # noqa: PLR2004 - pixels
    return float(np.percentile(letters, 35)) if len(letters) > 50 else 0.0  # noqa: PLR2004 - a few lines of text


def has_leaders(level: Pixels, dpi: int) -> bool:
    """Whether something thin and long lies level on a straightened page: a rule, or dots in a row."""
    scale = min(PROFILE_DPI / dpi, 1.0)
    small = np.asarray(cv2.resize(level, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    dark = (small < paper_level(small) - 30).astype(np.uint8)
    tall = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((5, 1), np.uint8))  # 1.3 mm: strokes of letters
    thin = cv2.subtract(dark, cv2.dilate(tall, np.ones((5, 5), np.uint8)))
    joined = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((1, 6), np.uint8))  # 1.5 mm
    return bool(cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, 40), np.uint8)).any())  # 10 mm


def skew_deg(grey: Pixels, dpi: int) -> float:
    """Return by how many degrees clockwise the lines of text fall, by the sharpest projection profile."""
    scale = min(PROFILE_DPI / dpi, 1.0)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows, columns = np.nonzero(small < paper_level(np.asarray(small, dtype=np.uint8)) - 60)
    if len(rows) < 200:  # noqa: PLR2004 - a few letters have no direction
        return 0.0
    if len(rows) > 25_000:  # noqa: PLR2004 - enough to judge by
        step = len(rows) // 25_000 + 1
        rows, columns = rows[::step], columns[::step]

    def sharpness(tenths: int) -> float:
        shifted = rows - columns * np.tan(np.radians(tenths / 10))
        profile = np.bincount((shifted - shifted.min()).astype(np.int64)).astype(np.float64)
        return float(((profile[1:] - profile[:-1]) ** 2).sum())

    coarse = max(range(-50, 51, 5), key=sharpness)
    return max(range(coarse - 5, coarse + 6), key=sharpness) / 10


def straightened(grey: Pixels, angle_deg: float) -> tuple[Pixels, NDArray[np.float64]]:
    """Return the image with its lines level, and the matrix that leads from there back to the page."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    back = np.asarray(cv2.invertAffineTransform(matrix), dtype=np.float64)
    if abs(angle_deg) < 0.15:  # noqa: PLR2004 - below what the engine minds
        return grey, np.eye(2, 3)
    level = cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=255)
    return np.asarray(level, dtype=np.uint8), back


def paper_level(grey: Pixels) -> int:
    """Return the grey of the paper: the brightest common value."""
    return int(np.percentile(grey[::8, ::8], 75))
