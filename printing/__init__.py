"""Values to paper, the mirror of ``ocr``: Typst templates to PDF/A-2 (results, marks, receipts, slips)."""

from printing.errors import DrawingFailed, GlyphMissing, PrintingError, TextDoesNotFit, ValueMissing
from printing.values import Drawn, Place

__all__ = ["DrawingFailed", "Drawn", "GlyphMissing", "Place", "PrintingError", "TextDoesNotFit", "ValueMissing"]
