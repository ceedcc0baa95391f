"""The machine-readable zone on the back of an identity card (ICAO 9303, TD1: three lines of thirty).

It is the one thing on the card that checks itself: the nine digits after IDVNM, the dates and, in Viet Nam, the whole
identity number at the end of line 1 have check digits (law.md A11). What does not check is not believed. The zone is
found by its shape; each position has its own alphabet, so a letter read for a digit is put right.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from operator import itemgetter

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.raster import PageImage, Pixels
from ocr.values import Box

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
LINES = 3
WEIGHTS = (7, 3, 1)
DIGITS = str.maketrans("OQDUILJZSBGAT", "0000111258647")
LETTERS = str.maketrans("0152846", "OISZBAG")
STATE = re.compile(r"VN[MN]")
START_CHARACTERS = 8
SLIPS = 2  # digits in which the two copies of a number may differ when only one of them checks
STRAY = 2  # characters that the engine sees and that are not there
NUMBER_AT, NUMBER_DIGITS = 10, 12
SEXES = {"M": "Nam", "F": "Nữ"}

SEARCH_DPI, READ_DPI = 100, 300
LINE_MM, HEIGHT_MM, PITCH_MM = (58, 84), (1.6, 4.6), (3.0, 7.0)
ALIGNED_MM = 3.5
AROUND_MM = 1.2
MOST_LINES = 20  # of that length on a page: with more it is a page of columns
GAP_MM = 3.5  # between characters, closed to make a line of them

Matrix = NDArray[np.float64]
Row = tuple[int, int, int, int]  # x, y, width, height at SEARCH_DPI, level


@dataclass(frozen=True)
class Mrz:
    """What checks: ``full_name`` has no tones and may be cut off, and nothing checks it."""

    number: str
    birth_date: str
    sex: str
    full_name: str


@dataclass(frozen=True)
class Zone:
    """The three lines, each level and at READ_DPI, and where on the page they stand."""

    lines: tuple[Pixels, ...]
    box: Box


def find_zone(page: PageImage, skew_deg: float) -> Zone | None:
    """Return the zone of an upright page whose lines fall by ``skew_deg``; None where nothing has its shape."""
    scale = SEARCH_DPI / page.dpi
    small = cv2.resize(page.grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = small.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew_deg, 1.0)
    level = cv2.warpAffine(small, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=255)
    rows = next(_rows_of_three(np.asarray(level, dtype=np.uint8)), None)
    if rows is None:
        return None
    back = np.asarray(cv2.invertAffineTransform(turn), dtype=np.float64) / scale
    lines = tuple(_cut(page.grey, back, row) for row in rows)
    return Zone(lines, _page_box(rows, back, page))


def _page_box(rows: Sequence[Row], back: Matrix, page: PageImage) -> Box:
    """Return the box of the page about rows that were found on the level picture."""
    x0, y0 = min(row[0] for row in rows), rows[0][1]
    x1, y1 = max(row[0] + row[2] for row in rows), rows[-1][1] + rows[-1][3]
    corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]], dtype=np.float64) @ back.T
    across = np.clip(corners[:, 0] / page.width_px, 0, 1)
    down = np.clip(corners[:, 1] / page.height_px, 0, 1)
    return Box(float(across.min()), float(down.min()), float(across.max()), float(down.max()))


def parsed_mrz(lines: list[str]) -> Mrz | None:
    """Return what three lines say, if the number and the date of birth check."""
    if len(lines) != LINES:
        return None
    first, second, third = ("".join(line.split()).upper() for line in lines)
    number = _number(first)
    birth = next(filter(None, (_birth(second[at:]) for at in range(STRAY + 1))), None)
    if number is None or birth is None:
        return None
    year = 1900 + int(number[3]) // 2 * 100 + int(birth[0][:2])  # the century stands in the number (domain.md 5.1)
    return Mrz(number, f"{year}-{birth[0][2:4]}-{birth[0][4:6]}", birth[1], _name(third))


def check_digit(text: str) -> int:
    """Return the check digit of ICAO 9303: weights 7, 3, 1; letters count from ten, a filler is zero."""
    values = (0 if c == "<" else int(c, 36) for c in text)
    return sum(value * WEIGHTS[index % 3] for index, value in enumerate(values)) % 10


def _number(first: str) -> str | None:
    """Return the identity number, which stands twice: its last nine digits, and whole; both with a check digit."""
    start = STATE.search(first[:START_CHARACTERS])
    if start is None:
        return None
    rest = first[start.end() :].translate(DIGITS)
    for at in range(STRAY + 1):
        short, whole = rest[at : at + NUMBER_AT], rest[at + NUMBER_AT : at + NUMBER_AT + NUMBER_DIGITS]
        last = rest[-1:]
        if not (whole.isdecimal() and len(whole) == NUMBER_DIGITS and last.isdecimal()):
            continue
        unlike = sum(one != other for one, other in zip(whole[3:], short, strict=False))
        if _checks(short):  # a whole number that was misread is put right by the short one, and must then check
            whole = whole[:3] + short[:-1]
        elif unlike > SLIPS:  # one check digit alone lets through every tenth wrong number
            continue
        if str(check_digit(whole)) == last:
            return whole
    return None


def _birth(second: str) -> tuple[str, str] | None:
    """Return the date of birth as YYMMDD, and the sex, if the line begins with them."""
    digits, sex = second[:7].translate(DIGITS), SEXES.get(second[7:8].translate(LETTERS))
    is_date = _checks(digits) and "01" <= digits[2:4] <= "12" and "01" <= digits[4:6] <= "31"
    return (digits[:6], sex) if is_date and sex is not None else None


def _name(third: str) -> str:
    """Return the name; a K where Vietnamese has none is a filler that the engine took for one."""
    line = re.sub(r"(?<=<)K(?=[BCDGLMNPQRSTVX])", "", third.translate(LETTERS))
    line = re.sub(r"K+(?=<|$)", lambda found: "<" * len(found.group()), line)
    surname, _, given = line.partition("<<")
    return " ".join(f"{surname} {given.lstrip('<').partition('<<')[0]}".replace("<", " ").split())


def _checks(digits: str) -> bool:
    """Whether digits are followed by their check digit."""
    return digits.isdecimal() and len(digits) > 1 and str(check_digit(digits[:-1])) == digits[-1]


def _rows_of_three(level: Pixels) -> Iterator[tuple[Row, ...]]:
    """Yield three lines of one length, one below the other."""
    mm = SEARCH_DPI / 25.4
    paper = cv2.GaussianBlur(cv2.dilate(level, np.ones((9, 9), np.uint8)), (0, 0), 9)
    dark = (level.astype(np.int16) < paper.astype(np.int16) - 45).astype(np.uint8)
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, round(GAP_MM * mm)), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    boxes = [
        (x, y, width, height)
        for x, y, width, height, _ in stats[1:].tolist()
        if LINE_MM[0] * mm < width < LINE_MM[1] * mm and HEIGHT_MM[0] * mm < height < HEIGHT_MM[1] * mm
    ]
    if len(boxes) > MOST_LINES:
        return
    boxes.sort(key=itemgetter(1))
    for rows in combinations(boxes, LINES):
        gaps = [below[1] - above[1] for above, below in pairwise(rows)]
        lefts, rights = [row[0] for row in rows], [row[0] + row[2] for row in rows]
        is_even = all(PITCH_MM[0] * mm < gap < PITCH_MM[1] * mm for gap in gaps) and abs(gaps[0] - gaps[1]) < 2 * mm
        if is_even and max(max(lefts) - min(lefts), max(rights) - min(rights)) < ALIGNED_MM * mm:
            yield rows


def _cut(grey: Pixels, back: Matrix, row: Row) -> Pixels:
    """Return one line, level, at READ_DPI, with white around it; ``back`` leads from SEARCH_DPI to the page."""
    factor, around = READ_DPI / SEARCH_DPI, AROUND_MM * SEARCH_DPI / 25.4
    x, y, width, height = row
    to_small = np.array([[1 / factor, 0, x - around], [0, 1 / factor, y - around], [0, 0, 1]])
    size = (round((width + 2 * around) * factor), round((height + 2 * around) * factor))
    matrix = back @ to_small
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.ascontiguousarray(cv2.warpAffine(grey, matrix, size, flags=flags, borderValue=255), dtype=np.uint8)
