"""The demo office: one commune, one invented person for each role, passwords made at random and told once.

Refuses a folder that is not a demo's. Called again it makes new passwords and nothing else.
"""

import secrets
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from dossiers import folder
from dossiers.engines import FolderKind
from dossiers.models import Account, Membership, Unit
from dossiers.people import Role

DECISION_NO = "01/QĐ-UBND"
SINCE = date(2025, 7, 1)
PASSWORD_BYTES = 12
UNIT = {
    "code": "H56.17.05",
    "name": "Ủy ban nhân dân xã Nguyệt Ấn",
    "letterhead": "ỦY BAN NHÂN DÂN\nXÃ NGUYỆT ẤN",
    "superior": "TỈNH THANH HÓA",
    "place": "Nguyệt Ấn",
    "telephone": "0237 000 0000",
    "address": "Xã Nguyệt Ấn, tỉnh Thanh Hóa",
}
PEOPLE = {
    Role.CLERK: ("clerk", "Lê Thị Mơ", ""),
    Role.OFFICIAL: ("official", "Phạm Văn Trúc", "CHỦ TỊCH"),
    Role.RECORDS_CLERK: ("records", "Bùi Thị Nguyệt", ""),
    Role.ADMINISTRATOR: ("admin", "Trịnh Văn Sao", ""),
}


@dataclass(frozen=True)
class DemoPerson:
    role: Role
    account_id: UUID
    username: str
    full_name: str
    password: str


@dataclass(frozen=True)
class DemoOffice:
    unit_id: UUID
    people: tuple[DemoPerson, ...]

    def person(self, role: Role) -> DemoPerson:
        return next(person for person in self.people if person.role is role)


def seed() -> DemoOffice:
    """Make the demo office, or find it and give its people new passwords."""
    folder.claim(FolderKind.DEMO)
    with transaction.atomic():
        unit, _ = Unit.objects.update_or_create(short_name="nguyet-an", defaults=UNIT)
        return DemoOffice(unit.pk, tuple(_person(unit, role) for role in PEOPLE))


def _person(unit: Unit, role: Role) -> DemoPerson:
    username, full_name, capacity = PEOPLE[role]
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    account = Account.objects.filter(username=username).first()
    if account is None:
        account = Account.objects.create_account(username, full_name, password)
    else:
        account.set_password(password)
        account.save()
    Membership.objects.get_or_create(
        account=account,
        unit=unit,
        role=role.value,
        since=SINCE,
        defaults={"decision_no": DECISION_NO, "capacity": capacity},
    )
    return DemoPerson(role, account.pk, username, full_name, password)
