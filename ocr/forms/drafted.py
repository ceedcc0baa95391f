"""What ``Reader.draft_form`` gives: the draft of a template, and what was found and is in doubt."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class DraftedField:
    key: str
    label: str
    kind: str
    page: int
    doubts: tuple[str, ...]  # no_label, label_doubtful, same_label, date_incomplete; not_of_form


@dataclass(frozen=True)
class FormDraft:
    """``pages`` counts what each page holds: leaders, combs, boxes, cells, frames. ``files`` are form.toml, the blanks
    (blank-N.png) and the pictures to look at (look-N.png); of a further print of a form, print.toml, and ``lost`` are
    the form's fields for which no slot was found."""

    pages: tuple[Mapping[str, int], ...]
    fields: tuple[DraftedField, ...]
    files: Mapping[str, bytes]
    lost: tuple[str, ...]
