"""What one reading means by the type of its field: dates, numbers, closed lists, names and plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr.forms.dates import (
    date_in_digits,
    date_in_words,
    date_with_strokes_as_digits,
    has_only_date_words,
    with_both_commas,
    with_date_words_mended,
)
from ocr.forms.lists import (
    ABBREVIATIONS,
    LISTS,
    OTHER_PAPERS,
    has_surname_without_tone,
    is_surname,
    matched,
    nearest,
    with_paper_words_mended,
    with_surname_mended,
)
from ocr.forms.places import LEVELS, known_words, with_commas, with_places_mended
from ocr.forms.reading import IDENTITY_NUMBER as IDENTITY_NUMBER_WITHIN
from ocr.forms.reading import RawField
from ocr.forms.syllables import WORD, folded, is_in_use, is_syllable, with_tones_placed, words_possible
from ocr.forms.templates import Kind
from ocr.forms.votes import EDGES
from ocr.values import Check

NUMBER_DOUBT = "two readings of the number differ"
IDENTITY_NUMBER = re.compile(r"\d{12}")
# Place of birth by the province's old code, then sex and century; the code of a country for who was born abroad, which
# is rare enough that a person should look.
USUAL_NUMBER = re.compile(r"0(?:0[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}")
PHONE = re.compile(r"0\d{9,10}")
EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
TIME = re.compile(r"(\d{1,2})\D+(\d{1,2})")
NAME = re.compile(r"[^\W\d_]['’.\-]?[^\W\d_]*(?:['’\-][^\W\d_]+)*(?: [^\W\d_]['’.\-]?[^\W\d_]*(?:['’\-][^\W\d_]+)*)*")
ORDINARY = re.compile(r"[\w\s.,;:/()\-–'’\"“”]+")
STOP_FOR_COMMA = re.compile(r"(\w+)[.;:](?= )")
LONGEST = 120  # characters of a value that no rule can check; in more, a comma lost by all readers is not rare
BROKEN_DATE = re.compile(  # its stops went with the leader
    r"\d{1,2} \d{1,2}[ /.\-]?\d{4}|\d{1,2}[/.\-]\d{1,2} \d{4}|(?<!\d)\d{7,8}(?!\d)|(?<=ngày )\d{4,6}(?![/.\-\d])"
)
FULL_DATE = re.compile(r"(?<!\d)\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}(?!\d)")
STRAY_MARK = re.compile(r"(?<= )[.,;:]+(?=\w)")
ONLY_LARGER = set("oôơóòỏõọốồổỗộớờởỡợuưúùủũụứừửữựcsvxz")  # capitals that differ from small letters in size alone
TOGETHER = re.compile(r"(?<=[^\W\d_])(?=\d{9})")  # a word and the number after it
APART = re.compile(r"(?<=\d)(?: ([/\-])|([/\-]) )(?=\d)")  # on one side; with a space on both it was written so
APART_IN_PART = re.compile(r"\d ([/\-]) \d+\1\d|\d([/\-])\d+ \2 \d")
LETTER_IN_NUMBER = re.compile(r"\d[^\W\d_]|[^\W\d_]\d")  # "3A" is a house, "0T" was 01
SPLIT_WORD = re.compile(r"(?<!\w)[B-DF-HJ-NP-TV-XZĐb-df-hj-np-tv-xzđ] (?=[a-zà-ỹđ])")  # "L ang"
COLON_FOR_SEMICOLON = re.compile(r":[^;,.:]*:")  # what tells them apart stands on the leader
LEADER_DOT = re.compile(r"([^\W\d_]{3,})\.(?= )")  # after a whole word of a name; "Ng." is an abbreviation
STOP_IN_WORD = re.compile(r"[a-zà-ỹđ]\.[^\W\d_]")  # the leader's, where a space was
PART_LOST = re.compile(r"[\s.…_]*[/\-]")  # before a partial date: its day, or the dots that somebody put for it
GROUPED = re.compile(
    r"\d{12}|\d{3}([ .])\d{3}\1\d{3}\1\d{3}|(?:\d{4}[ .]){2}\d{4}|\d(?: \d){11}|\d{3} \d{9}"
)  # as people write it
STOP_AFTER_NUMBER = re.compile(r"(?<=\d)[.:;] (?=[^\W\d_])")  # a comma on the leader: "Đội 2. xóm Bắc"
MARK_BEFORE_DAY = re.compile(r"cấp ngày[:;] ")  # the leader's
LONG_RUN = re.compile(r"\d(?:[ .]?\d){9}")  # an identity number that lost a digit or two
SHORT_ABBREVIATION = 2  # letters; longer ones are on a list ("LBND" was UBND)
NOTHING = "khong"
PASSPORT = re.compile(r"(?<!\w)[A-Z]\d{7,8}(?!\w)")
PAIRS = (("(", ")"), ("“", "”"), ('"', '"'))
BROKEN = (
    BROKEN_DATE,
    COLON_FOR_SEMICOLON,
    LETTER_IN_NUMBER,
    SPLIT_WORD,
    STOP_IN_WORD,
    STOP_AFTER_NUMBER,
    MARK_BEFORE_DAY,
    APART_IN_PART,
)


@dataclass(frozen=True)
class Parsed:
    """What one reading means on its own, and how sure the engine was of what the value came from."""

    value: str | None
    structure: Check
    confidence: float
    problems: tuple[str, ...] = ()


def parsed(raw: RawField) -> Parsed:  # noqa: PLR0911 - one answer per type
    """Return the value of a field by its type."""
    kind = raw.field.kind
    if kind is Kind.CHECKBOX:
        return _ticked(raw)
    text = tidy(raw.text)
    if not text:
        return Parsed(None, Check.NOT_APPLICABLE, 0.0)
    if kind.is_number:
        return _of_digits(raw, text)
    if kind in LISTS:
        return _listed(raw, text)
    if kind is Kind.PERSON_NAME:
        return _name(raw, text)
    if kind is Kind.EMAIL:
        value = text.replace(" ", "")
        return Parsed(value, _check(EMAIL.fullmatch(value) is not None), raw.confidence)
    if kind is Kind.DATE_WORDS:
        said = with_date_words_mended(STOP_FOR_COMMA.sub(_comma_after, text))
        value = with_both_commas(said)
        fine = value == said and date_in_words(value) is not None and has_only_date_words(value)
        return Parsed(value, _check(fine), raw.confidence)
    mended = _mended(raw, TOGETHER.sub(" ", APART.sub(r"\1\2", STRAY_MARK.sub("", text))))
    value = with_commas(mended) if kind in {Kind.PLACE, Kind.AGENCY} else mended
    fine = value == mended and ORDINARY.fullmatch(value) is not None and _has_only_words(value)
    plain = PASSPORT.sub("", value) if kind is Kind.IDENTITY_PAPER else value
    fine = fine and not any(broken.search(plain) for broken in BROKEN) and _is_paired(value)
    number = IDENTITY_NUMBER_WITHIN.search(value)
    fine = fine and (number is None or GROUPED.fullmatch(number[0]) is not None)
    fine = fine and len(value) <= LONGEST and _has_only_days(value)
    return Parsed(value, _check(fine), raw.confidence)


def _of_digits(raw: RawField, text: str) -> Parsed:
    kind = raw.field.kind
    value = _digits_value(kind, text)
    if value is None and kind is Kind.DATE and (guess := date_with_strokes_as_digits(text)) is not None:
        return Parsed(guess, Check.OK, raw.confidence, ("a stroke was read as a digit",))
    if value is None:  # most readers saw what can't be; one of them may have seen what can
        value = next((found for other in raw.others if (found := _digits_value(kind, tidy(other)))), None)
        return Parsed(value, Check.FAILED, raw.confidence)
    fine = kind is not Kind.IDENTITY_NUMBER or USUAL_NUMBER.fullmatch(value) is not None
    is_partial = kind is Kind.DATE and len(value) < len("YYYY-MM-DD")
    return Parsed(value, _check(fine and not (is_partial and PART_LOST.match(raw.text))), raw.confidence)


def _digits_value(kind: Kind, text: str) -> str | None:
    match kind:
        case Kind.DATE:
            return date_in_digits(text)
        case Kind.TIME:
            found = TIME.fullmatch(text)
            right = found is not None and int(found[1]) < 24 and int(found[2]) < 60  # noqa: PLR2004 - a clock
            return f"{int(found[1]):02d}:{int(found[2]):02d}" if found is not None and right else None
        case Kind.PHONE | Kind.IDENTITY_NUMBER:
            digits = re.sub(r"[ .\-]", "", text)  # people group long numbers
            return digits if (PHONE if kind is Kind.PHONE else IDENTITY_NUMBER).fullmatch(digits) else None
        case _:
            return text if text.isdecimal() else None


def parsed_number(raw: RawField) -> Parsed:
    """Return the identity number within the line of an identity paper; of a paper that has none, that it has none."""
    if not raw.number_text:
        if not raw.text or _names_another_paper(tidy(raw.text)):
            return Parsed(None, Check.NOT_APPLICABLE, 0.0)
        return Parsed(None, Check.FAILED, 0.0, ("no number found",))
    problems = (NUMBER_DOUBT,) if raw.number_confirmed is False else ()
    fine = USUAL_NUMBER.fullmatch(raw.number_text) is not None and _has_only_days(tidy(raw.text))
    return Parsed(raw.number_text, _check(fine), raw.number_confidence, problems)


def _names_another_paper(text: str) -> bool:
    """Whether a line means a paper outside the register, or none, and nothing in it is nearly such a number."""
    if not any(sign.isdigit() for sign in text):
        return folded(text) == NOTHING
    named = folded(text)
    return LONG_RUN.search(text) is None and any(folded(paper) in named for paper in OTHER_PAPERS)


def tidy(text: str) -> str:
    """Return the text NFC, single spaces, tones in their place, without what a leader or a fold leaves at its ends."""
    return " ".join(with_tones_placed(text).replace("⁄", "/").split()).strip(EDGES)  # a fraction's stroke


def _mended(raw: RawField, text: str) -> str:
    """Return the text with what is certain put right: set phrases, names of places, stops that a leader made or ate."""
    match raw.field.kind:
        case Kind.IDENTITY_PAPER:
            return with_paper_words_mended(text)
        case Kind.AGENCY:  # its capital Ủ is a small one, only larger
            return with_places_mended(STOP_FOR_COMMA.sub(_comma_after, f"{text[:1].upper()}{text[1:]}"))
        case Kind.PLACE:
            return with_places_mended(STOP_FOR_COMMA.sub(_comma_after, text))
        case Kind.MARITAL_STATUS | Kind.TEXT:
            return with_places_mended(text)
        case _:
            return text


def _comma_after(word: re.Match[str]) -> str:
    """Return a word with a comma, which a leader's dot makes a stop; an abbreviation (TP.) keeps its stop.

    Between a kind of unit and its name nothing stands.
    """
    if word[1] in LEVELS:
        return word[1]
    return f"{word[1]}," if word[1][-1].islower() and word[1].lower() != "tp" else word[0]


def _has_only_words(text: str) -> bool:
    """Whether every word of a text is in use or an abbreviation, or stands in the name of a place.

    Streets bear the names of people: "Trân Phú" lost a tone.
    """
    words = text.split(" ")
    named = {part for index in known_words(words) for part in WORD.findall(words[index]) if not part.isupper()}
    known = ABBREVIATIONS | named
    return (
        words_possible(text, SHORT_ABBREVIATION, known)
        and all(word in known or not is_syllable(word) or is_in_use(word) for word in WORD.findall(text))
        and not any(
            has_surname_without_tone(word) and after[:1].isupper() and word not in known
            for word, after in pairwise(words)
        )
    )


def _has_only_days(text: str) -> bool:
    """Whether every full date in a text is a day; where one is not, digits beside it are doubtful, too."""
    return all(date_in_digits(day) for day in FULL_DATE.findall(text))


def _is_paired(text: str) -> bool:
    return all(
        text.count(opening) == text.count(closing) if opening != closing else text.count(opening) % 2 == 0
        for opening, closing in PAIRS
    )


def _check(fine: bool) -> Check:
    return Check.OK if fine else Check.FAILED


def _ticked(raw: RawField) -> Parsed:
    ticked = [value for value, is_ticked in zip(raw.field.values, raw.ticked, strict=True) if is_ticked]
    if len(ticked) > 1:
        return Parsed(None, Check.FAILED, 0.0, ("more than one box is ticked",))
    return Parsed(ticked[0], Check.OK, 1.0) if ticked else Parsed(None, Check.NOT_APPLICABLE, 0.0)


def _listed(raw: RawField, text: str) -> Parsed:
    choices = LISTS[raw.field.kind]
    value = matched(text, choices)
    if value is None:  # what two families of readers saw was written, on a list or not
        guess = None if raw.confirmed else nearest(text, choices)
        return Parsed(guess or text, Check.FAILED, raw.confidence)
    if raw.field.kind is Kind.SEX:
        return Parsed(value.capitalize(), Check.OK, raw.confidence)
    capital = value if raw.confirmed else _with_capital(value, choices)
    return Parsed(capital, _check(not _has_lost_sign(value) and _has_its_words(value, choices)), raw.confidence)


def _has_lost_sign(value: str) -> bool:
    """Whether what stood before a capital within a word was lost: BaNa, HMông."""
    return any(word[1:] != word[1:].lower() and not word.isupper() for word in WORD.findall(value))


def _has_its_words(value: str, choices: Sequence[str]) -> bool:
    """Whether a member of a list has no more words than where it is written apart: "Gia Ra i" has."""
    letters = "".join(WORD.findall(value)).casefold()
    most = max(len(WORD.findall(choice)) for choice in choices if "".join(WORD.findall(choice)).casefold() == letters)
    return len(value.split()) <= most


def _with_capital(value: str, choices: Sequence[str]) -> str:
    """Return a member of a list with the capital that it begins with, where only its size would tell it.

    Who writes further words of a name small that a list writes large writes the first one so, too.
    """
    known = next((choice for choice in choices if choice.casefold() == value.casefold()), value)
    is_small = any(own.islower() and listed.isupper() for own, listed in zip(value[1:], known[1:], strict=True))
    return value if is_small or value[0].lower() not in ONLY_LARGER else f"{known[0]}{value[1:]}"


def _name(raw: RawField, text: str) -> Parsed:
    value = with_surname_mended(LEADER_DOT.sub(r"\1", text))
    surname, _, given = value.partition(" ")
    fine = NAME.fullmatch(value) is not None and words_possible(value, 1) and is_surname(surname)
    fine = fine and all(map(is_in_use, WORD.findall(given)))
    return Parsed(value, _check(fine), raw.confidence)
