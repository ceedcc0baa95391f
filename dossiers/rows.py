"""Small shared moves on rows: find a dossier for an actor, lock it, move it by the table, write the history."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from dossiers import audit
from dossiers.errors import ChangedMeanwhile, DossierNotFound
from dossiers.lifecycle import State, Step, next_state
from dossiers.models import Dossier
from dossiers.people import Actor
from dossiers.permissions import Verb, require


def found(actor: Actor, dossier_id: UUID) -> Dossier:
    """Return a dossier this actor may see, or raise ``DossierNotFound``."""
    dossier = Dossier.objects.for_actor(actor).filter(pk=dossier_id).first()
    if dossier is None:
        raise DossierNotFound("dossier_not_found")
    require(actor, Verb.SEE, dossier.case())
    return dossier


def locked(actor: Actor, dossier_id: UUID, revision: int | None = None) -> Dossier:
    """Return the dossier under its row lock; with ``revision``, raise ``ChangedMeanwhile`` if it is another by now."""
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("a row is locked inside a transaction")
    dossier = Dossier.objects.for_actor(actor).select_for_update().filter(pk=dossier_id).first()
    if dossier is None:
        raise DossierNotFound("dossier_not_found")
    if revision is not None and dossier.revision != revision:
        raise ChangedMeanwhile("changed_meanwhile", dossier=dossier.code)
    return dossier


def move(dossier: Dossier, step: Step, actor: Actor, at: datetime, facts: audit.Facts | None = None) -> None:
    """Take the step: asked of the gate, written to row and history in the caller's transaction."""
    case = dossier.case()
    require(actor, step, case)
    dossier.state = next_state(State(dossier.state), step, actor.roles_in(case.units)).value
    dossier.revision += 1
    dossier.save()
    audit.write(dossier.commune(), at, actor, f"dossier.{step.value}", thing_id=dossier.pk, facts=facts)
