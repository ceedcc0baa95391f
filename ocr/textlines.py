"""Lines of words on a page, whoever read them: the engine, the page's own text, or the form's template."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import dist

import numpy as np
from numpy.typing import NDArray

from ocr.tesseract import Line, SeenWord
from ocr.values import Box, Word

Matrix = Sequence[Sequence[float]]  # 3×3


@dataclass(frozen=True)
class TextLine:
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def placed(lines: Sequence[Line], back: NDArray[np.float64], width_px: int, height_px: int) -> list[TextLine]:
    """Return lines of an image as lines of its page; ``back`` (3×3) leads from the image's pixels to the page's."""
    matrix = back.tolist()
    return [
        TextLine(
            tuple(
                Word(w.text, round(w.confidence, 3), level_box((w.x0, w.y0, w.x1, w.y1), matrix, width_px, height_px))
                for w in line
            )
        )
        for line in lines
    ]


def said_as(line: Line, texts: Sequence[str], confidence: float) -> Line:
    """Return a line with the words of another reader, each where the first reader saw one, else spread by letters."""
    if len(texts) == len(line):
        agreed = [word.text == said for word, said in zip(line, texts, strict=True)]
        return tuple(
            word if same else replace(word, text=said, confidence=confidence)
            for word, said, same in zip(line, texts, agreed, strict=True)
        )
    if not texts:
        return ()
    x0, x1 = min(word.x0 for word in line), max(word.x1 for word in line)
    y0, y1 = min(word.y0 for word in line), max(word.y1 for word in line)
    step = (x1 - x0) / (sum(map(len, texts)) + len(texts) - 1)
    ends = list(accumulate(len(said) + 1 for said in texts))
    return tuple(
        SeenWord(said, confidence, round(x0 + step * (end - len(said) - 1)), y0, round(x0 + step * (end - 1)), y1)
        for said, end in zip(texts, ends, strict=True)
    )


def level_box(corners: tuple[float, float, float, float], back: Matrix, width_px: int, height_px: int) -> Box:
    """Return the box about the middle line of a word, as high as the word: a level box even on a tilted page.

    Of plain numbers: a page has hundreds of words, and arrays of two numbers cost ten times as much.
    """
    x0, y0, x1, y1 = corners
    middle = (y0 + y1) / 2
    (left, rise), (right, fall) = (_led_back(back, x, middle) for x in (x0, x1))
    half = dist(_led_back(back, x0, y0), _led_back(back, x0, y1)) / 2
    level = (rise + fall) / 2
    return clipped(
        min(left, right) / width_px, (level - half) / height_px, max(left, right) / width_px, (level + half) / height_px
    )


def _led_back(back: Matrix, x: float, y: float) -> tuple[float, float]:
    across, down, depth = (a * x + b * y + c for a, b, c in back)
    return across / depth, down / depth


def clipped(x0: float, y0: float, x1: float, y1: float) -> Box:
    """Return the box within the page, rounded to what a pixel is worth."""
    return Box(*(round(float(min(max(value, 0.0), 1.0)), 5) for value in (x0, y0, max(x1, x0), max(y1, y0))))


def printable(text: str) -> str:
    """Return a stranger's text without what shows nothing: it ends strings, turns writing round, breaks databases."""
    return "".join(c for c in text if c.isprintable() or c == "\xa0")
