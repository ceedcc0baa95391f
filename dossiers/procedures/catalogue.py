"""Reads the dated procedures. A dossier keeps the rules of the day it was received: ask with that day.

Names in Vietnamese and English are data; what a procedure means stands in its file, never in code. Codes are compared
on their first eight characters, because provinces add a suffix (domain.md 2.3).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from importlib.resources import files
from typing import Any

from dossiers.deadlines import Deadline
from dossiers.errors import ProcedureUnknown

CODE_LENGTH = 8


@dataclass(frozen=True)
class Paper:
    name_vi: str
    name_en: str
    originals: int
    copies: int
    is_required: bool


@dataclass(frozen=True)
class ResultKind:
    """``values`` maps the template's names to field names; ``fixed`` are values of the template as they are."""

    template: str
    series: str  # of the number on the result
    register: str  # series of the register entry that the result names; empty: the form names an older one
    when_field: str  # this kind is meant if that field's value contains ``when_contains``; empty: always
    when_contains: str
    required: tuple[str, ...]  # fields that must have a value
    values: Mapping[str, str]
    fixed: Mapping[str, str | bool]


@dataclass(frozen=True)
class Procedure:
    code: str
    name_vi: str
    name_en: str
    valid_from: date
    valid_to: date | None
    processing_time_vi: str
    forms: tuple[str, ...]
    deadline: Deadline
    papers: tuple[Paper, ...]
    results: tuple[ResultKind, ...]
    applicant: str  # the field that names whose case it is

    def result_kind(self, fields: Mapping[str, str | None]) -> ResultKind | None:
        """Return what these fields ask for; none: a person has to decide."""
        for kind in self.results:
            asked = fields.get(kind.when_field) or ""
            if not kind.when_field or kind.when_contains in asked.casefold():
                return kind
        return None


def same_procedure(one: str, other: str) -> bool:
    return one[:CODE_LENGTH] == other[:CODE_LENGTH]


@cache
def all_versions() -> tuple[Procedure, ...]:
    folder = files("dossiers.procedures").joinpath("data")
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.startswith("procedure-"))
    return tuple(_read(tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8"))) for name in found)


def procedures(on: date) -> tuple[Procedure, ...]:
    """Return those in force on that day, by code."""
    in_force = (p for p in all_versions() if p.valid_from <= on and (p.valid_to is None or on <= p.valid_to))
    return tuple(sorted(in_force, key=lambda procedure: procedure.code))


def procedure(code: str, on: date) -> Procedure:
    """Return the procedure as it was on that day, or raise ``ProcedureUnknown``."""
    for found in procedures(on):
        if same_procedure(found.code, code):
            return found
    raise ProcedureUnknown("procedure_unknown", procedure=code[:40], day=on.isoformat())


def _read(table: Mapping[str, Any]) -> Procedure:
    deadline = table["deadline"]
    return Procedure(
        code=table["code"],
        name_vi=table["name_vi"],
        name_en=table["name_en"],
        valid_from=table["valid_from"],
        valid_to=table.get("valid_to"),
        processing_time_vi=table["processing_time_vi"],
        forms=tuple(table["forms"]),
        deadline=Deadline(
            deadline["working_days"], time.fromisoformat(deadline["cutoff"]), time.fromisoformat(deadline["closing"])
        ),
        papers=tuple(
            Paper(p["name_vi"], p["name_en"], p.get("originals", 0), p.get("copies", 0), p.get("required", False))
            for p in table["papers"]
        ),
        results=tuple(_result_kind(kind) for kind in table["results"]),
        applicant=table["applicant"],
    )


def _result_kind(table: Mapping[str, Any]) -> ResultKind:
    when = table.get("when", {})
    return ResultKind(
        template=table["template"],
        series=table["series"],
        register=table.get("register", ""),
        when_field=when.get("field", ""),
        when_contains=when.get("contains", ""),
        required=tuple(table["required"]),
        values=table["values"],
        fixed=table.get("fixed", {}),
    )
