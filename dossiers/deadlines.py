"""When a dossier is due: working days by dated data, never by a rule about weekends alone.

Day 1 is the next working day; a made-up Saturday is one, a swapped Monday is not (domain.md 3.2, 3.3). What is
due on the same day and comes in after the cut-off hour is due on the next working day. No clock, no database.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

from dossiers.numbering import OFFICE_TIME

SATURDAY = 5
DAYS_LOOKED_AHEAD_MAX = 400


@dataclass(frozen=True)
class Calendar:
    """Days that differ from the plain week: ``True`` works, ``False`` is off."""

    exceptions: Mapping[date, bool]

    def works(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < SATURDAY)

    def next_working_day(self, day: date) -> date:
        for ahead in range(1, DAYS_LOOKED_AHEAD_MAX):
            if self.works(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise AssertionError("a year without a working day")


@dataclass(frozen=True)
class Deadline:
    """``working_days`` 0: the same day, if it comes in before ``cutoff``."""

    working_days: int
    cutoff: time
    closing: time


@cache
def office_calendar() -> Calendar:
    """Return the calendar of the civil service, from the dated file beside the procedures."""
    table = tomllib.loads(files("dossiers.procedures").joinpath("data/calendar.toml").read_text(encoding="utf-8"))
    return Calendar({day["date"]: day["kind"] == "working" for day in table["day"]})


def due_at(received_at: datetime, deadline: Deadline, calendar: Calendar) -> datetime:
    """Return the moment that is printed on the receipt."""
    start = received_at.astimezone(OFFICE_TIME)
    if not calendar.works(start.date()) or start.time() >= deadline.closing:
        start = _at(calendar.next_working_day(start.date()), time(7, 0))
    if deadline.working_days == 0:
        late = start.time() >= deadline.cutoff
        return _at(calendar.next_working_day(start.date()) if late else start.date(), deadline.closing)
    day = start.date()
    for _ in range(deadline.working_days):
        day = calendar.next_working_day(day)
    return _at(day, start.time())


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, OFFICE_TIME)
