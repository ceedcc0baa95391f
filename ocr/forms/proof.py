"""Whether a template fits its own blank: its texts lie on print, its fields on nothing but their leaders and walls."""

from collections.abc import Iterator

import numpy as np

from ocr.clean import INK
from ocr.forms.templates import Field, Kind, Template, TemplatePage
from ocr.raster import Pixels
from ocr.values import Box

LEADER_MM = 2.9  # of a slot, from its bottom, may hold its dots
PRINT_MM2 = 1.5  # of ink: letters; what is less is dirt on a scan
TEXT_MM2 = 0.02
WALL = 0.5  # of a comb's height is dark where a wall stands
WALL_REACH_MM = 0.6


def faults(template: Template) -> Iterator[tuple[str, str]]:
    """Yield a code and the name of the field or text for whatever does not fit."""
    for page in template.pages:
        for text in page.texts:
            if _ink_mm2(page, text.box) < TEXT_MM2:
                yield "text_on_nothing", text.value
        for field in page.fields:
            if field.kind is Kind.CHECKBOX:
                continue
            if field.cells and not _has_walls(page, field):
                yield "comb_without_walls", field.name
            if not field.cells and any(_ink_mm2(page, _above_leader(page, box)) > PRINT_MM2 for box in field.boxes):
                yield "field_on_print", field.name


def _above_leader(page: TemplatePage, box: Box) -> Box:
    return Box(box.x0, box.y0, box.x1, max(box.y1 - LEADER_MM / page.height_mm, box.y0))


def _ink_mm2(page: TemplatePage, box: Box) -> float:
    dark = _cut(page, box) < INK
    pixel_mm2 = page.width_mm / page.grey.shape[1] * page.height_mm / page.grey.shape[0]
    return float(np.count_nonzero(dark) * pixel_mm2)


def _has_walls(page: TemplatePage, field: Field) -> bool:
    """Whether the blank shows a wall at each place where two cells meet."""
    (box,) = field.boxes
    dark = _cut(page, box) < INK
    reach = round(WALL_REACH_MM / page.width_mm * page.grey.shape[1])
    width = dark.shape[1] / field.cells
    walls = [round(wall * width) for wall in range(1, field.cells)]
    inner = dark[dark.shape[0] // 5 : -(dark.shape[0] // 5 or 1)]
    return all(float(inner[:, wall - reach : wall + reach + 1].any(axis=1).mean()) > WALL for wall in walls)


def _cut(page: TemplatePage, box: Box) -> Pixels:
    height, width = page.grey.shape
    rows = slice(round(box.y0 * height), round(box.y1 * height))
    return np.ascontiguousarray(page.grey[rows, round(box.x0 * width) : round(box.x1 * width)])
