"""Reading a page that is no known form: straightened, turned upright when in doubt, all its lines in one call.

Where leaders or rules stood the second reader reads first (Tesseract loses a tenth of such lines, ocr.md 9 D);
elsewhere it is asked for words that Tesseract doubts and the quick one reads otherwise, and believed in their tone
marks only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from ocr.clean import evenly_lit, has_leaders, has_shade, letter_height_px, page_to_read, skew_deg, straightened
from ocr.forms.syllables import folded
from ocr.leaders import without_leaders
from ocr.photo import laid_flat
from ocr.raster import PageImage, Pixels, turned
from ocr.second_reader import SecondReaders
from ocr.tesseract import Line, Model, SeenWord, read_lines, upright_turn
from ocr.textlines import TextLine, placed, said_as

PSM_PAGE = 3
DOUBTFUL = 0.6  # mean confidence below which the page may lie on its side
SURE_TURN = 2.0  # OSD was right 32 of 32 times above 2.3 (ocr.md 3.5)
ENGINE_MINDS_DEG = 1.0  # of skew; turning a page costs more letters than less than this does
LETTER_PX = 15  # as high as the engine needs a letter to be; larger print is made smaller, which saves time
LEAST_DPI = 150
WORTH_SHRINKING = 0.9
LOW_LINE, UNSURE = 0.6, 0.85  # of the usual height; confidence
SPECK = 0.5  # confidence
SURE = 0.9  # the second reader's least sure character
LEADER_SHARE = 0.15  # of a line's length over which a leader was taken away
LEAST_LIGHT = 100  # of paper; what is darker is a scanner's lid
MARGIN_PX = 3
LONG_WORD = 3  # letters: upright, it is wider than high
DOTS = re.compile(r"[.…·_]{2,}")  # what is left of a leader
NOT_VIETNAMESE = (
    "ÄÅÆÇËÎÏÐÑÖØÛÜÞßäåæçëîïðñöøûüþÿĆćČčēěğİıŁłŃńňŒœřŚśŞşŠšŸŹźŻżŽžƑ"  # letters that the model knows (ocr.md 3.5)
)


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


def read_whole_page(page: PageImage, models: Models, second: SecondReaders | None, scratch: Path) -> WholePage:
    """Return the lines of a page in reading order, and how the page had to be turned."""
    first = _read(page, models, second, scratch)
    if first.confidence >= DOUBTFUL:
        return WholePage(page, 0, first.skew_deg, first.lines)
    image, dpi = page_to_read(page)
    turn, sureness = upright_turn(image, model=models.turn, dpi=dpi, scratch=scratch)
    if turn == 0 or sureness < SURE_TURN:
        return WholePage(page, 0, first.skew_deg, first.lines)
    upright = turned(page, turn)
    again = _read(upright, models, second, scratch)
    if again.confidence <= first.confidence:
        return WholePage(page, 0, first.skew_deg, first.lines)
    return WholePage(upright, turn, again.skew_deg, again.lines)


@dataclass(frozen=True)
class _Reading:
    lines: list[TextLine]
    confidence: float  # mean, by letters; nothing read is full confidence in nothing
    skew_deg: float


def _read(page: PageImage, models: Models, second: SecondReaders | None, scratch: Path) -> _Reading:
    image, dpi = page_to_read(page)
    flat, to_photo = laid_flat(image)
    if has_shade(flat):
        flat = evenly_lit(flat, LEAST_LIGHT)
    skew = skew_deg(flat, dpi)
    level, back = straightened(flat, skew if abs(skew) >= ENGINE_MINDS_DEG else 0.0)
    level, dpi, scale = _at_reading_size(level, dpi)
    to_image = to_photo @ np.vstack((back, (0, 0, 1))) @ np.diag((1 / scale, 1 / scale, 1.0))
    gone = None
    if has_leaders(level, dpi):
        level, gone = without_leaders(level, dpi)
    (seen,) = read_lines([level], model=models.text, psm=PSM_PAGE, dpi=dpi, scratch=scratch, blacklist=NOT_VIETNAMESE)
    lines = [line for line in map(_without_specks, seen) if line and not _is_dirt(line, seen)]
    if second is not None and _confidence(seen) >= DOUBTFUL:  # nobody reads a page that lies on its side
        lines = [_heard(line, level, gone, second) for line in lines]
    found = placed(lines, to_image, image.shape[1], image.shape[0])
    return _Reading(found, 0.0 if _lies(lines) else _confidence(seen), skew)


def _at_reading_size(level: Pixels, dpi: int) -> tuple[Pixels, int, float]:
    """Return the page no larger than its print needs, its resolution, and how much smaller it became."""
    height = letter_height_px(level)
    scale = max(LETTER_PX / height, LEAST_DPI / dpi) if height else 1.0
    if scale > WORTH_SHRINKING:
        return level, dpi, 1.0
    small = cv2.resize(level, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), round(dpi * scale), scale


def _lies(lines: Sequence[Line]) -> bool:
    """Whether most words run up or down the page: the engine reads them so, but in no order."""
    long = [word for line in lines for word in line if len(word.text) >= LONG_WORD]
    return len(long) > 0 and sum(word.y1 - word.y0 > word.x1 - word.x0 for word in long) > len(long) / 2


def _is_dirt(line: Line, page: Sequence[Line]) -> bool:
    """Whether a line is tone marks or specks taken for a line: far lower than the others and hardly read."""
    usual = float(np.median([word.y1 - word.y0 for other in page for word in other]))
    return max(word.y1 - word.y0 for word in line) < LOW_LINE * usual and _confidence([line]) < UNSURE


def _without_specks(line: Line) -> Line:
    """Return the line without what is neither letter nor digit and was hardly read."""
    return tuple(word for word in line if word.confidence >= SPECK or any(c.isalnum() for c in word.text))


def _heard(line: Line, level: Pixels, gone: Pixels | None, second: SecondReaders) -> Line:
    """Return the line as the second reader has it where leaders stood, else with its doubtful words heard again."""
    x0, y0 = min(word.x0 for word in line), min(word.y0 for word in line)
    x1, y1 = max(word.x1 for word in line), max(word.y1 for word in line)
    if gone is not None and float((gone[y0 : y1 + 1, x0:x1] > 0).any(axis=0).mean()) > LEADER_SHARE:
        (reading,) = second.careful([_cut(level, x0, y0, x1, y1)])
        said = DOTS.sub(" ", reading.text).split()
        own = said_as(line, DOTS.sub(" ", " ".join(word.text for word in line)).split(), _confidence([line]))
        return said_as(own, said, reading.confidence) if own and len(said) >= len(own) else own  # it may lose spaces
    return tuple(_reheard(word, level, second) for word in line)


def _reheard(word: SeenWord, level: Pixels, second: SecondReaders) -> SeenWord:
    """Return a doubtful word with the tone marks that a sure careful reader sees; the quick one's yes is enough."""
    if word.confidence >= UNSURE or not any(c.isalpha() for c in word.text):
        return word
    cut = [_cut(level, word.x0, word.y0, word.x1, word.y1)]
    if second.quick(cut)[0].text == word.text:
        return word
    (reading,) = second.careful(cut)
    if reading.confidence < SURE or folded(reading.text) != folded(word.text):
        return word
    return replace(word, text=reading.text)


def _cut(level: Pixels, x0: int, y0: int, x1: int, y1: int) -> Pixels:
    return level[max(y0 - MARGIN_PX, 0) : y1 + MARGIN_PX, max(x0 - MARGIN_PX, 0) : x1 + MARGIN_PX]


def _confidence(lines: Sequence[Line]) -> float:
    words = [word for line in lines for word in line]
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 1.0
