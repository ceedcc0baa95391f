"""Paper to fields: scans in, pages, words, forms and fields out. Untrusted bytes are only parsed in the sandbox."""

from ocr.errors import CapExceeded, EngineFailed, OcrError, ScanUnreadable
from ocr.values import (
    Box,
    Check,
    Code,
    Decision,
    Digitized,
    FieldReading,
    FormMatch,
    Kind,
    PageClass,
    PageReading,
    Source,
    Word,
)

__all__ = [
    "Box",
    "CapExceeded",
    "Check",
    "Code",
    "Decision",
    "Digitized",
    "EngineFailed",
    "FieldReading",
    "FormMatch",
    "Kind",
    "OcrError",
    "PageClass",
    "PageReading",
    "ScanUnreadable",
    "Source",
    "Word",
]
