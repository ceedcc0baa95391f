"""Page images made fit for reading: seals faded, 1-bit edges softened, skew measured; and what is wrong with a page.

Nothing here changes the page that is kept; only the copy that the engine reads.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.raster import PageImage, Pixels

READING_DPI = 227  # above it the engine gets slower, not better (ocr.md 3.5)
SOFTEN_SIGMA_PX = 1.2  # at READING_DPI
INK = 128
SEAL_SHARE = 0.0005  # of the page that must be red before the red channel is worth its noise
BLANK_INK = 0.0003  # a single line of text has three times as much; what is not blank is read
BLURRED = 60.0  # variance of the Laplacian at 100 dpi over the ink; sharp print has hundreds
PROFILE_DPI = 100


def reading_grey(page: PageImage) -> Pixels:
    """Return the grey image to read: red ink (seals) faded where there is any."""
    if page.rgb is None:
        return page.grey
    red, green, blue = page.rgb[:, :, 0], page.rgb[:, :, 1], page.rgb[:, :, 2]
    other = cv2.max(green, blue)
    reddish = cv2.subtract(red, other) > 40  # noqa: PLR2004 - well above the colour noise of JPEG
    return np.ascontiguousarray(red) if float(reddish.mean()) > SEAL_SHARE else page.grey


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


def skew_deg(grey: Pixels, dpi: int) -> float:
    """Return by how many degrees clockwise the lines of text fall, by the sharpest projection profile."""
    scale = min(PROFILE_DPI / dpi, 1.0)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows, columns = np.nonzero(small < paper_level(np.asarray(small, dtype=np.uint8)) - 60)
    if len(rows) < 200:  # noqa: PLR2004 - a few letters have no direction
        return 0.0
    if len(rows) > 60_000:  # noqa: PLR2004 - enough to judge by
        step = len(rows) // 60_000 + 1
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


def ink_share(grey: Pixels) -> float:
    """Return the share of dark pixels, specks and the shadow of the scanner's edge left out."""
    height, width = grey.shape
    inner = grey[height // 40 : height - height // 40, width // 40 : width - width // 40]
    dark = cv2.medianBlur(inner, 3) < paper_level(inner) - 70
    return float(dark.mean())


def warnings_of(page: PageImage) -> tuple[str, ...]:
    """Return what a clerk at the scanner should know: low-resolution, blurred, dark."""
    found = []
    if page.dpi < 190:  # noqa: PLR2004 - 200 dpi is the least that 7197/BKHCN allows; scanners round
        found.append("low-resolution")
    scale = min(PROFILE_DPI / page.dpi, 1.0)
    small = cv2.resize(page.grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    edges = cv2.Laplacian(small, cv2.CV_32F)
    ink = small < paper_level(np.asarray(small, dtype=np.uint8)) - 60
    if int(ink.sum()) > 500 and float(edges[ink].var()) < BLURRED:  # noqa: PLR2004 - some print to judge by
        found.append("blurred")
    if paper_level(page.grey) < 140:  # noqa: PLR2004 - paper that a scanner sees at half its brightness
        found.append("dark")
    return tuple(found)
