"""The cast of the page tests: one commune with its people, a neighbour who must see nothing, dossiers in each state.

Rows are made through the steps wherever a step makes them; only what the reader would have read is written directly, at
the places of the real blank form, so that these tests need not read a scan.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

from django.db import transaction
from PIL import Image

from dossiers import files, intake
from dossiers.lifecycle import Step
from dossiers.models import Account, Dossier, Field, Membership, Page, Unit
from dossiers.people import Actor, Role
from dossiers.rows import move

ROOT = Path(__file__).parents[2]
FORM = ROOT / "ocr/forms/data/to-khai-xac-nhan-tinh-trang-hon-nhan/2024"
PASSWORD = "mật khẩu thử nghiệm dài"
# Fixed, so that their keys are made once for all tests.
IDS = {"hung": UUID("0193a000-0000-7000-8000-000000000001"), "nguyet-an": UUID("0193a000-0000-7000-8000-000000000002")}
DIGITS = "0417"
DPI = 150
MM_PER_INCH = 25.4
VALUES = {
    "request.agency": "Ủy ban nhân dân xã Nguyệt Ấn",
    "requester.full_name": "PHẠM THỊ VÂN",
    "requester.birth_date": "1985-06-12",
    "requester.residence": "thôn Minh Thủy, xã Nguyệt Ấn, tỉnh Thanh Hóa",
    "requester.identity_paper": "Căn cước số 038185004170",
    "requester.identity_number": "038185004170",
    "requester.relation": "bản thân",
    "subject.full_name": "PHẠM THỊ VÂN",
    "subject.birth_date": "1985-06-12",
    "subject.sex": "Nữ",
    "subject.ethnicity": "Mường",
    "subject.nationality": "Việt Nam",
    "subject.residence": "thôn Minh Thủy, xã Nguyệt Ấn, tỉnh Thanh Hóa",
    "subject.identity_paper": "Căn cước số 038185004170",
    "subject.identity_number": "038185004170",
    "marital_status": "Chưa đăng ký kết hôn với ai",
    "purpose": "Để đăng ký kết hôn",
    "made.place": "Nguyệt Ấn",
    "made.date": "2026-11-23",
}
DOUBTED = {
    "subject.birth_date": ["year of birth does not match the number"],
    "subject.ethnicity": ["handwritten"],
    "purpose": [],
}
PROPOSED = {"subject.ethnicity": ["Mông", "Mảng", "Nùng"]}


@dataclass(frozen=True)
class Cast:
    unit: Unit
    clerk: Account
    official: Account
    records_clerk: Account
    administrator: Account
    auditor: Account
    neighbour: Account  # a clerk, official and records clerk of another commune

    def actor(self, account: Account) -> Actor:
        return account.actor(date.today())  # noqa: DTZ011 - memberships here began long ago


def gather() -> Cast:
    """Write the units and accounts."""
    unit = _unit("H56.27.01", "nguyet-an", "Nguyệt Ấn", "0237 3 900 100")
    other = _unit("H56.27.02", "minh-son", "Minh Sơn", "")
    people = [
        _account(unit, "lan", "Lê Thị Lan", Role.CLERK),
        _account(unit, "hung", "Phạm Văn Hùng", Role.OFFICIAL),
        _account(unit, "mai", "Nguyễn Thị Mai", Role.RECORDS_CLERK),
        _account(unit, "quan", "Trần Minh Quân", Role.ADMINISTRATOR),
        _account(unit, "sang", "Đỗ Văn Sáng", Role.AUDITOR),
        _account(other, "tuan", "Hà Văn Tuấn", Role.CLERK, Role.OFFICIAL, Role.RECORDS_CLERK),
    ]
    return Cast(unit, *people)


def _unit(code: str, short_name: str, place: str, telephone: str) -> Unit:
    return Unit.objects.create(
        pk=IDS.get(short_name, uuid4()),
        code=code,
        short_name=short_name,
        name=f"Ủy ban nhân dân xã {place}",
        letterhead=f"ỦY BAN NHÂN DÂN\nXÃ {place.upper()}",
        superior="TỈNH THANH HÓA",
        place=place,
        telephone=telephone,
        address=f"trung tâm xã {place}, tỉnh Thanh Hóa",
    )


def _account(unit: Unit, username: str, full_name: str, *roles: Role) -> Account:
    account = Account(pk=IDS.get(username, uuid4()), username=username, full_name=full_name)
    account.set_unusable_password()  # hashing is slow on purpose; who signs in by a form gets a password there
    account.save()
    for role in roles:
        Membership.objects.create(
            account=account,
            unit=unit,
            role=role.value,
            since=date(2026, 1, 1),
            decision_no="12/QĐ-UBND",
            capacity="CHỦ TỊCH",
        )
    return account


def scan_pdf() -> bytes:
    """Return the blank pages of the real form as a PDF: enough to show, and to be measured on."""
    pages = [Image.open(path).convert("L") for path in sorted(FORM.glob("blank-*.png"))]
    with BytesIO() as target:
        pages[0].save(target, "PDF", save_all=True, append_images=pages[1:], resolution=DPI)
        return target.getvalue()


def received(cast: Cast, procedure: str = "1.004873") -> Dossier:
    new = intake.NewDossier(uuid4(), cast.unit.pk, procedure, "Phạm Thị Vân", (DIGITS,))
    return intake.receive(cast.actor(cast.clerk), new, [intake.Upload("to-khai.pdf", BytesIO(scan_pdf()))])


def transcribed(cast: Cast, flags: tuple[str, ...] = ()) -> Dossier:
    """Return a dossier as the reader would have left it."""
    return read(cast, received(cast), flags)


def read(cast: Cast, dossier: Dossier, flags: tuple[str, ...] = ()) -> Dossier:
    """Write what the reader would have read."""
    scan = dossier.scans.get()
    at = datetime.now(UTC)
    put = files.put_bytes(files.owner_of(cast.unit, dossier.pk), scan_pdf(), "application/pdf")
    form = tomllib.loads((FORM / "form.toml").read_text(encoding="utf-8"))
    width_mm, height_mm = form["page_mm"]
    with transaction.atomic():
        scan.searchable = files.named(put, at)
        scan.transcribed_at = at
        scan.form_code, scan.form_version, scan.form_procedure = form["code"], form["version"], form["procedure"]
        scan.save()
        for number in range(1, len(form["blanks"]) + 1):
            Page.objects.create(
                scan=scan,
                number=number,
                width_px=round(width_mm / MM_PER_INCH * DPI),
                height_px=round(height_mm / MM_PER_INCH * DPI),
                dpi=DPI,
                rotation_deg=0,
                page_class="form",
                mean_confidence=0.9,
                warnings=["blurred"] if number == 2 else [],
            )
        for position, (name, value) in enumerate(VALUES.items(), start=1):
            _field(scan, position, name, value, form)
        dossier.flags = list(flags)
        move(dossier, Step.TRANSCRIBE, Actor.service(), at)
    dossier.refresh_from_db()
    return dossier


def _field(scan, position, name, value, form):
    width_mm, height_mm = form["page_mm"]
    slot = next((one for one in form["field"] if name in {one["key"], one.get("number_key")}), form["field"][0])
    x0, y0, x1, y1 = slot["boxes_mm"][0]
    Field.objects.create(
        dossier=scan.dossier,
        scan=scan,
        name=name,
        position=position,
        page_number=slot["page"],
        box=[x0 / width_mm, y0 / height_mm, x1 / width_mm, y1 / height_mm],
        reading=value,
        value=value,
        confidence=0.6 if name in DOUBTED else 0.97,
        source="ocr",
        decision="look" if name in DOUBTED else "accepted",
        problems=DOUBTED.get(name, []),
        proposals=PROPOSED.get(name, []),
    )
