"""Jobs: done once, whatever is handed over twice or lost; what fails for good is told to a person."""

from dataclasses import replace

import pytest
from django.conf import settings as django_settings

from dossiers import intake, jobs, transcription
from dossiers.engines import set_up
from dossiers.lifecycle import State
from dossiers.models import AuditEntry, Dossier, QueuedJob, Scan, WorkerLease
from dossiers.people import Role
from ocr import EngineFailed
from tests.dossiers.office import MARITAL, scan, upload


@pytest.fixture
def own_engine(tmp_path, monkeypatch):
    """The engine's tables of this test alone."""
    monkeypatch.setattr(django_settings, "DATA", tmp_path)
    return tmp_path


def receive(office, count=1):
    clerk = office.actor(Role.CLERK)
    return [intake.receive(clerk, office.new(), [upload(scan(MARITAL))]) for _ in range(count)]


def test_every_job_is_done_once_also_when_handed_over_again(office, own_engine):
    receive(office, 5)
    with jobs.running(threads=2, poll_s=0.05) as worker:
        jobs.run_until_idle(60)
        QueuedJob.objects.update(handed_over_at=None)
        worker.hand_over()
        jobs.run_until_idle(60)
    assert set(Dossier.objects.values_list("state", flat=True)) == {State.TRANSCRIBED.value}
    assert set(QueuedJob.objects.values_list("outcome", flat=True)) == {"done"}
    assert QueuedJob.objects.all()[0].progress == {"stage": "fields", "page": 1, "pages": 1, "done": 0}
    assert set(Scan.objects.values_list("file__sha256", flat=True)) <= set(office.engines.reader.forgotten)
    assert AuditEntry.objects.filter(action="dossier.transcribe").count() == 5
    assert not WorkerLease.objects.exists()


def test_jobs_that_the_engine_lost_are_handed_over_again(office, own_engine):
    receive(office)
    QueuedJob.objects.update(handed_over_at=office.clock.now())  # as after a restore: marked, and no engine knows it
    with jobs.running(threads=1, poll_s=0.05):
        jobs.run_until_idle(60)
    assert QueuedJob.objects.get().outcome == "done"


def test_an_engine_that_stays_broken_is_tried_five_times_and_told_to_a_person(office, own_engine, monkeypatch):
    (dossier,) = receive(office)
    calls = []

    class Broken:
        def digitize(self, *_args, **_more):
            calls.append(1)
            raise EngineFailed("engine_failed")

    set_up(replace(office.engines, reader=Broken()))
    with jobs.running(threads=1, poll_s=0.05):
        jobs.run_until_idle(120)
    dossier.refresh_from_db()
    assert (QueuedJob.objects.get().outcome, len(calls)) == ("failed", jobs.ATTEMPTS)
    assert (dossier.state, dossier.flags) == (State.RECEIVED.value, [transcription.TRANSCRIPTION_FAILED])


def test_an_error_that_will_not_go_away_is_not_tried_again(office, own_engine):
    receive(office)
    calls = []

    class Wrong:
        def digitize(self, *_args, **_more):
            calls.append(1)
            raise ZeroDivisionError

    set_up(replace(office.engines, reader=Wrong()))
    with jobs.running(threads=1, poll_s=0.05):
        jobs.run_until_idle(60)
    assert (QueuedJob.objects.get().reason, len(calls)) == ("ZeroDivisionError", 1)
