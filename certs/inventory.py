"""Who has which certificate until when, and which of them end soon."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certs.answers import Answers
from certs.certificate import Certificate
from certs.registrations import Registration, Registrations
from certs.standing import Issued, Standing

WARNING_DAYS = (7, 30, 90)
AUTHORITY, REGISTRATIONS = "authority", "registrations"  # folders of a data folder


@dataclass(frozen=True)
class Holding:
    """One certificate; ``warn_days`` is the smallest of 7, 30 and 90 that it ends within, 0 when it has ended."""

    kind: str  # a profile of ours, root, issuing, or registered
    holder: str
    person: str  # whom an administrator registered it for
    certificate: Certificate
    standing: Standing
    days_left: int
    warn_days: int | None

    @property
    def needs_attention(self) -> bool:
        return self.warn_days is not None and self.standing is not Standing.REVOKED


def kept_in(authority: Path, registrations: Path, clock: Callable[[], datetime]) -> list[Holding]:
    """Return what an office knows of: its own authority's certificates, and registered ones; either may be absent."""
    above: list[tuple[str, Certificate]] = []
    issued: list[Issued] = []
    if (authority / "root.pem").exists():
        own = Answers(authority, clock)
        above, issued = [("root", own.root), ("issuing", own.issuer)], list(own.issued().values())
    registered = Registrations(registrations, clock).all() if registrations.exists() else []
    return inventory(above, issued, registered, clock())


def inventory(
    above: Iterable[tuple[str, Certificate]],
    issued: Iterable[Issued],
    registered: Iterable[Registration],
    now: datetime,
) -> list[Holding]:
    """Return everything in the order it ends; one that has a successor, or was revoked, is not warned of."""
    found = [
        *(_holding(kind, one, Standing.GOOD, now) for kind, one in above),
        *(_holding(one.profile, one.certificate, one.standing, now, replaced=bool(one.renewed_by)) for one in issued),
        *(_holding("registered", one.certificate, Standing.GOOD, now, person=one.person) for one in registered),
    ]
    return sorted(found, key=lambda holding: holding.certificate.not_after)


def _holding(
    kind: str,
    certificate: Certificate,
    standing: Standing,
    now: datetime,
    *,
    person: str = "",
    replaced: bool = False,
) -> Holding:
    left, life = certificate.not_after - now, certificate.not_after - certificate.not_before
    told = [days for days in WARNING_DAYS if 2 * days < life.days]  # one that lives for 90 days is not born in need
    within = 0 if left.total_seconds() <= 0 else next((days for days in told if left.days < days), None)
    silent = replaced or standing is Standing.REVOKED
    return Holding(
        kind, certificate.common_name, person, certificate, standing, left.days, None if silent else within
    )  # fmt: skip
