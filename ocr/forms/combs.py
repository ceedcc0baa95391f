"""Numbers in combs: the digits are taken out of their cells and set as one line, which is what the engine reads.

A row of lone digits far apart is read badly, and a cell's wall as a 1 (ocr.md 0). A digit belongs to the cell that
holds its middle, so that one written across a wall is not cut in two.
"""

import cv2
import numpy as np

from ocr.clean import INK, PAPER
from ocr.raster import Pixels

GAP = 0.22  # between two digits, of their height
LEAST = 0.3  # of the tallest piece: what is smaller, alone in its cell, is dust
WIDE = 1.15  # of a cell: two digits that touch across a wall


def repacked(comb: Pixels, left_px: float, right_px: float, cells: int) -> Pixels | None:
    """Return the digits of a cleaned comb in one line; None where every cell is empty.

    ``left_px`` and ``right_px`` are the comb's outer walls within the picture.
    """
    width = (right_px - left_px) / cells
    dark = (comb < INK).astype(np.uint8)
    for wall in range(1, cells):  # digits grown together over a wall
        _part(dark, round(left_px + wall * width), width)
    _, labels, stats, middles = cv2.connectedComponentsWithStats(dark)
    pieces: list[list[int]] = [[] for _ in range(cells)]
    tallest = int(stats[1:, cv2.CC_STAT_HEIGHT].max(initial=0))
    for label in range(1, len(stats)):
        cell = int((middles[label][0] - left_px) // width)
        if 0 <= cell < cells:
            pieces[cell].append(label)
    digits = [_cut(comb, labels, stats, own) for own in pieces if _is_digit(stats, own, tallest)]
    if not digits:
        return None
    gap = np.full((comb.shape[0], max(round(tallest * GAP), 2)), PAPER, dtype=np.uint8)
    strip = [gap]
    for digit in digits:
        strip += [digit, gap]
    return np.hstack(strip)


def _part(dark: Pixels, wall: int, cell_px: float) -> None:
    """Open a gap at a wall where one piece of ink is wider than a cell."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark)
    column = labels[:, wall] if 0 <= wall < labels.shape[1] else labels[:, 0][:0]
    for label in {int(one) for one in column if one}:
        if stats[label, cv2.CC_STAT_WIDTH] > WIDE * cell_px:
            dark[labels[:, wall] == label, wall] = 0


def _is_digit(stats: np.ndarray, own: list[int], tallest: int) -> bool:
    return any(int(stats[label, cv2.CC_STAT_HEIGHT]) >= LEAST * tallest for label in own)


def _cut(comb: Pixels, labels: np.ndarray, stats: np.ndarray, own: list[int]) -> Pixels:
    """Return the columns of one digit, with nobody else's ink in them."""
    x0 = min(int(stats[label, cv2.CC_STAT_LEFT]) for label in own)
    x1 = max(int(stats[label, cv2.CC_STAT_LEFT] + stats[label, cv2.CC_STAT_WIDTH]) for label in own)
    x0, x1 = max(x0 - 1, 0), min(x1 + 1, comb.shape[1])
    others = (labels[:, x0:x1] > 0) & ~np.isin(labels[:, x0:x1], own)
    near = cv2.dilate(others.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.where(near & ~np.isin(labels[:, x0:x1], own), PAPER, comb[:, x0:x1]).astype(np.uint8)
