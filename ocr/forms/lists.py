"""Closed lists: what a field may hold at all; the lists themselves are data, ``lists.toml``.

A reading is matched to a list first exactly, then without tones; a tie is no match. What is merely like a member may
be another word that is on no list ("Mẹ chồng" is nobody's "Chồng"): it is a guess, which a person looks at.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from ocr.forms.syllables import folded, without_tone
from ocr.forms.templates import Kind

LIKE_ENOUGH = 75
CLEARLY = 10  # how much better than the second

_DATA = tomllib.loads((Path(__file__).parent / "lists.toml").read_text(encoding="utf-8"))
LISTS: Mapping[Kind, Sequence[str]] = {
    kind: tuple(_DATA[kind.value]) for kind in (Kind.SEX, Kind.ETHNIC_GROUP, Kind.NATIONALITY, Kind.RELATION)
}
PAPER_WORDS = tuple(_DATA["paper_words"])
TONELESS_SURNAMES = frozenset(without_tone(surname) for surname in _DATA["common_surnames"])
ABBREVIATIONS = frozenset(_DATA["abbreviations"])
OTHER_PAPERS = tuple(_DATA["other_papers"])
SURNAMES = frozenset(
    line
    for line in (Path(__file__).parent / "surnames.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
SMALL_SURNAMES = frozenset(known.lower() for known in SURNAMES)


def matched(reading: str, choices: Sequence[str]) -> str | None:
    """Return the reading with the letters of the one member it means, or None; case and signs stay as written.

    "Ba Na" and "H'Mông" are Ba-na and Hmông, written by somebody else; nothing is put into their mouth.
    """
    exact = [choice for choice in choices if _letters(choice).casefold() == _letters(reading).casefold()]
    if exact:
        return reading
    toneless = {_letters(choice).casefold() for choice in choices if _plain(choice) == _plain(reading)}
    return _spelled(reading, toneless.pop()) if len(toneless) == 1 else None


def nearest(reading: str, choices: Sequence[str]) -> str | None:
    """Return the one member that is clearly nearest to a reading: a guess, for a person to look at."""
    best = process.extract(folded(reading), [folded(choice) for choice in choices], scorer=fuzz.ratio, limit=2)
    clear = len(best) < 2 or best[0][1] - best[1][1] >= CLEARLY  # noqa: PLR2004 - the best and the second
    return choices[best[0][2]] if best and best[0][1] >= LIKE_ENOUGH and clear else None


def _letters(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if letter.isalpha())


def _plain(text: str) -> str:
    return folded(_letters(text))


def _spelled(reading: str, letters: str) -> str:
    """Return the reading with its letters, in their order and case, put right."""
    right = iter(letters)
    return "".join(
        (next(right).upper() if one.isupper() else next(right)) if one.isalpha() else one
        for one in unicodedata.normalize("NFC", reading)
    )


def is_surname(word: str) -> bool:
    """Whether a word, in any case, is a known surname."""
    return word.lower() in SMALL_SURNAMES


def has_surname_without_tone(word: str) -> bool:
    """Whether a word is one of the commonest surnames but for its tone, which readers of every family miss."""
    return word not in SURNAMES and word in TONELESS_SURNAMES


def with_surname_mended(name: str) -> str:
    """Return the name with a surname that differs from a known one only in its tone (NGUYÊN) put right.

    Tesseract misreads capital NGUYỄN (ocr.md 9 A). Surnames are a closed list; nothing else of a name is touched.
    """
    surname, _, rest = name.partition(" ")
    if not rest or is_surname(surname):
        return name
    alike = {known for known in SURNAMES if folded(known) == folded(surname)}
    if len(alike) != 1:
        return name
    known = alike.pop()
    return f"{known.upper() if surname.isupper() else known} {rest}"


LONGEST_ABBREVIATION = 2
ISSUED_ON = re.compile(r"(?<=ngày )(\d{1,2})([/.\-,]?) ?(\d{2}|\d)([/.\-,]?) ?(\d{4})$")


def with_paper_words_mended(text: str) -> str:
    """Return an identity paper's line with each word of its set phrase put right; other words stay.

    The stops in the day of issue stand on the leader and get lost with it: one that is left tells what they were.
    """
    mended = " ".join(_mended(word) for word in text.split()).replace("Cục cảnh sát", "Cục Cảnh sát")
    return ISSUED_ON.sub(_with_both_stops, mended)


def _with_both_stops(day: re.Match[str]) -> str:
    seen = day[2] + day[4]
    stop = seen.strip(",")[:1] or seen[:1].replace(",", ".")  # nobody writes a comma there
    return f"{day[1]}{stop}{day[3]}{stop}{day[5]}" if stop else day[0]


def _mended(word: str) -> str:
    core = word.strip(",.;:")
    plain = core.replace(".", "")
    if not plain.isalpha():
        return word
    if any(known == core or known.lower() == core for known in PAPER_WORDS):
        return word.rstrip(".")  # a leader's dot
    if plain.isupper() and len(plain) <= LONGEST_ABBREVIATION:
        return word  # CA is no "cá"
    lower = plain.lower()
    is_long = len(plain) >= 4  # noqa: PLR2004 - of a shorter word one letter is too much of it
    near = [
        known
        for known in PAPER_WORDS
        if (is_long or len(known) == len(plain)) and Levenshtein.distance(known.lower(), lower) <= 1
    ]
    alike = [known for known in near if folded(known) == folded(plain)] or near
    if len({known.lower() for known in alike}) != 1:
        return word
    known = alike[0] if alike[0].isupper() or core[0].isupper() else alike[0].lower()
    return word.replace(core, known)
