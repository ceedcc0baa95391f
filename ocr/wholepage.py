"""Reading a page that is no known form: straightened, turned upright when in doubt, all its lines in one call."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ocr.clean import page_to_read, skew_deg, straightened
from ocr.forms.syllables import folded
from ocr.raster import PageImage, turned
from ocr.tesseract import Line, Model, read_lines, upright_turn
from ocr.textlines import TextLine, placed
from ocr.values import PageClass

PSM_PAGE = 3
HEAD_CHARACTERS = 400
DOUBTFUL = 0.6  # mean confidence below which the page may lie on its side
SURE_TURN = 2.0  # OSD was right 32 of 32 times above 2.3 (ocr.md 3.5)

CARD_MARKS = ("can cuoc cong dan", "the can cuoc", "identity card", "idvnm")
PAPER_MARKS = (
    "trich luc", "giay khai sinh", "giay chung nhan", "giay xac nhan", "giay bao tu", "giay chung sinh",
)  # fmt: skip
CLASSES = ((PageClass.IDENTITY_CARD, CARD_MARKS), (PageClass.CERTIFICATE, PAPER_MARKS))


@dataclass(frozen=True)
class WholePage:
    page: PageImage  # upright
    rotation_deg: int
    skew_deg: float
    lines: list[TextLine]


@dataclass(frozen=True)
class Models:
    text: Model
    numbers: Model
    turn: Model


def read_whole_page(page: PageImage, models: Models, scratch: Path) -> WholePage:
    """Return the lines of a page in reading order, and how the page had to be turned."""
    first = _read(page, models, scratch)
    if _confidence(first[0]) >= DOUBTFUL:
        return WholePage(page, 0, first[1], first[2])
    image, dpi = page_to_read(page)
    turn, sureness = upright_turn(image, model=models.turn, dpi=dpi, scratch=scratch)
    if turn == 0 or sureness < SURE_TURN:
        return WholePage(page, 0, first[1], first[2])
    upright = turned(page, turn)
    second = _read(upright, models, scratch)
    if _confidence(second[0]) <= _confidence(first[0]):
        return WholePage(page, 0, first[1], first[2])
    return WholePage(upright, turn, second[1], second[2])


def class_of(text: str) -> PageClass:
    """Return what a page that is no form seems to be, by what stands at its head."""
    head = " ".join(folded(text).split())[:HEAD_CHARACTERS]
    return next((found for found, marks in CLASSES if any(mark in head for mark in marks)), PageClass.ATTACHMENT)


def _read(page: PageImage, models: Models, scratch: Path) -> tuple[list[Line], float, list[TextLine]]:
    image, dpi = page_to_read(page)
    skew = skew_deg(image, dpi)
    level, back = straightened(image, skew)
    (lines,) = read_lines([level], model=models.text, psm=PSM_PAGE, dpi=dpi, scratch=scratch)
    return lines, skew, placed(lines, np.asarray(back, dtype=np.float64), level.shape[1], level.shape[0])


def _confidence(lines: list[Line]) -> float:
    """Return the mean confidence by letters; nothing read is full confidence in nothing."""
    words = [word for line in lines for word in line]
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 1.0
