"""The very pixels of a page that is one scan in black and white: drawing it anew would blur letters for nothing.

Scanners set a page anywhere on its sheet; drawn at its own resolution it still falls between the pixels.
"""

import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # has no types
from numpy.typing import NDArray
from pypdfium2 import raw

SQUARE = 0.005  # by which the resolutions across and down may differ
WHITE = 255


def own_pixels(page: pypdfium2.PdfPage) -> tuple[NDArray[np.uint8], float] | None:
    """Return the page in the pixels of its one image and their resolution; None where it shows anything else."""
    image = _only_image(page)
    if image is None or page.get_rotation() or raw.FPDFPage_GetAnnotCount(page.raw):
        return None
    across, tilt, slant, down, x, y = image.get_matrix().get()
    columns, rows = image.get_px_size()
    if tilt or slant or min(across, down) <= 0 or abs(columns / across * down / rows - 1) > SQUARE:
        return None
    try:
        seen = np.asarray(image.get_bitmap().to_numpy(), dtype=np.uint8).squeeze()
    except pypdfium2.PdfiumError:  # a broken one: raster.py says what becomes of its page
        return None
    if seen.shape != (rows, columns):  # more than one channel
        return None
    scale = columns / across
    sheet = np.full([round(side * scale) for side in page.get_size()[::-1]], WHITE, dtype=np.uint8)
    left, _, _, top = page.get_cropbox()
    _lay(seen, sheet, round((x - left) * scale), round((top - y - down) * scale))
    return sheet, scale * 72


def _only_image(page: pypdfium2.PdfPage) -> pypdfium2.PdfImage | None:
    """Return the one image of a page without other visible things, if it is plain black on white."""
    images = []
    for thing in page.get_objects(max_depth=1):
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            images.append(thing)
        elif (
            thing.type != raw.FPDF_PAGEOBJ_TEXT
            or raw.FPDFTextObj_GetTextRenderMode(thing.raw) != raw.FPDF_TEXTRENDERMODE_INVISIBLE
        ):
            return None
    if len(images) != 1:
        return None
    said = images[0].get_metadata()
    is_plain = said.bits_per_pixel == 1 and said.colorspace == raw.FPDF_COLORSPACE_DEVICEGRAY
    return images[0] if is_plain else None


def _lay(image: NDArray[np.uint8], sheet: NDArray[np.uint8], left: int, top: int) -> None:
    """Set the image on the sheet; what lies beyond it is not seen."""
    rows = slice(max(top, 0), max(min(top + image.shape[0], sheet.shape[0]), 0))
    columns = slice(max(left, 0), max(min(left + image.shape[1], sheet.shape[1]), 0))
    sheet[rows, columns] = image[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
