"""The photo of a page that is no known form: its outline on the table found, the page laid flat for reading.

Known forms need none of this, they are registered by what is printed on them. The page that is kept stays the photo.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.clean import evenly_lit
from ocr.raster import Pixels

Matrix = NDArray[np.float64]

WORK_PX = 700  # the longest side while the outline is looked for
LEAST_SHARE = 0.30  # of the photo that a page covers
MOST_SHARE = 0.97  # what covers more is a scan, or a photo without a table to be seen
BRIGHTER = 40  # levels that paper is above the table
LEAST_COS, MOST_RATIO = 0.35, 1.9  # of a corner and of the sides: a sheet, not a shadow or a hand
SETTLED = 0.012  # of the longer side that a corner must be off for flattening to be worth it


def laid_flat(grey: Pixels) -> tuple[Pixels, Matrix]:
    """Return the page flat and evenly lit where its outline on a table is seen, and the matrix (3×3) back."""
    corners = outline_of(grey)
    if corners is None:
        return grey, np.eye(3)
    level, back = flattened(grey, corners)
    return evenly_lit(level), back


def outline_of(grey: Pixels) -> Matrix | None:
    """Return the corners of the page (4×2 pixels, clockwise from the top left), or None where no table is seen."""
    scale = WORK_PX / max(grey.shape)
    small = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    closed = cv2.morphologyEx(cv2.GaussianBlur(small, (5, 5), 0), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    level, paper = cv2.threshold(closed, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    is_paper = paper > 0
    if is_paper.all() or float(closed[is_paper].mean() - closed[~is_paper].mean()) < BRIGHTER or level == 0:
        return None
    contours, _ = cv2.findContours(np.asarray(paper, dtype=np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea)
    share = cv2.contourArea(largest) / small.size
    if not LEAST_SHARE <= share <= MOST_SHARE:
        return None
    corners = _corners(np.asarray(cv2.convexHull(largest)), share * small.size)
    if corners is None or _is_straight(corners, small.shape):
        return None
    return np.asarray(corners / scale, dtype=np.float64)


def flattened(grey: Pixels, corners: Matrix) -> tuple[Pixels, Matrix]:
    """Return the page laid flat, and the matrix (3×3) that leads from its pixels back to the photo's."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    width, height = round(float(max(sides[0], sides[2]))), round(float(max(sides[1], sides[3])))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    back = np.asarray(cv2.getPerspectiveTransform(flat, corners.astype(np.float32)), dtype=np.float64)
    level = cv2.warpPerspective(
        grey, back, (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(level, dtype=np.uint8), back


def _corners(hull: NDArray[np.int32], area: float) -> Matrix | None:
    """Return the four corners of a hull that is nearly a sheet of paper seen from aside."""
    length = cv2.arcLength(hull, closed=True)
    for tolerance in (0.01, 0.02, 0.03, 0.05):
        rough = cv2.approxPolyDP(hull, tolerance * length, closed=True)
        if len(rough) == 4:  # noqa: PLR2004 - a sheet has four corners
            corners = _in_order(rough.reshape(4, 2).astype(np.float64))
            return corners if _is_sheet(corners) and cv2.contourArea(rough) < 1.1 * area else None
    return None


def _in_order(corners: Matrix) -> Matrix:
    sums, differences = corners.sum(axis=1), corners[:, 0] - corners[:, 1]
    return corners[[sums.argmin(), differences.argmax(), sums.argmax(), differences.argmin()]]


def _is_sheet(corners: Matrix) -> bool:
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(sides, axis=1)
    if float(lengths.min()) < 1:
        return False
    cosines = np.abs((sides * np.roll(sides, -1, axis=0)).sum(axis=1)) / (lengths * np.roll(lengths, -1))
    return float(cosines.max()) < LEAST_COS and float(lengths.max() / lengths.min()) < MOST_RATIO


def _is_straight(corners: Matrix, shape: tuple[int, ...]) -> bool:
    """Whether the page lies as a scan does, its sides level: only turned or not even that."""
    top_left, top_right, bottom_right, bottom_left = corners
    falls = (
        abs(top_left[1] - top_right[1]), abs(bottom_left[1] - bottom_right[1]),
        abs(top_left[0] - bottom_left[0]), abs(top_right[0] - bottom_right[0]),
    )  # fmt: skip
    return float(max(falls)) < SETTLED * max(shape)
