"""Dates as people here write them: 05/03/1985 on the page, 1985-03-05 in the record; parts of dates too.

Nothing is judged here: what is no date stays as it was typed, and the step that needs a date says so.
"""

import re

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_SHOWN = re.compile(r"(?:(?:(\d{1,2})[/.-])?(\d{1,2})[/.-])?(\d{4})")


def is_date(name: str) -> bool:
    """Say whether a field holds a date, by its name: ``subject.birth_date``, ``made.date``."""
    return name.rpartition(".")[2] in {"date", "birth_date"}


def shown(name: str, value: str | None) -> str:
    """Return the value as it stands in the input."""
    if not value or not is_date(name) or (iso := _ISO.fullmatch(value)) is None:
        return value or ""
    return "/".join(part for part in reversed(iso.groups()) if part)


def stored(name: str, text: str) -> str | None:
    """Return what was typed as the record holds it; an empty input is no value."""
    text = " ".join(text.split())
    if is_date(name) and (written := _SHOWN.fullmatch(text)) is not None:
        day, month, year = written.groups()
        return "-".join([year, *(f"{int(part):02d}" for part in (month, day) if part)])
    return text or None
