"""What is wrong with a page as a picture, told while the citizen still stands at the desk; and whether it is blank.

Stable codes: ``blurred``, ``low-resolution`` (too few dots, or enlarged afterwards), ``low-contrast``, ``dark``,
``cut-edge`` (writing or a frame runs out of the picture). Thresholds were set on the degradations of samples/degrade.py
and on stronger ones; ``bench/pagefacts.py`` counts false alarms and misses.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import starmap
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.clean import paper_level
from ocr.raster import PageImage, Pixels

FACTS_DPI = 100
MM = FACTS_DPI / 25.4

# --- blank
DUST_MM = 1.1  # what is smaller both ways is dust
MARGIN_MM = 5.0  # of shadow at the edge of the glass
STREAK_MM = 1.2  # wide at most, and over STREAK_SHARE of the page's height: dirt on the glass of a feeder
STREAK_SHARE = 0.3
HOLE_MM = (4.0, 8.5)  # the hole of a punch, within HOLE_EDGE_MM of an edge
HOLE_EDGE_MM = 22.0
BLANK_MM2 = 4.0  # a hair has 3, one word in faint pencil 10
FAINT = 11.0  # levels darker than the paper about it is a mark, unless the page is noisy

# --- advice
LEAST_DPI = 190  # 200 is the least that 7197/BKHCN allows; scanners round
ENLARGED_DPI = 135  # below it a page that claims more was enlarged
EDGE_ACROSS_MM, EDGE_DOWN_MM = 0.45, 0.60  # from paper to ink; scans of 150 dpi have 0.40 and 0.53 at most
EDGE_PX = 3.6  # over more pixels an edge spreads only where the page was enlarged; at 300 dpi 3.3 at most
CONTRAST = 70  # between paper and ink
DARK_PAPER = 140
CUT_MARKS = 4  # letters that touch one edge
FRAME_LINES = 2
NEAR_PX = 1  # of the edge: what comes so near runs out of the picture
TILE_MM = 18.0
TILES = 10
EXTREME = 2.0  # hundredths of a piece's points: its darkest, its steepest
FULL_OF_INK = 0.3  # the share of ink in a piece of running text; with less there are fewer such points


@dataclass(frozen=True)
class _Ink:
    """The marks of a page at FACTS_DPI: components with their places, and how far the paper is above them."""

    mask: Pixels
    stats: NDArray[np.int32]

    @classmethod
    def of(cls, mask: Pixels) -> Self:
        """Return the components of a mask."""
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        return cls(mask, np.asarray(stats, np.int32))


@dataclass(frozen=True)
class PageFacts:
    """What a page is as a picture; each is worked out when it is asked for."""

    page: PageImage

    @property
    def is_blank(self) -> bool:
        """Whether nothing was put on the paper: no faint pencil, no stamp; dust, streaks, punch holes are none."""
        stats = self._marks.stats
        height, width = self._depth.shape
        margin = round(MARGIN_MM * MM)
        area_mm2 = 0.0
        for x, y, across, down, area in stats[1:].tolist():
            if max(across, down) < DUST_MM * MM or _is_streak(across, down, height, width):
                continue
            inside = x >= margin and y >= margin and x + across <= width - margin and y + down <= height - margin
            if not inside or _is_hole(x, y, across, down, area, height, width):
                continue
            area_mm2 += area / MM**2
        return area_mm2 < BLANK_MM2

    @property
    def warnings(self) -> tuple[str, ...]:
        """The codes of what a clerk at the scanner should know, in the order of the module's head."""
        page = self.page
        tiles = _tiles(page, self._marks)
        across_mm, down_mm = _edges_mm(page, tiles)
        is_blurred = across_mm > EDGE_ACROSS_MM or down_mm > EDGE_DOWN_MM
        is_enlarged = page.dpi / _repeats(page) < ENLARGED_DPI or across_mm * page.dpi / 25.4 > EDGE_PX
        found = []
        if is_blurred:
            found.append("blurred")
        if page.dpi < LEAST_DPI or (is_enlarged and not is_blurred):
            found.append("low-resolution")
        if tiles and _contrast(tiles) < CONTRAST:
            found.append("low-contrast")
        if paper_level(page.grey) < DARK_PAPER:
            found.append("dark")
        if self._is_cut:
            found.append("cut-edge")
        return tuple(found)

    @cached_property
    def _depth(self) -> Pixels:
        """How many levels each point at FACTS_DPI lies below the paper about it; 0 where it lies above."""
        return np.asarray(cv2.subtract(*self._levels), dtype=np.uint8)

    @cached_property
    def _levels(self) -> tuple[cv2.typing.MatLike, cv2.typing.MatLike]:
        """The paper about each point, and the point."""
        scale = min(FACTS_DPI / self.page.dpi, 1.0)
        small = cv2.resize(self.page.grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(small, (0, 0), 0.8)
        size = round(3 * MM) | 1  # wider than the strokes of a letter
        closed = cv2.morphologyEx(soft, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
        return cv2.blur(closed, (2 * size, 2 * size)), soft

    @cached_property
    def _noise(self) -> float:
        return 1.4826 * _median(cv2.absdiff(*self._levels))

    @cached_property
    def _marks(self) -> _Ink:
        return _Ink.of(self._dark(FAINT))

    @property
    def _is_cut(self) -> bool:
        mask = self._dark(3 * FAINT)
        edges = (mask[:, : 1 + NEAR_PX], mask[:, -1 - NEAR_PX :], mask[: 1 + NEAR_PX], mask[-1 - NEAR_PX :])
        return any(edge.any() for edge in edges) and _is_cut(_Ink.of(mask))

    def _dark(self, darker: float) -> Pixels:
        least = max(darker, 5 * self._noise)
        return np.asarray(cv2.threshold(self._depth, least, 1, cv2.THRESH_BINARY)[1], dtype=np.uint8)


def _median(levels: cv2.typing.MatLike) -> float:
    counts = cv2.calcHist([levels], [0], None, [256], [0, 256]).ravel()
    below = np.cumsum(counts, dtype=np.float64)
    middle = (below[-1] - 1) / 2  # between two where their number is even
    return float(np.searchsorted(below, [np.floor(middle), np.ceil(middle)], side="right").mean())


def _is_streak(across: int, down: int, height: int, width: int) -> bool:
    standing = across <= STREAK_MM * MM and down > STREAK_SHARE * height
    return standing or (down <= STREAK_MM * MM and across > STREAK_SHARE * width)


def _is_hole(x: int, y: int, across: int, down: int, area: int, height: int, width: int) -> bool:  # noqa: PLR0917 - a box
    is_round = abs(across - down) <= 1.0 * MM and HOLE_MM[0] * MM <= max(across, down) <= HOLE_MM[1] * MM
    middle_x, middle_y = x + across / 2, y + down / 2
    edge = min(middle_x, width - middle_x, middle_y, height - middle_y)
    return is_round and edge < HOLE_EDGE_MM * MM and area > 0.6 * across * down


@dataclass(frozen=True)
class _Tile:
    """A piece of the page at its own resolution; ``extreme`` is how many hundredths of its points are judged by."""

    pixels: Pixels
    extreme: float


def _tiles(page: PageImage, ink: _Ink) -> list[_Tile]:
    """Return the pieces of the page with the most writing; of a lone word or a stamp fewer points are looked at."""
    side = round(TILE_MM * MM)
    height, width = ink.mask.shape
    counts = [
        (int(ink.mask[y : y + side, x : x + side].sum()), y, x)
        for y in range(side // 2, height - side, side)
        for x in range(side // 2, width - side, side)
    ]
    best = sorted((count for count in counts if count[0] > 3 * MM**2), reverse=True)[:TILES]
    scale = page.dpi / FACTS_DPI if page.dpi > FACTS_DPI else 1.0
    size = round(side * scale)
    return [
        _Tile(
            page.grey[round(y * scale) :, round(x * scale) :][:size, :size],
            min(EXTREME, EXTREME * count / side**2 / FULL_OF_INK),
        )
        for count, y, x in best
    ]


def _edges_mm(page: PageImage, tiles: list[_Tile]) -> tuple[float, float]:
    """Return how far it is from paper to ink at the sharpest edges, across and down; 0 without writing.

    Both, since what moves under the camera is smeared one way only.
    """
    across: list[float] = []
    down: list[float] = []
    for tile in tiles:
        levels = cv2.GaussianBlur(tile.pixels, (0, 0), 0.5).astype(np.float32)  # noise has sharper edges than print
        contrast = _spread(levels, tile.extreme)
        for widths, dx, dy in ((across, 1, 0), (down, 0, 1)):
            slopes = np.abs(cv2.Sobel(levels, cv2.CV_32F, dx, dy, scale=1 / 8))
            widths.append(contrast / max(float(np.percentile(slopes, 100 - tile.extreme)), 0.1))
    if not tiles:
        return 0.0, 0.0
    mm = 25.4 / page.dpi
    return float(np.median(across)) * mm, float(np.median(down)) * mm


def _contrast(tiles: list[_Tile]) -> float:
    """Return how many levels the ink lies below the paper about it."""
    return float(np.median([_spread(tile.pixels, tile.extreme) for tile in tiles]))


def _spread(levels: NDArray[np.float32] | Pixels, extreme: float) -> float:
    """Return how far it is from ink to paper, leaving out the darkest and the brightest points."""
    ink, paper = np.percentile(levels, (extreme, 90))
    return float(paper - ink)


def _repeats(page: PageImage) -> float:
    """Return how often each pixel stands beside itself: what enlarging without smoothing leaves."""
    grey = page.grey[page.height_px // 4 : 3 * page.height_px // 4]
    has_ink = (grey.max(axis=0).astype(np.int16) - grey.min(axis=0)) > CONTRAST
    same = (grey[:, 1:] == grey[:, :-1]).all(axis=0)[has_ink[1:] & has_ink[:-1]]
    return 1 / max(1 - float(same.mean()), 0.05) if same.size else 1.0


def _is_cut(ink: _Ink) -> bool:
    """Whether letters or the lines of a frame run out of the picture at one of its edges."""
    height, width = ink.mask.shape
    return any(starmap(_cut_at, _edges(ink.stats[1:], height, width)))


def _edges(stats: NDArray[np.int32], height: int, width: int) -> list[tuple[NDArray[np.int32], int]]:
    x, y, across, down = (stats[:, column] for column in range(4))
    return [
        (stats[x <= NEAR_PX][:, [cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH]], height),
        (stats[x + across >= width - NEAR_PX][:, [cv2.CC_STAT_HEIGHT, cv2.CC_STAT_WIDTH]], height),
        (stats[y <= NEAR_PX][:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]], width),
        (stats[y + down >= height - NEAR_PX][:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]], width),
    ]


def _cut_at(touching: NDArray[np.int32], length: int) -> bool:
    """Judge what touches one edge: sizes along the edge and away from it, in pixels."""
    along, away = touching[:, 0], touching[:, 1]
    if int(along.max(initial=0)) > 0.25 * length:  # the shadow of the glass's edge, or a table behind the page
        return False
    letters = (along >= 0.8 * MM) & (along <= 9 * MM) & (away >= 0.8 * MM) & (away <= 12 * MM)
    lines = (along <= 1.5 * MM) & (away > 15 * MM)
    return int(letters.sum()) >= CUT_MARKS or int(lines.sum()) >= FRAME_LINES
