"""Reading the fields of a page whose form is known.

Labels are never read, the template knows them; a field without ink is empty and is not read at all, so that a dotted
leader can't become letters. All lines of a page go through one call of the engine.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from operator import itemgetter
from pathlib import Path

import numpy as np

from ocr.forms.glyphs import has_misread_digit
from ocr.forms.hand import Strokes, strokes_of, written_by_hand
from ocr.forms.lines import MM, NO_DIGIT, Crop, SeenLine, read_crops
from ocr.forms.lists import with_surname_mended
from ocr.forms.recognise import Match
from ocr.forms.sheet import Sheet
from ocr.forms.templates import Field, Kind
from ocr.raster import PageImage, turned
from ocr.second_reader import SecondReaders
from ocr.tesseract import SeenWord
from ocr.textlines import TextLine
from ocr.values import Box, Word
from ocr.wholepage import Models

SAME_LINE = 0.6  # of the height of a line
IDENTITY_NUMBER = re.compile(r"(?<!\d)(?<!\d[ .])\d(?:[ .]?\d){11}(?![ .]?\d)")  # people group its digits
TICKED = 0.05  # ink in a check box; empty ones have up to 0.03, a small typed x 0.09
CLEARLY_TICKED = 0.12


@dataclass(frozen=True)
class RawField:
    """What was seen in one field; ``number_text`` is the identity number in its lines.

    ``confirmed`` says whether two families of readers saw the same, ``number_confirmed`` the same of the number; both
    are None where there was no second reader.
    """

    field: Field
    text: str
    confidence: float
    box: Box
    ticked: tuple[bool, ...] = ()  # of check boxes, box by box
    number_text: str = ""
    number_confidence: float = 0.0
    confirmed: bool | None = None
    number_confirmed: bool | None = None
    others: tuple[str, ...] = ()  # of a number: what each reader saw, where they differ
    handwritten: bool = False


@dataclass(frozen=True)
class FormPage:
    match: Match
    page_number: int
    fields: dict[str, RawField]
    lines: list[TextLine] = field(default_factory=list)


def read_form_page(
    page: PageImage, match: Match, models: Models, second: SecondReaders | None, scratch: Path
) -> FormPage:
    """Return what stands in each field of the page, and the page's lines in reading order, labels included."""
    sheet = Sheet(turned(page, match.rotation_deg), match)
    crops: list[Crop] = []
    for known in match.page.fields:
        if known.kind is not Kind.CHECKBOX:
            crops += sheet.crops(known)
    seen = read_crops(crops, models, second, scratch)
    fields = {}
    for known in match.page.fields:
        if known.kind is Kind.CHECKBOX:
            fields[known.name] = _boxes(known, sheet, has_second=second is not None)
        else:
            fields[known.name] = _raw(known, [one for one in seen if one.crop.field is known], sheet)
    _mark_handwriting(fields, seen)
    return FormPage(match, page.number, fields, _lines_of(match, sheet, seen))


def _boxes(known: Field, sheet: Sheet, *, has_second: bool) -> RawField:
    """Return which boxes are ticked or encircled; only a tick by pen, within its box, is clear."""
    shares = [sheet.ink_share(box) for box in known.boxes]
    ticked = tuple(share > TICKED or sheet.is_encircled(box) for share, box in zip(shares, known.boxes, strict=True))
    clear = all(share > CLEARLY_TICKED for share, is_ticked in zip(shares, ticked, strict=True) if is_ticked)
    return RawField(known, "", 0.0, sheet.slot(known), ticked, confirmed=clear if has_second else None)


def _raw(known: Field, seen: Sequence[SeenLine], sheet: Sheet) -> RawField:
    words = [word for one in seen for word in one.words]
    if words and not known.cells:  # a comb's digits were moved
        box = sheet.page_box(
            min(w.x0 for w in words), min(w.y0 for w in words), max(w.x1 for w in words), max(w.y1 for w in words)
        )
    else:
        box = sheet.slot(known)
    letters = sum(len(w.text) for w in words)
    confidence = sum(w.confidence * len(w.text) for w in words) / letters if letters else 0.0
    text = _joined(known, [one.text for one in seen])
    others = tuple(_joined(known, texts) for texts in zip(*(one.others for one in seen), strict=False))
    raw = RawField(known, text, round(confidence, 3), box, confirmed=_confirmed(seen), others=others)
    return _with_number(raw, seen) if known.number_name else raw


def _mark_handwriting(fields: dict[str, RawField], seen: Sequence[SeenLine]) -> None:
    strokes: dict[str, Strokes] = {}
    for one in seen:
        name = one.crop.field.name
        strokes[name] = strokes.get(name, Strokes()) + strokes_of(one.crop.pixels, MM)
    by_hand = written_by_hand([(one, fields[name].confidence) for name, one in strokes.items()])
    for name, is_written in zip(strokes, by_hand, strict=True):
        fields[name] = replace(fields[name], handwritten=is_written)


def _joined(known: Field, texts: Iterable[str]) -> str:
    return known.join.join(text if known.join == " " else text.strip(" .,-") for text in texts if text)


def _confirmed(seen: Sequence[SeenLine]) -> bool | None:
    doubts = [one.doubts for one in seen]
    return None if None in doubts or not doubts else not any(_doubted(one) for one in seen)


def _doubted(one: SeenLine) -> bool:
    is_misread = one.crop.field.kind.is_number and has_misread_digit(one.crop.pixels, one.text)
    return bool(one.doubts) or one.crop.is_cut or is_misread


def _with_number(raw: RawField, seen: Sequence[SeenLine]) -> RawField:
    for one in seen:
        if found := IDENTITY_NUMBER.search(one.text):
            number = NO_DIGIT.sub("", found[0])
            own = _words_of(one, number)
            confirmed = None
            if one.doubts is not None:
                is_doubted = any(start < found.end() and found.start() < end for start, end in one.doubts)
                confirmed = not (is_doubted or one.crop.is_cut or _is_misread(one, own))
            return replace(
                raw,
                number_text=number,
                number_confidence=min((word.confidence for word in own), default=0.0),
                number_confirmed=confirmed,
            )
    return raw


def _words_of(line: SeenLine, number: str) -> Sequence[SeenWord]:
    """Return the words of a line that hold a number, in one or in several groups of digits."""
    digits = [NO_DIGIT.sub("", word.text) for word in line.words]
    for begin, end in combinations(range(len(digits) + 1), 2):
        if digits[begin] and digits[end - 1] and "".join(digits[begin:end]) == number:
            return line.words[begin:end]
    return ()


def _is_misread(line: SeenLine, number: Sequence[SeenWord]) -> bool:
    """Whether a number that stands in these words of a line has a digit that looks like another one."""
    if not number:
        return False
    x0, x1 = (edge - line.crop.x0 for edge in (number[0].x0, number[-1].x1))
    digits = "".join(NO_DIGIT.sub("", word.text) for word in number)
    return has_misread_digit(line.crop.pixels[:, max(x0, 0) : max(x1, 1)], digits)


def _lines_of(match: Match, sheet: Sheet, seen: Sequence[SeenLine]) -> list[TextLine]:
    """Return the lines of the page: the form's own print, which needs no reading, and what was filled in."""
    pieces: list[tuple[float, float, float, list[Word]]] = []
    for printed in match.page.texts:
        x0, x1 = printed.box.x0 * sheet.width, printed.box.x1 * sheet.width
        y0, y1 = printed.box.y0 * sheet.height, printed.box.y1 * sheet.height
        words, at = [], 0
        for text in printed.value.split():
            start = printed.value.index(text, at)
            at = start + len(text)
            step = (x1 - x0) / len(printed.value)
            words.append(Word(text, 1.0, sheet.page_box(x0 + start * step, y0, x0 + at * step, y1)))
        pieces.append(((y0 + y1) / 2, x0, y1 - y0, words))
    for one in seen:
        if one.words:
            texts = [w.text for w in one.words]
            if one.crop.field.kind is Kind.PERSON_NAME:
                texts = with_surname_mended(" ".join(texts)).split(" ")
            words = [
                Word(text, round(w.confidence, 3), sheet.page_box(w.x0, w.y0, w.x1, w.y1))
                for text, w in zip(texts, one.words, strict=True)
            ]
            middle = float(np.median([(w.y0 + w.y1) / 2 for w in one.words]))
            pieces.append((middle, one.words[0].x0, 4 * MM, words))
    return _rows(pieces)


def _rows(pieces: list[tuple[float, float, float, list[Word]]]) -> list[TextLine]:
    """Return pieces (middle, left, height, words) gathered into lines from the top."""
    rows: list[list[tuple[float, float, float, list[Word]]]] = []
    for piece in sorted(pieces, key=itemgetter(0)):
        if rows and piece[0] - rows[-1][0][0] < SAME_LINE * min(piece[2], rows[-1][0][2]):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [TextLine(tuple(word for piece in sorted(row, key=itemgetter(1)) for word in piece[3])) for row in rows]
