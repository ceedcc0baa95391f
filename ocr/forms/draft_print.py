"""The draft of one more print of a form we know: its slots are the form's fields, in the form's order.

Which slot is which field is told by the labels, all of them at once: many labels come several times on a form (whose
birth date, whose residence), but their order is the same however it is printed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np

from ocr.forms.draft import Proposal
from ocr.forms.syllables import folded
from ocr.forms.templates import Field, Kind, Template

SAME_KIND = 0.5  # counts half as much as the label
ALIKE = 0.7  # of both together


def with_keys_of(form: Template, found: Sequence[Proposal]) -> tuple[list[Proposal], list[str]]:
    """Return the proposals under the names of the form's fields, and the names for which none was found.

    One slot left over where one field is left over is taken for it, in doubt; a proposal that is none of the form's
    fields keeps its key: ``not_of_form``.
    """
    fields = [field for page in form.pages for field in page.fields]
    sure = dict(_paired(found, fields))
    pairs = sure | _between(sure, len(found), len(fields))
    named = [
        replace(one, key=fields[pairs[index]].name, kind=str(fields[pairs[index]].kind), doubts=_doubts(index, sure))
        if index in pairs
        else replace(one, doubts=(*one.doubts, "not_of_form"))
        for index, one in enumerate(found)
    ]
    lost = [field.name for index, field in enumerate(fields) if index not in pairs.values()]
    return named, lost


def _doubts(index: int, sure: Mapping[int, int]) -> tuple[str, ...]:
    return () if index in sure else ("label_doubtful",)


def _between(sure: Mapping[int, int], found: int, fields: int) -> dict[int, int]:
    """Return the pairs that are left over by themselves between two that are sure, one slot and one field."""
    known = [(-1, -1), *sorted(sure.items()), (found, fields)]
    return {
        slot + 1: field + 1
        for (slot, field), (next_slot, next_field) in pairwise(known)
        if next_slot - slot == next_field - field == 2  # noqa: PLR2004 - one between
    }


def _paired(found: Sequence[Proposal], fields: Sequence[Field]) -> list[tuple[int, int]]:
    """Return which proposal is which field: both in order, as alike as they can be in sum."""
    alike = np.array([[_alike(one, field) for field in fields] for one in found]).reshape(len(found), len(fields))
    best = np.zeros((len(found) + 1, len(fields) + 1))
    for row in reversed(range(len(found))):
        for column in reversed(range(len(fields))):
            taken = alike[row, column] + best[row + 1, column + 1] if alike[row, column] >= ALIKE else 0.0
            best[row, column] = max(taken, best[row + 1, column], best[row, column + 1])
    pairs, row, column = [], 0, 0
    while row < len(found) and column < len(fields):
        if alike[row, column] >= ALIKE and best[row, column] == alike[row, column] + best[row + 1, column + 1]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row, column] == best[row + 1, column]:
            row += 1
        else:
            column += 1
    return pairs


def _alike(one: Proposal, field: Field) -> float:
    if (one.kind == Kind.CHECKBOX) != (field.kind is Kind.CHECKBOX):
        return 0.0
    label, own = (" ".join(folded(text).split()) for text in (one.label, field.label))
    is_same_kind = one.kind == field.kind and field.kind is not Kind.TEXT
    return SequenceMatcher(None, label, own, autojunk=False).ratio() + SAME_KIND * is_same_kind
