"""Who signed as what in a letter that others made: no field of it says so, but the order and the pictures do.

As offices sign (signing.md F): initials on the way, the leader last of the persons, then the office itself writes
number and date, and sets its seal over the leader's signature. It is told, and nothing is decided by it.
"""

import unicodedata
from collections.abc import Callable, Sequence

from signing.fields import ROLE_OF
from signing.values import Role
from signing.verify.work import Work

NAMES_OF_OFFICES = ("organization_name", "organizational_unit_name")


def assign_roles(works: Sequence[Work], is_on_another: Callable[[Work], bool]) -> None:
    """Set the roles of signatures in fields of other programs; ``works`` are oldest first."""
    signed = [one for one in works if one.signed is not None and not one.is_document_timestamp]
    offices = {name for one in signed for name in _names(one, NAMES_OF_OFFICES)}
    of_office = [one for one in signed if set(_names(one, ("common_name",))) & offices]
    persons = [one for one in signed if one not in of_office]
    if not of_office or not persons or any(one.name in ROLE_OF for one in signed):
        return
    for one in persons:
        one.role = Role.OFFICIAL if one is persons[-1] else Role.INITIAL
    for one in of_office:
        one.role = Role.SEAL if is_on_another(one) else Role.NUMBER


def _names(work: Work, kinds: Sequence[str]) -> list[str]:
    """Return the names of some kinds in a signer's certificate, made comparable."""
    assert work.signed is not None  # ruff: ignore[assert] - the caller saw to it
    found = [work.signed.certificate.subject.native.get(kind, []) for kind in kinds]
    several = [one for names in found for one in (names if isinstance(names, list) else [names])]
    return [plain(one) for one in several]


def plain(name: str) -> str:
    """Return a name without what typing makes differ: case, spaces, composed letters."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
