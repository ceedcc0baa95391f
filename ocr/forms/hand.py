"""Was it written by hand? Printed letters stand on one line and end on one line; a hand's do not, to the pixel.

Counted is how often neighbouring letters differ in height by more than a pixel, over all the writing of a page: of
print on scans of every kind at most 0.52, of handwriting typefaces drawn with a hand's wobble from 0.6 on. Together
with Tesseract's confidence, which sinks on handwriting, the two do not overlap; over one field alone they do, so there
only what stands out is called handwritten. Whatever is called so is never accepted without a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ocr.clean import INK
from ocr.raster import Pixels

LETTER_MM = 0.9  # anything lower is an accent or a mark
SAME_KIND = 0.25  # of a letter's height; a "d" beside an "a" says nothing about the hand
STEADY_PX = 1
BOTTOMS_COUNT = 0.5  # below, remains of a leader disturb
USUAL_CONFIDENCE = 0.93  # of Tesseract on print
PAGE_BY_HAND, PAGE_PAIRS = 0.58, 15
FIELD_BY_HAND, FIELD_PAIRS = 0.8, 8
FIELD_IN_PRINT, PRINT_PAIRS = 0.2, 15  # a printed field on a page filled by hand


@dataclass(frozen=True)
class Strokes:
    """``pairs`` of neighbouring letters were compared, ``uneven`` of them differ, bottoms counting half."""

    pairs: int = 0
    uneven: float = 0.0

    @property
    def unevenness(self) -> float:
        return self.uneven / self.pairs if self.pairs else 0.0

    def __add__(self, other: "Strokes") -> "Strokes":
        return Strokes(self.pairs + other.pairs, self.uneven + other.uneven)


def strokes_of(line: Pixels, mm: float) -> Strokes:
    """Return how evenly the letters of a cleaned line stand; ``mm`` is in pixels."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((line < INK).astype(np.uint8))
    letters = stats[1:][stats[1:, cv2.CC_STAT_HEIGHT] >= LETTER_MM * mm]
    if len(letters) < 2:  # noqa: PLR2004 - a pair
        return Strokes()
    letters = letters[np.argsort(letters[:, cv2.CC_STAT_LEFT])]
    tops = letters[:, cv2.CC_STAT_TOP]
    bottoms = tops + letters[:, cv2.CC_STAT_HEIGHT]
    alike_px = SAME_KIND * float(np.median(letters[:, cv2.CC_STAT_HEIGHT]))
    pairs = len(letters) - 1
    return Strokes(pairs, pairs * (_uneven(tops, alike_px) + BOTTOMS_COUNT * _uneven(bottoms, alike_px)))


def written_by_hand(fields: Sequence[tuple[Strokes, float]]) -> list[bool]:
    """Return which fields of one page are handwritten, by their strokes and Tesseract's confidence in them."""
    whole = sum((strokes for strokes, _ in fields), Strokes())
    letters = sum(strokes.pairs for strokes, _ in fields)
    confidence = sum(strokes.pairs * sure for strokes, sure in fields) / letters if letters else 1.0
    doubt = max(USUAL_CONFIDENCE - confidence, 0.0)
    if whole.pairs >= PAGE_PAIRS and whole.unevenness + doubt > PAGE_BY_HAND:
        return [not (one.pairs >= PRINT_PAIRS and one.unevenness < FIELD_IN_PRINT) for one, _ in fields]
    return [one.pairs >= FIELD_PAIRS and one.unevenness > FIELD_BY_HAND for one, _ in fields]


def _uneven(edges: np.ndarray, alike_px: float) -> float:
    """Return the share of neighbours of one kind that differ by more than a pixel."""
    steps = np.abs(np.diff(edges))
    steps = steps[steps < alike_px]
    return float((steps > STEADY_PX).mean()) if len(steps) else 0.0
