"""Three readings of one line put to the vote, word by word: what two families read alike stands.

The readings are laid side by side by the fewest edits and cut where the first has its words and marks; a piece that no
two of them share is a doubt. Characters are not voted on one by one, or a word could win that nobody read. Spaces alone
are never a doubt: the quick reader loses them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

EDGES = " .,;:_…·-–~'’\"“”|‘`*=<>«»"  # what a leader or a fold leaves at the ends of a line
PIECE = re.compile(r"\w+|[^\w\s]+|\s+")


@dataclass(frozen=True)
class Vote:
    """``doubts`` are the places in ``text`` of pieces on which no two readers agree."""

    text: str
    doubts: tuple[tuple[int, int], ...] = ()


def same(one: str, other: str) -> bool:
    """Whether two readings say the same, spaces and the marks at their ends aside."""
    return bool(one.strip(EDGES)) and _bare(one.strip(EDGES)) == _bare(other.strip(EDGES))


def voted(first: str, second: str, third: str) -> Vote:
    """Return what at least two of the three say; where all differ, what the first says, as a doubt."""
    core = first.strip(EDGES)
    others = [_beside(core, reading.strip(EDGES)) for reading in (second, third)]
    text, doubts = "", []
    for start, end in _pieces(core):
        own = core[start:end]
        said = [own, *("".join(other[start:end]) for other in others)]
        winner = _winner(said)
        if winner is None:
            doubts.append((len(text), len(text) + len(own)))
        text += own if winner is None else winner
    return Vote(text, tuple(doubts))


def _pieces(core: str) -> list[tuple[int, int]]:
    """Return where each word, mark and space of the first reading begins and ends, then what stands after them."""
    return [found.span() for found in PIECE.finditer(core)] + [(len(core), len(core) + 1)]


def _winner(said: Sequence[str]) -> str | None:
    """Return what two of three say, spaced as most of them do; None where all differ."""
    bare = [_bare(one) for one in said]
    common = max(bare, key=bare.count)
    if bare.count(common) == 1:
        return None
    alike = [one for one in said if _bare(one) == common]
    return max(alike, key=lambda one: (alike.count(one), len(one)))


def _bare(reading: str) -> str:
    return "".join(reading.split())


def _beside(core: str, reading: str) -> list[str]:
    """Return, for each place in ``core`` and for its end, what the reading has there."""
    there = [*core, ""]
    for edit in Levenshtein.editops(core, reading):
        if edit.tag == "delete":
            there[edit.src_pos] = ""
        elif edit.tag == "replace":
            there[edit.src_pos] = reading[edit.dest_pos]
    inserted: dict[int, str] = {}
    for edit in Levenshtein.editops(core, reading):
        if edit.tag == "insert":
            inserted[edit.src_pos] = inserted.get(edit.src_pos, "") + reading[edit.dest_pos]
    for at, text in inserted.items():
        there[at] = text + there[at]
    return there
