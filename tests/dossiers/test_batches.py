"""Fifty results, one PIN: the list is fixed, each result has an outcome of its own, and nothing is signed twice."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from dossiers import batches, files, intents, issue
from dossiers.engines import set_up
from dossiers.errors import ChangedMeanwhile, DossierNotFound, SubmissionRefused
from dossiers.lifecycle import State
from dossiers.models import AuditEntry, BatchItem, Signature, SigningIntent, StoredFile
from dossiers.people import Role
from signing import KeyUnavailable
from signing import Role as SigningRole
from tests.dossiers.office import SECRET


@pytest.fixture
def gathered(office, dossier_at):
    """Three results on a list, not signed yet."""
    official = office.actor(Role.OFFICIAL)
    dossiers = [dossier_at(State.CONFIRMED) for _ in range(3)]
    return official, batches.gather(official, "official", [one.pk for one in dossiers]).batch


@pytest.fixture
def short(office, dossier_at):
    """A list of one, for what is refused before anything is signed."""
    official = office.actor(Role.OFFICIAL)
    return official, batches.gather(official, "official", [dossier_at(State.CONFIRMED).pk]).batch


def started(official, batch, secret=SECRET):
    run = batches.start(official, batch.pk, batch.list_sha256, secret)
    run()
    batch.refresh_from_db()
    return [item.outcome for item in batch.items.all()]


def damage(item: BatchItem) -> None:
    StoredFile.objects.filter(pk=item.result.drawn_id).update(sha256="0" * 64)


def test_a_whole_list_is_signed_with_one_pin_and_sealed_with_another(office, gathered):
    official, batch = gathered
    assert started(official, batch) == ["signed"] * 3
    assert (batch.ended, batch.run) == ("done", "")
    records = office.actor(Role.RECORDS_CLERK)
    seals = batches.gather(records, "seal", [item.result.dossier_id for item in batch.items.all()]).batch
    assert started(records, seals) == ["signed"] * 3
    for item in seals.items.select_related("result__sealed"):
        assert item.result.sealed is not None
        report = office.engines.verifier.verify(files.read(item.result.sealed))
        assert [one.role.value for one in report.signatures][:2] == ["official", "seal"]
    assert not SigningIntent.objects.filter(closed_at=None).exists()
    assert AuditEntry.objects.filter(action="batch.start").count() == 2


def test_the_key_is_opened_once(office, gathered, monkeypatch):
    official, batch = gathered
    opened: list[object] = []
    keys = office.engines.signer.keys
    own = type(keys).key

    def counted(*holder):
        opened.append(holder)
        return own(*holder)

    monkeypatch.setattr(type(keys), "key", counted)
    started(official, batch)
    assert len(opened) == 1


def test_a_wrong_pin_begins_nothing(short):
    official, batch = short
    with pytest.raises(KeyUnavailable):
        started(official, batch, "a guess")
    batch.refresh_from_db()
    assert (batch.run, SigningIntent.objects.count()) == ("", 0)


def test_another_list_than_the_one_shown_is_not_signed(short):
    official, batch = short
    with pytest.raises(ChangedMeanwhile, match="not_what_was_shown"):
        batches.start(official, batch.pk, "0" * 64, SECRET)


def test_one_bad_result_does_not_hold_up_the_others(gathered):
    official, batch = gathered
    damage(batch.items.get(position=2))
    assert started(official, batch) == ["signed", "failed", "signed"]
    assert batch.items.get(position=2).reason == "file_changed"
    assert batch.ended == "done"


def test_three_failures_in_a_row_end_the_batch(office, dossier_at):
    official = office.actor(Role.OFFICIAL)
    batch = batches.gather(official, "official", [dossier_at(State.CONFIRMED).pk for _ in range(5)]).batch
    for position in (2, 3, 4):
        damage(batch.items.get(position=position))
    assert started(official, batch) == ["signed", "failed", "failed", "failed", "not-tried"]
    assert batch.ended == "halted"


def test_stopped_and_begun_again_nothing_is_signed_twice(gathered):
    official, batch = gathered
    run = batches.start(official, batch.pk, batch.list_sha256, SECRET)
    batches.stop(official, batch.pk)
    run()
    batch.refresh_from_db()
    assert ([item.outcome for item in batch.items.all()], batch.ended) == (["not-tried"] * 3, "stopped")
    first = batch.items.get(position=1)
    issue.sign(official, first.result.dossier_id, first.shown_sha256, SECRET)  # alone, in between
    assert started(official, batch) == ["signed-before", "signed", "signed"]
    assert Signature.objects.count() == 3


def test_two_runs_of_one_batch_do_not_run_at_once(short):
    official, batch = short
    batches.start(official, batch.pk, batch.list_sha256, SECRET)
    with pytest.raises(ChangedMeanwhile, match="batch_under_way"):
        batches.start(official, batch.pk, batch.list_sha256, SECRET)


def test_when_its_process_died_the_batch_waits_for_the_pin_again(office, gathered):
    official, batch = gathered
    dead = batches.start(official, batch.pk, batch.list_sha256, SECRET)
    assert batches.recover(timedelta(minutes=1)) == 0  # it may live
    office.clock.move(minutes=3)
    assert batches.recover(timedelta(minutes=1)) == 1
    batch.refresh_from_db()
    assert (batch.run, batch.ended, batches.is_running(batch)) == ("", "interrupted", False)
    assert started(official, batch) == ["signed"] * 3
    dead()  # it was only slow: its row is another's now
    batch.refresh_from_db()
    assert (batch.ended, Signature.objects.count()) == ("done", 3)


def test_a_document_with_an_open_intent_is_passed_over_until_it_is_settled(gathered):
    official, batch = gathered
    item = batch.items.get(position=1)
    intents.open_intent(official, item.result, SigningRole.OFFICIAL, item.shown_sha256, "f" * 64)
    assert started(official, batch) == ["failed", "signed", "signed"]
    assert batch.items.get(position=1).reason == "signature_under_way"
    intents.recover()
    assert started(official, batch) == ["signed", "signed", "signed"]


class PulledOut:
    """The office's signer, but the token is pulled out after the first signature."""

    def __init__(self, signer):
        self._signer = signer

    @contextmanager
    def opened(self, *holder):
        with self._signer.opened(*holder) as key:
            yield PulledOutKey(key)


class PulledOutKey:
    def __init__(self, key):
        self.certificate_sha256, self._key, self._uses = key.certificate_sha256, key, 0

    def sign(self, pdf, mark):
        self._uses += 1
        if self._uses > 1:
            raise KeyUnavailable("token_gone", token="official")
        return self._key.sign(pdf, mark)


def test_a_key_that_is_lost_in_between_ends_the_batch_at_once(office, gathered):
    official, batch = gathered
    set_up(replace(office.engines, signer=PulledOut(office.engines.signer)))
    assert started(official, batch) == ["signed", "failed", "not-tried"]
    assert (batch.ended, batch.items.get(position=2).reason) == ("key-lost", "token_gone")
    assert not SigningIntent.objects.filter(closed_at=None).exists()
    set_up(office.engines)
    assert started(official, batch) == ["signed"] * 3


def test_what_cannot_be_signed_is_left_out_with_its_reason(office, dossier_at):
    official, deputy = office.actor(Role.OFFICIAL), office.hire(Role.OFFICIAL, "deputy")
    mine, theirs = dossier_at(State.CONFIRMED), dossier_at(State.CONFIRMED)
    issue.open_session(deputy.actor(office.clock.now().date()), theirs.pk)
    gathered = batches.gather(official, "official", [mine.pk, theirs.pk])
    assert gathered.batch.items.get().result.dossier == mine
    assert [(one, str(error)) for one, error in gathered.left_out] == [(theirs.pk, "session_of_another")]


def test_a_batch_is_its_owners_alone(office, short):
    _official, batch = short
    with pytest.raises(DossierNotFound):
        batches.own(office.actor(Role.RECORDS_CLERK), batch.pk)


def test_an_empty_list_and_one_too_long_are_refused(office):
    official = office.actor(Role.OFFICIAL)
    for ids in ([], [UUID(int=n) for n in range(101)]):
        with pytest.raises(SubmissionRefused):
            batches.gather(official, "official", ids)
