"""Deadlines, numbers, records, procedures: rules that need no database."""

from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dossiers.deadlines import Deadline, due_at, office_calendar
from dossiers.errors import ProcedureUnknown
from dossiers.numbering import OFFICE_TIME, dossier_code, gaps, office_day
from dossiers.procedures.catalogue import all_versions, procedure, procedures, same_procedure
from dossiers.record import canonical, folded
from ocr.forms import templates
from printing.fields import TEMPLATES

THREE_DAYS = Deadline(3, time(15), time(17))
SAME_DAY = Deadline(0, time(15), time(17))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE_TIME)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-08-21 14:10", "2026-08-25 14:10"),  # over a made-up Saturday
        ("2026-08-27 09:00", "2026-09-04 09:00"),  # over the national day and its swapped Monday
        ("2026-02-13 09:00", "2026-02-25 09:00"),  # over Tết
        ("2026-11-21 09:00", "2026-11-27 07:00"),  # on a Saturday: from Monday morning; the 24th is off
    ],
)
def test_working_days_follow_the_dated_calendar(received, due):
    assert due_at(at(received), THREE_DAYS, office_calendar()) == at(due)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-25 14:59", "2026-11-25 17:00"),
        ("2026-11-25 15:00", "2026-11-26 17:00"),  # after the cut-off hour
        ("2026-11-27 18:00", "2026-11-30 17:00"),  # after closing on a Friday
    ],
)
def test_what_is_due_the_same_day_has_a_cutoff_hour(received, due):
    assert due_at(at(received), SAME_DAY, office_calendar()) == at(due)


def test_the_office_day_changes_at_midnight_in_viet_nam():
    assert office_day(datetime.fromisoformat("2026-12-31T17:00:00+00:00")) == date(2027, 1, 1)
    assert office_day(datetime.fromisoformat("2026-12-31T16:59:59+00:00")) == date(2026, 12, 31)


def test_a_dossier_code_holds_unit_day_and_number():
    assert dossier_code("H56.17.05", date(2026, 3, 5), 7) == "H56.17.05-260305-0007"


def test_gaps_are_named():
    assert gaps([1, 2, 4, 7]) == [3, 5, 6]
    assert gaps([]) == []


names = some.dictionaries(some.text(max_size=8), some.none() | some.text(max_size=8), max_size=5)


@given(names, some.randoms())
def test_the_order_of_fields_never_changes_the_record(fields, chance):
    shuffled = list(fields.items())
    chance.shuffle(shuffled)
    assert canonical("1", "f", fields) == canonical("1", "f", dict(shuffled))


def test_unicode_form_never_changes_the_record_and_a_letter_does():
    composed, decomposed = canonical("1", "f", {"a": "Hòa"}), canonical("1", "f", {"a": "Ho\u0300a"})
    assert composed == decomposed
    assert canonical("1", "f", {"a": "Hoà"}).sha256 != composed.sha256
    assert canonical("1", "f", {"a": None}).sha256 != canonical("1", "f", {"a": ""}).sha256


def test_a_record_is_these_bytes():
    assert canonical("1.0", "f 2", {"b": "đ", "a": None}).content == (
        '{"fields":{"a":null,"b":"đ"},"form":"f 2","procedure":"1.0","version":1}'.encode()
    )


def test_a_folded_name_is_found_without_marks():
    assert folded("  NGUYỄN  Thị Đào ") == "nguyen thi dao"


def test_a_procedure_is_found_on_its_days_only():
    assert procedure("1.004873.000.00.00.H56", date(2026, 11, 25)).name_en == "Confirmation of marital status"
    with pytest.raises(ProcedureUnknown):
        procedure("1.004873", date(2020, 1, 1))
    assert {p.code for p in procedures(date(2026, 11, 25))} == {
        "1.004873", "1.001193", "1.000656", "2.000635", "1.004884", "1.000894", "1.004859", "2.002516",
    }  # fmt: skip


def test_versions_of_one_procedure_never_overlap():
    for one, other in pairwise(sorted(all_versions(), key=lambda p: (p.code, p.valid_from))):
        assert one.code != other.code or (one.valid_to is not None and one.valid_to < other.valid_from)


@pytest.mark.parametrize("rules", all_versions(), ids=lambda p: p.code)
def test_what_a_result_needs_is_on_the_form_and_on_the_paper(rules):
    data = Path(templates.__file__).parent / "data"
    for form in rules.forms:
        fields = "".join(path.read_text(encoding="utf-8") for path in (data / form).rglob("form.toml"))
        for kind in rules.results:
            assert kind.values.keys() | kind.fixed.keys() <= TEMPLATES[kind.template].keys()
            for name in {*kind.values.values(), *kind.required, rules.applicant}:
                assert f'"{name}"' in fields, name


def test_codes_are_compared_without_their_province():
    assert same_procedure("1.004873.000.00.00.H56", "1.004873")
    assert not same_procedure("1.004873", "1.004874")
