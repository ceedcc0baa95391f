"""Any template filled with invented people: what its fields ask for is typed into their boxes, whatever form it is.

``samples/cases.py`` tells stories that hang together; this needs nothing but the template, so that a form somebody adds
is proved without a line of code. What finds no room in its box stays empty, as it does on paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.forms.templates import Field, Kind, Template, TemplatePage
from ocr.values import Box
from printing import dates
from samples.cases import CAUSES, HOME_COMMUNE, NEVER_MARRIED, PURPOSES
from samples.fill import MM, POINT, TYPEFACES, draw_tick, font
from samples.people import TODAY, Person, new_person

SHARES = (1.0, 0.95, 0.9, 0.86, 0.82, 0.78, 0.72)  # of the typeface's size, until a value fits
LEFT_EMPTY = 0.15
INK = 128
LEADER = 0.2  # of the columns of a row are dark: a leader's dots
LOW_MM = 3.0  # of a box is where its leader stands
CAPITAL = 0.66  # of the size of a typeface is a capital high
LINE = 1.2  # of the size of a typeface is a line high
SIDE_MM = 0.4  # from the next label
COMB_PT = (11.0, 17.0)
SEXES = {"mother": "Nữ", "father": "Nam", "bride": "Nữ", "groom": "Nam"}
RELATIONS = ("Con đẻ", "Vợ", "Chồng", "Bố đẻ", "Mẹ đẻ", "Em ruột", "Bản thân")
TEXTS = (*PURPOSES, *CAUSES, "Đăng ký thường trú", "Làm ruộng", "Đi làm", "Không", "Có")
NAMED_TEXTS: Mapping[str, Sequence[str]] = {  # by the last part of a field's name
    "number": ("57", "214", "C2307415", "38/GBT"),
    "book": ("01/2019", "02/2024"),
    "period": ("03/2012-09/2019", "Từ 2001 đến 2010"),
    "religion": ("Không",),
    "email": ("hoa.nguyen85@gmail.com", "lethanh@gmail.com"),
}


@dataclass(frozen=True)
class Filled:
    pages: Sequence[Image.Image]  # RGB, at FILL_DPI
    truth: Mapping[str, str]  # by field; what is absent was left empty


def filled(template: Template, rng: Random, paper: Sequence[Image.Image] = ()) -> Filled:
    """Return the pages of a template with values in its boxes, and what they stand for.

    ``paper``: the pages as somebody else printed them, RGB at FILL_DPI; else the template's own blanks.
    """
    truth: dict[str, str] = {}
    typeface = rng.choice(list(TYPEFACES))
    people: dict[str, Person] = {}
    sheets = paper or [blank_picture(page) for page in template.pages]
    writers = [_Writer(page, sheet, typeface, rng) for page, sheet in zip(template.pages, sheets, strict=True)]
    parts: dict[str, list[tuple[_Writer, Field]]] = {}  # of each field, as a rule one
    for writer, page in zip(writers, template.pages, strict=True):
        for field in page.fields:
            parts.setdefault(field.name, []).append((writer, field))
    for (writer, field), *further in parts.values():
        block = field.name.rpartition(".")[0]
        person = people.setdefault(block, new_person(rng, ages=(19, 70), sex=SEXES.get(block)))
        if rng.random() > LEFT_EMPTY:
            truth |= writer.write(field, person, further)
    return Filled([writer.picture for writer in writers], truth)


@cache
def blank_picture(page: TemplatePage) -> Image.Image:
    """Return a blank at FILL_DPI."""
    size = round(page.width_mm * MM), round(page.height_mm * MM)
    return Image.fromarray(page.grey).convert("RGB").resize(size, Image.Resampling.LANCZOS)


class _Writer:
    def __init__(self, page: TemplatePage, sheet: Image.Image, typeface: str, rng: Random) -> None:
        self.picture = sheet.copy()
        self._draw = ImageDraw.Draw(self.picture)
        self._dark = np.asarray(sheet.convert("L")) < INK
        self._page, self._typeface, self._rng = page, typeface, rng
        self._ink = rng.choice(((20, 20, 24), (34, 34, 40), (24, 28, 70)))

    def write(self, field: Field, person: Person, further: Sequence[tuple["_Writer", Field]]) -> dict[str, str]:
        """Write a value that fits and return what it stands for; nothing where none does.

        ``further`` is where the field goes on, on the next page.
        """
        boxes = [self.in_mm(box) for box in field.boxes]
        rest = [(writer, writer.in_mm(box)) for writer, part in further for box in part.boxes]
        if field.kind is Kind.CHECKBOX:
            choice = self._rng.randrange(len(boxes))
            draw_tick(self.picture, boxes[choice], self._rng)
            return {field.name: field.values[choice]}
        for written, value in self._offers(field, person):
            if field.cells:
                self._comb(written, boxes[0], field.cells)
            elif not (
                self._slots(written, boxes) if field.join != " " else self._lines(written, boxes, field.rows, rest)
            ):
                continue
            number = {field.number_name: person.number} if field.number_name and person.number in written else {}
            return {field.name: value} | number
        return {}

    def _offers(self, field: Field, person: Person) -> list[tuple[str, str]]:
        """Return what may stand in a field, the longest first: as written, and its value."""
        rng = self._rng
        last = field.name.rpartition(".")[2]
        day = person.birth_date if "birth" in last or "sinh" in last else TODAY - timedelta(days=rng.randint(0, 900))
        name = person.full_name.upper() if rng.random() < 0.5 else person.full_name  # noqa: PLR2004 - half the people
        texts = sorted(NAMED_TEXTS.get(last, rng.sample(TEXTS, 4)), key=len, reverse=True)
        match field.kind:
            case Kind.DATE:
                return [(f"{day:%d/%m/%Y}", day.isoformat())]
            case Kind.DATE_WORDS:
                return _plain(dates.in_words(person.birth_date.isoformat()))
            case Kind.TIME:
                return [("08:30", "08:30")]
            case Kind.IDENTITY_PAPER:
                issued = f"{person.card_issued_on:%d/%m/%Y}"
                long = f"Căn cước số {person.number} do {person.card_issuer} cấp ngày {issued}"
                return _plain(long, f"CCCD số {person.number} cấp ngày {issued}", f"CCCD {person.number}")
            case Kind.PLACE:
                return _plain(person.residence, person.commune.address, HOME_COMMUNE, "Nguyệt Ấn")
        values: Mapping[Kind, Sequence[str]] = {
            Kind.PERSON_NAME: (name, person.full_name),
            Kind.IDENTITY_NUMBER: (person.number,),
            Kind.PHONE: (f"09{rng.randrange(10**8):08}",),
            Kind.EMAIL: NAMED_TEXTS["email"],
            Kind.NUMBER: (rng.choice(("01", "02", "3", "12")),),
            Kind.SEX: (person.sex,),
            Kind.ETHNIC_GROUP: (person.ethnicity,),
            Kind.NATIONALITY: ("Việt Nam",),
            Kind.RELATION: (rng.choice(RELATIONS), "Con"),
            Kind.AGENCY: (f"Ủy ban nhân dân {HOME_COMMUNE}", f"UBND {HOME_COMMUNE}"),
            Kind.MARITAL_STATUS: NEVER_MARRIED,
        }
        return _plain(*values.get(field.kind, texts))

    def _lines(
        self,
        written: str,
        boxes: Sequence[tuple[float, ...]],
        rows: int,
        rest: Sequence[tuple["_Writer", tuple[float, ...]]],
    ) -> bool:
        """Write a text into one or more lines; False where it has no room."""
        if rows > 1:
            x0, y0, x1, y1 = boxes[0]
            pitch = (y1 - y0) / rows
            boxes = [(x0, y0 + row * pitch, x1, y0 + (row + 1) * pitch) for row in range(rows)]
        places = [*((self, box) for box in boxes), *rest]
        for share in SHARES:
            face = self._face(TYPEFACES[self._typeface].size_pt * share, boxes[0])
            lines = _wrapped(written, [(box[2] - box[0] - SIDE_MM) * MM for _, box in places], face)
            if lines is not None:
                for line, (writer, box) in zip(lines, places, strict=False):
                    spare = (box[2] - box[0] - SIDE_MM) - face.getlength(line) / MM
                    x = box[0] + min(self._rng.uniform(0.4, 2.5), max(spare, 0.0))
                    writer.put(x, writer.baseline(box, face), line, face)
                return True
        return False

    def _slots(self, written: str, boxes: Sequence[tuple[float, ...]]) -> bool:
        parts = written.replace(":", "/").split("/")
        for share in SHARES:
            face = self._face(TYPEFACES[self._typeface].size_pt * share, boxes[0])
            spare = [
                box[2] - box[0] - SIDE_MM - face.getlength(part) / MM for part, box in zip(parts, boxes, strict=True)
            ]
            if min(spare) > 0:
                for part, box, free in zip(parts, boxes, spare, strict=True):
                    x = box[0] + SIDE_MM / 2 + free * self._rng.uniform(0.3, 0.7)
                    self.put(x, self.baseline(box, face), part, face)
                return True
        return False

    def _comb(self, digits: str, box: tuple[float, ...], cells: int) -> None:
        x0, y0, x1, y1 = box
        face = font(self._typeface, round(self._rng.uniform(*COMB_PT), 1))
        width, high = (x1 - x0) / cells, face.size / MM * CAPITAL
        lift = self._rng.uniform(-0.6, 0.6)
        for cell, digit in enumerate(digits):
            middle = x0 + (cell + 0.5) * width + self._rng.uniform(-0.5, 0.5)
            self.put(middle - face.getlength(digit) / MM / 2, (y0 + y1 + high) / 2 + lift, digit, face)

    def _face(self, size_pt: float, box: tuple[float, ...]) -> ImageFont.FreeTypeFont:
        room_pt = (box[3] - box[1] + 0.5) * MM / POINT / LINE
        return font(self._typeface, round(min(size_pt, room_pt), 2))

    def baseline(self, box: tuple[float, ...], face: ImageFont.FreeTypeFont) -> float:
        """Return where letters stand: on the box's leader, else in its middle."""
        x0, y0, x1, y1 = (round(edge * MM) for edge in (box[0], box[3] - LOW_MM, box[2], box[3]))
        rows = np.flatnonzero(self._dark[y0:y1, x0:x1].mean(axis=1) > LEADER)
        if len(rows):
            return (y0 + int(rows[-1]) + 1) / MM - self._rng.uniform(0.0, 0.35)
        return (box[1] + box[3] + face.size / MM * CAPITAL) / 2 + self._rng.uniform(-0.2, 0.2)

    def put(self, x_mm: float, baseline_mm: float, text: str, face: ImageFont.FreeTypeFont) -> None:
        """Write a piece of a line."""
        self._draw.text((x_mm * MM, baseline_mm * MM), text, font=face, fill=self._ink, anchor="ls")

    def in_mm(self, box: Box) -> tuple[float, ...]:
        """Return a box of the page in millimetres."""
        width, height = self._page.width_mm, self._page.height_mm
        return box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height


def _plain(*texts: str) -> list[tuple[str, str]]:
    return [(text, text) for text in texts]


def _wrapped(text: str, rooms: Sequence[float], face: ImageFont.FreeTypeFont) -> list[str] | None:
    """Return the text cut into lines at spaces; None where it has no room."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= rooms[len(lines) - 1]:
            lines[-1] = longer
        elif lines[-1] and len(lines) < len(rooms) and face.getlength(word) <= rooms[len(lines)]:
            lines.append(word)
        else:
            return None
    return lines
