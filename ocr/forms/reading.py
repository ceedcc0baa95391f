"""Reading the fields of a page whose form is known: the form's ink is taken away, what is left was filled in.

Labels are never read, the template knows them. All text fields go through one call of the engine, all numbers through
another; a field without ink is empty and is not read at all, so that a dotted leader can't become letters.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path

import cv2
import numpy as np

from ocr.clean import INK, reading_grey, softened
from ocr.forms.combs import repacked
from ocr.forms.ink import shifted_mask, text_rows, without_dust
from ocr.forms.lists import with_surname_mended
from ocr.forms.recognise import Match
from ocr.forms.templates import Field, Kind
from ocr.raster import PageImage, Pixels, turned
from ocr.tesseract import Line, Model, SeenWord, read_lines
from ocr.textlines import TextLine, clipped
from ocr.values import Box, Word
from ocr.wholepage import Models

WORK_DPI = 240  # crops at 240 dpi are read better than at 300 (ocr.md 3.2)
MM = WORK_DPI / 25.4
PSM_LINE = 7
INPAINT_RADIUS = 3
ANY_INK = 200  # grey of the blank below which a pixel is print
SHARP_SHADE = 215  # mean grey two pixels beside the print; darker means blurred edges
TICKED = 0.12  # ink in a check box; empty ones have up to 0.03, ticked ones from 0.31 on
NUMBER_CHARACTERS = "0123456789/.-"
SHORT_NUMBER = 3  # digits that make a word a number worth reading again
IDENTITY_DIGITS = 12
DOUBTFUL = 0.5
NUMBER_SHAPE = re.compile(r"\d+(?:[/.\-]\d+)*")
MARGIN_PX = 12
GAP_PX = 5  # beside a drawn slash; wider gaps make three words of a date
PAPER = 250
SIDE_MM, RISE_MM = 0.8, 0.4  # how far writing may leave its slot
SAME_LINE = 0.6  # of the height of a line


@dataclass(frozen=True)
class RawField:
    """What was seen in one field; ``number_text`` is the identity number in its lines, read by the number model."""

    field: Field
    text: str
    confidence: float
    box: Box
    ticked: tuple[bool, ...] = ()  # of check boxes, box by box
    number_text: str = ""
    number_confidence: float = 0.0
    number_agrees: bool = False  # the text model read the same digits


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
    numbers: tuple[tuple[str, float, bool], ...] = ()  # of twelve digits: text, confidence, did both models agree


def read_form_page(page: PageImage, match: Match, models: Models, scratch: Path) -> FormPage:
    """Return what stands in each field of the page, and the page's lines in reading order, labels included."""
    upright = turned(page, match.rotation_deg)
    sheet = _Sheet(upright, match)
    crops: list[_Crop] = []
    ticks: dict[str, list[bool]] = {}
    for known in match.page.fields:
        if known.kind is Kind.CHECKBOX:
            ticks[known.name] = [sheet.ticked(box) for box in known.boxes]
        else:
            crops += sheet.crops(known)
    seen = _read_crops(crops, models, scratch)
    fields = {}
    for known in match.page.fields:
        own = [one for one in seen if one.crop.field is known]
        raw = _raw(known, own, sheet)
        fields[known.name] = replace(raw, ticked=tuple(ticks.get(known.name, ())))
    lines = _lines_of(match, sheet, seen)
    return FormPage(match, page.number, fields, lines)


class _Sheet:
    """The page laid onto its blank at WORK_DPI, the blank's ink taken away."""

    def __init__(self, page: PageImage, match: Match) -> None:
        blank = match.page
        self.width, self.height = round(blank.width_mm * MM), round(blank.height_mm * MM)
        self._page = page
        self.to_page = match.to_page @ np.diag([1 / self.width, 1 / self.height, 1.0])
        grey = reading_grey(page)
        if page.is_bilevel:
            grey = softened(grey, page.dpi / WORK_DPI * 0.8)
        elif page.dpi > WORK_DPI * 1.1:
            grey = softened(grey, page.dpi / WORK_DPI * 0.45)  # or the thinnest strokes alias away
        flat = cv2.warpPerspective(
            grey, np.linalg.inv(self.to_page), (self.width, self.height), flags=cv2.INTER_CUBIC, borderValue=255
        )
        self.flat = _evenly_lit(np.asarray(flat, dtype=np.uint8))
        small = cv2.resize(blank.grey, (self.width, self.height), interpolation=cv2.INTER_AREA)
        self.blank = np.asarray(small, dtype=np.uint8)
        self.form_ink = self._grown(np.asarray(small < ANY_INK, dtype=np.uint8), match)

    def _grown(self, ink: Pixels, match: Match) -> Pixels:
        """Return the form's ink grown as far as its edges are blurred on this page: a pixel, or two."""
        one, two = (np.asarray(cv2.dilate(ink, _disc(radius)), dtype=np.uint8) for radius in (1, 2))
        ring = []
        for printed in match.page.texts:
            x0, y0, x1, y1 = self._pixels(printed.box, 0.0, 0.0)
            ring.append(self.flat[y0:y1, x0:x1][(two > one)[y0:y1, x0:x1]])
        shade = float(np.mean(np.concatenate(ring))) if ring else 0.0
        return one if shade > SHARP_SHADE else two

    def crops(self, known: Field) -> list[_Crop]:
        """Return the lines of a field that hold ink, cleaned."""
        found = []
        for box in known.boxes:
            x0, y0, x1, y1 = self._pixels(box, SIDE_MM, RISE_MM)
            pixels = self.flat[y0:y1, x0:x1]
            mask = shifted_mask(self.flat, self.blank, self.form_ink, (x0, y0, x1, y1))
            cleaned = np.asarray(cv2.inpaint(pixels, mask, INPAINT_RADIUS, cv2.INPAINT_NS), dtype=np.uint8)
            if not without_dust(cleaned, MM):
                continue
            if known.cells:
                walls = box.x0 * self.width - x0, box.x1 * self.width - x0
                strip = repacked(cleaned, *walls, known.cells)
                found += [] if strip is None else [_Crop(known, strip, x0, y0)]
            elif known.rows > 1:
                found += [_Crop(known, pixels, x0, y0 + top) for top, pixels in text_rows(cleaned, MM)]
            else:
                found.append(_Crop(known, cleaned, x0, y0))
        return found

    def ticked(self, box: Box) -> bool:
        """Whether a check box holds more than its own frame."""
        x0, y0, x1, y1 = self._pixels(box, 0.0, 0.0)
        inner = self.flat[y0:y1, x0:x1] < INK
        free = self.form_ink[y0:y1, x0:x1] == 0
        return bool(free.any() and float(inner[free].mean()) > TICKED)

    def slot(self, known: Field) -> Box:
        """Return where on the page the field's first line is."""
        box = known.boxes[0]
        return self.page_box(box.x0 * self.width, box.y0 * self.height, box.x1 * self.width, box.y1 * self.height)

    def page_box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Return a box of the sheet as a box of the page: level, about its middle line."""
        middle = (y0 + y1) / 2
        points = np.array([[[x0, middle], [x1, middle], [x0, y0], [x0, y1]]], dtype=np.float64)
        left, right, top, bottom = cv2.perspectiveTransform(points, self.to_page)[0]
        half = float(np.hypot(*(bottom - top))) / 2
        level = (left[1] + right[1]) / 2
        width, height = self._page.width_px, self._page.height_px
        return clipped(left[0] / width, (level - half) / height, right[0] / width, (level + half) / height)

    def _pixels(self, box: Box, side_mm: float, rise_mm: float) -> tuple[int, int, int, int]:
        x0, x1 = round(box.x0 * self.width - side_mm * MM), round(box.x1 * self.width + side_mm * MM)
        y0, y1 = round(box.y0 * self.height - rise_mm * MM), round(box.y1 * self.height + rise_mm * MM)
        return max(x0, 0), max(y0, 0), min(x1, self.width), min(y1, self.height)


def _disc(radius: int) -> Pixels:
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(shape, dtype=np.uint8)


def _evenly_lit(grey: Pixels) -> Pixels:
    """Return the page as if the light were even and the paper white."""
    small = cv2.resize(grey, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    light = cv2.GaussianBlur(cv2.dilate(small, np.ones((5, 5), np.uint8)), (0, 0), 6)
    paper = cv2.resize(light, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(paper, 1), scale=PAPER), dtype=np.uint8)


def _read_crops(crops: Sequence[_Crop], models: Models, scratch: Path) -> list[_Seen]:
    """Return every line as read by its model, the numbers within lines of text read again by the number model.

    ``vie`` misreads one identity number in eight and still gives twelve digits; ``eng`` does not (ocr.md 9 A).
    """
    text = _read([crop for crop in crops if not crop.field.kind.is_number], models.text, "", scratch)
    places = [(line, index) for line, one in enumerate(text) for index in _numbers_in(one)]
    again = [_around(text[line], index) for line, index in places]
    strips = _strips([crop for crop in crops if crop.field.kind.is_number])
    numbers = _read([*(strip for strip, _ in strips), *again], models.numbers, NUMBER_CHARACTERS, scratch)
    for (line, index), number in zip(places, numbers[len(strips) :], strict=True):
        text[line] = _with_number(text[line], index, number)
    read = [one for strip, number in zip(strips, numbers, strict=False) for one in _unstrung(strip[1], number)]
    seen = {id(one.crop): one for one in (*text, *read)}
    return [seen[id(crop)] for crop in crops]


def _strips(crops: Sequence[_Crop]) -> list[tuple[_Crop, list[_Crop]]]:
    """Return one crop to read per field: the engine sees nothing in a lone "11", but reads "05/11/2026"."""
    strips = []
    for _, group in groupby(crops, key=attrgetter("field.name")):
        pieces = list(group)
        if len(pieces) == 1:
            strips.append((pieces[0], pieces))
            continue
        parts = []
        for piece in pieces:
            columns = np.nonzero((piece.pixels < INK).any(axis=0))[0]
            first, last = (int(columns[0]), int(columns[-1])) if len(columns) else (0, 0)
            image = piece.pixels[:, max(first - GAP_PX, 0) : last + GAP_PX + 1]
            parts += [image, _slash(image)]
        strips.append((_Crop(pieces[0].field, np.hstack(parts[:-1]), pieces[0].x0, pieces[0].y0), pieces))
    return strips


def _slash(beside: Pixels) -> Pixels:
    """Return a drawn slash as high as the writing beside it."""
    rows = np.nonzero((beside < INK).any(axis=1))[0]
    top, bottom = (int(rows[0]), int(rows[-1])) if len(rows) else (MARGIN_PX, beside.shape[0] - MARGIN_PX)
    slash = np.full((beside.shape[0], (bottom - top) // 2), PAPER, dtype=np.uint8)
    cv2.line(slash, (slash.shape[1] - 2, top), (1, bottom), (30,), 2, cv2.LINE_AA)
    return slash


def _unstrung(pieces: list[_Crop], number: _Seen) -> list[_Seen]:
    """Return what was read of a strip as readings of its pieces, each in its own place."""
    if len(pieces) == 1:
        return [number]
    text = "".join(word.text for word in number.words)
    confidence = min((word.confidence for word in number.words), default=0.0)
    parts = text.split("/") if text.count("/") == len(pieces) - 1 else [text, *[""] * (len(pieces) - 1)]
    seen = []
    for piece, part in zip(pieces, parts, strict=True):
        columns = np.nonzero((piece.pixels < INK).any(axis=0))[0]
        x0, x1 = (int(columns[0]), int(columns[-1])) if len(columns) else (0, piece.pixels.shape[1])
        bottom = piece.y0 + piece.pixels.shape[0]
        word = SeenWord(part, confidence, piece.x0 + x0, piece.y0 + round(MM), piece.x0 + x1, bottom - round(MM))
        seen.append(_Seen(piece, (word,) if part else ()))
    return seen


def _read(crops: Sequence[_Crop], model: Model, whitelist: str, scratch: Path) -> list[_Seen]:
    images = [_tight(crop) for crop in crops]
    found = read_lines(
        [image for image, _, _ in images], model=model, psm=PSM_LINE, dpi=WORK_DPI, scratch=scratch, whitelist=whitelist
    )
    return [
        _Seen(
            crop,
            tuple(replace(w, x0=w.x0 + x0, x1=w.x1 + x0, y0=w.y0 + y0, y1=w.y1 + y0) for line in lines for w in line),
        )
        for crop, (_, x0, y0), lines in zip(crops, images, found, strict=True)
    ]


def _tight(crop: _Crop) -> tuple[Pixels, int, int]:
    """Return the crop cut to its ink with white around, and where its corner is on the sheet."""
    columns = np.nonzero((crop.pixels < INK).sum(axis=0) > 0)[0]
    first, last = (int(columns[0]), int(columns[-1])) if len(columns) else (0, crop.pixels.shape[1] - 1)
    left, right = max(first - MARGIN_PX, 0), min(last + MARGIN_PX + 1, crop.pixels.shape[1])
    image = cv2.copyMakeBorder(
        crop.pixels[:, left:right], MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX, cv2.BORDER_CONSTANT, value=(PAPER,)
    )
    return np.asarray(image, dtype=np.uint8), crop.x0 + left - MARGIN_PX, crop.y0 - MARGIN_PX


def _numbers_in(seen: _Seen) -> list[int]:
    """Return which words of a line are numbers."""
    return [
        index
        for index, word in enumerate(seen.words)
        if sum(c.isdigit() for c in word.text) >= max(SHORT_NUMBER, len(word.text) * 0.6)
    ]


def _around(seen: _Seen, index: int) -> _Crop:
    word, crop = seen.words[index], seen.crop
    x0 = max(word.x0 - MARGIN_PX // 2 - crop.x0, 0)
    pixels = np.ascontiguousarray(crop.pixels[:, x0 : word.x1 + MARGIN_PX // 2 - crop.x0])
    return _Crop(crop.field, pixels, crop.x0 + x0, crop.y0)


def _with_number(seen: _Seen, index: int, number: _Seen) -> _Seen:
    """Return the line with one word read by the number model, where that gives the shape of a number."""
    word = seen.words[index]
    read = "".join(w.text for w in number.words)
    tail = word.text[len(word.text.rstrip(",;.:")) :]  # the number model may not see the stop after it
    core = read.rstrip(",;.:")
    if NUMBER_SHAPE.fullmatch(core) is None:
        return seen
    confidence = min(w.confidence for w in number.words)
    own = word.text.rstrip(",;.:")
    if len(core) != IDENTITY_DIGITS and core != own and own.endswith(core):  # cut off at the word's edge
        return seen
    if len(core) == IDENTITY_DIGITS and core[0] != "0":  # every province's code begins with 0; a dotted one reads as 9
        core = own if re.fullmatch(r"0\d{11}", own) else f"0{core[1:]}"
        confidence = min(confidence, DOUBTFUL)
    better = replace(word, text=core + tail, confidence=confidence)
    agrees = own == core and confidence > DOUBTFUL
    known = seen.numbers if len(core) != IDENTITY_DIGITS else (*seen.numbers, (core, confidence, agrees))
    return replace(seen, words=(*seen.words[:index], better, *seen.words[index + 1 :]), numbers=known)


def _raw(known: Field, seen: Sequence[_Seen], sheet: _Sheet) -> RawField:
    words = [word for one in seen for word in one.words]
    if words and not known.cells:  # a comb's digits were moved
        box = sheet.page_box(
            min(w.x0 for w in words), min(w.y0 for w in words), max(w.x1 for w in words), max(w.y1 for w in words)
        )
    else:
        box = sheet.slot(known)
    letters = sum(len(w.text) for w in words)
    confidence = sum(w.confidence * len(w.text) for w in words) / letters if letters else 0.0
    pieces = [" ".join(w.text for w in one.words) for one in seen if one.words]
    text = known.join.join(piece if known.join == " " else piece.strip(" .,-") for piece in pieces)
    number, sureness, agrees = next((number for one in seen for number in one.numbers), ("", 0.0, False))
    return RawField(known, text, round(confidence, 3), box, (), number, sureness, agrees)


def _lines_of(match: Match, sheet: _Sheet, seen: Sequence[_Seen]) -> list[TextLine]:
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
