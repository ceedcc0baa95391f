"""Where the marks stand on a page that others drew, found from the page's own words (Decree 30/2020, appendix I).

The signature is centred between title and name in the right half of the last page that has both; the seal's right edge
lies at a third of it. Nothing is ever moved or shrunk to fit: where there is no room, a person says where.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

MM = 72 / 25.4
SEAL_DIAMETER_PT = 36 * MM
LEAST_GAP = 1.5  # heights of the title's line: less is only the space between two lines
NAME_WORDS = range(2, 8)


@dataclass(frozen=True)
class Spot:
    """A box on one page in PDF points from the bottom left; ``page`` counts from 0."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class Word:
    text: str
    spot: Spot


@dataclass(frozen=True)
class _Line:
    text: str
    x0: float
    y0: float
    x1: float
    y1: float


def marks_on(words: Sequence[Word], widths_pt: Mapping[int, float], width: float, height: float) -> dict[str, Spot]:
    """Return where Official and Seal stand, by field name; empty where no page has title, room and name.

    ``widths_pt`` are the pages' widths; ``width`` and ``height`` are the signature's, in points.
    """
    for page in sorted(widths_pt, reverse=True):
        right_half = [one for one in words if one.spot.page == page and one.spot.x0 + one.spot.x1 > widths_pt[page]]
        for title, name in reversed(list(pairwise(_lines(right_half)))):
            if _is_title(title.text) and _is_name(name.text) and title.y0 - name.y1 > LEAST_GAP * (title.y1 - title.y0):
                return _between(title, name, page, widths_pt[page], width, height)
    return {}


def seal_beside(signature: Spot) -> Spot:
    """Return where the seal stands: at the left, over a third of the signature, centres level, in its real size."""
    right = signature.x0 + (signature.x1 - signature.x0) / 3
    bottom = (signature.y0 + signature.y1 - SEAL_DIAMETER_PT) / 2
    return Spot(signature.page, right - SEAL_DIAMETER_PT, bottom, right, bottom + SEAL_DIAMETER_PT)


def _between(  # noqa: PLR0917 - two lines, their page, and a size
    title: _Line, name: _Line, page: int, page_width: float, width: float, height: float
) -> dict[str, Spot]:
    if title.y0 - name.y1 < height:
        return {}
    x, y = (title.x0 + title.x1 + name.x0 + name.x1) / 4, (title.y0 + name.y1) / 2
    signature = Spot(page, x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    seal = seal_beside(signature)
    if seal.x0 < 0 or seal.y0 < 0 or signature.x1 > page_width:
        return {}
    return {"Official": signature, "Seal": seal}


def _is_title(text: str) -> bool:
    """KT. CHỦ TỊCH, TRƯỞNG PHÒNG: capitals alone."""
    return text.isupper() and len(text) > len("KT.")


def _is_name(text: str) -> bool:
    words = text.split()
    return len(words) in NAME_WORDS and all(word[0].isupper() and word.isalpha() for word in words)


def _lines(words: Iterable[Word]) -> list[_Line]:
    """Return the words in lines from the top; a line is what overlaps by half its height."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda one: -(one.spot.y0 + one.spot.y1)):
        middle = (word.spot.y0 + word.spot.y1) / 2
        if rows and min(one.spot.y0 for one in rows[-1]) < middle < max(one.spot.y1 for one in rows[-1]):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [_line(sorted(row, key=lambda one: one.spot.x0)) for row in rows]


def _line(row: Sequence[Word]) -> _Line:
    return _Line(
        " ".join(one.text for one in row),
        min(one.spot.x0 for one in row),
        min(one.spot.y0 for one in row),
        max(one.spot.x1 for one in row),
        max(one.spot.y1 for one in row),
    )
