"""Candidates from closed lists for a field that a person has to look at: proposed, marked as such, never taken.

What was read badly, handwriting above all, still resembles one ethnic group, province, commune or person more than
others (ocr.md 9 C2: nine of ten provinces first).
"""

from collections.abc import Iterable, Sequence
from functools import cache

from rapidfuzz import fuzz, process

from ocr.forms.lists import LISTS
from ocr.forms.places import LEVELS, UNIT, known_names
from ocr.forms.syllables import folded
from ocr.forms.templates import Kind

MOST = 3
LIKE_ENOUGH = 55  # of a member of a short list
NAME_LIKE_ENOUGH = 65
PLACE_LIKE_ENOUGH = 70


def proposals(kind: Kind, text: str, people: Iterable[str]) -> tuple[str, ...]:
    """Return what a reading may mean, the likeliest first; ``people`` are those whose card is in the dossier."""
    if kind in LISTS:
        return _nearest(text, LISTS[kind], LIKE_ENOUGH)
    if kind is Kind.PERSON_NAME:
        return _nearest(text, tuple(people), NAME_LIKE_ENOUGH)
    if kind in {Kind.PLACE, Kind.AGENCY}:
        return tuple(found for found in (_with_nearest_places(text),) if found != text)
    return ()


def _nearest(text: str, choices: Sequence[str], least: int) -> tuple[str, ...]:
    return _nearest_of(text, choices, [folded(one) for one in choices], least)


def _nearest_of(text: str, choices: Sequence[str], plain: Sequence[str], least: int) -> tuple[str, ...]:
    """Return the choices that are nearest to a text; ``plain`` are the same, folded."""
    found = process.extract(folded(text), plain, scorer=fuzz.ratio, limit=MOST)
    return tuple(choices[index] for _, likeness, index in found if likeness >= least)


def _with_nearest_places(text: str) -> str:
    """Return the address with each unit's name as the one known name that is nearest to it."""
    parts = []
    for part in text.split(", "):
        found = UNIT.search(part)
        levels = () if found is None else LEVELS[found[1].lower()]
        nearest = () if found is None else _nearest_of(found[2], *_names_of(levels), PLACE_LIKE_ENOUGH)
        parts.append(part if found is None or not nearest else f"{part[: found.start(2)]}{nearest[0]}")
    return ", ".join(parts)


@cache
def _names_of(levels: tuple[str, ...]) -> tuple[Sequence[str], Sequence[str]]:
    """Return every known name of these levels, and the same folded."""
    by_name = {name: plain for (level, plain), names in known_names().items() if level in levels for name in names}
    names = sorted(by_name)
    return names, [by_name[name] for name in names]
