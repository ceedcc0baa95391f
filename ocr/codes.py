"""QR and bar codes of a page, the machine-readable zone of an identity card, and what a card says of its holder.

None of it is signed: it proves nothing, but it is read without a mistake, so it can check what was written.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import zxingcpp

from ocr.mrz import CHARACTERS, READ_DPI, find_zone, parsed_mrz
from ocr.raster import PageImage, Pixels
from ocr.tesseract import Model, read_lines
from ocr.textlines import printable
from ocr.values import Box, Code, Source

FORMATS = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.Code39]
)  # all of them cost five times as much
MRZ = "MRZ"  # the kind of a code that is a machine-readable zone; its text has three lines
PSM_LINE = 7
SCALES = (1.0, 1.5, 2.0, 3.0)
SEARCH_DPI = 100
LINE_MM = 6  # higher than a line of text, lower than a code
CARD_FIELDS = 6  # number|old number|name|ddMMyyyy|sex|address|…; newer cards add more
NUMBER_DIGITS = 12


@dataclass(frozen=True)
class CardHolder:
    """What an identity card says of its holder; a date of which part is unknown is shorter.

    The name of a machine-readable zone has no tones and may be cut off.
    """

    number: str
    full_name: str
    birth_date: str
    sex: str
    source: Source


def read_codes(page: PageImage, *, is_form: bool = False) -> tuple[Code, ...]:
    """Return the codes of a page; what looks like one and was not read is tried again larger, but not on a form."""
    found = list(_read(page.grey, 1.0, (0, 0), page.grey.shape))
    if is_form:  # it has none of its own
        return tuple(found)
    for crop, corner in _dense_regions(page):
        if any(_is_within(code.box, crop, corner, page) for code in found):
            continue
        looks = (_read(crop, scale, corner, page.grey.shape) for scale in SCALES)
        found += next((look for look in looks if look), ())
    return tuple(found)


def _is_within(box: Box, crop: Pixels, corner: tuple[int, int], page: PageImage) -> bool:
    """Whether the middle of a code lies in a piece of the page."""
    x, y = (box.x0 + box.x1) / 2 * page.width_px - corner[0], (box.y0 + box.y1) / 2 * page.height_px - corner[1]
    return bool(0 <= x <= crop.shape[1] and 0 <= y <= crop.shape[0])


def read_mrz(page: PageImage, skew_deg: float, model: Model, scratch: Path) -> Code | None:
    """Return the zone of a card's back on an upright page, if there is one that checks."""
    zone = find_zone(page, skew_deg)
    if zone is None:
        return None
    read = read_lines(
        zone.lines, model=model, psm=PSM_LINE, dpi=READ_DPI, scratch=scratch, whitelist=CHARACTERS
    )  # fmt: skip
    lines = ["".join(word.text for line in found for word in line) for found in read]
    return None if parsed_mrz(lines) is None else Code(MRZ, "\n".join(lines), zone.box)


def card_holder(code: Code) -> CardHolder | None:
    """Return whom an identity card's QR or zone speaks of; None for any other code.

    Cards of 2021 have seven parts in their QR, newer ones more; what they say of relatives is not looked at.
    """
    if code.kind == MRZ:
        said = parsed_mrz(code.text.splitlines())
        if said is None:
            return None
        return CardHolder(said.number, said.full_name, said.birth_date, said.sex, Source.MRZ)
    parts = [unicodedata.normalize("NFC", part.strip()) for part in code.text.split("|")]
    if len(parts) < CARD_FIELDS or not (parts[0].isdecimal() and len(parts[0]) == NUMBER_DIGITS):
        return None
    day, month, year = parts[3][:2], parts[3][2:4], parts[3][4:8]
    date = "-".join([year, *([month, *([day] if day != "00" else [])] if month != "00" else [])])
    return CardHolder(parts[0], parts[2], date, parts[4], Source.QR)


def _read(grey: Pixels, scale: float, corner: tuple[int, int], shape: tuple[int, ...]) -> tuple[Code, ...]:
    image = grey if scale <= 1 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    codes = []
    for barcode in zxingcpp.read_barcodes(np.ascontiguousarray(image), formats=FORMATS):
        place = barcode.position
        points = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        across = [(point.x / scale + corner[0]) / shape[1] for point in points]
        down = [(point.y / scale + corner[1]) / shape[0] for point in points]
        box = Box(max(min(across), 0), max(min(down), 0), min(max(across), 1), min(max(down), 1))
        codes.append(Code(barcode.format.name, printable(unicodedata.normalize("NFC", barcode.text)), box))
    return tuple(codes)


def _dense_regions(page: PageImage) -> Iterator[tuple[Pixels, tuple[int, int]]]:
    """Yield the places that may hold a QR: square, 12 to 30 mm, at least half of it ink once its gaps are closed."""
    scale = SEARCH_DPI / page.dpi
    small = cv2.resize(page.grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = (small < np.percentile(small[::4, ::4], 75) - 60).astype(np.uint8)
    closed = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    mm = SEARCH_DPI / 25.4
    text = round(LINE_MM * mm)  # beside a code, and grown together with it
    apart = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((text, text), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(apart)
    for left, top, width, height, area in stats[1:].tolist():
        side = max(width, height)
        if 10 * mm < side < 34 * mm and min(width, height) > 0.7 * side and area > 0.5 * width * height:
            x0, x1 = (round(x / scale) for x in (max(left - 2 * mm, 0), left + width + 2 * mm))
            y0, y1 = (round(y / scale) for y in (max(top - 2 * mm, 0), top + height + 2 * mm))
            yield page.grey[y0:y1, x0:x1], (x0, y0)
