"""What reading a scan gives: pages, words, codes, the form, its fields.

Boxes are fractions of the page as it is shown after rotation, origin top left. Confidence is the engine's opinion,
0 to 1, never a decision. ``ocr.json.to_json`` makes the object of ``moonseal digitize --json`` (interfaces.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

DEBIAN_TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata")


@dataclass(frozen=True)
class ModelFolders:
    """Where Tesseract's models lie: ``text`` holds vie_best; ``numbers`` holds eng, osd and the glyphless pdf.ttf."""

    text: Path
    numbers: Path = DEBIAN_TESSDATA


@dataclass(frozen=True)
class Caps:
    """What a scan may be at most (and least); checked before anything is decoded or drawn."""

    size_bytes: int = 50 << 20
    pages: int = 500
    page_pixels: int = 60_000_000
    side_pixels: int = 30_000  # longer ones overflow the coordinates of image libraries
    page_side_mm: float = 1200
    stream_bytes: int = 200_000_000  # of one stream of a PDF, unpacked
    least_side_pixels: int = 50  # the one cap from below: nothing can be read on less


@dataclass(frozen=True)
class Box:
    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if not (self.x0 <= self.x1 and self.y0 <= self.y1):
            message = f"a box ends before it begins: {self}"
            raise ValueError(message)


class Kind(StrEnum):
    SCANNED = "scanned"
    BORN_DIGITAL = "born-digital"
    SIGNED = "signed"
    MIXED = "mixed"


class PageClass(StrEnum):
    FORM = "form"
    IDENTITY_CARD = "identity-card"
    CERTIFICATE = "certificate"
    ATTACHMENT = "attachment"
    BLANK = "blank"


class Source(StrEnum):
    OCR = "ocr"
    QR = "qr"
    MRZ = "mrz"
    TEXT = "text"  # the page's own text, of a born-digital page
    NONE = "none"


class Decision(StrEnum):
    ACCEPTED = "accepted"
    LOOK = "look"
    EMPTY = "empty"


class Check(StrEnum):
    OK = "ok"
    FAILED = "failed"
    NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True)
class Word:
    text: str  # NFC
    confidence: float
    box: Box


@dataclass(frozen=True)
class Code:
    """A QR or bar code; ``kind`` is the symbology's name as zxing gives it."""

    kind: str
    text: str
    box: Box


@dataclass(frozen=True)
class PageReading:
    number: int  # from 1
    width_px: int
    height_px: int
    dpi: int
    rotation_deg: int
    deskew_deg: float
    blank: bool
    page_class: PageClass
    warnings: tuple[str, ...]
    text: str  # reading order, one line of the page per line, NFC
    mean_confidence: float
    words: tuple[Word, ...]
    codes: tuple[Code, ...]


CODE_LENGTH = 8  # of a procedure as the nation numbers it; provinces add an ending (domain.md 2.3)


@dataclass(frozen=True)
class FormMatch:
    code: str
    version: str
    procedures: tuple[str, ...]  # the codes of all that it is handed in for, the most usual first: "1.001193"
    page: int
    confidence: float

    def serves(self, procedure: str) -> bool:
        """Whether it is handed in for this procedure; a province's own ending of the code does not count."""
        return any(code[:CODE_LENGTH] == procedure[:CODE_LENGTH] for code in self.procedures)


@dataclass(frozen=True)
class FieldReading:
    """One slot of a form. ``value`` is typed text (dates YYYY-MM-DD, YYYY-MM or YYYY; numbers as digits)."""

    reading: str
    value: str | None
    confidence: float
    page: int
    box: Box
    source: Source
    decision: Decision
    checks: Mapping[str, Check] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    proposals: tuple[str, ...] = ()  # from closed lists, for a person to choose from; never taken
    now_called: tuple[str, ...] = ()  # the commune of an old address today; several where it was divided


@dataclass(frozen=True)
class Digitized:
    """All that one scan gave. ``pdf`` is the searchable PDF/A-2 copy; the scan itself is never changed."""

    sha256: str  # of the scan as it came
    kind: Kind
    pages: tuple[PageReading, ...]
    form: FormMatch | None
    fields: Mapping[str, FieldReading]
    pdf: bytes
    times: Mapping[str, float] = field(default_factory=dict)  # seconds by stage
