"""What can go wrong while reading paper.

OcrError                 `code` is stable, `parameters` fill the sentence that service.py and web make of it
├── ScanUnreadable       empty, truncated, encrypted, or not a PDF or image: another file is needed
├── CapExceeded          too large, too many pages, too many pixels: `parameters["cap"]` names the cap
└── EngineFailed         the engine or the sandbox broke (transient)
"""

from collections.abc import Mapping


class OcrError(Exception):
    """The common base; no foreign exception leaves this package."""

    def __init__(self, code: str, **parameters: str | float) -> None:
        super().__init__(f"{code} {parameters}" if parameters else code)
        self.code = code
        self.parameters: Mapping[str, str | float] = parameters


class ScanUnreadable(OcrError):
    pass


class CapExceeded(OcrError):
    pass


class EngineFailed(OcrError):
    """The same scan may be read a moment later."""
