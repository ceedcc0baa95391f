"""Lines of pages that were never paper: the page's own visible text, read by pdfplumber from the rewritten file.

Whether a page's text may be believed was decided on its drawing (nativetext.py); of that, only what is seen is read.
``page.annots`` is never touched: it overflows the stack on genuine signed files (ocr.md 5).
"""

import unicodedata
from io import BufferedReader
from typing import BinaryIO, cast

import numpy as np
import pdfplumber
from numpy.typing import NDArray

from ocr.nativetext import seen_text
from ocr.raster import PageImage
from ocr.textlines import TextLine, clipped, printable
from ocr.values import Box, Word

TRACE = 0.01  # of a word's box; a full stop alone leaves 0.03
NEIGHBOURS = 0.15  # of the height of a box, above and below
EXPLAINED = 0.6  # of the ink: genuine born-digital forms have 0.81 and more, signed scans 0


def is_native(page: PageImage) -> bool:
    """Whether the page's own text explains what is seen; one word of a signature's stamp does not."""
    return page.text_ink >= EXPLAINED


def native_lines(pdf_file: BinaryIO, number: int, apart: str = "") -> list[TextLine]:
    """Return the lines of a page's own text, NFC; none where pdfplumber cannot read it, so that the engine does.

    Each of the characters in ``apart`` is a word of its own.
    """
    try:
        return _lines(pdf_file, number, apart)
    except MemoryError:
        raise
    except Exception:  # ruff: ignore[blind-except] - pdfminer raises what it likes (security.md D.2); the page can still be read
        return []


def _lines(pdf_file: BinaryIO, number: int, apart: str) -> list[TextLine]:
    seen = seen_text(pdf_file, number)
    with pdfplumber.open(cast("BufferedReader", pdf_file), pages=[number]) as pdf:
        page = pdf.pages[0]
        x0, top, _, _ = page.bbox
        lines: dict[int, list[Word]] = {}
        for word in page.extract_words(
            keep_blank_chars=False, use_text_flow=False, return_chars=False, split_at_punctuation=apart
        ):
            box = clipped(
                (word["x0"] - x0) / float(page.width),
                (word["top"] - top) / float(page.height),
                (word["x1"] - x0) / float(page.width),
                (word["bottom"] - top) / float(page.height),
            )
            text = printable(unicodedata.normalize("NFC", word["text"]))
            if not text or not _is_seen(box, seen):
                continue
            middle = round((word["top"] + word["bottom"]) / 2)
            key = next((line for line in lines if abs(line - middle) <= 3), middle)  # noqa: PLR2004 - points: one line
            lines.setdefault(key, []).append(Word(text, 1.0, box))
    return [TextLine(tuple(sorted(lines[key], key=lambda word: word.box.x0))) for key in sorted(lines)]


def _is_seen(box: Box, seen: NDArray[np.uint8]) -> bool:
    """Whether a word leaves a trace where it stands: not white on white, hidden, covered or beside the page."""
    height, width = seen.shape
    cut = (box.y1 - box.y0) * NEIGHBOURS  # lines above and below may reach into the box
    top, bottom = round((box.y0 + cut) * height), round((box.y1 - cut) * height)
    left, right = round(box.x0 * width), round(box.x1 * width)
    piece = seen[top : max(bottom, top + 1), left : max(right, left + 1)]
    return piece.size > 0 and float(piece.mean()) > TRACE
