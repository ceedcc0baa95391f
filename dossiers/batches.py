"""Many results, one PIN: a person gathers them, sees what each is, and signs or seals the list as it stands.

The key is opened before anything else, so that a wrong PIN is told at once; then the batch runs in a thread of this
process, which alone has the key. A run proves that it lives by renewing ``alive_until`` before each document; when it
dies with its process, the intent it left is settled as always, the batch waits for the PIN again, and a new run passes
over what is signed. A run whose row another one has taken ends before its next document.
"""

import logging
import secrets
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Q

from certs.errors import CertError
from dossiers import audit, issue
from dossiers.acts import ACTS, SIGN, Act, Acts, Shown, ready_for
from dossiers.engines import current
from dossiers.errors import ChangedMeanwhile, DossierError, DossierNotFound, SubmissionRefused
from dossiers.models import BatchItem, SigningBatch
from dossiers.people import Actor
from dossiers.writepoints import reached
from signing import SigningError
from signing.batch import Document, Ended, Outcome, Result, run
from storage import StorageError

ITEMS_MAX = 100
LEASE = timedelta(minutes=2)  # longer than one signature may take while every timestamp authority is slow
REFUSALS = (SigningError, CertError, DossierError, StorageError)
RUN_BYTES = 16

log = logging.getLogger(__name__)


@dataclass
class Gathered:
    """A list to agree to, and what could not come on it, each with the reason."""

    batch: SigningBatch
    left_out: list[tuple[UUID, Exception]] = field(default_factory=list)


def gather(actor: Actor, role: str, dossier_ids: Iterable[UUID]) -> Gathered:
    """Fix a list. For the official each result gets its number and is drawn; what cannot be signed is left out."""
    act = ACTS[role]
    ids = list(dict.fromkeys(dossier_ids))
    if not 0 < len(ids) <= ITEMS_MAX:
        raise SubmissionRefused("batch_too_large" if ids else "batch_empty", limit=ITEMS_MAX)
    lines: list[Shown] = []
    left_out: list[tuple[UUID, Exception]] = []
    for dossier_id in ids:
        try:
            lines.append(_line(actor, act, dossier_id))
        except REFUSALS as error:
            left_out.append((dossier_id, error))
    if not lines:
        raise left_out[0][1]
    unit = lines[0].result.dossier.commune()
    with transaction.atomic():
        batch = SigningBatch.objects.create(
            unit=unit, account_id=actor.account_id, role=role, opened_at=current().clock.now()
        )
        BatchItem.objects.bulk_create(
            BatchItem(batch=batch, position=position, result=line.result, shown_sha256=line.sha256)
            for position, line in enumerate(lines, start=1)
        )
    return Gathered(batch, left_out)


def _line(actor: Actor, act: Act, dossier_id: UUID) -> Shown:
    if act is SIGN:
        return issue.open_session(actor, dossier_id)
    sha256 = issue.shown(actor, dossier_id).sha256
    return ready_for(actor, act, Document(str(dossier_id), sha256))


def own(actor: Actor, batch_id: UUID) -> SigningBatch:
    """Return a batch of this person's, or raise ``DossierNotFound``."""
    batch = SigningBatch.objects.filter(pk=batch_id, account_id=actor.account_id).first()
    if batch is None:
        raise DossierNotFound("dossier_not_found")
    return batch


def is_running(batch: SigningBatch) -> bool:
    return bool(batch.run) and batch.alive_until is not None and batch.alive_until > current().clock.now()


def start(actor: Actor, batch_id: UUID, list_sha256: str, secret: str) -> Callable[[], None]:
    """Open the key, take the batch, and return the run: it returns when the batch has ended.

    Raises ``KeyUnavailable`` (a wrong PIN), ``CertificateNotAccepted``, or ``ChangedMeanwhile`` if the list is not the
    one that was shown, or a run is under way.
    """
    batch = own(actor, batch_id)
    if batch.list_sha256 != list_sha256:
        raise ChangedMeanwhile("not_what_was_shown")
    stack = ExitStack()
    with stack:  # closed again if the batch cannot be taken
        act = ACTS[batch.role]
        key = stack.enter_context(current().signer.opened(actor.account_id, batch.unit_id, act.role, secret))
        name = _taken(actor, batch)
        reached("batch.taken_before_first")
        held = stack.pop_all()
    ledger = Acts(actor, act, key)
    return lambda: _finish(batch, name, ledger, held)


def in_background(work: Callable[[], None]) -> None:
    """Run it in a thread of this process, which may end at any time: what that leaves is settled at the next start."""

    def working() -> None:
        try:
            work()
        finally:
            connections.close_all()

    threading.Thread(target=working, name="batch", daemon=True).start()


def stop(actor: Actor, batch_id: UUID) -> None:
    """Let the document that is being signed be finished, and no other be begun."""
    batch = own(actor, batch_id)
    SigningBatch.objects.filter(pk=batch.pk).exclude(run="").update(is_stop_wanted=True)


def recover(min_age: timedelta = timedelta(0)) -> int:
    """Say of every run whose process died that it was interrupted; return how many."""
    now = current().clock.now()
    dead = Q(alive_until__lt=now) if min_age else Q()
    return SigningBatch.objects.exclude(run="").filter(dead).update(run="", ended=SigningBatch.INTERRUPTED)


def _taken(actor: Actor, batch: SigningBatch) -> str:
    now, name = current().clock.now(), secrets.token_hex(RUN_BYTES)
    free = SigningBatch.objects.filter(Q(run="") | Q(alive_until__lt=now), pk=batch.pk)
    with transaction.atomic():
        if not free.update(run=name, alive_until=now + LEASE, is_stop_wanted=False, ended=""):
            raise ChangedMeanwhile("batch_under_way")
        facts: audit.Facts = {"role": batch.role, "list_sha256": batch.list_sha256, "count": batch.items.count()}
        audit.write(batch.unit, now, actor, "batch.start", thing_id=batch.pk, facts=facts)
    return name


def _finish(batch: SigningBatch, name: str, ledger: Acts, held: ExitStack) -> None:
    own_run = SigningBatch.objects.filter(pk=batch.pk, run=name)
    ended = SigningBatch.INTERRUPTED
    try:
        with held:
            ended = _run(batch, name, ledger).value
    except Exception:
        log.exception("batch %s was interrupted", batch.pk)
    finally:
        own_run.update(run="", ended=ended)


def _run(batch: SigningBatch, name: str, ledger: Acts) -> Ended:
    waiting = batch.items.exclude(outcome__in=[Outcome.SIGNED.value, Outcome.SIGNED_BEFORE.value])
    items = {
        Document(str(item.result.dossier_id), item.shown_sha256): item for item in waiting.select_related("result")
    }

    def should_stop() -> bool:
        alive_until = current().clock.now() + LEASE
        still_ours = SigningBatch.objects.filter(pk=batch.pk, run=name, is_stop_wanted=False)
        return not still_ours.update(alive_until=alive_until)

    def on_result(result: Result) -> None:
        item = items[result.document]
        item.outcome = result.outcome.value
        item.reason = str(getattr(result.error, "code", "failed"))[:60] if result.error else ""
        item.parameters = {key: str(value) for key, value in getattr(result.error, "parameters", {}).items()}
        item.save()
        reached("batch.between_two")

    return run(items, ledger, ledger.sign, REFUSALS, should_stop, on_result)
