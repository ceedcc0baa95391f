"""Nothing slow or foreign happens inside a transaction: there the engines' homes fail. And a step that fails in the
middle leaves nothing of itself."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection, transaction

from dossiers import audit, delivery, intake, intents, issue, outbox, review, routing, transcription
from dossiers.engines import current, set_up
from dossiers.lifecycle import State
from dossiers.models import AuditEntry, Dossier, QueuedJob, Signature
from dossiers.people import Role
from signing import fields
from tests.dossiers.office import DEATH, MARITAL, SECRET, scan, upload


@dataclass(frozen=True)
class OutsideOnly:
    """Passes every call on to the real engine, unless a transaction is open."""

    engine: Any
    name: str

    def __getattr__(self, method: str) -> Any:
        def call(*args: Any, **more: Any) -> Any:
            assert not connection.in_atomic_block, f"{self.name}.{method} inside a transaction"
            return getattr(self.engine, method)(*args, **more)

        return call


@pytest.fixture
def watched(office, monkeypatch):
    homes = {
        name: OutsideOnly(getattr(office.engines, name), name)
        for name in ("store", "reader", "printer", "signer", "verifier")
    }
    set_up(replace(office.engines, **homes))
    prepare = fields.prepare

    def outside(*args):
        assert not connection.in_atomic_block, "signing.fields.prepare inside a transaction"
        return prepare(*args)

    monkeypatch.setattr(issue, "prepare", outside)
    return office


def test_no_engine_is_called_inside_a_transaction(watched, dossier_at):
    clerk = watched.actor(Role.CLERK)
    wrong = intake.receive(clerk, watched.new(), [upload(scan(DEATH))])
    transcription.transcribe(wrong.pk)
    routing.refile(clerk, wrong.pk, DEATH)
    transcription.transcribe(wrong.pk)
    routing.return_to_citizen(clerk, wrong.pk, "paper_missing")
    routing.resume(clerk, wrong.pk, [upload(scan(None))])
    dossier = dossier_at(State.DRAWN)
    issue.close_session(watched.actor(Role.OFFICIAL), dossier.pk)
    issue.open_session(watched.actor(Role.OFFICIAL), dossier.pk)
    sealed = dossier_at(State.SEALED)
    delivery.download(delivery.citizen(sealed.receipt.code, "4321"), sealed.pk)


def test_the_watch_itself_works(watched):
    with pytest.raises(AssertionError, match=r"store\.stored inside"), transaction.atomic():
        current().store.stored()


class Stopped(Exception):
    pass


def stop(*_args, **_more):
    raise Stopped


@pytest.mark.parametrize(("module", "name"), [(audit, "write"), (intake, "queue_job")])
def test_a_submission_that_fails_in_the_middle_leaves_no_row(office, monkeypatch, module, name):
    monkeypatch.setattr(module, name, stop)
    with pytest.raises(Stopped):
        intake.receive(office.actor(Role.CLERK), office.new(), [upload(scan(MARITAL))])
    assert not Dossier.objects.exists()
    assert not QueuedJob.objects.exists()


def test_a_confirmation_without_its_history_does_not_happen(office, dossier_at, monkeypatch):
    dossier, clerk = dossier_at(State.TRANSCRIBED), office.actor(Role.CLERK)
    monkeypatch.setattr(audit, "write", stop)
    with pytest.raises(Stopped):
        review.confirm_fields(clerk, dossier.pk, ["subject.full_name"])
    assert not dossier.fields.exclude(confirmed_by=None).exists()


def test_a_signature_without_its_history_does_not_happen_and_is_taken_over_later(office, dossier_at, monkeypatch):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    told = audit.write

    def all_but_the_step(*args, **more):
        return stop() if args[3] == "dossier.sign" else told(*args, **more)

    monkeypatch.setattr(audit, "write", all_but_the_step)
    with pytest.raises(Stopped):
        issue.sign(official, dossier.pk, shown.sha256, SECRET)
    assert not Signature.objects.exists()
    monkeypatch.undo()
    assert intents.recover() == 1
    assert Signature.objects.count() == 1


def test_a_job_is_queued_inside_a_transaction_only(office):
    with pytest.raises(AssertionError):
        outbox.queue_job("transcribe")
    with transaction.atomic():
        outbox.queue_job("transcribe", office.unit.pk)
        transaction.set_rollback(True)
    assert not QueuedJob.objects.exists()
    assert not AuditEntry.objects.exists()
