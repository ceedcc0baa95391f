"""Who signs in, and what they may do from when to when. There is no other way to authority than a ``Membership``."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from dossiers.models.base import Row, new_id
from dossiers.people import OFFICE_ROLES, Actor, ActorKind, Role, Seat


class Unit(Row):
    """A commune or a room of it. ``code`` is the official one and never parsed; ``short_name`` is in storage keys."""

    code = models.CharField(max_length=35, unique=True)
    short_name = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    letterhead = models.TextField()  # the name in capitals, in the lines it has above a result
    superior = models.CharField(max_length=100, blank=True)  # the line above the letterhead
    place = models.CharField(max_length=100)  # as in "Nguyệt Ấn, ngày 05 tháng 3 năm 2026"
    telephone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="rooms")

    def __str__(self) -> str:
        return self.code


class AccountManager(BaseUserManager["Account"]):
    def create_account(self, username: str, full_name: str, password: str) -> Account:
        """Make an account without any authority; a ``Membership`` gives it."""
        account = self.model(username=Account.normalize_username(username), full_name=full_name)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """One who signs in. No permissions of Django's: the only gate is ``dossiers.permissions.may``."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=64, unique=True)
    full_name = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    def __str__(self) -> str:
        return str(self.pk)  # the id, never the name: this lands in logs

    def actor(self, on: date) -> Actor:
        """Return who this account is on that day."""
        if not self.is_active:
            return Actor(ActorKind.ACCOUNT, self.pk)
        seats = self.memberships.in_force(on).values_list("unit_id", "role")
        return Actor(ActorKind.ACCOUNT, self.pk, frozenset(Seat(unit, Role(role)) for unit, role in seats))


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, on: date) -> MembershipQuerySet:
        return self.filter(Q(until=None) | Q(until__gte=on), since__lte=on)


class Membership(Row):
    """Authority is dated and given by a decision. ``capacity`` are the lines over a signature ("KT. …" and title)."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in sorted(OFFICE_ROLES)])
    since = models.DateField()
    until = models.DateField(null=True, blank=True)  # the last day it holds
    decision_no = models.CharField(max_length=64)
    capacity = models.CharField(max_length=200, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=models.F("since")), name="membership_dates"),
            models.UniqueConstraint(fields=["account", "unit", "role", "since"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role} {self.unit_id}"
