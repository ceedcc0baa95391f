"""The history: no change without an entry, and no entry changed, left out, moved or cut off unnoticed."""

import hashlib
import json

import pytest
import rfc8785
from django.db import transaction
from django.db.models import F

from dossiers import audit
from dossiers.lifecycle import State
from dossiers.models import AuditEntry, ChainHead
from dossiers.people import Role
from tests.dossiers.office import make_unit


@pytest.fixture
def history(office, dossier_at):
    dossier_at(State.CONFIRMED)
    assert list(audit.verify()) == []
    return AuditEntry.objects.order_by("sequence")


def test_a_changed_entry_is_named(history, office):
    entry = history[1]
    AuditEntry.objects.filter(pk=entry.pk).update(canonical=entry.canonical.replace('"flags":[]', '"flags":["x"]'))
    assert list(audit.verify()) == [audit.BadEntry(office.unit.pk, 2, "content_changed")]


def test_a_changed_entry_with_its_digest_made_anew_is_named_at_the_next(history):
    entry = history[1]
    changed = json.loads(entry.canonical) | {"action": "nothing"}
    again = rfc8785.dumps(changed)
    AuditEntry.objects.filter(pk=entry.pk).update(
        canonical=again.decode(), sha256=hashlib.sha256(again).hexdigest(), action="nothing"
    )
    assert [(bad.sequence, bad.reason) for bad in audit.verify()] == [(3, "chain_broken")]


def test_an_entry_that_was_taken_out_is_named(history):
    history[1].delete()
    assert [(bad.sequence, bad.reason) for bad in audit.verify()] == [(2, "missing")]


def test_an_end_that_was_cut_off_is_named(history):
    history.last().delete()
    assert [bad.reason for bad in audit.verify()] == ["end_cut_off"]


def test_columns_that_tell_another_story_are_named(history):
    AuditEntry.objects.filter(pk=history[0].pk).update(action="dossier.seal")
    assert [(bad.sequence, bad.reason) for bad in audit.verify()] == [(1, "columns_changed")]


def test_a_head_set_back_is_named(history):
    ChainHead.objects.update(sequence=F("sequence") - 1)
    assert [bad.reason for bad in audit.verify()] == ["end_cut_off"]


def test_each_commune_has_a_chain_of_its_own(history, office):
    other = make_unit("ngoc-lac", "H56.17.06")
    with transaction.atomic():
        audit.write(other, office.clock.now(), office.actor(Role.ADMINISTRATOR), "unit.made", thing_id=other.pk)
    assert AuditEntry.objects.get(unit=other).sequence == 1
    assert list(audit.verify()) == []


def test_history_is_written_in_a_transaction_only(office):
    with pytest.raises(AssertionError):
        audit.write(office.unit, office.clock.now(), office.actor(Role.CLERK), "x")
