"""Digits of one number held against each other: what looks the same on the paper is the same digit.

Readers of every family take a typewriter's dotted 0 for an 8 or a 9, now and then, and agree in it. The zeros beside
it, which they read right, tell.
"""

from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.forms.ink import INK
from ocr.raster import Pixels

TALL = 0.7  # of the tallest: digits and strokes, no stops
SIZE = (16, 24)  # in which they are compared, width and height
WIDER_PX = 2  # a 1 drawn as wide as a 0 is no 0
ALIKE = 0.9  # of different digits at most 0.86 was seen, on scans of every kind
BETWEEN = str.maketrans("", "", " .,-")


def has_misread_digit(number: Pixels, text: str) -> bool:
    """Whether two signs of a number, cut out of a cleaned line, look alike and were read as different digits.

    Where not every sign stands alone nobody can tell.
    """
    said = text.translate(BETWEEN)
    seen = _signs(number)
    if len(seen) != len(said):
        return False
    known = [(*one, digit) for one, digit in zip(seen, said, strict=True) if digit.isdecimal()]
    return any(
        digit != other and abs(width - breadth) <= WIDER_PX and _likeness(shape, second) > ALIKE
        for (width, shape, digit), (breadth, second, other) in combinations(known, 2)
    )


def _signs(number: Pixels) -> Sequence[tuple[int, NDArray[np.float32]]]:
    """Return how wide each sign is, and its shape, from the left."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((number < INK).astype(np.uint8))
    tallest = int(stats[1:, cv2.CC_STAT_HEIGHT].max(initial=0))
    boxes = sorted(box for box in stats[1:, :4].tolist() if box[3] >= TALL * tallest)
    return [(w, _shape(number[y : y + h, x : x + w])) for x, y, w, h in boxes]


def _shape(sign: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(sign, SIZE, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(cv2.matchTemplate(one, other, cv2.TM_CCOEFF_NORMED)[0, 0])
