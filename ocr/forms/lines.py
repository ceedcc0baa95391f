"""The lines cut out of a form's page, read: by Tesseract in one call, then by the second readers, and put to the vote.

Without second readers, numbers are read by Tesseract's number model instead, and nothing was confirmed by anybody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import cv2
import numpy as np

from ocr.clean import INK, PAPER
from ocr.forms.mending import mended, unlisted
from ocr.forms.syllables import folded
from ocr.forms.templates import Field, Kind
from ocr.forms.votes import EDGES, MARKS, Dispute, Vote, disputes, indexes, runs, same, voted, word_by_word
from ocr.raster import Pixels
from ocr.second_reader import SecondReaders
from ocr.tesseract import Line, Model, SeenWord, read_lines
from ocr.wholepage import Models

WORK_DPI = 240  # crops at 240 dpi are read better than at 300 (ocr.md 3.2)
MM = WORK_DPI / 25.4
PSM_LINE = 7
NUMBER_CHARACTERS = "0123456789/.-"
LIKE_DIGITS = str.maketrans("OoQDlIi|", "00001111")  # letters that a number can't hold
LIKE_AT = str.maketrans("(©", "@@")  # what the careful reader sees in its stead, and no address can hold
SHORT_NUMBER = 3  # digits that make a word a number worth reading again
IDENTITY_DIGITS = 12
NUMBER_SHAPE = re.compile(r"\d+(?:[/.\-]\d+)*")
LONG_NUMBER = re.compile(r"(?<!\w)[\dOoQDlIi|.:]{9,}(?!\w)")
GROUPED = re.compile(r"\d{3}(?:\.\d{3}){3}")  # an identity number with stops that somebody wrote
NO_DIGIT = re.compile(r"\D")
NINE_FOR_ZERO = re.compile(r"(?<!\d)9(?=\d{11}(?!\d))")
SURE = 0.94  # of a word: of those that the quick reader saw as well 4 of 16,926 were wrong, below it 6 of 2,274
FREE = {Kind.PERSON_NAME, Kind.TEXT, Kind.MARITAL_STATUS}  # no list says what may stand there
LINE_END = "".join(set(EDGES) - set(MARKS))  # a comma at the end of a line belongs to what follows in the next
MARGIN_PX = 12
GAP_PX = 5  # beside a drawn slash; wider gaps make three words of a date


@dataclass(frozen=True)
class Crop:
    """One line of one field, cut out of the cleaned page; ``x0``, ``y0`` is where, in work pixels.

    ``is_cut``: what is written there goes on beyond its slot.
    """

    field: Field
    pixels: Pixels
    x0: int
    y0: int
    is_cut: bool = False


@dataclass(frozen=True)
class SeenLine:
    """One line of one field after it was read; the boxes of its words are in work pixels.

    ``doubts`` are the places in ``text`` on which no two readers agree; None where there was no second reader.
    """

    crop: Crop
    words: Line
    text: str
    doubts: tuple[tuple[int, int], ...] | None = None
    others: tuple[str, ...] = ()  # of a number: what each reader saw


def read_crops(crops: Sequence[Crop], models: Models, second: SecondReaders | None, scratch: Path) -> list[SeenLine]:
    """Return every crop as it was read, in order."""
    numbers = [crop for crop in crops if crop.field.kind.is_number]
    strips = _strips(numbers)
    text = [crop for crop in crops if not crop.field.kind.is_number]
    if second is None:
        read = _read_by_one(text, [strip for strip, _ in strips], models, scratch)
    else:
        read = _read_by_several([*text, *(strip for strip, _ in strips)], models.text, second, scratch)
    unstrung = [
        one for (_, pieces), line in zip(strips, read[len(text) :], strict=True) for one in _unstrung(pieces, line)
    ]
    seen = {id(one.crop): one for one in (*read[: len(text)], *unstrung)}
    return [seen[id(crop)] for crop in crops]


def _read_by_several(crops: Sequence[Crop], model: Model, second: SecondReaders, scratch: Path) -> list[SeenLine]:
    """Return each line as two of three readers saw it; the careful one is asked only about what is open."""
    lines = _read(crops, model, "", scratch)
    quick = second.quick([crop.pixels for crop in crops])
    return [voted_line(line, hasty.text, second) for line, hasty in zip(lines, quick, strict=True)]


def voted_line(line: SeenLine, quick: str, second: SecondReaders) -> SeenLine:
    """Return a line that Tesseract read with what it and the second readers agree on; ``quick`` is what one saw."""
    if line.crop.field.kind.is_number:
        quick, first = quick.translate(LIKE_DIGITS).strip(EDGES), line.text.translate(LIKE_DIGITS).strip(EDGES)
        if same(first, quick):
            return _saying(line, Vote(first))
        (careful,) = second.careful([line.crop.pixels])
        third = careful.text.translate(LIKE_DIGITS).strip(EDGES)
        vote = voted(quick, third, first)
        if NO_DIGIT.sub("", quick) != NO_DIGIT.sub("", third):  # Tesseract's 9 for a dotted 0 must not decide
            vote = Vote(vote.text, ((0, len(vote.text)),))
        return replace(_saying(line, vote), others=(quick, third, first))
    if not line.words:
        (careful,) = second.careful([line.crop.pixels])
        return _saying(line, voted(quick.strip(EDGES), careful.text.strip(EDGES), ""))
    kind = line.crop.field.kind
    if kind is Kind.EMAIL:
        return _saying(line, _email(line, quick, second))
    quick = mended(kind, _cleaned(quick))  # a list knows the tones that the quick one misses
    vote = _free(line, quick, second) if kind in FREE else _settled(line, _asked(line, quick), second)
    return _saying(line, _with_first_zero(vote))


def _cleaned(reading: str) -> str:
    """Return what a second reader saw without what can't be: rules between words, letters and stops in long numbers."""
    return LONG_NUMBER.sub(_as_digits, reading.replace("_", " "))


def _as_digits(found: re.Match[str]) -> str:
    seen = found[0].translate(LIKE_DIGITS)
    digits = NO_DIGIT.sub("", seen)
    if GROUPED.fullmatch(seen):
        return seen
    return digits if len(digits) == IDENTITY_DIGITS else found[0]


def _asked(line: SeenLine, quick: str) -> list[Dispute]:
    """Return what the careful reader is asked: what the others dispute, and unsure words that are on no list."""
    words = [word.text for word in line.words]
    asked = disputes(words, quick)
    agreed = (unlisted(line.crop.field.kind, words) & _unsure(line)) - indexes(asked)
    asked += [Dispute(begin, end, " ".join(words[begin:end])) for begin, end in runs(agreed)]
    return sorted(asked, key=attrgetter("begin"))


def _unsure(line: SeenLine) -> set[int]:
    return {index for index, word in enumerate(line.words) if word.confidence < SURE}


def _free(line: SeenLine, quick: str, second: SecondReaders) -> Vote:
    """Return a line that no list knows: the careful reader reads what the others dispute or the first is unsure of.

    What it saw otherwise than the first, or the quick one in other letters (it misses marks on them), is shown to it
    once more, alone.
    """
    words = [word.text for word in line.words]
    letters = indexes(disputes(folded(line.text).split(" "), folded(quick)))
    careful = _read_around(line, indexes(disputes(words, quick)) | letters | _unsure(line), second)
    there, whole = word_by_word(words, quick), word_by_word(words, careful)
    asked = [
        Dispute(begin, end, " ".join(there[begin:end]), whole=" ".join(whole[begin:end]))
        for begin, end in runs(indexes(disputes(words, careful)) | letters)
    ]
    return _settled(line, asked, second)


def _read_around(line: SeenLine, open_ones: set[int], second: SecondReaders) -> str:
    """Return the line with those words as the careful reader sees them, who is shown their neighbours as well.

    A word alone loses its height, and with it what tells o from ơ.
    """
    words = [word.text for word in line.words]
    near = runs({index + step for index in open_ones for step in (-1, 0, 1)} & set(range(len(words))))
    heard = second.careful([_between(line, begin, end) for begin, end in near])
    for (begin, end), reading in zip(reversed(near), reversed(heard), strict=True):
        words[begin:end] = [_cleaned(reading.text)]
    return mended(line.crop.field.kind, " ".join(words))


def _email(line: SeenLine, quick: str, second: SecondReaders) -> Vote:
    """Return an address in no language: every letter counts, so both careful readers must have seen the same."""
    (heard,) = second.careful([line.crop.pixels])
    first, careful = line.text.translate(LIKE_AT), heard.text.translate(LIKE_AT)
    vote = voted(first, careful, quick)
    return vote if same(first, careful) else Vote(vote.text, ((0, len(vote.text)),))


def _settled(line: SeenLine, asked: Sequence[Dispute], second: SecondReaders) -> Vote:
    """Return the line with each question put to the careful reader, who sees those words only."""
    kind, words = line.crop.field.kind, [word.text for word in line.words]
    heard = second.careful([_between(line, dispute.begin, dispute.end) for dispute in asked])
    text, doubts, at = "", [], 0
    for dispute, careful in zip(asked, heard, strict=True):
        seen = [" ".join(words[dispute.begin : dispute.end]), _cleaned(careful.text), dispute.other]
        if dispute.whole is not None:
            seen.insert(1, dispute.whole)
        if dispute.begin == 0:
            seen = [reading.lstrip(EDGES) for reading in seen]
        if dispute.end == len(words):
            seen = [reading.rstrip(LINE_END) for reading in seen]
        before, after = " ".join(words[: dispute.begin]), " ".join(words[dispute.end :])
        meant = {mended(kind, f"{before} {said} {after}".strip()) for said in seen[:2]}
        vote = voted(*seen, strictly=len(meant) > 1)  # else the list settles it
        text = f"{' '.join([text, *words[at : dispute.begin]]).strip()} ".lstrip()
        doubts += [(len(text) + start, len(text) + end) for start, end in vote.doubts]
        text += vote.text
        at = dispute.end
    return Vote(" ".join([text, *words[at:]]).strip(), tuple(doubts))


def _with_first_zero(vote: Vote) -> Vote:
    """Return the vote with the 9 that a typewriter's dotted 0 is read as put right, as a doubt: no number begins so."""
    doubts = tuple(found.span() for found in NINE_FOR_ZERO.finditer(vote.text))
    return Vote(NINE_FOR_ZERO.sub("0", vote.text), (*vote.doubts, *doubts)) if doubts else vote


def _between(line: SeenLine, begin: int, end: int) -> Pixels:
    """Return the line's pixels from one word to another, cut where no ink is."""
    pixels, x0, words = line.crop.pixels, line.crop.x0, line.words
    left = 0 if begin == 0 else _gap(pixels, words[begin - 1].x1 - x0, words[begin].x0 - x0)
    right = pixels.shape[1] if end == len(words) else _gap(pixels, words[end - 1].x1 - x0, words[end].x0 - x0)
    return pixels[:, left : max(right, left + 1)]


def _gap(pixels: Pixels, before: int, after: int) -> int:
    """Return the middle of the widest column of paper about where one word ends and the next begins."""
    low, high = max(min(before, after) - GAP_PX, 0), min(max(before, after) + GAP_PX, pixels.shape[1])
    clear = np.concatenate(([False], ~(pixels[:, low:high] < INK).any(axis=0), [False]))
    edges = np.flatnonzero(np.diff(clear.astype(np.int8))).reshape(-1, 2)
    if not len(edges):
        return (before + after) // 2
    begin, end = edges[np.argmax(edges[:, 1] - edges[:, 0])]
    return low + int(begin + end) // 2


def _saying(line: SeenLine, vote: Vote) -> SeenLine:
    """Return the line with what was voted; its words keep their places."""
    texts = vote.text.split()
    if len(texts) == len(line.words):
        words = tuple(replace(word, text=text) for word, text in zip(line.words, texts, strict=True))
    elif texts:
        words = _spread(line, texts)
    else:
        words = ()
    return replace(line, text=vote.text, words=words, doubts=vote.doubts)


def _spread(line: SeenLine, texts: Sequence[str]) -> Line:
    """Return words laid out evenly over the line's writing, as wide as they have letters."""
    x0, y0, x1, y1 = _extent(line)
    confidence = min((word.confidence for word in line.words), default=0.0)
    step = (x1 - x0) / len(" ".join(texts))
    words, at = [], 0
    for text in texts:
        left, right = round(x0 + at * step), round(x0 + (at + len(text)) * step)
        words.append(SeenWord(text, confidence, left, y0, right, y1))
        at += len(text) + 1
    return tuple(words)


def _extent(line: SeenLine) -> tuple[int, int, int, int]:
    crop = line.crop
    rows, columns = np.nonzero(crop.pixels < INK)
    if not len(rows):
        return crop.x0, crop.y0, crop.x0 + crop.pixels.shape[1], crop.y0 + crop.pixels.shape[0]
    left, right = int(columns.min()), int(columns.max())
    return crop.x0 + left, crop.y0 + int(rows.min()), crop.x0 + right, crop.y0 + int(rows.max())


def _read_by_one(text: Sequence[Crop], strips: Sequence[Crop], models: Models, scratch: Path) -> list[SeenLine]:
    """Return every line as read by its model, the numbers within lines of text read again by the number model.

    ``vie`` misreads one identity number in eight and still gives twelve digits; ``eng`` does not (ocr.md 9 A).
    """
    lines = _read(text, models.text, "", scratch)
    places = [(line, index) for line, one in enumerate(lines) for index in _numbers_in(one)]
    again = [_around(lines[line], index) for line, index in places]
    numbers = _read([*strips, *again], models.numbers, NUMBER_CHARACTERS, scratch)
    for (line, index), number in zip(places, numbers[len(strips) :], strict=True):
        lines[line] = _with_number(lines[line], index, number)
    return [*lines, *numbers[: len(strips)]]


def _strips(crops: Sequence[Crop]) -> list[tuple[Crop, list[Crop]]]:
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
        strips.append((Crop(pieces[0].field, _side_by_side(parts[:-1]), pieces[0].x0, pieces[0].y0), pieces))
    return strips


def _side_by_side(parts: Sequence[Pixels]) -> Pixels:
    """Return pictures in one row; slots measured on a scan may differ by a pixel in height."""
    high = max(part.shape[0] for part in parts)
    return np.hstack([np.pad(part, ((0, high - part.shape[0]), (0, 0)), constant_values=PAPER) for part in parts])


def _slash(beside: Pixels) -> Pixels:
    """Return a drawn slash as high as the writing beside it."""
    rows = np.nonzero((beside < INK).any(axis=1))[0]
    top, bottom = (int(rows[0]), int(rows[-1])) if len(rows) else (MARGIN_PX, beside.shape[0] - MARGIN_PX)
    slash = np.full((beside.shape[0], (bottom - top) // 2), PAPER, dtype=np.uint8)
    cv2.line(slash, (slash.shape[1] - 2, top), (1, bottom), (30,), 2, cv2.LINE_AA)
    return slash


def _unstrung(pieces: list[Crop], number: SeenLine) -> list[SeenLine]:
    """Return what was read of a strip as readings of its pieces, each in its own place."""
    if len(pieces) == 1:
        return [number]
    confidence = min((word.confidence for word in number.words), default=0.0)
    parts = _parts(number.text, len(pieces))
    others = [_parts(other, len(pieces)) for other in number.others]
    seen = []
    for index, (piece, part) in enumerate(zip(pieces, parts, strict=True)):
        doubts = ((0, len(part)),) if number.doubts else number.doubts
        line = SeenLine(piece, (), part, doubts, tuple(other[index] for other in others))
        x0, _, x1, _ = _extent(line)
        top, bottom = piece.y0 + round(MM), piece.y0 + piece.pixels.shape[0] - round(MM)
        seen.append(replace(line, words=(SeenWord(part, confidence, x0, top, x1, bottom),) if part else ()))
    return seen


def _parts(text: str, count: int) -> list[str]:
    """Return the pieces between drawn slashes; all in the first where they do not come out even."""
    bare = "".join(text.split())
    return bare.split("/") if bare.count("/") == count - 1 else [bare, *[""] * (count - 1)]


def _read(crops: Sequence[Crop], model: Model, whitelist: str, scratch: Path) -> list[SeenLine]:
    images = [_tight(crop) for crop in crops]
    found = read_lines(
        [image for image, _, _ in images], model=model, psm=PSM_LINE, dpi=WORK_DPI, scratch=scratch, whitelist=whitelist
    )
    seen = []
    for crop, (_, x0, y0), lines in zip(crops, images, found, strict=True):
        words = tuple(
            replace(w, x0=w.x0 + x0, x1=w.x1 + x0, y0=w.y0 + y0, y1=w.y1 + y0) for line in lines for w in line
        )
        seen.append(SeenLine(crop, words, _text_of(words)))
    return seen


def _text_of(words: Line) -> str:
    return " ".join(word.text for word in words)


def _tight(crop: Crop) -> tuple[Pixels, int, int]:
    """Return the crop cut to its ink with white around, and where its corner is on the sheet."""
    columns = np.nonzero((crop.pixels < INK).sum(axis=0) > 0)[0]
    first, last = (int(columns[0]), int(columns[-1])) if len(columns) else (0, crop.pixels.shape[1] - 1)
    left, right = max(first - MARGIN_PX, 0), min(last + MARGIN_PX + 1, crop.pixels.shape[1])
    image = cv2.copyMakeBorder(
        crop.pixels[:, left:right], MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX, cv2.BORDER_CONSTANT, value=(PAPER,)
    )
    return np.asarray(image, dtype=np.uint8), crop.x0 + left - MARGIN_PX, crop.y0 - MARGIN_PX


def _numbers_in(seen: SeenLine) -> list[int]:
    """Return which words of a line are numbers."""
    return [
        index
        for index, word in enumerate(seen.words)
        if sum(c.isdigit() for c in word.text) >= max(SHORT_NUMBER, len(word.text) * 0.6)
    ]


def _around(seen: SeenLine, index: int) -> Crop:
    word, crop = seen.words[index], seen.crop
    x0 = max(word.x0 - MARGIN_PX // 2 - crop.x0, 0)
    pixels = np.ascontiguousarray(crop.pixels[:, x0 : word.x1 + MARGIN_PX // 2 - crop.x0])
    return Crop(crop.field, pixels, crop.x0 + x0, crop.y0)


def _with_number(seen: SeenLine, index: int, number: SeenLine) -> SeenLine:
    """Return the line with one word read by the number model, where that gives the shape of a number."""
    word = seen.words[index]
    read = "".join(w.text for w in number.words)
    tail = word.text[len(word.text.rstrip(",;.:")) :]  # the number model may not see the stop after it
    core = read.rstrip(",;.:")
    if NUMBER_SHAPE.fullmatch(core) is None:
        return seen
    own = word.text.rstrip(",;.:")
    if len(core) != IDENTITY_DIGITS and core != own and own.endswith(core):  # cut off at the word's edge
        return seen
    if len(core) == IDENTITY_DIGITS and core[0] != "0":  # every province's code begins with 0; a dotted one reads as 9
        core = own if re.fullmatch(r"0\d{11}", own) else f"0{core[1:]}"
    better = replace(word, text=core + tail, confidence=min(w.confidence for w in number.words))
    words = (*seen.words[:index], better, *seen.words[index + 1 :])
    return replace(seen, words=words, text=_text_of(words))
