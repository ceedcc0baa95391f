"""Blank forms filled as a printer or a typewriter does: values sit on the leaders, a signature stands above the name.

Works at FILL_DPI on pages that Typst drew; what a scanner or a phone makes of them is samples/degrade.py's.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from printing.typst import Typst
from samples.blanks import FONTS, ROOT, SOURCES, fields_of, parts_of
from samples.cases import Case, Entry

FILL_DPI = 300
MM = FILL_DPI / 25.4
POINT = FILL_DPI / 72
BASELINE_MM = 4.6  # of a row, below its top (samples/forms/sheet.typ)
LIFT_MM = (0.0, 0.3)  # above the leader: letters stand on its dots, and a dot below a letter is seen under them
SMALLEST = 0.72  # a long value is set smaller, down to this share of the typeface's size
PEN = (20, 20, 60)
PACKAGES = ROOT / "node_modules" / "@expo-google-fonts"


@dataclass(frozen=True)
class Typeface:
    path: Path
    size_pt: float


class FontsMissing(Exception):
    """The typefaces come with the npm packages."""


TYPEFACES: Mapping[str, Typeface] = {
    "tinos": Typeface(FONTS / "Tinos_400Regular.ttf", 12.5),
    "arimo": Typeface(PACKAGES / "arimo" / "400Regular" / "Arimo_400Regular.ttf", 11.0),
    "cousine": Typeface(PACKAGES / "cousine" / "400Regular" / "Cousine_400Regular.ttf", 10.5),  # a typewriter's
    "lora": Typeface(PACKAGES / "lora" / "400Regular" / "Lora_400Regular.ttf", 11.5),
    "roboto": Typeface(PACKAGES / "roboto" / "400Regular" / "Roboto_400Regular.ttf", 11.0),
}


@cache
def engine() -> Typst:
    return Typst(FONTS)


@cache
def font(name: str, size: float) -> ImageFont.FreeTypeFont:
    """Return a typeface at a size in points; raises ``FontsMissing``."""
    path = TYPEFACES[name].path
    if not path.is_file():
        raise FontsMissing(f"{path} is missing: run npm ci --ignore-scripts in {ROOT}")
    return ImageFont.truetype(path, size * POINT, layout_engine=ImageFont.Layout.BASIC)


@cache
def blank_pages(code: str) -> Sequence[Image.Image]:
    """Return the pages of a form, or of another sheet drawn the same way."""
    pages = engine().compile_png(SOURCES / f"{code}.typ", {}, ppi=FILL_DPI)
    return [Image.open(io.BytesIO(page)).convert("RGB") for page in pages]


@cache
def parts(code: str) -> Sequence[Mapping[str, Any]]:
    return parts_of(engine(), code)


def is_back_notes(code: str) -> bool:
    """Whether nothing is written behind the first page."""
    return all(field["page"] == 1 for field in fields_of(parts(code)))


def filled(case: Case, rng: Random, typeface: str) -> list[Image.Image]:
    """Return the pages of a declaration with everything on them."""
    pages = [page.copy() for page in blank_pages(case.form)]
    ink = rng.choice(((20, 20, 24), (34, 34, 40), (24, 28, 70)))
    lift = rng.uniform(*LIFT_MM)
    for field in fields_of(parts(case.form)):
        entry = case.entries.get(field["key"])
        if entry is None:
            continue
        page = pages[field["page"] - 1]
        if field["type"] == "checkbox":
            draw_tick(page, field["boxes_mm"][list(field["values"]).index(entry.value)], rng)
        else:
            writer = _Writer(page, typeface, ink, lift, rng)
            writer.write(field, entry)
    _sign(case, pages, typeface, ink, rng)
    return pages


class _Writer:
    def __init__(
        self, page: Image.Image, typeface: str, ink: tuple[int, int, int], lift_mm: float, rng: Random
    ) -> None:
        self._draw = ImageDraw.Draw(page)
        self._typeface, self._ink, self._lift_mm, self._rng = typeface, ink, lift_mm, rng

    def write(self, field: Mapping[str, Any], entry: Entry) -> None:
        if rows := field.get("rows", 0):
            field = {**field, "boxes_mm": self._rows(field["boxes_mm"][0], rows)}
        face, lines = laid_out(field, entry, self._typeface)
        for line, box in zip(lines, field["boxes_mm"], strict=False):
            self._line(line, box, face, is_slot="join" in field)

    def _rows(self, box: Sequence[float], rows: int) -> list[list[float]]:
        """Return lines within a table's cell, where no line is printed: as the hand falls."""
        x0, y0, x1, y1 = box
        pitch = (y1 - y0) / rows * self._rng.uniform(0.9, 1.0)
        begin = y0 + self._rng.uniform(0.0, max((y1 - y0) - rows * pitch, 0.0)) + (pitch - BASELINE_MM) / 2 - 0.6
        return [[x0, begin + pitch * row, x1, begin + pitch * (row + 1)] for row in range(rows)]

    def _line(self, line: str, box: Sequence[float], face: ImageFont.FreeTypeFont, *, is_slot: bool) -> None:
        x0, y0, x1, _ = box
        spare_mm = (x1 - x0) - face.getlength(line) / MM
        left_mm = x0 + (
            spare_mm * self._rng.uniform(0.3, 0.6) if is_slot else min(self._rng.uniform(0.6, 2.5), spare_mm)
        )
        baseline_mm = y0 + BASELINE_MM - self._lift_mm - self._rng.uniform(-0.06, 0.06)
        self._draw.text((left_mm * MM, baseline_mm * MM), line, font=face, fill=self._ink, anchor="ls")


def laid_out(field: Mapping[str, Any], entry: Entry, typeface: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return the typeface and the lines of a value, one for each slot; raises ``ValueError`` when it has no room."""
    boxes = field["boxes_mm"]
    for share in (1.0, 0.95, 0.9, 0.86, 0.82, 0.78, SMALLEST):
        face = font(typeface, round(TYPEFACES[typeface].size_pt * share, 2))
        lines = list(entry.written) if "join" in field else _wrapped(entry.written[0], boxes, face)
        fits = all(face.getlength(line) <= _room(box) for line, box in zip(lines, boxes, strict=False))
        if fits and len(lines) <= len(boxes):
            return face, lines
    raise ValueError(f"{field['key']}: no room for {entry.written}")


def _room(box: Sequence[float]) -> float:
    return (box[2] - box[0] - 0.4) * MM  # never against the next label


def _wrapped(text: str, boxes: Sequence[Sequence[float]], face: ImageFont.FreeTypeFont) -> list[str]:
    """Return the text cut into lines at spaces; the last may be too long for its box, or there may be too many."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        room = _room(boxes[min(len(lines), len(boxes)) - 1]) - 2.5 * MM
        if lines[-1] and face.getlength(longer) > room and len(lines) < len(boxes):
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def draw_tick(page: Image.Image, box: Sequence[float], rng: Random) -> None:
    """Draw a cross or a tick into a check box."""
    draw = ImageDraw.Draw(page)
    x0, y0, x1, y1 = (side * MM for side in box)
    width = rng.randint(5, 7)

    def near(x: float, y: float) -> tuple[float, float]:
        return x + rng.uniform(-4, 4), y + rng.uniform(-4, 4)

    if rng.random() < 0.7:  # noqa: PLR2004 - the form asks for an X; some people make a tick
        draw.line([near(x0 + 6, y0 + 6), near(x1 - 6, y1 - 6)], fill=PEN, width=width)
        draw.line([near(x1 - 6, y0 + 6), near(x0 + 6, y1 - 6)], fill=PEN, width=width)
    else:
        draw.line(
            [near(x0 + 6, (y0 + y1) / 2), near((x0 + x1) / 2, y1 - 5), near(x1 + 6, y0 - 6)],
            fill=PEN,
            width=width,
            joint="curve",
        )


def _sign(case: Case, pages: Sequence[Image.Image], typeface: str, ink: tuple[int, int, int], rng: Random) -> None:
    """Set the requester's name on the leader at the end, and a signature above it."""
    for part in parts(case.form):
        if part["kind"] != "leader":
            continue
        page = pages[part["page"] - 1]
        draw = ImageDraw.Draw(page)
        x0, y0, x1, _ = part["box"]
        middle, face = (x0 + x1) / 2 * MM, font(typeface, round(TYPEFACES[typeface].size_pt * 0.9, 2))
        draw.text((middle, (y0 + BASELINE_MM - 0.3) * MM), case.requester.full_name, font=face, fill=ink, anchor="ms")
        draw_signature(page, middle, (y0 - 6) * MM, rng)


def draw_signature(page: Image.Image, x: float, y: float, rng: Random) -> None:
    """Draw a made-up signature about a point: a running line with loops."""
    points = []
    at, height = x - 13 * MM, 4.5 * MM
    for _ in range(rng.randint(7, 10)):
        points += [
            (at + rng.uniform(-1, 1) * MM, y + rng.uniform(-1, 0.6) * height),
            (at + rng.uniform(0, 3) * MM, y + rng.uniform(-0.3, 1) * height),
        ]
        at += 2.7 * MM
    draw = ImageDraw.Draw(page)
    smooth = [point for index in range(len(points) - 3) for point in _curve(points[index : index + 4])]
    draw.line(smooth, fill=(26, 34, 120), width=rng.randint(4, 6), joint="curve")


def _curve(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return points of a Catmull-Rom curve between the second and the third of four."""
    steps = []
    for step in range(12):
        t = step / 12
        weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3)
        x = sum(w * px for w, (px, _) in zip(weights, points, strict=True)) / 2
        y = sum(w * py for w, (_, py) in zip(weights, points, strict=True)) / 2
        steps.append((x, y))
    return steps
