"""The register of numbers in the database: reserve, use, void. The series row is the lock; the rules are in numbering.

Everything here runs inside the caller's transaction.
"""

from datetime import date, datetime

from dossiers import numbering
from dossiers.models import Dossier, NumberEntry, NumberSeries, Unit


def next_dossier_number(unit: Unit, day: date) -> int:
    """Return the next number of the day. A series of its own per day; it leaves no entries: the dossiers are they."""
    return _advanced(unit, f"dossier-{day:%m%d}", day.year).last_number


def reserve(unit: Unit, code: str, dossier: Dossier, at: datetime) -> NumberEntry:
    """Take the next number of the series for this dossier."""
    series = _advanced(unit, code, numbering.office_day(at).year)
    return NumberEntry.objects.create(
        series=series, number=series.last_number, state=NumberEntry.RESERVED, dossier=dossier, reserved_at=at
    )


def use(entry: NumberEntry, at: datetime) -> None:
    """Close a reserved number: it stands on a signed paper."""
    _close(entry, NumberEntry.USED, "", at)


def void(entry: NumberEntry, reason: str, at: datetime) -> None:
    """Close a reserved number that stands on no paper; it stays in the register with the reason."""
    _close(entry, NumberEntry.VOID, reason, at)


def _close(entry: NumberEntry, state: str, reason: str, at: datetime) -> None:
    closed = NumberEntry.objects.filter(pk=entry.pk, state=NumberEntry.RESERVED).update(
        state=state, reason=reason, closed_at=at
    )
    assert closed == 1, f"number {entry.pk} was closed before"  # noqa: S101 - an impossible state stops the process


def _advanced(unit: Unit, code: str, year: int) -> NumberSeries:
    NumberSeries.objects.get_or_create(unit=unit, code=code, year=year)
    series = NumberSeries.objects.select_for_update().get(unit=unit, code=code, year=year)
    series.last_number += 1
    series.save()
    return series
