"""Numbers of documents: per commune, series and year from 01; a number once taken is used or void, never free again.

``reserve`` takes the series row as its lock and runs inside the caller's transaction. The register shows void numbers
with their reason, so that a gap can always be explained (Decree 30/2020, art. 15). The dossier code counts the same
way, per day and receiving unit.
"""

from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

OFFICE_TIME = timezone(timedelta(hours=7))  # the year and the day change at midnight in Viet Nam


class Numbering(StrEnum):
    """When a result gets its number and date; the setting MOONSEAL_NUMBERING."""

    AT_SIGNING = "at_signing"  # reserved and drawn before the official looks at it
    AFTER_SIGNING = "after_signing"  # written by the records clerk between signature and seal


def office_day(moment: datetime) -> date:
    """Return the day it is at the office."""
    return moment.astimezone(OFFICE_TIME).date()


def dossier_code(unit_code: str, day: date, number: int) -> str:
    """Return the official code: unit, day of receipt, number of that day (domain.md 2.2)."""
    return f"{unit_code}-{day:%y%m%d}-{number:04d}"


def gaps(numbers: list[int]) -> list[int]:
    """Return the numbers that are missing between 1 and the last: must be none in a register."""
    return sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers))
