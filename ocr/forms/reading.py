"""Reading the fields of a page whose form is known: the form's own ink is taken away, what is left is what was filled in.

Labels are never read, the template knows them. All text fields go through one call of the engine, all numbers through
another; a field without ink is empty and is not read at all, so that a dotted leader can't become letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.clean import INK, paper_level, reading_grey, softened
from ocr.forms.recognise import Match
from ocr.forms.templates import Field, Kind
from ocr.raster import PageImage, Pixels, turned
from ocr.tesseract import Line, SeenWord, read_lines
from ocr.textlines import TextLine, clipped
from ocr.values import Box, Word
from ocr.wholepage import Models

WORK_DPI = 240  # crops at 240 dpi are read better than at 300 (ocr.md 3.2)
MM = WORK_DPI / 25.4
PSM_LINE = 7
INPAINT_RADIUS = 3
EMPTY_INK_MM2 = 0.9  # ink left in a field below this is dust: a hyphen has more
TICKED = 0.12  # ink in a check box; empty ones have up to 0.03, ticked ones from 0.31 on
NUMBER_CHARACTERS = "0123456789/.-"


@dataclass(frozen=True)
class RawField:
    """What was seen in one field; ``digits`` is the number in an identity paper's line, read by the number model."""

    field: Field
    text: str
    confidence: float
    box: Box
    ticked: bool | None = None
    digits: str = ""
    digits_confidence: float = 0.0


@dataclass(frozen=True)
class FormPage:
    match: Match
    page_number: int
    fields: dict[str, RawField]
    lines: list[TextLine] = field(default_factory=list)


@dataclass(frozen=True)
class _Crop:
    """One line of one field, cut out of the cleaned page; ``x0``, ``y0`` is where, in work pixels."""

    field: Field
    pixels: Pixels
    x0: int
    y0: int


@dataclass(frozen=True)
class _Seen:
    """One line of one field after it was read; the boxes of its words are in work pixels."""

    crop: _Crop
    words: Line
