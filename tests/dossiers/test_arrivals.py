"""A scan that came by the watched folder joins its dossier once, is read, and leaves alone what was there."""

import pytest

from dossiers import arrivals, review, routing, transcription
from dossiers.arrivals import Outcome, Part
from dossiers.lifecycle import State
from dossiers.models import Arrival, AuditEntry, Dossier, QueuedJob
from dossiers.people import Role
from tests.dossiers.office import MARITAL, scan, upload
from tests.dossiers.test_jobs import receive

FILE = "f" * 64


def part(code, number=0, content=None, file_sha256=FILE):
    return Part(file_sha256, number, code, upload(content or scan(None), "scan0042.pdf"))


@pytest.fixture
def dossier(office):
    (one,) = receive(office)
    return one


def read(dossier):
    transcription.transcribe(dossier.pk)
    dossier.refresh_from_db()


def test_a_scan_joins_a_dossier_that_was_read_and_only_it_is_read(dossier, office):
    read(dossier)
    clerk = office.actor(Role.CLERK)
    name = dossier.fields.first().name
    review.correct_field(clerk, dossier.pk, name, "đã sửa tay")
    before = {one.pk: one.transcribed_at for one in dossier.scans.all()}
    office.clock.move(hours=1)
    assert arrivals.add(part(dossier.receipt.code)) is Outcome.ADDED
    dossier.refresh_from_db()
    assert dossier.state == State.RECEIVED.value
    read(dossier)
    assert dossier.state == State.TRANSCRIBED.value
    assert dossier.scans.count() == len(before) + 1
    assert all(one.transcribed_at is not None for one in dossier.scans.all())
    assert {one.pk: one.transcribed_at for one in dossier.scans.all() if one.pk in before} == before
    assert dossier.fields.get(name=name).final_value == "đã sửa tay"


def test_the_same_part_is_added_once(dossier):
    assert arrivals.add(part(dossier.receipt.code)) is Outcome.ADDED
    scans = dossier.scans.count()
    assert arrivals.add(part(dossier.receipt.code)) is Outcome.KNOWN
    assert (dossier.scans.count(), Arrival.objects.count()) == (scans, 1)
    assert AuditEntry.objects.filter(action="dossier.add").count() == 1
    assert QueuedJob.objects.count() == 2


def test_another_part_of_the_same_file_is_another_scan(dossier):
    assert arrivals.add(part(dossier.receipt.code, 0)) is Outcome.ADDED
    assert arrivals.add(part(dossier.receipt.code, 1, scan(MARITAL))) is Outcome.ADDED
    assert Arrival.objects.count() == 2


def test_a_code_that_nobody_was_given_adds_nothing(dossier):
    scans = dossier.scans.count()
    assert arrivals.add(part("0" * 12)) is Outcome.NO_SUCH_RECEIPT
    assert dossier.scans.count() == scans


@pytest.mark.parametrize("past", ["confirmed", "returned"])
def test_a_dossier_that_is_past_reading_is_left_to_the_desk(dossier, office, past):
    read(dossier)
    clerk = office.actor(Role.CLERK)
    if past == "confirmed":
        review.confirm_fields(clerk, dossier.pk, dossier.fields.values_list("name", flat=True))
        review.make_record(clerk, dossier.pk)
    else:
        routing.return_to_citizen(clerk, dossier.pk, "missing")
    assert arrivals.add(part(dossier.receipt.code)) is Outcome.TOO_LATE
    assert Arrival.objects.count() == 0


def test_a_scan_that_comes_while_the_others_are_read_is_read_too(dossier, office):
    added: list[Outcome] = []

    def came_in(_progress):
        if not added:
            added.append(arrivals.add(part(dossier.receipt.code)))

    transcription.transcribe(dossier.pk, came_in)
    dossier.refresh_from_db()
    assert added == [Outcome.ADDED]
    assert dossier.state == State.TRANSCRIBED.value
    assert not dossier.scans.filter(transcribed_at=None).exists()


def test_the_machine_tries_again_after_it_gave_up(dossier, office):
    clerk = office.actor(Role.CLERK)
    Dossier.objects.filter(pk=dossier.pk).update(flags=[transcription.TRANSCRIPTION_FAILED])
    QueuedJob.objects.update(finished_at=office.clock.now(), outcome="failed")
    routing.read_again(clerk, dossier.pk)
    routing.read_again(clerk, dossier.pk)  # the button pressed twice
    assert QueuedJob.objects.filter(finished_at=None).count() == 1
    assert AuditEntry.objects.filter(action="dossier.read-again").count() == 1
    read(dossier)
    assert (dossier.state, dossier.flags) == (State.TRANSCRIBED.value, [])


def test_what_is_being_read_is_not_read_twice_at_once(dossier, office):
    routing.read_again(office.actor(Role.CLERK), dossier.pk)
    assert QueuedJob.objects.count() == 1
