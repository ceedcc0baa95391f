"""Digits of one number held against each other: what looks the same on the paper is the same digit.

Readers of every family take a typewriter's dotted 0 for an 8 or a 9, now and then, and agree in it. The zeros beside
it, which they read right, tell.
"""

from collections.abc import Sequence
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.clean import INK
from ocr.raster import Pixels

TALL = 0.7  # of the tallest: digits and strokes, no stops
SIZE = (16, 24)  # in which they are compared, width and height
WIDER_PX = 2  # a 1 drawn as wide as a 0 is no 0
ALIKE = 0.9  # of different digits at most 0.86 was seen, on scans of every kind
GROWN = 1.5  # of the usual width: two signs
BETWEEN = str.maketrans("", "", " .,-")


Sign = tuple[int, NDArray[np.float32]]  # how wide it is, and its shape


def has_misread_digit(number: Pixels, text: str) -> bool:
    """Whether two signs of a number, cut out of a cleaned line, look alike and were read as different digits.

    Of signs that have grown together, and of those between them, nobody can tell.
    """
    known = [(*one, digit) for one, digit in _read_signs(_signs(number), text.translate(BETWEEN)) if digit.isdecimal()]
    return any(
        digit != other and abs(width - breadth) <= WIDER_PX and _likeness(shape, second) > ALIKE
        for (width, shape, digit), (breadth, second, other) in combinations(known, 2)
    )


def _read_signs(seen: Sequence[Sign], said: str) -> Sequence[tuple[Sign, str]]:
    """Return each sign with what it was read as: from both ends as far as signs stand alone."""
    if len(seen) == len(said):
        return list(zip(seen, said, strict=True))
    usual = float(np.median([width for width, _ in seen])) if seen else 0.0
    grown = [index for index, (width, _) in enumerate(seen) if width > GROWN * usual]
    if not grown or len(seen) > len(said):
        return []
    before, after = seen[: grown[0]], seen[grown[-1] + 1 :]
    return [*zip(before, said, strict=False), *zip(after, said[len(said) - len(after) :], strict=True)]


def _signs(number: Pixels) -> Sequence[Sign]:
    """Return the signs from the left."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((number < INK).astype(np.uint8))
    tallest = int(stats[1:, cv2.CC_STAT_HEIGHT].max(initial=0))
    boxes = sorted(box for box in stats[1:, :4].tolist() if box[3] >= TALL * tallest)
    return [(w, _shape(number[y : y + h, x : x + w])) for x, y, w, h in boxes]


def _shape(sign: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(sign, SIZE, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(cv2.matchTemplate(one, other, cv2.TM_CCOEFF_NORMED)[0, 0])
