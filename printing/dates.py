"""Dates as Vietnamese papers write them: in the date line (Decree 30/2020, appendix I, II.4), in digits and in words.

A date may be partial, ``1952`` or ``1952-03``: that is what old people's papers say, and a day is never invented.
"""

import re
from datetime import datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7))  # no summer time since 1975, so no database of zones is needed

_DATE = re.compile(r"(?P<year>[12]\d{3})(-(?P<month>0[1-9]|1[0-2])(-(?P<day>0[1-9]|[12]\d|3[01]))?)?")
_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


def parts(text: str) -> tuple[int, int | None, int | None]:
    """Return year, month, day of ``YYYY[-MM[-DD]]``; raises ``ValueError`` for anything else."""
    if not (found := _DATE.fullmatch(text)):
        raise ValueError("not a date")
    year, month, day = int(found["year"]), found["month"], found["day"]
    if month and day:
        datetime(year, int(month), int(day), tzinfo=VIETNAM)  # raises for 30 February
    return year, int(month) if month else None, int(day) if day else None


def in_digits(text: str) -> str:
    """``1985-06-12`` is 12/06/1985, ``1952-03`` is 03/1952, ``1952`` is 1952."""
    year, month, day = parts(text)
    return "/".join([f"{part:02}" for part in (day, month) if part] + [str(year)])


def in_date_line(text: str) -> str:
    """Day < 10 and the months 1 and 2 get a leading zero, other months do not: nobody may write a digit before them."""
    year, month, day = parts(text)
    if month is None or day is None:
        raise ValueError("a date line needs the day")
    return f"ngày {day:02} tháng {month if month > 2 else f'{month:02}'} năm {year}"  # noqa: PLR2004 - the rule itself


def in_words(text: str) -> str:
    year, month, day = parts(text)
    words = [f"năm {_year(year)}"]
    if month:
        words.insert(0, f"tháng {'tư' if month == 4 else _number(month)}")  # noqa: PLR2004 - April has its own word
    if day:
        words.insert(0, f"ngày {_number(day)}")
    sentence = ", ".join(words)
    return sentence[0].upper() + sentence[1:]


def _year(year: int) -> str:
    thousands, rest = divmod(year, 1000)
    words = f"{_DIGITS[thousands]} nghìn"
    if not rest:
        return words
    hundreds, rest = divmod(rest, 100)
    words += f" {_DIGITS[hundreds]} trăm"
    if not rest:
        return words
    return f"{words} linh {_DIGITS[rest]}" if rest < 10 else f"{words} {_number(rest)}"  # noqa: PLR2004 - one digit


def _number(number: int) -> str:
    """1 to 99, with the words that change after a ten: mốt, tư, lăm."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    words = "mười" if tens == 1 else f"{_DIGITS[tens]} mươi"
    if not ones:
        return words
    changed = {5: "lăm"} if tens == 1 else {1: "mốt", 4: "tư", 5: "lăm"}
    return f"{words} {changed.get(ones, _DIGITS[ones])}"
