"""Fine alignment: each printed label of the form is found on the page itself, and the homography fitted to them all.

Features place a page within a few tenths of a millimetre; to take away a dotted leader and nothing else it takes a
tenth. A label's place is found by correlation, to a fraction of a pixel. Once the page lies right, the same labels
say whether it is this form: all of its print is there, and nothing else stands where its labels should.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.clean import paper_level
from ocr.raster import Pixels
from ocr.values import Box

Matrix = NDArray[np.float64]

REACH_PX = 7
PIECE_PX = 160  # long labels are cut, so that a slanting line still fits
ALIKE = 0.55
PRINTED = 8  # spread of grey below which nothing is printed there
FEWEST = 12  # labels found, below which the features' homography stays
TOLERANCE_PX = 1.2

BENT_PX = 3
DARK = 25  # levels below the paper about it: ink
JUDGED_INK_PX = 60  # a label with less ink than a short word decides nothing
MISSING = 0.9  # of a label's ink, below which it is not there: the right form shows 0.99, other capitals up to 0.75
UNLIKE = 0.6  # correlation: the right label shows 0.85 on the worst photo, another one 0.3
FOREIGN = 0.08  # other ink in a label's place, as a share of its own; none where the paper is only torn or worn
TILES = (28, 4)  # down and across: regions of a blank that has too few labels to judge by


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


def print_found(seen: Pixels, blank: Pixels, labels: Sequence[Box], least: float) -> float | None:
    """Return the share of the labels' ink that is on the page, label by label; None where it can't be this form.

    That is: as soon as more than ``1 - least`` of the ink is missing, or other print stands in a label's place.
    """
    ink = _darker(blank, paper_level(blank) - 90)
    pieces = _pieces(labels, blank.shape[1], blank.shape[0])
    judged = []
    for x0, y0, x1, y1 in pieces if len(pieces) >= FEWEST else _pieces(_tiles(), blank.shape[1], blank.shape[0]):
        own = ink[y0:y1, x0:x1]
        if (amount := cv2.countNonZero(own)) >= JUDGED_INK_PX:
            judged.append((own, amount, blank[y0:y1, x0:x1], x0, y0))
    printed = found = sum(amount for _, amount, *_ in judged)
    page = _Seen(seen)
    for own, amount, label, x0, y0 in judged:
        there, place = page.ink_of(own, x0, y0)
        found += there - amount
        if found / printed < least:
            return None
        is_missing = there < MISSING * amount and page.foreign(own, *place) > FOREIGN * amount
        if is_missing and page.likeness(label, x0, y0) < UNLIKE:
            return None
    return found / printed if printed else None


class _Seen:
    """The page laid on the blank, and its ink; paper that is not quite flat carries a label BENT_PX from its place."""

    def __init__(self, seen: Pixels) -> None:
        depth = np.asarray(cv2.subtract(cv2.blur(seen, (61, 61)), seen), dtype=np.uint8)
        dark = np.asarray(cv2.threshold(depth, DARK, 1, cv2.THRESH_BINARY)[1], dtype=np.uint8)
        around = (BENT_PX,) * 4
        self._near = cv2.copyMakeBorder(cv2.dilate(dark, np.ones((3, 3), np.uint8)), *around, cv2.BORDER_CONSTANT)
        self._dark = cv2.copyMakeBorder(dark, *around, cv2.BORDER_CONSTANT)
        self._grey = cv2.copyMakeBorder(seen, *around, cv2.BORDER_REPLICATE)

    def ink_of(self, own: Pixels, x0: int, y0: int) -> tuple[int, tuple[int, int]]:
        """Return how much of a label's ink is there, and where its corner is."""
        height, width = own.shape
        window = self._near[y0 : y0 + height + 2 * BENT_PX, x0 : x0 + width + 2 * BENT_PX]
        _, best, _, (dx, dy) = cv2.minMaxLoc(cv2.matchTemplate(window, own, cv2.TM_CCORR))
        return round(best), (x0 + dx, y0 + dy)

    def foreign(self, own: Pixels, x0: int, y0: int) -> int:
        """Return how much other ink is where a label is."""
        there = self._dark[y0 : y0 + own.shape[0], x0 : x0 + own.shape[1]]
        return int(there[cv2.dilate(own, np.ones((5, 5), np.uint8)) == 0].sum())

    def likeness(self, label: Pixels, x0: int, y0: int) -> float:
        """Return the correlation of a label with what stands in its place."""
        height, width = label.shape
        window = self._grey[y0 : y0 + height + 2 * BENT_PX, x0 : x0 + width + 2 * BENT_PX]
        return float(cv2.matchTemplate(window, label, cv2.TM_CCOEFF_NORMED).max())


def _darker(grey: Pixels, level: int) -> Pixels:
    """Return the mask (1) of what is darker than the level."""
    return np.asarray(cv2.threshold(grey, level - 1, 1, cv2.THRESH_BINARY_INV)[1], dtype=np.uint8)


def _tiles() -> list[Box]:
    down, across = TILES
    return [Box(x / across, y / down, (x + 1) / across, (y + 1) / down) for y in range(down) for x in range(across)]


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
