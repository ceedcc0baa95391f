"""Who acts: roles, and the actor that every step and every page asks about.

An actor is an account with the memberships it holds today, a citizen with a receipt code, or the service itself. It
is a plain value: made once per request from the rows, so that no rule has to read a database.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID

from dossiers.errors import NotPermitted


class Role(StrEnum):
    CLERK = "clerk"
    SPECIALIST = "specialist"
    HEAD_OF_ROOM = "head-of-room"
    OFFICIAL = "official"
    RECORDS_CLERK = "records-clerk"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    SERVICE = "service"  # jobs of our own; never held by an account
    CITIZEN = "citizen"  # by receipt code; never held by an account


OFFICE_ROLES = frozenset(Role) - {Role.SERVICE, Role.CITIZEN}


class ActorKind(StrEnum):
    ACCOUNT = "account"
    CITIZEN = "citizen"
    SERVICE = "service"


@dataclass(frozen=True)
class Seat:
    """One role in one unit, held today."""

    unit_id: UUID
    role: Role


@dataclass(frozen=True)
class Actor:
    """``id`` is the account's, for a citizen the dossier's that the code opened, for the service nothing."""

    kind: ActorKind
    id: UUID | None = None
    seats: frozenset[Seat] = frozenset()

    @classmethod
    def service(cls) -> Self:
        return cls(ActorKind.SERVICE)

    @classmethod
    def citizen(cls, dossier_id: UUID) -> Self:
        return cls(ActorKind.CITIZEN, dossier_id)

    @property
    def account_id(self) -> UUID:
        """The account; raises ``NotPermitted`` where only a person of the office may act."""
        if self.kind is not ActorKind.ACCOUNT or self.id is None:
            raise NotPermitted("a_person_is_needed")
        return self.id

    @property
    def unit_ids(self) -> frozenset[UUID]:
        return frozenset(seat.unit_id for seat in self.seats)

    def roles_in(self, units: frozenset[UUID]) -> frozenset[Role]:
        """Return the roles that count for something that these units are involved in."""
        if self.kind is ActorKind.SERVICE:
            return frozenset({Role.SERVICE})
        if self.kind is ActorKind.CITIZEN:
            return frozenset({Role.CITIZEN})
        return frozenset(seat.role for seat in self.seats if seat.unit_id in units)
