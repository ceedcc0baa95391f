"""Where each certificate of an authority stands, read from its register: good, suspended, or revoked for good.

The register's order decides. An act that the table does not know is passed over, so that of two people who act at
once the first wins, and both see the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from certs.certificate import Certificate
from certs.register import Entry
from certs.revocation import HOLD, Revoked


class Standing(StrEnum):
    GOOD = "good"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


NEXT = {
    (Standing.GOOD, "suspended"): Standing.SUSPENDED,
    (Standing.GOOD, "revoked"): Standing.REVOKED,
    (Standing.SUSPENDED, "reinstated"): Standing.GOOD,
    (Standing.SUSPENDED, "revoked"): Standing.REVOKED,
}
CHANGES = frozenset(kind for _, kind in NEXT)


@dataclass(frozen=True)
class Issued:
    """One certificate that was given out."""

    profile: str
    certificate: Certificate
    standing: Standing = Standing.GOOD
    revoked: Revoked | None = None  # while it is suspended, too
    renewed_by: str = ""

    def after(self, entry: Entry) -> "Issued":
        """Return the same certificate after one more act."""
        standing = NEXT.get((self.standing, entry.kind))
        if standing is None:
            return self
        if standing is Standing.GOOD:
            return replace(self, standing=standing, revoked=None)
        reason = entry.details.get("reason", HOLD)
        # A suspension that ends in revocation was one from its beginning: what was signed in between is not good.
        at = self.revoked.at if self.revoked is not None else entry.at.replace(microsecond=0)
        return replace(self, standing=standing, revoked=Revoked(int(entry.details["serial"], 16), at, reason))


def issued(entries: Iterable[Entry]) -> dict[str, Issued]:
    """Return every certificate by its serial number, in the order they were given out."""
    found: dict[str, Issued] = {}
    for entry in entries:
        serial = entry.details.get("serial", "")
        if entry.kind == "issued":
            found[serial] = Issued(entry.details["profile"], Certificate(bytes.fromhex(entry.details["certificate"])))
            if (renews := entry.details.get("renews", "")) in found:
                found[renews] = replace(found[renews], renewed_by=serial)
        elif serial in found:
            found[serial] = found[serial].after(entry)
    return found
