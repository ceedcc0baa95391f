"""Fine alignment: each printed label of the form is found on the page itself, and the homography fitted to them all.

Features place a page within a few tenths of a millimetre; to take away a dotted leader and nothing else it takes a
tenth. A label's place is found by correlation, to a fraction of a pixel.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.raster import Pixels
from ocr.values import Box

Matrix = NDArray[np.float64]

REACH_PX = 7
PIECE_PX = 160  # long labels are cut, so that a slanting line still fits
ALIKE = 0.55
PRINTED = 8  # spread of grey below which nothing is printed there
FEWEST = 12  # labels found, below which the features' homography stays
TOLERANCE_PX = 1.2


def refined(seen: Pixels, blank: Pixels, labels: Sequence[Box]) -> Matrix:
    """Return the homography from pixels of the blank to pixels of the page warped onto it: close to identity."""
    source, target = [], []
    for x0, y0, x1, y1 in _pieces(labels, blank.shape[1], blank.shape[0]):
        piece = blank[y0:y1, x0:x1]
        left, top = x0 - REACH_PX, y0 - REACH_PX
        window = seen[max(top, 0) : y1 + REACH_PX, max(left, 0) : x1 + REACH_PX]
        if left < 0 or top < 0 or piece.std() < PRINTED or (np.array(window.shape) < piece.shape).any():
            continue
        likeness = np.asarray(cv2.matchTemplate(window, piece, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
        _, best, _, (dx, dy) = cv2.minMaxLoc(likeness)
        if best >= ALIKE:
            middle = ((x0 + x1) / 2, (y0 + y1) / 2)
            source.append(middle)
            target.append(
                (
                    middle[0] + dx + _between(likeness[dy, :], dx) - REACH_PX,
                    middle[1] + dy + _between(likeness[:, dx], dy) - REACH_PX,
                )
            )
    if len(source) < FEWEST:
        return np.eye(3)
    found, _ = cv2.findHomography(np.array(source), np.array(target), cv2.RANSAC, TOLERANCE_PX)
    return np.eye(3) if found is None else np.asarray(found, dtype=np.float64)


def _pieces(labels: Sequence[Box], width: int, height: int) -> list[tuple[int, int, int, int]]:
    pieces = []
    for box in labels:
        x0, x1 = round(box.x0 * width), round(box.x1 * width)
        y0, y1 = round(box.y0 * height), round(box.y1 * height)
        count = max(round((x1 - x0) / PIECE_PX), 1)
        if x1 - x0 < 16:  # noqa: PLR2004 - a footnote mark looks like any other
            continue
        step = (x1 - x0) / count
        pieces += [(round(x0 + i * step), y0, round(x0 + (i + 1) * step), y1) for i in range(count)]
    return pieces


def _between(likeness: NDArray[np.float32], at: int) -> float:
    """Return how far beside the best pixel the best place is, by a parabola through its neighbours."""
    if not 0 < at < len(likeness) - 1:
        return 0.0
    before, here, after = (float(value) for value in likeness[at - 1 : at + 2])
    bend = before - 2 * here + after
    return 0.0 if bend >= 0 else max(min((before - after) / (2 * bend), 0.5), -0.5)
