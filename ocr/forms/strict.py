"""Whether a form.toml makes sense, said in one sentence that names the file and the entry.

Whoever adds a form writes data and never sees a traceback: each rule here stands for a mistake that would otherwise
come out as fields read wrongly months later. A form may be printed in several ways: a ``print.toml`` in a folder beside
the form.toml says where the same fields stand on other blanks, and nothing about what they are.
"""

import itertools
import re
import struct
import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

RULES = {"words_equal_date": 2, "identity_matches_person": 3}  # how many fields each ties
JOINED = {"/": ("date", 3), ":": ("time", 2)}  # the type that is written into slots, and how many
NUMERIC = frozenset({"number", "phone", "identity_number"})
HAIR_MM = 0.02  # positions are rounded to a hundredth
SHAPE = 0.02  # of the sides' ratio: a blank and its page in millimetres
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
PROCEDURE = re.compile(r"[1-3]\.\d{6}")
PNG = b"\x89PNG\r\n\x1a\n"
NUMBER = (int, float)
Entry = Mapping[str, Any]
Boxes = list[tuple[int, str, Sequence[float]]]

HEAD: Mapping[str, tuple[object, bool]] = {  # its type, and whether it has to be there
    "code": (str, True), "version": (str, True), "title": (str, True), "procedure": (str, True),
    "valid_from": (date, True), "valid_to": (date, False), "source": (str, True), "floor": (NUMBER, True),
    "page_mm": (list, True), "blanks": (list, True), "field": (list, False), "check": (list, False),
    "text": (list, False), "also_for": (list, False),
}  # fmt: skip
FIELD: Mapping[str, tuple[object, bool]] = {
    "key": (str, True), "label": (str, True), "type": (str, True), "page": (int, True), "boxes_mm": (list, True),
    "join": (str, False), "number_key": (str, False), "values": (list, False), "cells": (int, False),
    "rows": (int, False),
}  # fmt: skip
CHECK: Mapping[str, tuple[object, bool]] = {"rule": (str, True), "fields": (list, True)}
PRINT_HEAD: Mapping[str, tuple[object, bool]] = {
    "source": (str, True), "floor": (NUMBER, False), "page_mm": (list, True), "blanks": (list, True),
    "field": (list, True), "text": (list, False),
}  # fmt: skip
PLACED: Mapping[str, tuple[object, bool]] = {
    name: FIELD[name] for name in ("key", "page", "boxes_mm", "join", "cells", "rows")
}
FORM, PRINT = "form.toml", "print.toml"
TEXT: Mapping[str, tuple[object, bool]] = {"value": (str, True), "page": (int, True), "box_mm": (list, True)}


class TemplateBroken(Exception):
    """A form.toml that makes no sense; the message is one sentence."""


def form_of(path: Path) -> Path:
    """Return the form.toml that a print.toml belongs to; of a form.toml, itself."""
    return path.parents[1] / FORM if path.name == PRINT else path


def read(path: Path, kinds: Collection[str]) -> dict[str, Any]:
    """Return what a form.toml says, or of a print.toml the form as it is printed there; raises ``TemplateBroken``."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        if path.name == PRINT:
            data = _printed(data, read(form_of(path), kinds))
        _head(data, path)
        for number, field in enumerate(data.get("field", ()), start=1):
            _field(field, f"field {field.get('key', number)!r}", data, kinds)
        for text in data.get("text", ()):
            _text(text, f"text {text.get('value')!r}", data)
        if path.name == FORM:
            _keys(data)
        _overlaps(data)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateBroken(f"{path}: not a TOML file: {error}") from None
    except _Wrong as wrong:
        raise TemplateBroken(f"{path}: {wrong}") from None
    return data


def check_versions(versions: Sequence[tuple[str, str, date, date | None]]) -> None:
    """Raise ``TemplateBroken`` where two versions of one code are in force on the same day."""
    for (code, one, begin, end), (other_code, other, other_begin, other_end) in itertools.combinations(versions, 2):
        first, last = max(begin, other_begin), min(end or date.max, other_end or date.max)
        if code == other_code and first <= last:
            raise TemplateBroken(f"{code}: the versions {one} and {other} are both in force on {first}")


class _Wrong(Exception):
    pass


def _must(is_right: bool, sentence: str) -> None:
    if not is_right:
        raise _Wrong(sentence)


def _shape(entry: Entry, known: Mapping[str, tuple[object, bool]], where: str) -> None:
    for name in entry:
        _must(name in known, f"{where}: {name!r} is nothing that is known here")
    for name, (kind, is_needed) in known.items():
        _must(name in entry or not is_needed, f"{where}: {name!r} is missing")
        if name in entry:
            fits = isinstance(entry[name], kind) and not isinstance(entry[name], bool)  # type: ignore[arg-type]  # a type or a union of types
            _must(fits, f"{where}: {name!r} is {entry[name]!r}, which is of the wrong kind")


def _printed(own: Entry, form: Entry) -> dict[str, Any]:
    """Return a form with its fields where a print of it has them."""
    _shape(own, PRINT_HEAD, "the head")
    places: dict[str, dict[int, Entry]] = {field["key"]: {} for field in form.get("field", ())}
    for place in own["field"]:
        _shape(place, PLACED, f"field {place.get('key')!r}")
        key, page = place["key"], place["page"]
        _must(key in places, f"the form has no field {key!r}")
        _must(page not in places[key], f"two fields are called {key!r}")
        places[key][page] = place
    lost = next((key for key, pages in places.items() if not pages), None)
    _must(lost is None, f"field {lost!r}: it is not said where this print has it")
    what = FIELD.keys() - PLACED.keys()
    fields = [
        {**{name: field[name] for name in field if name in what}, **places[field["key"]][page]}
        for field in form["field"]
        for page in sorted(places[field["key"]])
    ]
    return {**form, **own, "field": fields, "text": own.get("text", [])}


def _head(data: Entry, path: Path) -> None:
    _shape(data, HEAD, "the head")
    code, version = form_of(path).parent.parent.name, form_of(path).parent.name
    _must(data["code"] == code, f"the code is {data['code']!r} and the folder {code!r}")
    _must(data["version"] == version, f"the version is {data['version']!r} and the folder {version!r}")
    served = [data["procedure"], *data.get("also_for", ())]
    for procedure in served:
        _must(bool(PROCEDURE.fullmatch(str(procedure))), f"{procedure!r} is no code of a procedure")
    _must(len(set(served)) == len(served), "a procedure is named twice")
    end = data.get("valid_to")
    _must(end is None or data["valid_from"] <= end, f"it ends on {end}, before it begins on {data['valid_from']}")
    _must(0 < data["floor"] <= 1, f"the floor {data['floor']} is no share between 0 and 1")
    sides = data["page_mm"]
    _must(len(sides) == 2 and all(isinstance(side, NUMBER) and side > 0 for side in sides), "page_mm is no size")  # noqa: PLR2004 - width, height
    _must(bool(data["blanks"]), "it has no blank page")
    for name in data["blanks"]:
        blank = path.parent / str(name)
        _must(blank.is_file(), f"the blank {name} is missing")
        with blank.open("rb") as file:
            start = file.read(24)
        _must(start.startswith(PNG), f"the blank {name} is no PNG")
        columns, rows = struct.unpack(">II", start[16:])
        _must(
            abs(columns / rows * sides[1] / sides[0] - 1) < SHAPE,
            f"the blank {name} has another shape than {sides[0]} × {sides[1]} mm",
        )


def _field(field: Entry, where: str, data: Entry, kinds: Collection[str]) -> None:
    _shape(field, FIELD, where)
    kind, boxes, join = field["type"], field["boxes_mm"], field.get("join")
    _must(bool(KEY.fullmatch(field["key"])), f"{where}: a key is made of a-z, 0-9, _ and dots")
    _must(kind in kinds, f"{where}: the type {kind!r} is unknown")
    _must(bool(boxes), f"{where}: it has no box")
    for box in boxes:
        _box(box, field["page"], where, data)
    if kind == "checkbox":
        _must(len(field.get("values", ())) == len(boxes), f"{where}: a check box needs one value per box")
    if join is not None:
        _must(join in JOINED, f"{where}: {join!r} joins nothing; known are {' '.join(JOINED)}")
        _must((kind, len(boxes)) == JOINED[join], f"{where}: {join!r} joins the slots of a {JOINED[join][0]}")
    if "cells" in field:
        is_comb = field["cells"] > 1 and len(boxes) == 1 and kind in NUMERIC
        _must(is_comb, f"{where}: a comb is one box of several cells with a number in it")
    if "rows" in field:
        _must(field["rows"] > 1 and len(boxes) == 1, f"{where}: rows are the lines of one box")
    _must("number_key" not in field or kind == "identity_paper", f"{where}: only an identity paper has a number_key")


def _text(text: Entry, where: str, data: Entry) -> None:
    _shape(text, TEXT, where)
    _must(bool(text["value"].strip()), f"{where}: a text says something")
    _box(text["box_mm"], text["page"], where, data)


def _box(box: object, page: int, where: str, data: Entry) -> None:
    _must(1 <= page <= len(data["blanks"]), f"{where}: there is no page {page}")
    is_box = isinstance(box, list) and len(box) == 4 and all(isinstance(side, NUMBER) for side in box)  # noqa: PLR2004 - edges
    _must(is_box, f"{where}: {box!r} is no box [left, top, right, bottom]")
    x0, y0, x1, y1 = cast("list[float]", box)
    _must(x0 < x1 and y0 < y1, f"{where}: the box {box} ends before it begins")
    width, height = data["page_mm"]
    _must(x0 >= 0 and y0 >= 0 and x1 <= width and y1 <= height, f"{where}: the box {box} leaves the page")


def _keys(data: Entry) -> None:
    fields = data.get("field", ())
    keys = [key for field in fields for key in (field["key"], field.get("number_key")) if key]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    _must(twice is None, f"two fields are called {twice!r}")
    for check in data.get("check", ()):
        where = f"check {check.get('rule')!r}"
        _shape(check, CHECK, where)
        _must(check["rule"] in RULES, f"{where}: there is no such rule")
        count = RULES[check["rule"]]
        _must(len(check["fields"]) == count, f"{where}: it ties {count} fields")
        for name in check["fields"]:
            _must(not name or name in keys, f"{where}: no field is called {name!r}")


def _overlaps(data: Entry) -> None:
    fields: Boxes = [
        (field["page"], f"field {field['key']!r}", box) for field in data.get("field", ()) for box in field["boxes_mm"]
    ]
    texts: Boxes = [(text["page"], f"text {text['value']!r}", text["box_mm"]) for text in data.get("text", ())]
    pairs = itertools.chain(itertools.combinations(fields, 2), itertools.product(fields, texts))
    for (page, where, one), (other_page, other_where, other) in pairs:
        if page == other_page and _overlap(one, other):
            raise _Wrong(f"{where} and {other_where} overlap")


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return (
        min(one[2], other[2]) - max(one[0], other[0]) > HAIR_MM
        and min(one[3], other[3]) - max(one[1], other[1]) > HAIR_MM
    )
