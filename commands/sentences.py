"""What the command line says of an error: a stable code and parameters in, one sentence out.

The sentences stand in ``sentences.toml``, Vietnamese first, English beside it. A code that a room below can give and
that stands there nowhere is a defect (tests/commands/test_sentences.py).
"""

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGE = "en" if os.environ.get("MOONSEAL_LANGUAGE") == "en" else "vi"  # settings.py gives its meaning
UNITS = (  # by what a cap's name ends in
    ("_bytes", 1 << 20, "MB"),
    ("page_pixels", 1_000_000, "megapixels"),
    ("side_pixels", 1, "pixels"),
    ("_mm", 1, "mm"),
    ("_s", 1, "s"),
)
OVER = {"vi": "hơn", "en": "over"}
WHERE = {"host", "url"}  # an address is told by either


class _Parameters(dict[str, object]):  # noqa: FURB189 - format_map calls __missing__ of a real dict only
    """A parameter that is missing shows as a dash: a message about an error must not be an error."""

    def __missing__(self, key: str) -> str:
        return "" if key in WHERE and WHERE & self.keys() else "–"


@cache
def sentences() -> Mapping[str, Mapping[str, str]]:
    """Return all of them by code and language; read when the first is needed, most runs say none."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def sentence(code: str, parameters: Mapping[str, object]) -> str:
    """Return the sentence in the language of MOONSEAL_LANGUAGE."""
    return _in(LANGUAGE, code, parameters)


def both(code: str, **parameters: object) -> str:
    """Return the sentence in both languages, for messages that are not part of an interface."""
    return " · ".join(_in(language, code, parameters) for language in ("vi", "en"))


def _in(language: str, code: str, parameters: Mapping[str, object]) -> str:
    values = _Parameters(parameters)
    if "cap" in values:
        values["limit"] = _with_unit(str(values["cap"]), values.get("limit"))
        values["found"] = _with_unit(str(values["cap"]), values.get("found"))
        if values["found"] == values["limit"]:  # by a byte, or it was not measured to its end
            values["found"] = f"{OVER[language]} {values['found']}"
        if (name := f"cap_{values['cap']}") in sentences():  # a limit of the sandbox, by its name for people
            values["cap"] = sentences()[name][language].rstrip(".")
    if (reason := values.get("reason")) in sentences():  # a code of a room below
        values["reason"] = sentences()[str(reason)][language].rstrip(".").format_map(values)
    return sentences()[code][language].format_map(values)


def _with_unit(cap: str, value: object) -> str:
    """Return a cap's number as people say it: megabytes, megapixels, pages, millimetres, seconds."""
    if not isinstance(value, int | float):
        return "–"
    size, unit = next(((size, unit) for ending, size, unit in UNITS if cap.endswith(ending)), (1, ""))
    return f"{value / size:.0f} {unit}".rstrip()
