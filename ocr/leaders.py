"""Dotted leaders and ruled lines taken off a page that no template knows, so that the engine sees the writing alone.

A leader is thin marks on one row: close together and many, or at one steady distance (ocr.md 3.1); a rule is ink that
runs on, far longer than any letter is wide. Where writing crosses a rule its ink stays. What was taken away is filled
with the brightness of the paper about it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.raster import Pixels

MM_PER_INCH = 25.4
WINDOW_MM = 5.0  # about which the light of the paper is judged
DARKER = 25  # than the paper about it is ink
THIN_MM = 0.75  # a dot or dash is not higher; a letter is
FALL = 0.06  # of its length a mark of several dots run together may fall on a skewed page
CLOSE_MM = 1.2  # between two marks that belong together however uneven they are
CLOSE_RUN_MM = 5.0  # of such marks are a leader; the longest dash has 4.2
APART_MM = 2.6  # between two marks of a leader that is steady
STEADY = 0.25  # of a step is the most that two steps of one leader differ
CHAIN = 4  # steady marks make a leader; three are an ellipsis
REACH_MM = 18.0  # of writing that may hide a leader before it is given up
RULE_MM = 12.7  # three times a letter of 12 points
THICK_MM = 0.9  # what is thicker is a bar, the edge of a photo, or a stain
BRIDGE_MM = 0.2  # a gap in a rule; the dots of a leader stand further apart
BLUR_PX = 1.5  # by which a soft image makes a mark higher
HALO_PX = 1  # of grey round every mark

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Marks:
    """Thin components from left to right: middles and sizes in pixels, labels in the image."""

    x: Numbers
    y: Numbers
    width: Numbers
    height: Numbers
    label: NDArray[np.int64]


def without_leaders(grey: Pixels, dpi: float) -> tuple[Pixels, Pixels]:
    """Return the page without its leaders and rules, and the mask (255) of what was taken away."""
    mm = dpi / MM_PER_INCH
    window = round(WINDOW_MM * mm) | 1
    method = cv2.ADAPTIVE_THRESH_MEAN_C
    ink = _pixels(cv2.adaptiveThreshold(grey, 255, method, cv2.THRESH_BINARY_INV, window, DARKER))
    rules = _rules(ink, mm)
    gone = _pixels(cv2.bitwise_or(rules, _leaders(_pixels(cv2.subtract(ink, rules)), mm)))
    if not gone.any():
        return grey, gone
    writing = cv2.subtract(ink, gone)
    halo = cv2.dilate(gone, np.ones((2 * HALO_PX + 1, 2 * HALO_PX + 1), np.uint8))
    taken = _pixels(cv2.subtract(halo, writing))
    return _filled(grey, taken, window), taken


def _pixels(image: cv2.typing.MatLike) -> Pixels:
    return np.asarray(image, dtype=np.uint8)


def _filled(grey: Pixels, taken: Pixels, window: int) -> Pixels:
    scale = 8 / window
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(np.asarray(cv2.dilate(small, np.ones((3, 3), np.uint8)), dtype=np.uint8), 5)
    paper = cv2.resize(paper, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(taken > 0, paper, grey).astype(np.uint8)


def _rules(ink: Pixels, mm: float) -> Pixels:
    lying = _lying(ink, mm)
    standing = _lying(np.ascontiguousarray(ink.T), mm).T
    return _pixels(cv2.bitwise_or(lying, np.ascontiguousarray(standing)))


def _lying(ink: Pixels, mm: float) -> Pixels:
    """Return the ink of level rules, without what of it belongs to writing that crosses them."""
    length, slack, thick = round(RULE_MM * mm), max(round(0.12 * mm), 1), round(THICK_MM * mm)
    # A rule that falls a little leaves every row soon: thickened, it is still one run.
    thickened = cv2.dilate(ink, np.ones((2 * slack + 1, 1), np.uint8))
    bridged = cv2.morphologyEx(thickened, cv2.MORPH_CLOSE, np.ones((1, max(round(BRIDGE_MM * mm), 1)), np.uint8))
    core = cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    if not core.any():
        return np.zeros_like(ink)
    bars = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8))
    core = cv2.subtract(cv2.bitwise_and(core, ink), cv2.dilate(bars, np.ones((5, 5), np.uint8)))
    others = cv2.subtract(ink, core)
    reach = np.ones((thick + 2, 1), np.uint8)
    from_above = cv2.dilate(others, reach, anchor=(0, thick + 1))
    from_below = cv2.dilate(others, reach, anchor=(0, 0))
    crossed = cv2.bitwise_and(from_above, from_below)
    return _pixels(cv2.subtract(core, crossed))


def _leaders(ink: Pixels, mm: float) -> Pixels:
    _, labels, stats, centres = cv2.connectedComponentsWithStats(ink)
    middles = np.asarray(centres, dtype=np.float64)
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    is_thin = (height <= THIN_MM * mm + BLUR_PX + FALL * width) & (height * width > 1)
    is_thin[0] = False
    chosen = np.nonzero(is_thin)[0]
    chosen = chosen[np.argsort(middles[chosen, 0], kind="stable")]
    chosen = chosen[~_is_colon(middles[chosen], width[chosen].astype(np.float64), mm)]
    sizes = width[chosen].astype(np.float64), height[chosen].astype(np.float64)
    marks = _Marks(middles[chosen, 0], middles[chosen, 1], *sizes, chosen.astype(np.int64))
    flag = np.zeros(len(stats), dtype=np.uint8)
    flag[marks.label] = 255
    thin = _pixels(flag[labels])
    chains = [row for row in _rows(thin, marks, CLOSE_MM, mm) if _extent(marks, row) >= CLOSE_RUN_MM * mm]
    taken = {index for chain in chains for index in chain}
    for row in _rows(thin, marks, APART_MM, mm):
        chains += _steady([index for index in row if index not in taken], marks)
    flag[marks.label] = 0
    flag[marks.label[_with_strays(chains, marks, mm)]] = 255
    return _pixels(flag[labels])


def _is_colon(middles: Numbers, width: Numbers, mm: float) -> NDArray[np.bool_]:
    """Whether each mark, sorted by x, is one dot of two that stand one above the other."""
    is_one = np.zeros(len(middles), dtype=bool)
    for lead in range(1, 4):  # at most two marks stand between the two in this order
        apart = np.abs(middles[lead:] - middles[:-lead])
        alike = np.abs(width[lead:] - width[:-lead]) <= 1
        pair = alike & (apart[:, 0] < 0.2 * mm) & (apart[:, 1] > 0.9 * mm) & (apart[:, 1] < 2.6 * mm)
        is_one[lead:] |= pair
        is_one[:-lead] |= pair
    return is_one


def _rows(thin: Pixels, marks: _Marks, gap_mm: float, mm: float) -> list[list[int]]:
    """Return the marks that stand on one row with no wider gap between them, from left to right."""
    slack = max(round(0.1 * mm), 1)
    thickened = cv2.dilate(thin, np.ones((2 * slack + 1, 1), np.uint8))
    joined = cv2.morphologyEx(thickened, cv2.MORPH_CLOSE, np.ones((1, round(gap_mm * mm) + 1), np.uint8))
    _, labels = cv2.connectedComponents(joined)
    at = labels[marks.y.round().astype(int), marks.x.round().astype(int)]
    rows: dict[int, list[int]] = {}
    for index, row in enumerate(at.tolist()):
        rows.setdefault(row, []).append(index)
    rows.pop(0, None)
    return list(rows.values())


def _extent(marks: _Marks, row: list[int]) -> float:
    half = marks.width[row] / 2
    return float((marks.x[row] + half).max() - (marks.x[row] - half).min())


def _steady(row: list[int], marks: _Marks) -> list[list[int]]:
    """Cut a row where its step changes; return the parts that are long enough to be a leader."""
    if len(row) < CHAIN:
        return []
    parts, part = [], [row[0]]
    steps = np.diff(marks.x[row])
    for index, step in enumerate(steps):
        usual = float(np.median(steps[index - len(part) + 1 : index])) if len(part) > 1 else float(step)
        if abs(float(step) - usual) <= max(STEADY * usual, 1.5):
            part.append(row[index + 1])
        else:
            parts.append(part)
            part = [row[index], row[index + 1]]
    parts.append(part)
    return [part for part in parts if len(part) >= CHAIN]


def _with_strays(chains: list[list[int]], marks: _Marks, mm: float) -> list[int]:
    """Return the marks of all leaders, and what beyond their ends falls into their row and step."""
    taken = {index for chain in chains for index in chain}
    for chain in chains:
        if len(chain) >= CHAIN:
            step = float(np.median(np.diff(marks.x[chain])))
            for side in (1, -1):
                taken |= _walked(chain[::side], side * step, taken, marks, mm)
    return sorted(taken)


def _walked(chain: list[int], step: float, taken: set[int], marks: _Marks, mm: float) -> set[int]:
    """Follow a leader beyond its end, under the writing that stands on it; the step is negative to the left."""
    found: set[int] = set()
    near = chain[-12:]
    slope = float(np.polyfit(marks.x[near], marks.y[near], 1)[0])
    tallest, x = 1.5 * float(np.median(marks.height[chain])) + 1, float(marks.x[chain[-1]])
    y = float(marks.y[near].mean()) + slope * (x - float(marks.x[near].mean()))
    while True:
        low, high = sorted((x + 0.3 * step, x + float(np.copysign(REACH_MM * mm, step))))
        others = np.arange(*np.searchsorted(marks.x, [low, high]))[:: 1 if step > 0 else -1]
        steps = (marks.x[others] - x) / step
        # In step with the rest, or several marks that ran together.
        fits = (np.abs(steps - steps.round()) < STEADY + 0.01 * steps) | (marks.width[others] > 1.5 * abs(step))
        fits &= np.abs(marks.y[others] - y - slope * (marks.x[others] - x)) <= max(0.15 * mm, 1.0)
        fits &= marks.height[others] <= tallest
        if not fits.any() or (following := int(others[fits][0])) in taken:
            return found
        found.add(following)
        y += slope * (float(marks.x[following]) - x)
        y, x = (y + float(marks.y[following])) / 2, float(marks.x[following])
