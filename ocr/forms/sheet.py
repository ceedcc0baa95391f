"""A page laid onto its blank form, the form's own ink taken away: what is left was filled in."""

import cv2
import numpy as np

from ocr.clean import INK, evenly_lit, reading_grey, softened
from ocr.forms.combs import repacked
from ocr.forms.ink import is_cut_off, shifted_mask, text_rows, without_dust, without_ink, without_walls
from ocr.forms.lines import MM, WORK_DPI, Crop
from ocr.forms.recognise import Match
from ocr.forms.templates import Field
from ocr.raster import PageImage, Pixels
from ocr.textlines import level_box
from ocr.values import Box

ANY_INK = 200  # grey of the blank below which a pixel is print
SHARP_SHADE = 215  # mean grey two pixels beside the print; darker means blurred edges
NEAR_FRAME_MM, FAR_FRAME_MM = 0.4, 3.0  # of a check box, where a ring about it would stand
ENCIRCLED = 0.05  # of such a side is ink
SIDE_MM, RISE_MM = 0.8, 0.4  # how far writing may leave its slot


class Sheet:
    """The page laid onto its blank at WORK_DPI, the blank's ink taken away."""

    def __init__(self, page: PageImage, match: Match) -> None:
        blank = match.page
        self.width, self.height = round(blank.width_mm * MM), round(blank.height_mm * MM)
        self._page = page
        self.to_page = match.to_page @ np.diag([1 / self.width, 1 / self.height, 1.0])
        self._back = self.to_page.tolist()
        grey = reading_grey(page)
        if page.is_bilevel:
            grey = softened(grey, page.dpi / WORK_DPI * 0.8)
        elif page.dpi > WORK_DPI * 1.1:
            grey = softened(grey, page.dpi / WORK_DPI * 0.45)  # or the thinnest strokes alias away
        flat = cv2.warpPerspective(
            grey, np.linalg.inv(self.to_page), (self.width, self.height), flags=cv2.INTER_CUBIC, borderValue=255
        )
        self.flat = evenly_lit(np.asarray(flat, dtype=np.uint8))
        small = cv2.resize(blank.grey, (self.width, self.height), interpolation=cv2.INTER_AREA)
        self.blank = np.asarray(small, dtype=np.uint8)
        ink = cv2.threshold(self.blank, ANY_INK - 1, 1, cv2.THRESH_BINARY_INV)[1]
        self.form_ink = self._grown(np.asarray(ink, dtype=np.uint8), match)

    def _grown(self, ink: Pixels, match: Match) -> Pixels:
        """Return the form's ink grown as far as its edges are blurred on this page: a pixel, or two."""
        one, two = (np.asarray(cv2.dilate(ink, _disc(radius)), dtype=np.uint8) for radius in (1, 2))
        ring = []
        for printed in match.page.texts:
            x0, y0, x1, y1 = self._pixels(printed.box, 0.0, 0.0)
            outside = two[y0:y1, x0:x1] > one[y0:y1, x0:x1]
            ring.append(self.flat[y0:y1, x0:x1][outside])
        shade = float(np.mean(np.concatenate(ring))) if ring else 0.0
        return one if shade > SHARP_SHADE else two

    def crops(self, known: Field) -> list[Crop]:
        """Return the lines of a field that hold ink, cleaned."""
        found = []
        for box in known.boxes:
            x0, y0, x1, y1 = self._pixels(box, SIDE_MM, RISE_MM)
            mask = shifted_mask(self.flat, self.blank, self.form_ink, (x0, y0, x1, y1))
            cleaned = without_ink(self.flat[y0:y1, x0:x1], mask, MM)
            within = slice(0, y1 - y0), slice(0, x1 - x0)
            if not known.cells:
                within = without_walls(cleaned, mask, round(SIDE_MM * MM))
            if not without_dust(cleaned, MM):
                continue
            is_cut = not known.cells and is_cut_off(cleaned, within, MM)
            if known.cells:
                walls = box.x0 * self.width - x0, box.x1 * self.width - x0
                strip = repacked(cleaned, *walls, known.cells)
                found += [] if strip is None else [Crop(known, strip, x0, y0)]
            elif known.rows > 1:
                found += [Crop(known, pixels, x0, y0 + top, is_cut) for top, pixels in text_rows(cleaned, MM)]
            else:
                found.append(Crop(known, cleaned, x0, y0, is_cut))
        return found

    def ink_share(self, box: Box) -> float:
        """Return how much of a check box is inked beside its own frame."""
        x0, y0, x1, y1 = self._pixels(box, 0.0, 0.0)
        inner = self.flat[y0:y1, x0:x1] < INK
        free = self.form_ink[y0:y1, x0:x1] == 0
        return float(inner[free].mean()) if free.any() else 0.0

    def is_encircled(self, box: Box) -> bool:
        """Whether there is ink on the sides of a check box, beside the form's own; on one, that may hide it."""
        x0, y0, x1, y1 = self._pixels(box, 0.0, 0.0)
        near, far = round(NEAR_FRAME_MM * MM), round(FAR_FRAME_MM * MM)
        places = (
            (slice(max(y0 - far, 0), max(y0 - near, 0)), slice(x0, x1)), (slice(y1 + near, y1 + far), slice(x0, x1)),
            (slice(y0, y1), slice(max(x0 - far, 0), max(x0 - near, 0))), (slice(y0, y1), slice(x1 + near, x1 + far)),
        )  # fmt: skip
        strips = [(self.flat[place] < INK) & (self.form_ink[place] == 0) for place in places]
        return sum(bool(strip.size) and float(strip.mean()) > ENCIRCLED for strip in strips) >= len(strips) - 1

    def slot(self, known: Field) -> Box:
        """Return where on the page the field's first line is."""
        box = known.boxes[0]
        return self.page_box(box.x0 * self.width, box.y0 * self.height, box.x1 * self.width, box.y1 * self.height)

    def page_box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Return a box of the sheet as a box of the page: level, about its middle line."""
        return level_box((x0, y0, x1, y1), self._back, self._page.width_px, self._page.height_px)

    def _pixels(self, box: Box, side_mm: float, rise_mm: float) -> tuple[int, int, int, int]:
        x0, x1 = round(box.x0 * self.width - side_mm * MM), round(box.x1 * self.width + side_mm * MM)
        y0, y1 = round(box.y0 * self.height - rise_mm * MM), round(box.y1 * self.height + rise_mm * MM)
        return max(x0, 0), max(y0, 0), min(x1, self.width), min(y1, self.height)


def _disc(radius: int) -> Pixels:
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(shape, dtype=np.uint8)
