"""The demo's clerk, official and records clerk: new passwords and new keys each time, told once and kept nowhere."""

import secrets
from uuid import UUID

from django.conf import settings

from certs.authority import Subject
from commands.wiring import ORGANISATION, Wired
from dossiers.demo import DemoOffice
from dossiers.engines import FolderKind, current
from dossiers.models import Account
from dossiers.numbering import Numbering, office_day
from dossiers.people import Actor, Role
from signing import Role as SigningRole

PIN_BYTES = 6


class People:
    """Who acts, and the PINs of those who hold a key: the official's own, and the seal's, kept by the records clerk."""

    def __init__(self, office: DemoOffice, wired: Wired) -> None:
        self.office = office
        official = office.person(Role.OFFICIAL)
        self.pins = {
            Role.OFFICIAL: _key(wired, SigningRole.OFFICIAL, official.account_id, official.full_name),
            Role.RECORDS_CLERK: _key(wired, SigningRole.SEAL, office.unit_id, ORGANISATION[FolderKind.DEMO]),
        }

        if settings.NUMBERING == Numbering.AFTER_SIGNING:
            records = office.person(Role.RECORDS_CLERK)
            own = wired.authority.issue("clerk", Subject(records.full_name, ORGANISATION[FolderKind.DEMO]))
            wired.keys.register(records.account_id, SigningRole.NUMBER, own, self.pins[Role.RECORDS_CLERK])

    @property
    def unit_id(self) -> UUID:
        return self.office.unit_id

    def actor(self, role: Role) -> Actor:
        """Return the person of this role as an actor of today."""
        account = Account.objects.get(pk=self.office.person(role).account_id)
        return account.actor(office_day(current().clock.now()))


def _key(wired: Wired, role: SigningRole, owner_id: UUID, name: str) -> str:
    pin = secrets.token_urlsafe(PIN_BYTES)
    profile = "seal" if role is SigningRole.SEAL else "official"
    key = wired.authority.issue(profile, Subject(name, ORGANISATION[FolderKind.DEMO]))
    wired.keys.register(owner_id, role, key, pin)
    return pin
