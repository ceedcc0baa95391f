"""Readings of one line put to the vote, word by word: what two families read alike stands.

The readings are laid side by side by the fewest edits and cut where the first has its words and marks; a piece that no
two of them share is a doubt. Characters are not voted on one by one, or a word could win that nobody read. Spaces alone
are never a doubt: the quick reader loses them. Where no list settles it (``strictly``), a word on which the two careful
readers differ is a doubt too, whomever the quick one sides with: it misses tones as they do.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from ocr.forms.syllables import WORD, words_possible

EDGES = " .,;:_…·-–~'’\"“”|‘`*=<>«»"  # what a leader or a fold leaves at the ends of a line
MARKS = ",:;"
IDENTITY = re.compile(r"0\d{11}")
PIECE = re.compile(r"\w+|[^\w\s]+|\s+")


@dataclass(frozen=True)
class Vote:
    """``doubts`` are the places in ``text`` of pieces on which no two readers agree."""

    text: str
    doubts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Dispute:
    """Words ``begin`` to ``end`` of one reading, and what the other has in their stead.

    ``whole`` is what the careful reader has there, where it was shown the whole line.
    """

    begin: int
    end: int
    other: str
    whole: str | None = None


def same(one: str, other: str) -> bool:
    """Whether two readings say the same, spaces and the marks at their ends aside."""
    return bool(one.strip(EDGES)) and _bare(one.strip(EDGES)) == _bare(other.strip(EDGES))


def disputes(words: Sequence[str], other: str) -> list[Dispute]:
    """Return where another reading of the line differs from the words of the first, neighbours taken together."""
    there = word_by_word(words, other)
    found: list[Dispute] = []
    for index, pair in enumerate(zip(words, there, strict=True)):
        own, said = pair
        if index == 0:
            said, own = said.lstrip(EDGES), own.lstrip(EDGES)
        if index == len(words) - 1:
            said, own = said.rstrip(EDGES), own.rstrip(EDGES)
        if _bare(said) != _bare(own):
            if found and found[-1].end == index:
                found[-1] = Dispute(found[-1].begin, index + 1, f"{found[-1].other} {said}")
            else:
                found.append(Dispute(index, index + 1, said))
    return found


def indexes(asked: Sequence[Dispute]) -> set[int]:
    """Return which words disputes are about."""
    return {index for dispute in asked for index in range(dispute.begin, dispute.end)}


def runs(words: set[int]) -> list[tuple[int, int]]:
    """Return where each run of neighbours begins and ends, from the first."""
    begins = sorted(index for index in words if index - 1 not in words)
    ends = sorted(index + 1 for index in words if index + 1 not in words)
    return list(zip(begins, ends, strict=True))


def word_by_word(words: Sequence[str], other: str) -> list[str]:
    """Return what another reading of the line has in the stead of each word."""
    there = _beside(" ".join(words), other)
    said, at = [], 0
    for word in words:
        end = at + len(word)
        said.append("".join(there[at : end + 1]).strip())
        at = end + 1
    return said


def voted(first: str, second: str, *others: str, strictly: bool = False) -> Vote:
    """Return what at least two say, piece by piece; where all differ, the first that can be a word, as a doubt.

    A comma, colon or semicolon that one careful reader alone saw is a doubt too: on a leader they are lost, seldom
    invented. The second is the most careful; of four readings the third is its second look, and what nobody but it saw
    is a doubt.
    """
    beside = [_beside(first, reading) for reading in (second, *others)]
    text, doubts = "", []
    for start, end in _pieces(first):
        said = [first[start:end], *("".join(other[start:end]) for other in beside)]
        winner = _winner(said)
        chosen = winner if winner is not None else _likeliest(said)
        is_doubt = winner is None or _is_tie(said) or _mark_lost(said[:2], winner) or _looked_twice_alone(said)
        if is_doubt or (strictly and _differ(*said[:2])):
            doubts.append((len(text), len(text) + max(len(chosen), 1)))
        text += chosen
    return Vote(text, tuple(doubts))


def _pieces(first: str) -> list[tuple[int, int]]:
    """Return where each word, mark and space of the first reading begins and ends, then what stands after them."""
    return [found.span() for found in PIECE.finditer(first)] + [(len(first), len(first) + 1)]


def _winner(said: Sequence[str]) -> str | None:
    """Return what most say, two at least, spaced as most of them do; None where all differ."""
    bare = [_bare(one) for one in said]
    common = max(bare, key=bare.count)
    if bare.count(common) == 1:
        return None
    alike = [one for one in said if _bare(one) == common]
    return max(alike, key=lambda one: (alike.count(one), len(one)))


def _is_tie(said: Sequence[str]) -> bool:
    (_, most), *rest = Counter(_bare(one) for one in said).most_common(2)
    return bool(rest) and rest[0][1] == most


def _looked_twice_alone(said: Sequence[str]) -> bool:
    bare = [_bare(one) for one in said]
    return len(bare) > 3 and bare[1] == bare[2] and bare[1] not in {bare[0], bare[3]}  # noqa: PLR2004 - both looks


def _mark_lost(careful: Sequence[str], winner: str) -> bool:
    return any(mark not in winner and mark in "".join(careful) for mark in MARKS)


def _differ(one: str, other: str) -> bool:
    """Whether two readings of a word differ and each could be one; of two numbers the vote decides."""
    if _bare(one) == _bare(other) or (one.isdecimal() and other.isdecimal()):
        return False
    return all(any(map(str.isalnum, said)) and (not WORD.search(said) or words_possible(said)) for said in (one, other))


def _likeliest(said: Sequence[str]) -> str:
    """Return, of readings that differ, the first that can be Vietnamese; the first where none can.

    Of numbers it is the last that can be an identity number, even where another saw a letter in it, or has as many
    digits as most: the first reader knows letters better than digits.
    """
    if numbers := [one for one in said if IDENTITY.fullmatch(one)]:
        return numbers[-1]
    if all(one.isdecimal() for one in said):
        lengths = [len(one) for one in said]
        usual = max(lengths, key=lengths.count)
        return next(one for one in reversed(said) if len(one) == usual)
    return next((one for one in said if len(one) >= len(said[0]) - 1 and words_possible(one)), said[0])


def _bare(reading: str) -> str:
    return "".join(reading.split())


def _beside(first: str, reading: str) -> list[str]:
    """Return, for each place in the first reading and for its end, what another has there."""
    there = [*first, ""]
    inserted = [""] * len(there)
    for edit in Levenshtein.editops(first, reading):
        if edit.tag == "insert":
            inserted[edit.src_pos] += reading[edit.dest_pos]
        else:
            there[edit.src_pos] = reading[edit.dest_pos] if edit.tag == "replace" else ""
    return [before + own for before, own in zip(inserted, there, strict=True)]
