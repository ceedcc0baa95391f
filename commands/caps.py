"""What a scan may be at most, for commands that need no data folder: the variables and defaults of ``settings.py``.

Importing ``settings`` would make that folder and its secret key.
"""

import os
from dataclasses import replace

from ocr import OcrError
from ocr.values import Caps

MEGAPIXEL = 1_000_000


def caps() -> Caps:
    """Return the caps; raises ``OcrError`` naming a variable that holds no number."""
    own = Caps()
    return replace(
        own,
        size_bytes=_number("MOONSEAL_SCAN_MAX_MB", own.size_bytes >> 20) << 20,
        pages=_number("MOONSEAL_SCAN_PAGES_MAX", own.pages),
        page_pixels=_number("MOONSEAL_PAGE_MAX_MEGAPIXELS", own.page_pixels // MEGAPIXEL) * MEGAPIXEL,
    )


def _number(variable: str, default: int) -> int:
    text = os.environ.get(variable, "") or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise OcrError("setting_not_a_number", variable=variable)
    return int(text)
