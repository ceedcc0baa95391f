"""Drawing a paper from its values: results, the receipt slip, the separator sheet, and the marks.

The same values give the same bytes, so a result that is drawn again after a crash is the one that was shown. Which
values a template takes stands in ``printing/fields.py``; how it looks, in ``printing/templates``. Results are PDF/A-2a
and PDF/UA-1. Where the marks stand follows Decree 30/2020, appendix I (digital form): the signature between title and
name, the seal at the left over a third of it.
"""

import hashlib
import math
import random
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import segno

from printing import dates
from printing.errors import DrawingFailed, ValueMissing
from printing.fields import MARKS, TEMPLATES, local_day, worded
from printing.typst import Typst
from printing.values import Drawn, Place

_TEMPLATES_FOLDER = Path(__file__).with_name("templates")
_POINTS_PER_MM = 72 / 25.4
A4_HEIGHT_PT = 297 * _POINTS_PER_MM
SIGNATURE_WIDTH_MM, SIGNATURE_HEIGHT_MM = 41.0, 23.0  # as in real signed letters
SEAL_DIAMETER_MM = 36.0  # the seal's real size, as the decree wants it
NUMBER_WIDTH_MM, NUMBER_HEIGHT_MM = 164.0, 7.0  # the line under a result's head, from margin to margin
ROUNDING_MM = 0.01
BLOCK_WIDTH_MM, BLOCK_HEIGHT_MM = 84.0, 13.0  # up to three lines of 10 pt; in the zone 14 of the decree
BLOCK_MARGIN_MM = 10.0  # from the top and the right edge of the page
# A mark or a separator sheet has no time of its own: it is the same every day.
_NO_TIME = datetime(2026, 1, 1, tzinfo=dates.VIETNAM)


TEMPLATE_OF = {"copy": "block", "attachment": "block"}


class Printer:
    """One set of fonts and our templates; safe to use from several threads."""

    def __init__(self, fonts: Path) -> None:
        self._typst = Typst(fonts)

    def draw(self, template: str, data: Mapping[str, object]) -> Drawn:
        """Return a finished paper; the keys of ``data`` are those of ``printing.fields.TEMPLATES[template]``.

        Raises ``ValueMissing``, ``TextDoesNotFit`` or ``GlyphMissing``, each naming the field or the character.
        """
        fields = TEMPLATES.get(template)
        if fields is None:
            raise DrawingFailed("template_unknown", template=template)
        values = worded(fields, data)
        source = _TEMPLATES_FOLDER / f"{template}.typ"
        if template == "receipt-slip":
            return Drawn(self._slip(source, values, _start_of(local_day(str(data["received_at"])))), {})
        if template == "separator-sheet":
            values["qr"] = _qr_runs("code", str(values["code"]))
            return Drawn(self._typst.compile_pdf(source, values, created_at=_NO_TIME), {})
        if ("number" in values) == bool(values.get("is_numbered_later")):
            raise ValueMissing("value_missing", field="number")
        if "verify_url" in values:
            values["qr"] = _qr_runs("verify_url", str(values["verify_url"]))
        pdf = self._typst.compile_pdf(source, values, created_at=_start_of(str(data["issued_on"])))
        places = _mark_places(self._typst.query_json(source, values, "mark-room"))
        if values.get("is_numbered_later"):
            places["Number"] = _number_place(self._typst.query_json(source, values, "number-room"))
        return Drawn(pdf, places)

    def _slip(self, source: Path, values: dict[str, object], created_at: datetime) -> bytes:
        if "public_url" in values:
            values["qr"] = _qr_runs("public_url", str(values["public_url"]))
        elif "desk.telephone" not in values:  # one way to ask after the dossier must stand on the paper
            raise ValueMissing("value_missing", field="desk.telephone")
        return self._typst.compile_pdf(source, values, created_at=created_at)

    def mark(self, kind: str, data: Mapping[str, object]) -> bytes:
        """Return a one-page PDF without a background: ``signature`` in blue, ``seal`` in red, or words in black.

        The keys are those of ``printing.fields.MARKS[kind]``. Untagged PDF/A-2b, so that it can be laid into a paper.
        """
        fields = MARKS.get(kind)
        if fields is None:
            raise DrawingFailed("mark_unknown", mark=kind)
        values = worded(fields, data)
        if kind == "signature":
            values["strokes"] = _strokes(str(values["full_name"]))
            values |= {"width": SIGNATURE_WIDTH_MM, "height": SIGNATURE_HEIGHT_MM}
        elif kind == "seal":
            values["diameter"] = SEAL_DIAMETER_MM
        elif kind == "number":
            values |= {"width": NUMBER_WIDTH_MM, "height": NUMBER_HEIGHT_MM}
        else:
            words = (values.get("form"), values.get("agency"), values.get("number"), values["signed_at.iso"])
            values = {"words": [word for word in words if word], "width": BLOCK_WIDTH_MM, "height": BLOCK_HEIGHT_MM}
        source = _TEMPLATES_FOLDER / f"mark-{TEMPLATE_OF.get(kind, kind)}.typ"
        return self._typst.compile_pdf(source, values, created_at=_NO_TIME, standards=("a-2b",), is_tagged=False)


def block_place(page_width_pt: float, page_height_pt: float) -> Place:
    """Return where the words of a copy or an attachment stand: at the top right of its first page."""
    right, top = page_width_pt - BLOCK_MARGIN_MM * _POINTS_PER_MM, page_height_pt - BLOCK_MARGIN_MM * _POINTS_PER_MM
    return Place(0, right - BLOCK_WIDTH_MM * _POINTS_PER_MM, top - BLOCK_HEIGHT_MM * _POINTS_PER_MM, right, top)


def _start_of(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=dates.VIETNAM)


def _mark_places(rooms: list[Any]) -> dict[str, Place]:
    """Centre the signature in the room between title and name; the seal's right edge lies at a third of it."""
    room = _room(rooms)
    centre_x, centre_y = (room.x0 + room.x1) / 2, (room.y0 + room.y1) / 2
    signature = _box(room.page, centre_x, centre_y, SIGNATURE_WIDTH_MM, SIGNATURE_HEIGHT_MM)
    seal_right = signature.x0 + (signature.x1 - signature.x0) / 3
    seal_x = seal_right - SEAL_DIAMETER_MM * _POINTS_PER_MM / 2
    return {"Official": signature, "Seal": _box(room.page, seal_x, centre_y, SEAL_DIAMETER_MM, SEAL_DIAMETER_MM)}


def _number_place(rooms: list[Any]) -> Place:
    room = _room(rooms)
    found = ((room.x1 - room.x0) / _POINTS_PER_MM, (room.y1 - room.y0) / _POINTS_PER_MM)
    if max(abs(found[0] - NUMBER_WIDTH_MM), abs(found[1] - NUMBER_HEIGHT_MM)) > ROUNDING_MM:
        raise DrawingFailed(
            "number_room_of_another_size", width_mm=found[0], height_mm=found[1]
        )  # it would be stretched
    return room


def _room(rooms: list[Any]) -> Place:
    """Return the one room that a template tells of; Typst counts from the top of the page."""
    if len(rooms) != 1:
        raise DrawingFailed("mark_room_missing", rooms=len(rooms))
    room = rooms[0]
    left, top, width, height = (float(str(room[name]).removesuffix("pt")) for name in ("x", "y", "width", "height"))
    return Place(int(room["page"]) - 1, left, A4_HEIGHT_PT - top - height, left + width, A4_HEIGHT_PT - top)


def _box(page: int, x: float, y: float, width_mm: float, height_mm: float) -> Place:
    half_width, half_height = width_mm * _POINTS_PER_MM / 2, height_mm * _POINTS_PER_MM / 2
    return Place(page, x - half_width, y - half_height, x + half_width, y + half_height)


def _qr_runs(field: str, text: str) -> list[list[tuple[int, int]]]:
    """Per row the runs of dark modules as (start, length), with the quiet zone of four modules round it."""
    try:
        matrix = segno.make(text, error="m", micro=False).matrix_iter(border=4)
    except segno.DataOverflowError as error:
        raise ValueMissing("value_of_another_kind", field=field, kind="text") from error
    rows = []
    for row in matrix:
        runs: list[tuple[int, int]] = []
        for x, is_dark in enumerate(row):
            if is_dark and runs and sum(runs[-1]) == x:
                runs[-1] = (runs[-1][0], runs[-1][1] + 1)
            elif is_dark:
                runs.append((x, 1))
        rows.append(runs)
    return rows


def _strokes(name: str) -> list[list[tuple[float, float]]]:
    """Points in a box of 1 × 1, origin top left: a large first letter, a running wave, a line under it.

    Made from the name, and of nobody's hand.
    """
    chance = random.Random(hashlib.sha256(name.encode()).digest())  # noqa: S311 - a picture, not a secret
    loops = 5 + chance.randrange(3)
    first = [
        (0.20 + 0.15 * math.cos(t) * (1 - 0.3 * t / 7), 0.42 - 0.36 * math.sin(t) * (1 - 0.08 * t))
        for t in _steps(0.6, 6.6, 40)
    ]
    slant, height = chance.uniform(0.02, 0.05), chance.uniform(0.10, 0.16)
    wave = []
    for t in _steps(0, loops * 2 * math.pi, loops * 18):
        along = t / (loops * 2 * math.pi)
        size = height * (1 - 0.65 * along) * (1 + 0.25 * math.sin(3.1 * along * loops))
        x = 0.34 + 0.50 * along + 0.035 * (1 - 0.5 * along) * math.cos(t) + slant * math.sin(t)
        wave.append((x, 0.50 - 0.10 * along - size * math.sin(t)))
    tail = [(0.84 + 0.12 * s, 0.40 - 0.10 * s + 0.03 * math.sin(9 * s)) for s in _steps(0, 1, 12)]
    under = [(0.90 - 0.70 * s, 0.70 + 0.13 * s * s - 0.05 * math.sin(3 * s)) for s in _steps(0, 1, 24)]
    return [first, wave + tail, under]


def _steps(start: float, end: float, count: int) -> list[float]:
    return [start + (end - start) * i / count for i in range(count + 1)]
