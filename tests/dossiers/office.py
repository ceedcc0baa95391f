"""A small office for the tests: invented people, real store, printer, keys, signer and verifier; and a plain reader.

The reader takes scans that carry their fields as JSON behind a PDF's first bytes: what Tesseract makes of paper is
tested in tests/ocr and in the journeys; here it only has to be the same each time. It keeps the promises of a real one:
the scan must exist, what is not a scan is ``ScanUnreadable``.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

from dossiers.engines import Engines, FolderKind
from dossiers.intake import NewDossier, Upload
from dossiers.models import Account, Membership, Unit
from dossiers.models.base import new_id
from dossiers.people import Actor, Role
from ocr import (
    Box,
    Check,
    Decision,
    Digitized,
    FieldReading,
    FormMatch,
    Kind,
    PageClass,
    PageReading,
    ScanUnreadable,
    Source,
)

PROPOSED = {"subject.sex": ("Nam",)}  # what a reader would propose
MARITAL, BIRTH, DEATH, COPY = "1.004873", "1.001193", "1.000656", "2.000635"
FORM_OF = {
    MARITAL: "to-khai-xac-nhan-tinh-trang-hon-nhan",
    BIRTH: "to-khai-dang-ky-khai-sinh",
    DEATH: "to-khai-dang-ky-khai-tu",
    COPY: "to-khai-cap-ban-sao-trich-luc",
}
VALUES: Mapping[str, Mapping[str, str | None]] = {
    MARITAL: {
        "requester.full_name": "Nguyễn Thị Hoa",
        "subject.full_name": "Nguyễn Thị Hoa",
        "subject.birth_date": "1998-03-05",
        "subject.sex": "Nữ",
        "subject.residence": None,
        "marital_status": "Hiện tại chưa đăng ký kết hôn với ai",
        "purpose": "Để kết hôn",
    },
    BIRTH: {
        "requester.full_name": "Lê Văn Đồng",
        "subject.full_name": "Lê Minh Anh",
        "subject.birth_date": "2026-11-02",
        "subject.sex": "Nam",
        "mother.full_name": "Hà Thị Suối",
    },
    DEATH: {
        "requester.full_name": "Quách Văn Núi",
        "subject.full_name": "Quách Văn Đồi",
        "subject.birth_date": "1940",
        "death.date": "2026-11-20",
        "death.time": "08:30",
    },
    COPY: {
        "requester.full_name": "Bùi Thị Hạt",
        "extract.kind": "Giấy khai sinh",
        "subject.full_name": "Bùi Thị Hạt",
        "subject.birth_date": "1990-01-31",
        "registration.agency": "Ủy ban nhân dân xã Nguyệt Ấn",
        "registration.number": "12",
        "registration.date": "1990-02-07",
    },
}
SECRET = "the PIN of an invented token"


def scan(
    procedure: str | None,
    values: Mapping[str, str | None] | None = None,
    pages: int = 1,
    also_for: Sequence[str] = (),
) -> bytes:
    """Return a scan whose form is handed in for ``procedure`` and others, or one without a form."""
    known = VALUES.get(procedure or "", {})
    told = {"procedure": procedure, "also_for": list(also_for), "values": dict(values or known), "pages": pages}
    return b"%PDF-1.7\n" + json.dumps(told, ensure_ascii=False).encode()


class PlainReader:
    def __init__(self) -> None:
        self.forgotten: list[str] = []
        self.sweeps = 0

    def digitize(self, scan: Path, *, on_progress=None, **_unused: object) -> Digitized:
        content = scan.read_bytes()
        try:
            told = json.loads(content.removeprefix(b"%PDF-1.7\n"))
        except ValueError:
            raise ScanUnreadable("damaged") from None
        if on_progress is not None:
            on_progress({"stage": "fields", "page": 1, "pages": told["pages"], "done": 0})
        has_form = told["procedure"] is not None
        procedures = (told["procedure"], *told["also_for"])
        code = FORM_OF.get(told["procedure"], "another form")
        match = FormMatch(code, "2024", procedures, 1, 0.98) if has_form else None
        return Digitized(
            sha256=hashlib.sha256(content).hexdigest(),
            kind=Kind.SCANNED,
            pages=tuple(
                _page(n, PageClass.FORM if n == 1 and has_form else PageClass.ATTACHMENT)
                for n in range(1, told["pages"] + 1)
            ),
            form=match,
            fields={
                name: replace(_reading(value, place), proposals=PROPOSED.get(name, ()))
                for place, (name, value) in enumerate(told["values"].items())
            },
            pdf=b"%PDF-1.7 searchable copy of " + content,
        )

    def page_png(self, pdf: Path, number: int, width_px: int = 1200) -> bytes:
        raise NotImplementedError

    def forget(self, scan_sha256: str) -> None:
        self.forgotten.append(scan_sha256)

    def sweep(self) -> None:
        self.sweeps += 1


def _page(number: int, page_class: PageClass) -> PageReading:
    return PageReading(number, 2480, 3508, 300, 0, 0.0, False, page_class, (), "đọc được", 0.93, (), ())


def _reading(value: str | None, place: int) -> FieldReading:
    return FieldReading(
        reading=value or "",
        value=value,
        confidence=0.95 if value else 0.0,
        page=1,
        box=Box(0.3, 0.1 + place / 50, 0.6, 0.11 + place / 50),
        source=Source.OCR if value else Source.NONE,
        decision=Decision.LOOK if value else Decision.EMPTY,
        checks={"structure": Check.NOT_APPLICABLE},
    )


@dataclass
class SetClock:
    """Stands at a working morning until a test moves it."""

    moment: datetime = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)  # 09:00 in Viet Nam, a Wednesday

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


SINCE = date(2025, 7, 1)


@dataclass
class Office:
    """A commune with one person for each role; ``engines`` is what was wired."""

    engines: Engines | None
    clock: SetClock
    unit: Unit
    accounts: dict[Role, Account] = field(default_factory=dict)

    def actor(self, role: Role) -> Actor:
        return self.accounts[role].actor(SINCE + timedelta(days=1))

    def hire(self, role: Role, username: str, unit: Unit | None = None) -> Account:
        account = Account(username=username, full_name="Trần Thị Sao")
        account.set_unusable_password()
        account.save()
        Membership.objects.create(
            account=account, unit=unit or self.unit, role=role, since=SINCE, decision_no="1", capacity="CHỦ TỊCH"
        )
        return account

    def new(self, procedure: str = MARITAL, dossier_id: UUID | None = None) -> NewDossier:
        return NewDossier(dossier_id or new_id(), self.unit.pk, procedure, "Nguyễn Thị Hoa", ("4321",))


def make_unit(short_name: str, code: str) -> Unit:
    return Unit.objects.create(
        code=code,
        short_name=short_name,
        name="Ủy ban nhân dân xã Nguyệt Ấn",
        letterhead="ỦY BAN NHÂN DÂN\nXÃ NGUYỆT ẤN",
        superior="TỈNH THANH HÓA",
        place="Nguyệt Ấn",
    )


def upload(content: bytes, name: str = "tờ khai.pdf") -> Upload:
    return Upload(name, BytesIO(content))


def open_office(engines: Engines | None, clock: SetClock) -> Office:
    office = Office(engines, clock, make_unit("nguyet-an", "H56.17.05"))
    roles = (Role.CLERK, Role.OFFICIAL, Role.RECORDS_CLERK, Role.ADMINISTRATOR, Role.AUDITOR)
    office.accounts = {role: office.hire(role, role.value) for role in roles}
    return office


KIND = FolderKind.DEMO
