"""Dates as Vietnamese papers write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from printing import dates


@pytest.mark.parametrize(
    ("day", "line"),
    [
        ("2026-03-05", "ngày 05 tháng 3 năm 2026"),
        ("2026-01-15", "ngày 15 tháng 01 năm 2026"),
        ("2026-02-09", "ngày 09 tháng 02 năm 2026"),
        ("2026-12-31", "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_only_days_below_ten_and_the_first_two_months_get_a_zero(day, line):
    assert dates.in_date_line(day) == line


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("1985-06-12", "Ngày mười hai, tháng sáu, năm một nghìn chín trăm tám mươi lăm"),
        ("2005-04-01", "Ngày một, tháng tư, năm hai nghìn không trăm linh năm"),
        ("2000-12-31", "Ngày ba mươi mốt, tháng mười hai, năm hai nghìn"),
        ("2015-11-15", "Ngày mười lăm, tháng mười một, năm hai nghìn không trăm mười lăm"),
        ("1921-10-24", "Ngày hai mươi tư, tháng mười, năm một nghìn chín trăm hai mươi mốt"),
        ("1900-01-20", "Ngày hai mươi, tháng một, năm một nghìn chín trăm"),
        ("1910-05-10", "Ngày mười, tháng năm, năm một nghìn chín trăm mười"),
        ("1952-03", "Tháng ba, năm một nghìn chín trăm năm mươi hai"),
        ("1952", "Năm một nghìn chín trăm năm mươi hai"),
    ],
)
def test_a_date_in_words(date, words):
    assert dates.in_words(date) == words


@pytest.mark.parametrize(("date", "digits"), [("1985-06-12", "12/06/1985"), ("1952-03", "03/1952"), ("1952", "1952")])
def test_a_partial_date_stays_partial(date, digits):
    assert dates.in_digits(date) == digits


@pytest.mark.parametrize(
    "text", ["", "12/06/1985", "2026-13", "2026-00-01", "2026-02-30", "2026-2-3", "0985-06-12", "2026-02-05T"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - datetime's own sentence among them
        dates.in_words(text)


def test_a_date_line_never_invents_a_day():
    with pytest.raises(ValueError, match="needs the day"):
        dates.in_date_line("2026-02")


DAYS = some.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31))


@given(DAYS, DAYS)
def test_no_two_days_have_the_same_words(one, other):
    assert (dates.in_words(one.isoformat()) == dates.in_words(other.isoformat())) == (one == other)
