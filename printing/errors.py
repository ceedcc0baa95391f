"""What can go wrong when values are put on paper.

PrintingError
├── TextDoesNotFit   a value is longer than its place; never shrunk silently
├── GlyphMissing     the font lacks a character of a value
└── DrawingFailed    the template itself is wrong, or the engine broke
"""


class PrintingError(Exception):
    """The common base; no foreign exception leaves this package."""


class TextDoesNotFit(PrintingError):
    pass


class GlyphMissing(PrintingError):
    pass


class DrawingFailed(PrintingError):
    pass
