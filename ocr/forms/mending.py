"""A reading with what a closed list makes certain put right, by the type of its field; everything else stays."""

from collections.abc import Sequence

from ocr.forms.dates import with_date_words_mended
from ocr.forms.lists import LISTS, matched, with_paper_words_mended, with_surname_mended
from ocr.forms.places import known_words, with_places_mended
from ocr.forms.templates import Kind


def mended(kind: Kind, text: str) -> str:
    """Return the text with known names and set phrases spelled as they are written."""
    if kind in LISTS:
        return matched(text, LISTS[kind]) or text
    match kind:
        case Kind.PERSON_NAME:
            return with_surname_mended(text)
        case Kind.IDENTITY_PAPER:
            return with_paper_words_mended(text)
        case Kind.DATE_WORDS:
            return with_date_words_mended(text)
        case Kind.PLACE | Kind.AGENCY | Kind.MARITAL_STATUS | Kind.TEXT:
            return with_places_mended(text)
        case _:
            return text


def unlisted(kind: Kind, words: Sequence[str]) -> set[int]:
    """Return which words of an address no list knows: a hamlet, a hospital; of other types, none are looked for."""
    if kind not in {Kind.PLACE, Kind.AGENCY}:
        return set()
    return set(range(len(words))) - known_words(words)
