"""``numbering = after_signing``: the official signs a paper without number; the records clerk writes it, then seals."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from dossiers import batches, delivery, files, issue
from dossiers.errors import StepNotAllowed
from dossiers.lifecycle import State
from dossiers.models import NumberEntry, Signature, SigningIntent
from dossiers.people import Role
from signing import Verdict
from tests.dossiers.office import BIRTH, SECRET
from tests.dossiers.wiring import register_number_key


@pytest.fixture
def numbered_later(office, session_engines, monkeypatch):
    folder, authority, _clock, _engines = session_engines
    monkeypatch.setattr(settings, "NUMBERING", "after_signing")
    register_number_key(folder, authority, office.unit, office.accounts[Role.RECORDS_CLERK])
    return office


def numbered(office, dossier):
    records = office.actor(Role.RECORDS_CLERK)
    shown = issue.open_number(records, dossier.pk)
    return issue.number(records, dossier.pk, shown.sha256, SECRET)


def test_signed_then_numbered_then_sealed_passes_our_verifier(numbered_later, dossier_at):
    office, records = numbered_later, numbered_later.actor(Role.RECORDS_CLERK)
    dossier = dossier_at(State.SIGNED, BIRTH)
    result = dossier.results.get()
    assert result.session.number is None
    assert [str(one) for one in NumberEntry.objects.all()] == ["01/KS"]  # the entry in the register of births
    by_official = files.read(result.signed)
    assert numbered(office, dossier).verdict == "PASSED"
    issue.seal(records, dossier.pk, issue.shown(records, dossier.pk).sha256, SECRET)
    pdf = delivery.download(office.actor(Role.CLERK), dossier.pk).pdf
    report = office.engines.verifier.verify(pdf)
    assert pdf.startswith(by_official)
    assert report.verdict is Verdict.PASSED
    told = [(one.field, one.role.value) for one in report.signatures[:3]]
    assert told == [("Official", "official"), ("Number", "unknown"), ("Seal", "seal")]  # the roles of interfaces.md
    assert {entry.state for entry in dossier.numbers.all()} == {NumberEntry.USED}
    assert not SigningIntent.objects.filter(closed_at=None).exists()


def test_nothing_is_sealed_without_its_number(numbered_later, dossier_at):
    dossier, records = dossier_at(State.SIGNED), numbered_later.actor(Role.RECORDS_CLERK)
    with pytest.raises(StepNotAllowed, match="number_missing"):
        issue.seal(records, dossier.pk, issue.shown(records, dossier.pk).sha256, SECRET)
    with pytest.raises(StepNotAllowed, match="number_missing"):
        batches.gather(records, "seal", [dossier.pk])


def test_a_number_is_reserved_before_it_is_written_and_given_once(numbered_later, dossier_at):
    dossier, records = dossier_at(State.SIGNED), numbered_later.actor(Role.RECORDS_CLERK)
    with pytest.raises(StepNotAllowed, match="number_not_reserved"):
        issue.number(records, dossier.pk, issue.shown(records, dossier.pk).sha256, SECRET)
    assert issue.open_number(records, dossier.pk) == issue.open_number(records, dossier.pk)
    assert NumberEntry.objects.count() == 1
    numbered(numbered_later, dossier)
    with pytest.raises(StepNotAllowed, match="number_given_before"):
        issue.open_number(records, dossier.pk)
    assert Signature.objects.filter(role="number").count() == 1


def test_a_number_of_last_year_is_void_and_the_date_is_the_day_of_issue(numbered_later, dossier_at):
    dossier, records = dossier_at(State.SIGNED), numbered_later.actor(Role.RECORDS_CLERK)
    shown = issue.open_number(records, dossier.pk)
    numbered_later.clock.moment = datetime(2026, 12, 31, 18, tzinfo=UTC)  # next year in Viet Nam
    with pytest.raises(StepNotAllowed, match="number_not_reserved"):
        issue.number(records, dossier.pk, shown.sha256, SECRET)
    session = issue.open_number(records, dossier.pk).result.session
    session.refresh_from_db()
    assert session.document_date.isoformat() == "2027-01-01"
    assert [(e.series.year, e.state, e.reason) for e in NumberEntry.objects.order_by("reserved_at")] == [
        (2026, "void", "date_passed"),
        (2027, "reserved", ""),
    ]


def test_the_official_does_not_number(numbered_later, dossier_at):
    dossier = dossier_at(State.SIGNED)
    with pytest.raises(StepNotAllowed):
        issue.open_number(numbered_later.actor(Role.OFFICIAL), dossier.pk)


def test_a_paper_numbered_at_signing_takes_no_second_number(office, dossier_at):
    dossier, records = dossier_at(State.SIGNED), office.actor(Role.RECORDS_CLERK)
    with pytest.raises(StepNotAllowed, match="number_given_before"):
        issue.open_number(records, dossier.pk)
