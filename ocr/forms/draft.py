"""The first draft of a template from one blank: a field for each slot, comb, box and empty cell, with its label.

A proposal is never more than that: a person looks at the picture, mends what is wrong and takes it over. Everything is
in millimetres from the top left corner of the level page.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ocr.forms.marks import Area, Comb, Marks, in_rows
from ocr.forms.syllables import folded

LABELS = tomllib.loads((Path(__file__).parent / "labels.toml").read_text(encoding="utf-8"))["label"]
ROW_MM = 6.2  # the room for writing on a leader, where the rows leave so much
BELOW_MM = 1.5  # for descenders and dots below
SIDE_MM = 0.5  # between a label and its slot
NEAR_MM = 2.2  # letters of a label may reach so far into its slot's row
LABEL_HIGH_MM = 5.5  # above a leader begins the row above
NEXT_MM = 11.0  # below a slot lies its continuation
APART_MM = 6.0  # words further apart are two labels
BESIDE_BOX_MM = 14.0  # of a check box stands its word
LINE_MM = 6.0  # of a cell of several lines, each
KEY_WORDS = 7
MARKS = re.compile(r"\(\d+\)|[⁰-⁹¹²³*]+|^\W*\d{1,2}\s*[.\s]\s*")
YES_NO = {"co": "yes", "khong": "no"}
MONTH, YEAR = "thang", "nam"
DATE_PARTS = 3
BROKEN_MM = 6.0  # between two pieces of one slot
SURE = 0.6  # of the engine; below it letters are wrong
ROW_NUMBER = {"tt", "stt", "so tt"}


@dataclass(frozen=True)
class Seen:
    """A word of the blank's print."""

    text: str
    confidence: float
    area: Area


@dataclass(frozen=True)
class Proposal:
    key: str
    label: str
    kind: str
    page: int
    boxes: tuple[Area, ...]
    join: str = ""
    cells: int = 0
    rows: int = 0
    values: tuple[str, ...] = ()
    doubts: tuple[str, ...] = field(default=())  # codes; what a person has to look at first


def proposed(marks: Marks, words: Sequence[Seen], page: int) -> list[Proposal]:
    """Return the fields of one page, from top to bottom; their keys are not yet unique."""
    found = [
        *_on_leaders(marks, words, page),
        *(_of_comb(comb, words, page) for comb in marks.combs),
        *_of_boxes(marks.boxes, words, page),
        *(
            cell
            for number, table in enumerate(marks.tables, start=1)
            for cell in _of_table(table, marks, number, words, page)
        ),
    ]
    return sorted(found, key=lambda one: (round(one.boxes[0].y0 / 2), one.boxes[0].x0))


def with_unique_keys(fields: Iterable[Proposal]) -> list[Proposal]:
    """Return the fields of a form; a key that comes again gets a number."""
    seen: dict[str, int] = {}
    unique = []
    for one in fields:
        seen[one.key] = count = seen.get(one.key, 0) + 1
        unique.append(one if count == 1 else replace(one, key=f"{one.key}_{count}", doubts=(*one.doubts, "same_label")))
    return unique


def printed_texts(words: Sequence[Seen], fields: Sequence[Proposal]) -> list[tuple[str, Area]]:
    """Return the print of a page in pieces, none of which reaches into a field."""
    boxes = [box for one in fields for box in one.boxes]
    pieces: list[list[Seen]] = []
    seen = {word.area: word for word in words}
    for word in (seen[area] for row in in_rows(list(seen)) for area in row):
        area = _trimmed(word.area, boxes)
        if area is None:
            continue
        last = pieces[-1][-1] if pieces else None
        is_next = last is not None and last.area.beside(area) and -1 < area.x0 - last.area.x1 < APART_MM
        if last is not None and is_next and not any(_between(box, last.area, area) for box in boxes):
            pieces[-1].append(replace(word, area=area))
        else:
            pieces.append([replace(word, area=area)])
    joined = ((" ".join(word.text for word in piece), _around(piece)) for piece in pieces)
    return [(text, trimmed) for text, area in joined if text.strip(" .,_-") and (trimmed := _trimmed(area, boxes))]


def kind_of(label: str) -> str:
    """Return the type that a label speaks of."""
    plain = " ".join(folded(label).split())
    return next((entry["type"] for entry in LABELS if any(phrase in plain for phrase in entry["phrases"])), "text")


def key_of(label: str) -> str:
    """Return a label as a key: ASCII, small, the first words only."""
    plain = folded(label)
    usual = next((e["key"] for e in LABELS if "key" in e and any(phrase in plain for phrase in e["phrases"])), None)
    words = re.findall(r"[a-z0-9]+", plain)
    while words and words[0].isdigit():
        words = words[1:]
    return usual or "_".join(words[:KEY_WORDS]) or "slot"


def label_text(words: Sequence[Seen]) -> str:
    """Return words as a label: without numbering, footnote marks and colon."""
    text = " ".join(word.text for word in words)
    return " ".join(MARKS.sub(" ", text).split()).strip(" :.,;_-–…(|)®")


def _on_leaders(marks: Marks, words: Sequence[Seen], page: int) -> list[Proposal]:
    fields: list[Proposal] = []
    for leader in marks.leaders:
        row = [other for other in marks.leaders if abs(other.y1 - leader.y1) < NEAR_MM and other.x1 <= leader.x0 + 1]
        before = _before(words, leader, max((other.x1 for other in row), default=0.0) - 1)
        box = _room(leader, before, marks)
        plain = " ".join(folded(" ".join(word.text for word in before)).split()).strip(" .,:/")
        last = fields[-1] if fields else None
        if last is not None and _goes_on(last, box, plain):
            part = box._replace(y0=last.boxes[0].y0, y1=last.boxes[0].y1)
            fields[-1] = replace(last, boxes=(*last.boxes, part), join="/", kind="date")
        elif last is not None and not before and _is_beside(last, box):
            fields[-1] = replace(last, boxes=(*last.boxes[:-1], last.boxes[-1]._replace(x1=box.x1)))
        elif before or (before := _above(words, leader, marks)) or last is None or not _is_continued(last, box):
            fields.append(_labelled(before, box, page))
        else:
            fields[-1] = replace(last, boxes=(*last.boxes, box))
    return [_whole_date(one) for one in fields]


def _labelled(before: Sequence[Seen], box: Area, page: int) -> Proposal:
    label = label_text(before)
    sure = all(word.confidence > SURE for word in before)
    doubts = () if label and sure else ("label_doubtful",) if label else ("no_label",)
    return Proposal(key_of(label), label or "?", kind_of(label), page, (box,), doubts=doubts)


def _is_beside(last: Proposal, box: Area) -> bool:
    """Whether a slot is the rest of one that dirt has broken."""
    return last.boxes[-1].beside(box) and 0 <= box.x0 - last.boxes[-1].x1 < BROKEN_MM


def _goes_on(last: Proposal, box: Area, plain: str) -> bool:
    """Whether a slot is the next part of a date that began before it: after a stroke, or the month's or year's word."""
    if last.kind != "date" or len(last.boxes) == DATE_PARTS or not last.boxes[-1].beside(box, 0.3):
        return False
    word = MONTH if len(last.boxes) == 1 else YEAR
    return plain.endswith(word) or (not plain and 0 <= box.x0 - last.boxes[-1].x1 < BROKEN_MM)


def _whole_date(one: Proposal) -> Proposal:
    """Return a date of three slots as it is, and parts that are no date as what their label says."""
    if one.join and len(one.boxes) != DATE_PARTS:
        return replace(one, join="", doubts=(*one.doubts, "date_incomplete"))
    return one


def _is_continued(last: Proposal, box: Area) -> bool:
    above = last.boxes[-1]
    return not last.join and 0 < box.y1 - above.y1 < NEXT_MM and box.x0 < above.x1 and last.kind not in {"sex", "date"}


def _above(words: Sequence[Seen], leader: Area, marks: Marks) -> list[Seen]:
    """Return the line of print right above a slot, where no slot of that line lies between them."""
    others = [other.y1 for other in marks.leaders if other.y1 < leader.y1 - NEAR_MM and _across(other, leader)]
    top = max([leader.y1 - NEXT_MM - 1, *others])
    lines = [
        word for word in words
        if top + 1 < (word.area.y0 + word.area.y1) / 2 < leader.y1 - LABEL_HIGH_MM + 1 and re.search(r"\w", word.text)
    ]  # fmt: skip
    if not lines:
        return []
    lowest = max(lines, key=lambda word: word.area.y1)
    return sorted((word for word in lines if word.area.beside(lowest.area, 0.3)), key=lambda word: word.area.x0)


def _before(words: Sequence[Seen], mark: Area, since: float) -> list[Seen]:
    """Return the words on the row of a mark, left of it."""
    bottom = mark.y1
    row = [
        word
        for word in words
        if bottom - LABEL_HIGH_MM < (word.area.y0 + word.area.y1) / 2 < bottom + 1
        and since <= word.area.x0
        and word.area.x1 <= mark.x0 + NEAR_MM
        and re.search(r"\w|/", word.text)
    ]
    return sorted(row, key=lambda word: word.area.x0)


def _room(leader: Area, before: Sequence[Seen], marks: Marks) -> Area:
    """Return where writing stands on a leader: above it as far as the row above allows."""
    above = [other.y1 for other in marks.leaders if other.y1 < leader.y1 - NEAR_MM and _across(other, leader)]
    above += [
        comb.area.y1 - BELOW_MM for comb in marks.combs if comb.area.y1 < leader.y1 and _across(comb.area, leader)
    ]
    pitch = min([ROW_MM, *(leader.y1 - y for y in above)])
    end = max([word.area.x1 for word in before], default=0.0)
    x0 = max(leader.x0, end + SIDE_MM) if end > leader.x0 - NEAR_MM else leader.x0
    bottom = leader.y1 + BELOW_MM
    return Area(min(x0, leader.x1 - 1), bottom - pitch, leader.x1, bottom)


def _across(one: Area, other: Area) -> bool:
    return min(one.x1, other.x1) > max(one.x0, other.x0)


def _of_comb(comb: Comb, words: Sequence[Seen], page: int) -> Proposal:
    row = [word for word in words if word.area.beside(comb.area) and word.area.x1 <= comb.area.x0 + 1]
    label = label_text(sorted(row, key=lambda word: word.area.x0))
    guess = kind_of(label)
    kind = guess if guess in {"identity_number", "phone"} else "number"
    doubts = () if label else ("no_label",)
    return Proposal(key_of(label), label or "?", kind, page, (comb.area,), cells=comb.cells, doubts=doubts)


def _of_boxes(boxes: Sequence[Area], words: Sequence[Seen], page: int) -> list[Proposal]:
    """Return check boxes, those of one row together: their values are the words before each."""
    rows: list[list[Area]] = []
    for box in sorted(boxes, key=lambda one: (round(one.y0 / 3), one.x0)):
        if any(_inside(word.area, box) for word in words):
            continue  # a letter that encloses some paper
        if rows and rows[-1][-1].beside(box):
            rows[-1].append(box)
        else:
            rows.append([box])
    found = []
    for row in rows:
        values: list[str] = []
        label, since = "", 0.0
        for box in row:
            before = [w for w in words if w.area.beside(box) and since <= w.area.x0 and w.area.x1 <= box.x0 + 1]
            before.sort(key=lambda word: word.area.x0)
            own = [word for word in before[-1:] if box.x0 - word.area.x1 < BESIDE_BOX_MM]
            label = label or label_text(before[: -len(own) or None])
            plain = key_of(label_text(own)) if own else f"box_{len(values) + 1}"
            values.append(YES_NO.get(plain, plain))
            since = box.x1
        doubts = () if label else ("no_label",)
        found.append(
            Proposal(key_of(label), label or "?", "checkbox", page, tuple(row), values=tuple(values), doubts=doubts)
        )
    return found


def _inside(word: Area, box: Area) -> bool:
    """Whether a box is part of a printed word."""
    return (
        word.y0 < (box.y0 + box.y1) / 2 < word.y1
        and word.x0 - 0.5 < box.x0
        and box.x1 < word.x1 + 0.5
        and word.width > 1.5 * box.width
    )


def _of_table(table: Sequence[Area], marks: Marks, number: int, words: Sequence[Seen], page: int) -> list[Proposal]:
    """Return the empty cells of a table, each called after its column, or after its row where that says more."""
    held = {cell: [word for word in words if _holds(cell, word.area)] for cell in table}
    rows = in_rows([cell for cell in table if not held[cell] and cell not in marks.printed], 0.7)
    found = []
    for index, cell in ((index, cell) for index, row in enumerate(rows, start=1) for cell in row):
        beside = [other for other in table if held[other] and other.beside(cell, 0.7) and other.x1 <= cell.x0 + 1]
        above = [other for other in table if held[other] and other.y1 <= cell.y0 + 1 and _across_most(other, cell)]
        column = label_text(held[max(above, key=lambda other: other.y1)]) if above else ""
        row = label_text(held[beside[0]]) if beside else ""
        if " ".join(folded(column).split()) in ROW_NUMBER:
            continue
        label = f"{row} ({column})" if row and column else row or column
        if not label and any(other in marks.printed and other.beside(cell, 0.7) for other in table):
            continue  # the corner of a table, above its row labels
        key = f"{key_of(column)}.{key_of(row)}" if row and column else f"table_{number}.{index}.{key_of(label)}"
        inner = Area(cell.x0 + SIDE_MM, cell.y0 + SIDE_MM, cell.x1 - SIDE_MM, cell.y1 - SIDE_MM)
        lines = max(round(cell.height / LINE_MM), 1)
        doubts = () if label else ("no_label",)
        kind = kind_of(row or column)
        found.append(Proposal(key, label or "?", kind, page, (inner,), rows=lines if lines > 1 else 0, doubts=doubts))
    return found


def _holds(cell: Area, word: Area) -> bool:
    return cell.x0 < (word.x0 + word.x1) / 2 < cell.x1 and cell.y0 < (word.y0 + word.y1) / 2 < cell.y1


def _across_most(one: Area, other: Area) -> bool:
    return min(one.x1, other.x1) - max(one.x0, other.x0) > other.width / 2


def _between(box: Area, left: Area, right: Area) -> bool:
    return box.beside(left, 0.3) and left.x1 - 1 < (box.x0 + box.x1) / 2 < right.x0 + 1


def _trimmed(area: Area, boxes: Iterable[Area]) -> Area | None:
    """Return what of a printed piece lies outside all fields; None where nothing does."""
    for box in boxes:
        if min(area.x1, box.x1) <= max(area.x0, box.x0) or min(area.y1, box.y1) <= max(area.y0, box.y0):
            continue
        left, right = area._replace(x1=min(area.x1, box.x0)), area._replace(x0=max(area.x0, box.x1))
        upper, lower = area._replace(y1=min(area.y1, box.y0)), area._replace(y0=max(area.y0, box.y1))
        area = max((left, right, upper, lower), key=lambda one: max(one.width, 0) * max(one.height, 0))
        if area.width < 1 or area.height < 1:
            return None
    return area


def _around(piece: Sequence[Seen]) -> Area:
    areas = [word.area for word in piece]
    return Area(min(a.x0 for a in areas), min(a.y0 for a in areas), max(a.x1 for a in areas), max(a.y1 for a in areas))
