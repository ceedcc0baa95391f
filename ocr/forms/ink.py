"""Taking the form's own ink away from one line of a field, and the dust that is left.

A page that was folded or photographed does not lie flat: the leader is looked for once more, piece by piece, a few
pixels about where it should be. What then stays and is small and stands alone is no writing; a dot below a letter
never stands alone (removing small marks everywhere would eat those, ocr.md 3.2).
"""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.clean import INK, PAPER
from ocr.raster import Pixels

REACH_PX = 3
INPAINT_RADIUS = 3
PIECE_PX = 320
FOUND = 0.5  # likeness from which a piece of leader was seen
TALL_MM = 1.1  # writing is at least this high somewhere
NEAR_MM = 1.2  # of writing: here small marks belong to it
AFTER_MM = 1.9  # … and to its right: a typewriter's colon stands alone in the middle of its place
CUT_MM = 0.55  # between the two halves of a letter that a leader ran through
LEAST_INK_MM2 = 0.35  # a single 1 has twice as much
WALLED = 0.75  # of a side is form ink: a wall
STRAY_PX = 3  # by which a wall may lie beside its mask
FLAT, DASH_MM, WORD_GAP_MM = 1.6, 0.5, 2.6  # how flat, how long a dash is, and how far from its words
END_MM = 1.0  # from a slot's end, where writing that goes on was cleared with the next label
CUT_SHARE = 0.3  # of the letters of a line that touch its upper or lower edge
SIDE_BY_SIDE = 0.35  # of a letter's height that it shares with its line
ACCENT_MM = 1.2  # above and below the letters


def shifted_mask(page: Pixels, blank: Pixels, ink: Pixels, place: tuple[int, int, int, int]) -> Pixels:
    """Return the form's ink within a place of the sheet, moved to where the page shows it."""
    x0, y0, x1, y1 = place
    edges = np.linspace(x0, x1, max(round((x1 - x0) / PIECE_PX), 1) + 1).round().astype(int).tolist()
    moves = [_move(page, blank, (left, y0, right, y1)) for left, right in pairwise(edges)]
    seen = [move[:2] for move in moves if move[2] >= FOUND]
    usual = tuple(int(value) for value in np.median(seen, axis=0).round()) if seen else (0, 0)
    mask = np.zeros((y1 - y0, x1 - x0), dtype=np.uint8)
    for (left, right), move in zip(pairwise(edges), moves, strict=True):
        dx, dy = move[:2] if move[2] >= FOUND else usual
        top, before = max(y0 - dy, 0), max(left - dx, 0)  # at the sheet's edge there is nothing to move in
        into = mask[top - y0 + dy :, before + dx - x0 : right - x0]
        piece = ink[top : y1 - dy, before : right - dx]
        into[: piece.shape[0], : piece.shape[1]] = piece
    return mask


def without_ink(pixels: Pixels, mask: Pixels, mm: float) -> Pixels:
    """Return one line with the form's ink filled in from beside it; where nothing was written it is just cleared."""
    written = ((pixels < INK) & (mask == 0)).any(axis=0)
    reach = round(NEAR_MM * mm)
    near = cv2.dilate(written.astype(np.uint8)[None], np.ones((1, 2 * reach + 1), np.uint8))[0].astype(bool)
    cleaned = np.where(mask > 0, np.uint8(PAPER), pixels)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], near.astype(np.int8), [0])))).reshape(-1, 2)
    for left, right in edges.tolist():
        part = cv2.inpaint(pixels[:, left:right], mask[:, left:right], INPAINT_RADIUS, cv2.INPAINT_NS)
        cleaned[:, left:right] = part
    return cleaned


def _move(page: Pixels, blank: Pixels, place: tuple[int, int, int, int]) -> tuple[int, int, float]:
    x0, y0, x1, y1 = place
    piece = blank[y0:y1, x0:x1]
    height, width = page.shape
    if min(x0, y0) < REACH_PX or x1 + REACH_PX > width or y1 + REACH_PX > height or int(piece.min()) > INK:
        return 0, 0, 0.0
    window = page[y0 - REACH_PX : y1 + REACH_PX, x0 - REACH_PX : x1 + REACH_PX]
    _, likeness, _, (dx, dy) = cv2.minMaxLoc(cv2.matchTemplate(window, piece, cv2.TM_CCOEFF_NORMED))
    return dx - REACH_PX, dy - REACH_PX, float(likeness)


def without_dust(line: Pixels, mm: float) -> bool:
    """Clear the dust from a cleaned line, in place; return whether any writing is left.

    What stands close above one another is one piece: a leader may have cut a row of letters in two.
    """
    columns = np.flatnonzero((line < INK).any(axis=0))
    if not len(columns):
        return False
    line = line[:, max(columns[0] - 1, 0) : columns[-1] + 2]  # a pixel about the ink: more is not cleared
    dark = (line < INK).astype(np.uint8)
    whole = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((round(CUT_MM * mm), 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(whole)
    labels[dark == 0] = 0
    is_tall = stats[:, cv2.CC_STAT_HEIGHT] >= TALL_MM * mm
    is_tall[0] = False
    writing = is_tall[labels].astype(np.uint8)
    reach, after = round(NEAR_MM * mm), round(AFTER_MM * mm)
    near = cv2.dilate(writing, np.ones((2 * reach + 1, reach + after + 1), np.uint8), anchor=(after, reach))
    belongs = np.bincount(labels[near > 0], minlength=count) > 0
    belongs |= _is_dash(np.asarray(stats, dtype=np.int32), is_tall, mm)
    belongs[0] = True
    dust = ~belongs[labels]
    line[cv2.dilate(dust.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = PAPER
    return float((dark.astype(bool) & ~dust).sum()) >= LEAST_INK_MM2 * mm * mm and bool(is_tall.any())


def _is_dash(stats: NDArray[np.int32], is_tall: NDArray[np.bool_], mm: float) -> NDArray[np.bool_]:
    """Return which marks are a dash between two words: flat, and at half the height of the letters on both sides."""
    left, top, width, height = (stats[:, column] for column in range(4))
    found = np.zeros(len(stats), dtype=bool)
    flat = ~is_tall & (width >= FLAT * height) & (width >= DASH_MM * mm)
    flat[0] = False
    for mark in np.flatnonzero(flat):
        middle, reach = top[mark] + height[mark] / 2, WORD_GAP_MM * mm
        beside = is_tall & (middle > top + height / 4) & (middle < top + height * 3 / 4)
        before = beside & (np.abs(left[mark] - left - width) < reach)
        after = beside & (np.abs(left - left[mark] - width[mark]) < reach)
        found[mark] = bool(before.any() and after.any())
    return found


def without_walls(line: Pixels, mask: Pixels, margin_px: int) -> tuple[slice, slice]:
    """Clear, in place, the walls of a table's cell beside its writing: where the mask misses them by a hair, they stay.

    A wall is form ink along a whole side, within so much of the edge; nothing is written on its other side. Returned
    are the rows and the columns within the walls.
    """
    within = []
    for turned_line, turned_mask in ((line.T, mask.T), (line, mask)):
        length = turned_mask.shape[1]
        walls = np.flatnonzero(turned_mask.mean(axis=0) > WALLED)
        before, after = walls[walls < margin_px], walls[walls >= length - margin_px]
        begin = int(before[-1]) + 1 + STRAY_PX if len(before) else 0
        end = max(int(after[0]) - STRAY_PX, 0) if len(after) else length
        turned_line[:, :begin] = PAPER
        turned_line[:, end:] = PAPER
        within.append(slice(begin, end))
    return within[0], within[1]


def is_cut_off(line: Pixels, within: tuple[slice, slice], mm: float) -> bool:
    """Whether writing in a cleaned line goes on beyond its place: over a wall, to the side, or most of its letters do.

    Above and below a leader stand other lines; of those some descender may reach in.
    """
    held = line[within]
    _, labels, stats, _ = cv2.connectedComponentsWithStats((held < INK).astype(np.uint8))
    is_tall = stats[:, cv2.CC_STAT_HEIGHT] >= TALL_MM * mm
    is_tall[0] = False
    for is_side, edges, walled in (
        (False, (labels[0], labels[-1]), (within[0].start > 0, within[0].stop < line.shape[0])),
        (True, (labels[:, 0], labels[:, -round(END_MM * mm) :]), (within[1].start > 0, within[1].stop < line.shape[1])),
    ):
        for edge, has_wall in zip(edges, walled, strict=True):
            touching = np.zeros(len(stats), dtype=bool)
            touching[np.unique(edge)] = True
            over = int((touching & is_tall).sum())
            if (over and (is_side or has_wall)) or over > CUT_SHARE * int(is_tall.sum()):
                return True
    return False


def text_rows(cell: Pixels, mm: float) -> list[tuple[int, Pixels]]:
    """Return the lines in a cleaned cell of a table from the top: where each begins, and its own ink alone.

    Nobody writes at a given height where no line is printed. Letters that stand side by side make a line; an accent
    or a dot goes to the line nearest to it.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats((cell < INK).astype(np.uint8))
    tops, heights = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT]
    is_letter = heights[1:] >= TALL_MM * mm
    bottoms = tops + heights
    lines = _lines_of([*zip(tops[1:][is_letter].tolist(), bottoms[1:][is_letter].tolist(), strict=True)])
    middles = np.array([(top + bottom) / 2 for top, bottom in lines])
    nearest = np.abs((tops + heights / 2)[:, None] - middles[None, :]).argmin(axis=1) if lines else tops
    found = []
    for index, (top, bottom) in enumerate(lines):
        own = nearest == index
        own[0] = False
        y0, y1 = max(round(top - ACCENT_MM * mm), 0), min(round(bottom + ACCENT_MM * mm), cell.shape[0])
        foreign = cv2.dilate(((labels > 0) & ~own[labels]).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        found.append((y0, np.where(foreign & ~own[labels], PAPER, cell).astype(np.uint8)[y0:y1]))
    return found


def _lines_of(letters: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return tops and bottoms of the lines that letters (their tops and bottoms) stand in."""
    lines: list[tuple[int, int]] = []
    for top, bottom in sorted(letters, key=sum):
        if lines and min(bottom, lines[-1][1]) - max(top, lines[-1][0]) > (bottom - top) * SIDE_BY_SIDE:
            lines[-1] = (min(top, lines[-1][0]), max(bottom, lines[-1][1]))
        else:
            lines.append((top, bottom))
    return lines
