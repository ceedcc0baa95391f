"""False alarms and misses of the advice at the desk, on pages whose seeds the commit's hash gives.

Good pages are what office scanners and phones give (samples/degrade.py; 150 dpi is rightly called coarse). Bad ones are
the same pages spoilt much further. No peer says anything of the kind.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date

import cv2
import numpy as np
from PIL import Image

from bench.fields import seeds_of_commit
from ocr.facts import PageFacts
from ocr.photo import outline_of
from ocr.raster import PageImage, Pixels
from samples.cases import KINDS
from samples.degrade import DEVICES
from samples.fill import TYPEFACES, filled
from samples.people import dice

SHEETS = 14  # by eight devices: 112 good pages
SPOILT_OF = "scan300"


def main() -> None:
    """Print one JSON line for the good pages, one for each fault, one for the outlines of photos."""
    false_alarms: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    photos = outlines = good = 0
    seed = seeds_of_commit()[0]
    for index in range(SHEETS):
        rng = dice(f"facts {seed} {index}")
        case = list(KINDS.values())[index % len(KINDS)](rng, date(2026, 11, 16))
        sheet = filled(case, rng, list(TYPEFACES)[index % len(TYPEFACES)])[0].convert("RGB")
        for device, make in DEVICES.items():
            scan = make(sheet, rng)
            page = page_of(scan.image, scan.dpi)
            expected = {"low-resolution"} if device == "scan150" else set()
            found = set(PageFacts(page).warnings) ^ expected
            false_alarms.update(found | ({"blank"} if PageFacts(page).is_blank else set()))
            good += 1
            seen = outline_of(page.grey) is not None
            photos += device == "photo"
            outlines += seen == (device == "photo")
            if device == SPOILT_OF:
                missed.update(code for code, spoil in FAULTS.items() if code not in said_of(page, spoil))
    print(json.dumps({"measure": "page advice: false alarms", "ours": sum(false_alarms.values()), "of": good,
                      "which": false_alarms, "seed": seed, "why": "no peer"}))  # fmt: skip
    for code in FAULTS:
        print(json.dumps({"measure": f"page advice: {code} missed", "ours": missed[code], "of": SHEETS,
                          "why": "no peer"}))  # fmt: skip
    print(json.dumps({"measure": "outline of a page: found in photos, in nothing else", "ours": outlines, "of": good,
                      "photos": photos, "why": "no peer"}))  # fmt: skip


def page_of(image: Image.Image, dpi: int | None) -> PageImage:
    grey = np.asarray(image.convert("L"), dtype=np.uint8)
    return PageImage(
        1, grey, None, dpi or round(max(grey.shape) / 297 * 25.4), is_bilevel=image.mode == "1", text_ink=0
    )


def said_of(page: PageImage, spoil: Callable[[Pixels, float], Pixels]) -> tuple[str, ...]:
    grey = np.ascontiguousarray(spoil(page.grey, page.dpi / 25.4))
    return PageFacts(PageImage(1, grey, None, page.dpi, is_bilevel=False, text_ink=0)).warnings


def blurred(grey: Pixels, mm: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.22 * mm), dtype=np.uint8)


def faint(grey: Pixels, _mm: float) -> Pixels:
    return (255 - (255 - grey.astype(np.float32)) * 0.25).astype(np.uint8)


def dark(grey: Pixels, _mm: float) -> Pixels:
    return (grey * 0.45).astype(np.uint8)


def cut(grey: Pixels, mm: float) -> Pixels:
    """Cut off the left edge, six millimetres into the writing."""
    columns = (grey < int(np.percentile(grey, 75)) - 60).sum(axis=0)
    first = int(np.nonzero(columns > columns.max() * 0.15)[0][0])
    return grey[:, first + round(6 * mm) :]


def enlarged(grey: Pixels, mm: float) -> Pixels:
    """Bring the page to 72 dpi and back, smoothly."""
    scale = 72 / 25.4 / mm
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, grey.shape[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


FAULTS: Mapping[str, Callable[[Pixels, float], Pixels]] = {
    "blurred": blurred, "low-contrast": faint, "dark": dark, "cut-edge": cut, "low-resolution": enlarged,
}  # fmt: skip

if __name__ == "__main__":
    main()
