"""The confirmation sheet of a verification: what was found in a file, on A4, to keep beside it.

The values are those of ``signing.verify.sheet``. It is no result of the office and has no national title: it says what
a machine found at a time, and that the file itself is what counts.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from printing.typst import Typst

_TEMPLATE = Path(__file__).with_name("templates") / "confirmation-sheet.typ"


class ConfirmationSheets:
    """One set of fonts; safe to use from several threads."""

    def __init__(self, fonts: Path) -> None:
        self._typst = Typst(fonts)

    def draw(self, values: Mapping[str, object]) -> bytes:
        """Return the sheet as PDF/A-2a and PDF/UA-1; ``checked_iso`` is all the file knows of time."""
        created_at = datetime.fromisoformat(str(values["checked_iso"]))
        return self._typst.compile_pdf(_TEMPLATE, values, created_at=created_at)
