"""What one reading means by the type of its field: dates, numbers, closed lists, names and plain text."""

import re
import unicodedata
from dataclasses import dataclass

from ocr.forms.dates import date_in_digits, date_in_words, date_with_strokes_as_digits, with_date_words_mended
from ocr.forms.lists import (
    ETHNIC_GROUPS,
    NATIONALITIES,
    RELATIONS,
    SEXES,
    matched,
    with_paper_words_mended,
    with_surname_mended,
)
from ocr.forms.places import with_commas, with_places_mended
from ocr.forms.reading import RawField
from ocr.forms.syllables import words_possible
from ocr.forms.templates import Kind
from ocr.forms.votes import EDGES
from ocr.values import Check

IDENTITY_NUMBER = re.compile(r"\d{12}")
PHONE = re.compile(r"0\d{9,10}")
TIME = re.compile(r"(\d{1,2})\D+(\d{1,2})")
NAME = re.compile(r"[^\W\d_]['’.\-]?[^\W\d_]*(?:['’\-][^\W\d_]+)*(?: [^\W\d_]['’.\-]?[^\W\d_]*(?:['’\-][^\W\d_]+)*)*")
ORDINARY = re.compile(r"[\w\s.,;:/()\-–'’\"“”]+")
STOP_FOR_COMMA = re.compile(r"(\w+)[.;:](?= )")
SENTENCE_END = re.compile(r"\w(?:\s+\S+){5,}\w[.,]\s*$")  # a stop closes a sentence, and nothing shorter
LEADER_DOT = re.compile(r"([^\W\d_]{3,})\.(?= )")  # after a whole word of a name; "Ng." is an abbreviation
LISTS = {
    Kind.SEX: SEXES,
    Kind.ETHNIC_GROUP: ETHNIC_GROUPS,
    Kind.NATIONALITY: NATIONALITIES,
    Kind.RELATION: RELATIONS,
}


@dataclass(frozen=True)
class Parsed:
    """What one reading means on its own, and how sure the engine was of what the value came from."""

    value: str | None
    structure: Check
    confidence: float
    problems: tuple[str, ...] = ()


def parsed(raw: RawField) -> Parsed:  # noqa: C901, PLR0911 - one answer per type
    """Return the value of a field by its type."""
    kind = raw.field.kind
    if kind is Kind.CHECKBOX:
        return _ticked(raw)
    text = tidy(raw.text)
    if not text:
        return Parsed(None, Check.NOT_APPLICABLE, 0.0)
    if kind in LISTS:
        return _listed(raw, text)
    text = _mended(raw, text)
    match kind:
        case Kind.DATE:
            value = date_in_digits(text)
            if value is None and (guess := date_with_strokes_as_digits(text)) is not None:
                return Parsed(guess, Check.OK, raw.confidence, ("a stroke was read as a digit",))
        case Kind.TIME:
            found = TIME.fullmatch(text)
            right = found is not None and int(found[1]) < 24 and int(found[2]) < 60  # noqa: PLR2004 - a clock
            value = f"{int(found[1]):02d}:{int(found[2]):02d}" if found is not None and right else None
        case Kind.NUMBER:
            value = text if text.isdecimal() else None
        case Kind.PHONE | Kind.IDENTITY_NUMBER:
            digits = re.sub(r"[ .\-]", "", text)  # people group long numbers
            value = digits if (PHONE if kind is Kind.PHONE else IDENTITY_NUMBER).fullmatch(digits) else None
        case Kind.PERSON_NAME:
            return _name(raw, text)
        case Kind.DATE_WORDS:
            text = with_date_words_mended(text)
            return Parsed(text, _check(date_in_words(text) is not None), raw.confidence)
        case _:
            return Parsed(text, _check(ORDINARY.fullmatch(text) is not None and words_possible(text)), raw.confidence)
    return Parsed(value, _check(value is not None), raw.confidence)


def parsed_number(raw: RawField) -> Parsed:
    """Return the identity number within the line of an identity paper; two models must have read the same digits."""
    if not raw.number_text:
        problems = ("no number found",) if raw.text else ()
        return Parsed(None, Check.FAILED if raw.text else Check.NOT_APPLICABLE, 0.0, problems)
    if IDENTITY_NUMBER.fullmatch(raw.number_text) is None:
        return Parsed(None, Check.FAILED, raw.number_confidence)
    problems = ("two readings of the number differ",) if raw.number_confirmed is False else ()
    return Parsed(raw.number_text, Check.OK, raw.number_confidence, problems)


def tidy(text: str) -> str:
    """Return the text NFC with single spaces, without what a leader or a fold leaves at its ends."""
    return " ".join(unicodedata.normalize("NFC", text).replace("⁄", "/").split()).strip(EDGES)  # a fraction's stroke


def _mended(raw: RawField, text: str) -> str:
    """Return the text with what is certain put right: set phrases, names of places, stops that a leader made or ate."""
    match raw.field.kind:
        case Kind.IDENTITY_PAPER:
            return with_paper_words_mended(text)
        case Kind.PLACE | Kind.AGENCY:
            return with_commas(with_places_mended(STOP_FOR_COMMA.sub(_comma_after, text)))
        case Kind.MARITAL_STATUS | Kind.TEXT:
            return with_places_mended(text) + ("." if SENTENCE_END.search(raw.text) else "")
        case _:
            return text


def _comma_after(word: re.Match[str]) -> str:
    """Return a word with a comma, which a leader's dot makes a stop; an abbreviation (TP.) keeps its stop."""
    return f"{word[1]}," if word[1][-1].islower() and word[1].lower() != "tp" else word[0]


def _check(fine: bool) -> Check:
    return Check.OK if fine else Check.FAILED


def _ticked(raw: RawField) -> Parsed:
    ticked = [value for value, is_ticked in zip(raw.field.values, raw.ticked, strict=True) if is_ticked]
    if len(ticked) > 1:
        return Parsed(None, Check.FAILED, 0.0, ("more than one box is ticked",))
    return Parsed(ticked[0], Check.OK, 1.0) if ticked else Parsed(None, Check.NOT_APPLICABLE, 0.0)


def _listed(raw: RawField, text: str) -> Parsed:
    value = matched(text, LISTS[raw.field.kind])
    if value is None:
        return Parsed(text, Check.FAILED, raw.confidence)
    if raw.field.kind is not Kind.SEX and value.casefold() == text.casefold():
        value = text  # as written: the list says what it is, not how it is capitalised
    return Parsed(value, Check.OK, raw.confidence)


def _name(raw: RawField, text: str) -> Parsed:
    value = with_surname_mended(LEADER_DOT.sub(r"\1", text))
    return Parsed(value, _check(NAME.fullmatch(value) is not None and words_possible(value, 1)), raw.confidence)
