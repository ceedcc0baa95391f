"""What a draft is written as: form.toml, the blanks as small PNGs, and pictures that show every box with its key."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from PIL import Image

from ocr.forms.draft import Proposal
from ocr.forms.marks import MM_PER_INCH, Area
from ocr.raster import Pixels

GREY_LEVELS = 16
COLOURS = {"checkbox": (200, 60, 0), "date": (160, 0, 160), "identity_number": (0, 130, 0), "?": (0, 0, 220)}
USUAL = (0, 90, 210)


def form_toml(head: Mapping[str, Any], fields: Sequence[Proposal], texts: Sequence[tuple[str, int, Area]]) -> str:
    """Return the text of form.toml; ``head`` is its head, by name, in order."""
    return "".join(f"{line}\n" for line in _lines(head, fields, texts))


def print_toml(
    head: Mapping[str, Any], fields: Sequence[Proposal], texts: Sequence[tuple[str, int, Area]], lost: Sequence[str]
) -> str:
    """Return the text of print.toml: where the form's fields stand. What belongs to none is there as a remark."""
    lines = ["# A draft of `moonseal forms new --print-of`. Look at the pictures, mend the boxes, delete this line."]
    lines += [f"# to look at: no slot was found for {key}" for key in lost]
    lines += [f"{name} = {toml_of(head[name])}" for name in ("source", "page_mm", "blanks")]
    for one in fields:
        place = {name: value for name, value in _about(one).items() if name not in {"label", "type", "values"}}
        mark = "# not of the form: " if "not_of_form" in one.doubts else ""
        doubts = "".join(f"  # to look at: {doubt}" for doubt in one.doubts)
        lines += ["", f"{mark}[[field]]{doubts}", f"# {one.label}"]
        lines += [f"{mark}{name} = {toml_of(value)}" for name, value in place.items() if value]
    return "".join(f"{line}\n" for line in [*lines, *_texts(texts)])


def _lines(
    head: Mapping[str, Any], fields: Sequence[Proposal], texts: Sequence[tuple[str, int, Area]]
) -> Iterator[str]:
    yield "# A draft of `moonseal forms new`. Look at the pictures, mend keys, types and boxes, delete this line."
    yield from (f"{name} = {toml_of(value)}" for name, value in head.items())
    for one in fields:
        yield from ("", "[[field]]")
        yield from (f"{name} = {toml_of(value)}" for name, value in _about(one).items() if value)
        if one.doubts:
            yield f"# to look at: {', '.join(one.doubts)}"
    yield from _texts(texts)


def _about(one: Proposal) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": one.label,
        "type": one.kind,
        "page": one.page,
        "boxes_mm": [_edges(box) for box in one.boxes],
        "join": one.join,
        "cells": one.cells,
        "rows": one.rows,
        "values": one.values,
    }


def _texts(texts: Sequence[tuple[str, int, Area]]) -> Iterator[str]:
    for text, page, area in texts:
        yield from ("", "[[text]]", f"value = {toml_of(text)}", f"page = {page}", f"box_mm = {toml_of(_edges(area))}")


def toml_of(value: object) -> str:
    """Return a value as TOML writes it."""
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case float():
            return f"{value:.2f}"
        case int():
            return str(value)
        case list() | tuple():
            return f"[{', '.join(map(toml_of, value))}]"
        case _:
            return f"{value}"  # a date


def _edges(area: Area) -> list[float]:
    return [float(edge) for edge in area]


def blank_png(level: Pixels, dpi: float, *, is_bilevel: bool) -> bytes:
    """Return a blank as a small PNG that knows its resolution: black and white, or a few greys."""
    if is_bilevel:
        image = Image.fromarray(level).point([255 * (grey > 127) for grey in range(256)]).convert("1")  # noqa: PLR2004 - the middle
    else:
        step = 255 / (GREY_LEVELS - 1)
        image = Image.fromarray(level).point([round(round(grey / step) * step) for grey in range(256)])
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True, dpi=(dpi, dpi))
    return out.getvalue()


def overlay_png(level: Pixels, dpi: float, fields: Sequence[Proposal]) -> bytes:
    """Return the blank with each box drawn on it, its key and type beside it; red is what has no label."""
    mm = dpi / MM_PER_INCH
    picture = cv2.cvtColor(np.asarray(level // 2 + 127, dtype=np.uint8), cv2.COLOR_GRAY2BGR)
    for one in fields:
        colour = COLOURS["?"] if one.doubts else COLOURS.get(one.kind, USUAL)
        for box in one.boxes:
            corners = [round(edge * mm) for edge in box]
            cv2.rectangle(picture, corners[:2], corners[2:], colour, 2)
            for wall in range(1, one.cells):
                x = round((box.x0 + box.width * wall / one.cells) * mm)
                cv2.line(picture, (x, corners[1]), (x, corners[3]), colour, 1)
        x0, y1 = round(one.boxes[0].x0 * mm) + 4, round(one.boxes[0].y1 * mm) - 8
        said = f"{one.key} [{one.kind}]"
        cv2.putText(picture, said, (x0, y1), cv2.FONT_HERSHEY_SIMPLEX, dpi / 420, colour, 1, cv2.LINE_AA)
    done, png = cv2.imencode(".png", picture)
    if not done:
        raise ValueError("no picture could be made")
    return png.tobytes()
