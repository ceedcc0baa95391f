"""The forms we know, as data: blank pages, where each field stands, what it may hold, and which checks tie them.

``ocr/forms/data/README.md`` says what the boxes mean. A template is dated and versioned; nothing of a form is in code.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np

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
        return self in {Kind.DATE, Kind.TIME, Kind.NUMBER}


@dataclass(frozen=True)
class Field:
    name: str
    kind: Kind
    boxes: tuple[Box, ...]  # one per line; a long value runs on in the next
    join: str  # between what stands in the boxes
    number_name: str | None  # the field that gets the identity number out of this line
    values: tuple[str, ...]  # of check boxes, one per box; of a closed list


@dataclass(frozen=True)
class Printed:
    """A piece of the form's own print."""

    value: str
    box: Box


@dataclass(frozen=True)
class TemplatePage:
    number: int
    grey: Pixels
    width_mm: float
    height_mm: float
    fields: tuple[Field, ...]
    texts: tuple[Printed, ...]


@dataclass(frozen=True)
class Rule:
    """A check that ties fields; a missing part is an empty name."""

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Template:
    code: str
    version: str
    procedure: str
    pages: tuple[TemplatePage, ...]
    rules: tuple[Rule, ...]


def load_templates(folder: Path = DATA) -> Sequence[Template]:
    """Return every form of the folder, by code and version."""
    return [_template(path) for path in sorted(folder.glob("*/*/form.toml"))]


def _template(path: Path) -> Template:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    width_mm, height_mm = data["page_mm"]

    def box(edges: Sequence[float]) -> Box:
        x0, y0, x1, y1 = edges
        return Box(x0 / width_mm, y0 / height_mm, x1 / width_mm, y1 / height_mm)

    pages = []
    for number, name in enumerate(data["blanks"], start=1):
        grey = cv2.imread(str(path.parent / name), cv2.IMREAD_GRAYSCALE)
        if grey is None:
            raise FileNotFoundError(path.parent / name)
        fields = tuple(
            Field(
                field["key"],
                Kind(field["type"]),
                tuple(box(edges) for edges in field["boxes_mm"]),
                field.get("join", " "),
                field.get("number_key"),
                tuple(field.get("values", ())),
            )
            for field in data.get("field", ())
            if field["page"] == number
        )
        texts = tuple(
            Printed(text["value"], box(text["box_mm"])) for text in data.get("text", ()) if text["page"] == number
        )
        pages.append(TemplatePage(number, np.asarray(grey, dtype=np.uint8), width_mm, height_mm, fields, texts))
    rules = tuple(Rule(check["rule"], tuple(check["fields"])) for check in data.get("check", ()))
    return Template(data["code"], data["version"], data["procedure"], tuple(pages), rules)
