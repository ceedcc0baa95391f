"""Which values each template takes: the one place that says so, and that checks and words them.

Values are plain text, numbers and lists, so that they can come out of a record. A value that is ``None`` or blank is
missing; what is missing and not required leaves no label behind. A key that is not listed here is refused: a slip
of the pen must not lose a line of a paper.

Kinds: ``TEXT`` (line breaks only in ``LINES``), ``DATE`` ``YYYY[-MM[-DD]]``, ``DAY`` ``YYYY-MM-DD``, ``CLOCK``
``HH:MM``, ``MOMENT`` ISO 8601 with an offset, ``COUNT`` a number from 0, ``FLAG`` a bool, ``FOLDER`` ``real``,
``training`` or ``demo`` (required everywhere: nobody may forget it), ``PAPERS`` a list of
``{"name": text, "originals": count, "copies": count}``.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from printing import dates
from printing.errors import ValueMissing

FOLDER_NOTICES = {"real": None, "training": "TẬP HUẤN – KHÔNG CÓ GIÁ TRỊ", "demo": "DEMO – KHÔNG CÓ GIÁ TRỊ"}


class Kind(StrEnum):
    TEXT = "text"
    LINES = "lines"
    DATE = "date"
    DAY = "day"
    CLOCK = "clock"
    MOMENT = "moment"
    COUNT = "count"
    FLAG = "flag"
    FOLDER = "folder"
    PAPERS = "papers"


@dataclass(frozen=True)
class Field:
    kind: Kind = Kind.TEXT
    is_required: bool = True


_TEXT = Field()
_OPTIONAL = Field(is_required=False)
_LINES = Field(Kind.LINES)
_DATE = Field(Kind.DATE)
_OPTIONAL_DATE = Field(Kind.DATE, is_required=False)
_DAY = Field(Kind.DAY)
_OPTIONAL_DAY = Field(Kind.DAY, is_required=False)

_RESULT: Mapping[str, Field] = {
    "folder_kind": Field(Kind.FOLDER),
    "agency.superior": _OPTIONAL,  # TỈNH THANH HÓA, not bold, above the agency's own name
    "agency.name": _LINES,  # ỦY BAN NHÂN DÂN\nXÃ NGUYỆT ẤN
    "number": _OPTIONAL,  # 12/TLKS-BS, as the register has it; required unless is_numbered_later
    "is_numbered_later": Field(Kind.FLAG, is_required=False),  # room is left for the records clerk's mark
    "place": _TEXT,  # Nguyệt Ấn
    "issued_on": _DAY,  # the date line, and all the file knows of time
    "signer.capacity": _LINES,  # CHỦ TỊCH, or KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH
    "signer.full_name": _TEXT,
    "verify_url": _OPTIONAL,  # https://…/verify, behind a QR; absent: neither stands on the paper
    "dossier_code": _OPTIONAL,  # these two go into the file's properties, not on the page
    "record_digest": _OPTIONAL,
}
_PERSON: Mapping[str, Field] = {
    "subject.full_name": _TEXT,
    "subject.birth_date": _DATE,
    "subject.sex": _OPTIONAL,
    "subject.ethnicity": _OPTIONAL,
    "subject.nationality": _OPTIONAL,
}
_MARITAL_STATUS: Mapping[str, Field] = {
    **_RESULT,
    **_PERSON,
    "requester.full_name": _TEXT,
    "subject.identity_paper": _OPTIONAL,  # Căn cước số … do … cấp ngày …
    "subject.residence": _OPTIONAL,
    "residence_period": _OPTIONAL,  # tại …, từ ngày … đến ngày …
    "marital_status": _TEXT,
    "purpose": _TEXT,
}


def _parent(who: str) -> dict[str, Field]:
    kinds = {"full_name": _OPTIONAL, "birth_date": _OPTIONAL_DATE}
    kinds |= dict.fromkeys(("ethnicity", "nationality", "residence"), _OPTIONAL)
    return {f"{who}.{name}": kind for name, kind in kinds.items()}


_BIRTH: Mapping[str, Field] = {
    **_RESULT,
    **_PERSON,
    "subject.birth_place": _OPTIONAL,
    "subject.home_town": _OPTIONAL,
    "subject.personal_number": _OPTIONAL,
    **_parent("mother"),
    **_parent("father"),
    "registration.agency": _TEXT,
    "registration.number": _TEXT,  # the register's number, not the copy's
    "registration.date": _DAY,
    "note": _OPTIONAL,
}
_DEATH: Mapping[str, Field] = {
    **_RESULT,
    **_PERSON,
    "is_copy": Field(Kind.FLAG, is_required=False),  # absent or false: the extract given when the death is registered
    "subject.birth_date": _OPTIONAL_DATE,
    "subject.personal_number": _OPTIONAL,
    "subject.identity_paper": _OPTIONAL,
    "subject.last_residence": _OPTIONAL,
    "death.date": _DATE,
    "death.time": Field(Kind.CLOCK, is_required=False),
    "death.place": _OPTIONAL,
    "death.cause": _OPTIONAL,
    "notice.number": _OPTIONAL,  # Giấy báo tử or the paper in its place
    "notice.issuer": _OPTIONAL,
    "notice.date": _OPTIONAL_DAY,
    "requester.full_name": _OPTIONAL,
    "requester.identity_paper": _OPTIONAL,
    "registration.agency": _OPTIONAL,
    "registration.number": _OPTIONAL,
    "registration.date": _OPTIONAL_DAY,
    "note": _OPTIONAL,
}
# No telephone and no identity number of a person: their last digits are the second factor of the citizen's page.
_RECEIPT: Mapping[str, Field] = {
    "folder_kind": Field(Kind.FOLDER),
    "agency.name": _LINES,
    "agency.desk": _TEXT,  # BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ
    "place": _TEXT,
    "dossier_code": _TEXT,
    "receipt_code": _TEXT,  # 12 characters, grouped by the template
    "public_url": _OPTIONAL,  # the whole address behind the QR, https://…/k/CODE; absent: no QR
    "desk.address": _OPTIONAL,
    "desk.telephone": _OPTIONAL,  # required without a public_url
    "desk.hours": _OPTIONAL,
    "submitter.full_name": _TEXT,
    "submitter.address": _OPTIONAL,
    "owner.full_name": _OPTIONAL,
    "owner.address": _OPTIONAL,
    "procedure.name": _TEXT,
    "procedure.code": _OPTIONAL,
    "papers": Field(Kind.PAPERS),
    "set_count": Field(Kind.COUNT, is_required=False),  # 1 if absent
    "processing_time": _OPTIONAL,  # 03 ngày làm việc
    "fee": _OPTIONAL,  # 8.000 đồng, đã nộp
    "received_at": Field(Kind.MOMENT),
    "due_at": Field(Kind.MOMENT),
    "collection": _OPTIONAL,  # where or how the result is received
    "clerk.full_name": _TEXT,
}

_SEPARATOR: Mapping[str, Field] = {
    "folder_kind": Field(Kind.FOLDER),
    "code": _TEXT,  # what the QR says, and small under it
}

TEMPLATES: Mapping[str, Mapping[str, Field]] = {
    "marital-status-confirmation": _MARITAL_STATUS,
    "birth-extract": _BIRTH,
    "death-extract": _DEATH,
    "receipt-slip": _RECEIPT,
    "separator-sheet": _SEPARATOR,
}
MARKS: Mapping[str, Mapping[str, Field]] = {
    "signature": {"full_name": _TEXT},  # the strokes are made from the name: an invented hand, the same each time
    "seal": {"agency": _TEXT, "place": _OPTIONAL},  # ỦY BAN NHÂN DÂN XÃ NGUYỆT ẤN above, TỈNH THANH HÓA below
    # No picture on copies, scans and attachments of their own: words at the top right (Decree 30/2020, appendix I).
    "copy": {"form": _TEXT, "agency": _TEXT, "signed_at": Field(Kind.MOMENT)},  # SAO Y, SAO LỤC, TRÍCH SAO
    "attachment": {"number": _TEXT, "signed_at": Field(Kind.MOMENT)},  # số và ký hiệu of the document it belongs to
    "number": {"number": _TEXT, "place": _TEXT, "issued_on": _DAY},  # the line that is_numbered_later left open
}

_T = TypeVar("_T")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def worded(fields: Mapping[str, Field], data: Mapping[str, object]) -> dict[str, object]:
    """Return what the template gets, each value as it is printed; raises ``ValueMissing`` naming the field."""
    if unknown := sorted(data.keys() - fields.keys()):
        raise ValueMissing("value_unknown", field=unknown[0])
    given: dict[str, object] = {}
    for name, field in fields.items():
        value = data.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            if field.is_required:
                raise ValueMissing("value_missing", field=name)
            continue
        try:
            given |= _WORDINGS[field.kind](name, value)
        except (ValueError, TypeError, KeyError) as error:
            raise ValueMissing("value_of_another_kind", field=name, kind=field.kind) from error
    return given


def _text(name: str, value: object) -> dict[str, object]:
    return {name: _clean(_of(str, value))}


def _lines(name: str, value: object) -> dict[str, object]:
    return {name: [_clean(line) for line in _of(str, value).splitlines() if line.strip()]}


def _date(name: str, value: object) -> dict[str, object]:
    text = _of(str, value)
    is_whole = dates.parts(text)[2] is not None
    line = dates.in_date_line(text) if is_whole else dates.in_digits(text)
    return {name: dates.in_digits(text), f"{name}.line": line, f"{name}.words": dates.in_words(text)}


def _day(name: str, value: object) -> dict[str, object]:
    dates.in_date_line(_of(str, value))  # raises unless the day is there
    return _date(name, value)


def _clock(name: str, value: object) -> dict[str, object]:
    if not _CLOCK.fullmatch(text := _of(str, value)):
        raise ValueError("not a time of day")
    return {name: f"{text[:2]} giờ {text[3:]} phút"}


def _moment(name: str, value: object) -> dict[str, object]:
    local = _local(_of(str, value))
    words = f"{local:%H} giờ {local:%M} phút, ngày {local:%d/%m/%Y}"
    day_line = dates.in_date_line(local.date().isoformat())
    return {name: words, f"{name}.line": day_line, f"{name}.iso": local.isoformat(timespec="seconds")}


def _count(name: str, value: object) -> dict[str, object]:
    if isinstance(value, bool) or (count := _of(int, value)) < 0:
        raise ValueError("not a count")
    return {name: count}


def _flag(name: str, value: object) -> dict[str, object]:
    return {name: _of(bool, value)}


def _folder(_name: str, value: object) -> dict[str, object]:
    return {"notice_band": FOLDER_NOTICES[_of(str, value)]}


def _papers(name: str, value: object) -> dict[str, object]:
    return {name: [_paper(paper) for paper in _of(list, value)]}


_WORDINGS: Mapping[Kind, Callable[[str, object], dict[str, object]]] = {
    Kind.TEXT: _text,
    Kind.LINES: _lines,
    Kind.DATE: _date,
    Kind.DAY: _day,
    Kind.CLOCK: _clock,
    Kind.MOMENT: _moment,
    Kind.COUNT: _count,
    Kind.FLAG: _flag,
    Kind.FOLDER: _folder,
    Kind.PAPERS: _papers,
}


def _of(kind: type[_T], value: object) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"{kind.__name__} is wanted")
    return value


def _clean(text: str) -> str:
    """One line, NFC, single spaces: a line break out of an OCR reading is not one of the paper's."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def local_day(text: str) -> str:
    return _local(text).date().isoformat()


def _local(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment has an offset")
    return moment.astimezone(dates.VIETNAM)


def _paper(paper: object) -> dict[str, object]:
    given = _of(dict, paper)
    if given.keys() - {"name", "originals", "copies"}:
        raise ValueError("a paper has a name, originals and copies")
    counts = [_count(name, given.get(name, 0)) for name in ("originals", "copies")]
    return {**_text("name", given["name"]), **counts[0], **counts[1]}
