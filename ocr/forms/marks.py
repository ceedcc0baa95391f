"""Where a blank form wants something written: dotted leaders, ruled slots, combs, check boxes, cells of tables.

Works on a level page; everything is given in millimetres from its top left corner. A cell is paper that ruled lines
enclose on all sides; what a group of such cells is follows from their number, size and neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from ocr.leaders import without_leaders
from ocr.raster import Pixels

MM_PER_INCH = 25.4
LINE_MM = 3.2  # no stroke of a letter runs straight for so long
BRIDGE_MM = 0.5  # a gap in a cell's wall
TILT_PX = 1
CELL_MM = (2.2, 195.0)  # the least and the greatest side of a cell
FULL = 0.88  # of its rectangle that a cell covers
WALL_MM = 1.5  # between neighbouring cells
BOX_MM = (2.8, 7.0)
SQUARE = 0.25
WALLED, WALL_REACH_MM = 0.93, 0.25
COMB_MM, COMB_HIGH_MM, COMB_CELLS = (3.0, 10.0), (4.0, 12.0), 4
EQUAL = 0.3  # of their mean by which the cells of a comb differ at most
PRINT_MM2 = 0.8  # of ink in a cell: letters, no speck
FRAME_MM = 18.0  # a lone cell as large as a photograph
SLOT_MM, THIN_MM = 4.0, 2.6  # a leader is longer, and thinner, dirt on it included
DOT_GAP_MM = 1.7
THIN_INK, INK = 160, 128
STROKE_MM, STROKE_INK_MM = 2.5, 0.9  # so high above a slot print may stand on it; so much ink in a column is print
OVER_RULE_MM, UNDERLINED = 4.5, 0.02  # of ink above a rule: it underlines
SOLID = 0.93  # of its columns hold ink: a rule; a leader has gaps
RULE_MM = 15.0  # a shorter rule is a dash, an underlined word, or dirt


class Area(NamedTuple):
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def beside(self, other: "Area", share: float = 0.5) -> bool:
        """Whether two areas stand on one row."""
        common = min(self.y1, other.y1) - max(self.y0, other.y0)
        return common > share * min(self.height, other.height)


@dataclass(frozen=True)
class Comb:
    area: Area
    cells: int


@dataclass(frozen=True)
class Marks:
    leaders: tuple[Area, ...]  # the rows of dots or rules alone, without the room above them
    combs: tuple[Comb, ...]
    boxes: tuple[Area, ...]
    tables: tuple[tuple[Area, ...], ...]  # the cells of each, from the top left
    printed: frozenset[Area]  # the cells that hold print
    frames: tuple[Area, ...]  # for a photograph


def in_rows(areas: Sequence[Area], share: float = 0.5) -> list[list[Area]]:
    """Return areas row by row from the top, each row from left to right; a row may slant a little."""
    rows: list[list[Area]] = []
    for area in sorted(areas, key=lambda one: (one.y0 + one.y1, one.x0)):
        row = next((row for row in reversed(rows) if row[0].beside(area, share)), None)
        if row is None:
            rows.append([area])
        else:
            row.append(area)
    return [sorted(row) for row in rows]


def find_marks(level: Pixels, dpi: float) -> tuple[Marks, Pixels]:
    """Return what a level blank holds, and the blank with nothing but its print."""
    mm = dpi / MM_PER_INCH
    clean, taken = without_leaders(level, dpi)
    lines = _lines(level, mm)
    combs, boxes, tables, frames = [], [], [], []
    for group in _groups(_cells(lines, mm)):
        rows = in_rows(group, 0.7)
        if len(group) == 1 and _is_box(group[0]):
            boxes += group if _has_walls(group[0], level, mm) else []
        elif len(group) == 1 and min(group[0].width, group[0].height) > FRAME_MM:
            frames.append(group[0])
        elif len(rows) == 1 and (comb := _comb(rows[0])) is not None:
            combs.append(comb)
        elif len(group) > 1 or min(group[0].width, group[0].height) > COMB_HIGH_MM[0]:
            tables.append(tuple(cell for row in rows for cell in row))
    closed = [comb.area for comb in combs] + boxes + [cell for table in tables for cell in table] + frames
    slots = [slot for slot in _slots(taken, clean, level, mm) if not any(_is_wall(slot, area) for area in closed)]
    printed = frozenset(cell for table in tables for cell in table if _is_printed(cell, level, mm))
    return Marks(tuple(slots), tuple(combs), tuple(boxes), tuple(tables), printed, tuple(frames)), clean


def _lines(level: Pixels, mm: float) -> Pixels:
    """Return the straight lines of a page, level and upright, with small gaps closed."""
    ink = cv2.adaptiveThreshold(level, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, round(5 * mm) | 1, 25)
    length, bridge = round(LINE_MM * mm), round(BRIDGE_MM * mm)
    thick = cv2.dilate(ink, np.ones((2 * TILT_PX + 1, 2 * TILT_PX + 1), np.uint8))
    lying = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    standing = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    both = cv2.bitwise_or(
        cv2.morphologyEx(lying, cv2.MORPH_CLOSE, np.ones((1, bridge), np.uint8)),
        cv2.morphologyEx(standing, cv2.MORPH_CLOSE, np.ones((bridge, 1), np.uint8)),
    )
    return np.asarray(both, dtype=np.uint8)


def _cells(lines: Pixels, mm: float) -> list[Area]:
    height, width = lines.shape
    _, _, stats, _ = cv2.connectedComponentsWithStats(cv2.bitwise_not(lines), connectivity=4)
    cells = []
    for x, y, wide, high, area in stats[1:].tolist():
        inside = x > 0 and y > 0 and x + wide < width and y + high < height
        sides = min(wide, high) / mm, max(wide, high) / mm
        if inside and sides[0] >= CELL_MM[0] and sides[1] <= CELL_MM[1] and area >= FULL * wide * high:
            grown = TILT_PX  # the walls were thickened by so much
            cells.append(Area((x - grown) / mm, (y - grown) / mm, (x + wide + grown) / mm, (y + high + grown) / mm))
    return cells


def _groups(cells: Sequence[Area]) -> list[list[Area]]:
    """Return cells that share walls, together."""
    groups: list[list[Area]] = []
    for cell in cells:
        touching = [group for group in groups if any(_share_wall(cell, other) for other in group)]
        for group in touching:
            groups.remove(group)
        groups.append([cell, *(other for group in touching for other in group)])
    return sorted((sorted(group, key=lambda one: (one.y0, one.x0)) for group in groups), key=lambda g: g[0].y0)


def _share_wall(one: Area, other: Area) -> bool:
    across = max(one.x0, other.x0) - min(one.x1, other.x1)
    down = max(one.y0, other.y0) - min(one.y1, other.y1)
    return (across <= WALL_MM and down < -CELL_MM[0] / 2) or (down <= WALL_MM and across < -CELL_MM[0] / 2)


def _is_box(cell: Area) -> bool:
    is_square = abs(cell.width - cell.height) <= SQUARE * max(cell.width, cell.height)
    return is_square and BOX_MM[0] <= cell.width <= BOX_MM[1]


def _is_printed(cell: Area, level: Pixels, mm: float) -> bool:
    inset = WALL_MM / 2
    x0, y0, x1, y1 = (round(edge * mm) for edge in (cell.x0 + inset, cell.y0 + inset, cell.x1 - inset, cell.y1 - inset))
    return float((level[y0:y1, x0:x1] < INK).sum()) > PRINT_MM2 * mm * mm


def _has_walls(cell: Area, level: Pixels, mm: float) -> bool:
    """Whether straight lines stand on all four sides, as they do not about the paper within a letter."""
    dark = (level < THIN_INK).astype(np.uint8)
    reach = max(round(WALL_REACH_MM * mm), 1)
    x0, y0, x1, y1 = (round(edge * mm) for edge in cell)
    sides = [dark[y - reach : y + reach + 1, x0:x1].any(axis=0) for y in (y0, y1)]
    sides += [dark[y0:y1, x - reach : x + reach + 1].any(axis=1) for x in (x0, x1)]
    return all(float(side.mean()) > WALLED for side in sides if side.size)


def _comb(row: Sequence[Area]) -> Comb | None:
    widths = [cell.width for cell in row]
    mean = sum(widths) / len(widths)
    is_even = max(abs(width - mean) for width in widths) <= EQUAL * mean
    fits = COMB_MM[0] <= mean <= COMB_MM[1] and COMB_HIGH_MM[0] <= row[0].height <= COMB_HIGH_MM[1]
    if len(row) < COMB_CELLS or not is_even or not fits:
        return None
    top, bottom = min(cell.y0 for cell in row), max(cell.y1 for cell in row)
    return Comb(Area(row[0].x0, top, row[-1].x1, bottom), len(row))


def _slots(taken: Pixels, clean: Pixels, level: Pixels, mm: float) -> list[Area]:
    """Return the rows of dots, and rules that stand alone, from what was taken off the page.

    A slot ends where print stands on it: the strokes of a date.
    """
    dark, print_ = level < THIN_INK, clean < INK
    flat = cv2.morphologyEx(taken, cv2.MORPH_CLOSE, np.ones((1, round(DOT_GAP_MM * mm)), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(flat)
    found = []
    for x, y, wide, high, _area in stats[1:].tolist():
        if wide < SLOT_MM * mm or high > THIN_MM * mm:
            continue
        above = print_[max(y - round(STROKE_MM * mm), 0) : y + high, x : x + wide]
        if float(dark[y : y + high, x : x + wide].any(axis=0).mean()) > SOLID:
            over = print_[max(y - round(OVER_RULE_MM * mm), 0) : y, x : x + wide]
            if wide >= RULE_MM * mm and float(over.mean()) < UNDERLINED:
                found.append((x, x + wide, y, high))
            continue
        free = above.sum(axis=0) < STROKE_INK_MM * mm
        edges = np.flatnonzero(np.diff(np.concatenate(([False], free, [False]))))
        found += [
            (x + i, x + j, y, high) for i, j in zip(edges[::2], edges[1::2], strict=True) if j - i >= SLOT_MM * mm
        ]
    areas = [Area(x0 / mm, y / mm, x1 / mm, (y + high) / mm) for x0, x1, y, high in found]
    return [slot for row in in_rows(areas, 0.1) for slot in row]


def _is_wall(slot: Area, cell: Area) -> bool:
    """Whether what seems a ruled slot is the edge of a cell."""
    overlap = min(slot.x1, cell.x1) - max(slot.x0, cell.x0)
    near = min(abs(slot.y0 - edge) for edge in (cell.y0, cell.y1)) < WALL_MM
    return near and overlap > 0.5 * min(slot.width, cell.width)
