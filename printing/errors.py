"""What can go wrong when values are put on paper.

PrintingError        `code` is stable, `parameters` fill the sentence that service.py and web make of it
├── TextDoesNotFit   a value is longer than its place: `parameters["field"]`; never shrunk silently
├── GlyphMissing     the fonts lack a character of a value: `parameters["character"]`
├── ValueMissing     the template needs a value that was not given, or one of another kind: `parameters["field"]`
└── DrawingFailed    the template itself is wrong, the fonts are absent, or the engine broke
"""

from collections.abc import Mapping


class PrintingError(Exception):
    """The common base; no foreign exception leaves this package."""

    def __init__(self, code: str, **parameters: str | float) -> None:
        super().__init__(f"{code} {parameters}" if parameters else code)
        self.code = code
        self.parameters: Mapping[str, str | float] = parameters


class TextDoesNotFit(PrintingError):
    pass


class GlyphMissing(PrintingError):
    pass


class ValueMissing(PrintingError):
    pass


class DrawingFailed(PrintingError):
    pass
