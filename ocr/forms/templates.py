"""The forms we know, as data: blank pages, where each field stands, what it may hold, and which checks tie them.

``ocr/forms/data/README.md`` says what the boxes mean. A template is dated and versioned; nothing of a form is in code.
One version of a form is printed in several ways, ours and others': each of its prints is a template of its own here,
the same fields elsewhere on other blanks.
A file that says nonsense is refused as a whole, in one sentence (``ocr.forms.strict``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ocr.forms import kept, strict
from ocr.raster import Pixels
from ocr.values import Box

DATA = Path(__file__).parent / "data"


class Kind(StrEnum):
    TEXT = "text"
    PERSON_NAME = "person_name"
    PLACE = "place"
    AGENCY = "agency"
    DATE = "date"
    DATE_WORDS = "date_words"
    TIME = "time"
    NUMBER = "number"
    PHONE = "phone"
    EMAIL = "email"
    IDENTITY_NUMBER = "identity_number"
    IDENTITY_PAPER = "identity_paper"
    SEX = "sex"
    ETHNIC_GROUP = "ethnic_group"
    NATIONALITY = "nationality"
    RELATION = "relation"
    MARITAL_STATUS = "marital_status"
    CHECKBOX = "checkbox"

    @property
    def is_number(self) -> bool:
        """Whether it is read by the number model."""
        return self in {Kind.DATE, Kind.TIME, Kind.NUMBER, Kind.PHONE, Kind.IDENTITY_NUMBER}


@dataclass(frozen=True)
class Field:
    name: str
    kind: Kind
    boxes: tuple[Box, ...]  # one per line; a long value runs on in the next
    join: str  # between what stands in the boxes
    number_name: str | None  # the field that gets the identity number out of this line
    values: tuple[str, ...]  # of check boxes, one per box; of a closed list
    label: str = ""
    cells: int = 0  # of a comb: so many characters, each in a cell of its own
    rows: int = 1  # of a table's cell: so many lines at most, wherever in it they stand


@dataclass(frozen=True)
class Printed:
    """A piece of the form's own print."""

    value: str
    box: Box


@dataclass(frozen=True)
class TemplatePage:
    """``blank`` stays packed until somebody needs its pixels: forms are many, a page is filled on one of them."""

    number: int
    blank: Path
    width_mm: float
    height_mm: float
    fields: tuple[Field, ...]
    texts: tuple[Printed, ...]

    @cached_property
    def grey(self) -> Pixels:
        """The blank's pixels, white paper, dark print."""
        grey = cv2.imread(str(self.blank), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            raise FileNotFoundError(self.blank)
        return np.asarray(grey, dtype=np.uint8)


@dataclass(frozen=True)
class Rule:
    """A check that ties fields; a missing part is an empty name."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    code: str
    version: str
    print_name: str  # "" of the blank that form.toml describes
    title: str
    procedures: tuple[str, ...]  # the codes of all that it is handed in for, the most usual first
    valid_from: date
    valid_to: date | None  # the last day; None: still in force
    floor: float  # the share of filled fields that ``moonseal forms check`` has to find right
    pages: tuple[TemplatePage, ...]
    rules: tuple[Rule, ...]

    @property
    def form(self) -> tuple[str, str]:
        """Which form of which version it is, however printed."""
        return self.code, self.version

    def is_valid_on(self, day: date) -> bool:
        """Whether this version was in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def load_templates(folder: Path = DATA) -> Sequence[Template]:
    """Return every print of every form of the folder, by code, version and print; raises ``TemplateBroken``."""
    templates = [_template(path) for path in template_files(folder)]
    strict.check_versions([(t.code, t.version, t.valid_from, t.valid_to) for t in templates if not t.print_name])
    return templates


def template_files(folder: Path = DATA) -> list[Path]:
    """Return the form.toml of each version of each form, each before the print.toml of its other prints."""
    forms = sorted(folder.glob(f"*/*/{strict.FORM}"))
    return [path for form in forms for path in (form, *sorted(form.parent.glob(f"*/{strict.PRINT}")))]


def _template(path: Path) -> Template:
    data = kept.read(path, frozenset(Kind))
    width_mm, height_mm = data["page_mm"]

    def box(edges: Sequence[float]) -> Box:
        x0, y0, x1, y1 = edges
        return Box(x0 / width_mm, y0 / height_mm, x1 / width_mm, y1 / height_mm)

    def field(about: dict[str, Any]) -> Field:
        return Field(
            about["key"],
            Kind(about["type"]),
            tuple(box(edges) for edges in about["boxes_mm"]),
            about.get("join", " "),
            about.get("number_key"),
            tuple(about.get("values", ())),
            about["label"],
            about.get("cells", 0),
            about.get("rows", 1),
        )

    def printed(number: int) -> tuple[Printed, ...]:
        own = (text for text in data.get("text", ()) if text["page"] == number)
        return tuple(Printed(text["value"], box(text["box_mm"])) for text in own)

    pages = tuple(
        TemplatePage(
            number,
            path.parent / name,
            width_mm,
            height_mm,
            tuple(field(about) for about in data.get("field", ()) if about["page"] == number),
            printed(number),
        )
        for number, name in enumerate(data["blanks"], start=1)
    )
    rules = tuple(Rule(check["rule"], tuple(check["fields"])) for check in data.get("check", ()))
    return Template(
        data["code"], data["version"], "" if path.name == strict.FORM else path.parent.name, data["title"],
        (data["procedure"], *data.get("also_for", ())), data["valid_from"], data.get("valid_to"), data["floor"], pages,
        rules,
    )  # fmt: skip


def main() -> None:
    """Keep what every form.toml and print.toml says: ``python -m ocr.forms.templates``, after one has changed."""
    for path in template_files():
        kept.keep(path, frozenset(Kind))


if __name__ == "__main__":
    main()
