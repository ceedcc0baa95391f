"""Lines of words on a page, whoever read them: the engine, the page's own text, or the form's template."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr.tesseract import Line
from ocr.values import Box, Word


@dataclass(frozen=True)
class TextLine:
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def placed(lines: Sequence[Line], back: NDArray[np.float64], width_px: int, height_px: int) -> list[TextLine]:
    """Return lines of an image as lines of its page; ``back`` leads from the image's pixels to the page's."""
    return [
        TextLine(
            tuple(
                Word(w.text, round(w.confidence, 3), _box((w.x0, w.y0, w.x1, w.y1), back, width_px, height_px))
                for w in line
            )
        )
        for line in lines
    ]


def _box(corners: tuple[int, int, int, int], back: NDArray[np.float64], width_px: int, height_px: int) -> Box:
    """Return the box about the middle line of a word, as high as the word: a level box even on a tilted page."""
    x0, y0, x1, y1 = corners
    middle = (y0 + y1) / 2
    left, right = (back @ np.array([x, middle, 1.0]) for x in (x0, x1))
    half = (y1 - y0) / 2 * float(np.hypot(*back[:, 1]))
    level = (left[1] + right[1]) / 2
    return clipped(
        min(left[0], right[0]) / width_px,
        (level - half) / height_px,
        max(left[0], right[0]) / width_px,
        (level + half) / height_px,
    )


def clipped(x0: float, y0: float, x1: float, y1: float) -> Box:
    """Return the box within the page, rounded to what a pixel is worth."""
    return Box(*(round(float(min(max(value, 0.0), 1.0)), 5) for value in (x0, y0, max(x1, x0), max(y1, y0))))
