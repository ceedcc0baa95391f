"""The only gate: may this actor do this with that thing?

Pages ask ``may`` to show a button, steps ask ``require`` before they change anything; both get the same answer. For the
steps of a dossier the answer is the lifecycle's table; here stand the other verbs, who sees what, and four eyes: nobody
signs what he confirmed himself. No clock, no database, no request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from dossiers.errors import DossierNotFound, NotPermitted, StepNotAllowed
from dossiers.lifecycle import State, Step, is_allowed
from dossiers.people import OFFICE_ROLES, Actor, ActorKind, Role


class Verb(StrEnum):
    """What can be done beside the steps."""

    RECEIVE = "receive"
    SEE = "see"
    SEE_PROGRESS = "see-progress"
    CORRECT = "correct"
    DOWNLOAD = "download"
    SEE_NUMBERS = "see-numbers"
    SEE_HISTORY = "see-history"
    MANAGE_ACCOUNTS = "manage-accounts"


@dataclass(frozen=True)
class Case:
    """What the rules need to know of a dossier."""

    id: UUID
    state: State
    units: frozenset[UUID]
    confirmed_by: frozenset[UUID] = frozenset()  # accounts that confirmed or corrected any of its fields


@dataclass(frozen=True)
class Office:
    """A unit, for what belongs to no dossier: its desk, its registers, its accounts."""

    unit_id: UUID


_CASE_WORK = OFFICE_ROLES - {Role.ADMINISTRATOR}  # who runs the machine has no business in people's papers
CASE_VERBS: Mapping[Verb, frozenset[Role]] = {
    Verb.SEE: _CASE_WORK | {Role.SERVICE, Role.CITIZEN},
    Verb.SEE_PROGRESS: _CASE_WORK | {Role.SERVICE, Role.CITIZEN},
    Verb.CORRECT: frozenset({Role.CLERK, Role.SPECIALIST}),
    Verb.DOWNLOAD: _CASE_WORK | {Role.CITIZEN},
    Verb.SEE_HISTORY: frozenset({Role.HEAD_OF_ROOM, Role.OFFICIAL, Role.AUDITOR}),
}
OFFICE_VERBS: Mapping[Verb, frozenset[Role]] = {
    Verb.RECEIVE: frozenset({Role.CLERK}),
    Verb.SEE_NUMBERS: frozenset({Role.RECORDS_CLERK, Role.OFFICIAL, Role.AUDITOR}),
    Verb.SEE_HISTORY: frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    Verb.MANAGE_ACCOUNTS: frozenset({Role.ADMINISTRATOR}),
}
CORRECTABLE = frozenset({State.TRANSCRIBED})


def may(actor: Actor, verb: Verb | Step, thing: Case | Office) -> bool:
    """Say whether the actor may do this now."""
    if isinstance(thing, Office):
        roles = actor.roles_in(frozenset({thing.unit_id}))
        return (
            isinstance(verb, Verb) and actor.kind is ActorKind.ACCOUNT and bool(OFFICE_VERBS.get(verb, _NOBODY) & roles)
        )
    if not _is_involved(actor, thing):
        return False
    roles = actor.roles_in(thing.units)
    if isinstance(verb, Step):
        return is_allowed(thing.state, verb, roles) and not _needs_another_person(actor, verb, thing)
    if verb is Verb.CORRECT and thing.state not in CORRECTABLE:
        return False
    if verb is Verb.DOWNLOAD and thing.state not in {State.SEALED, State.DELIVERED}:
        return False
    return bool(CASE_VERBS.get(verb, _NOBODY) & roles)


def require(actor: Actor, verb: Verb | Step, thing: Case | Office) -> None:
    """Raise the error that tells why not, unless the actor may."""
    if may(actor, verb, thing):
        return
    if isinstance(thing, Case):
        if not may(actor, Verb.SEE, thing):
            raise DossierNotFound("dossier_not_found")  # a stranger learns not even that it exists
        if isinstance(verb, Step):
            roles = actor.roles_in(thing.units)
            if is_allowed(thing.state, verb, roles):
                raise NotPermitted("needs_another_person", verb=verb)
            raise StepNotAllowed("step_not_allowed", step=verb, state=thing.state)
    raise NotPermitted("not_permitted", verb=verb)


_NOBODY: frozenset[Role] = frozenset()


def _is_involved(actor: Actor, case: Case) -> bool:
    if actor.kind is ActorKind.SERVICE:
        return True
    if actor.kind is ActorKind.CITIZEN:
        return actor.id == case.id
    return bool(actor.unit_ids & case.units)


def _needs_another_person(actor: Actor, step: Step, case: Case) -> bool:
    return step in {Step.DRAW, Step.SIGN} and actor.id in case.confirmed_by
