"""Who may do what: the whole matrix is asked, and what is not written down here is refused."""

from uuid import uuid4

import pytest

from dossiers.errors import DossierNotFound, NotPermitted, StepNotAllowed
from dossiers.lifecycle import State, Step
from dossiers.people import OFFICE_ROLES, Actor, ActorKind, Role, Seat
from dossiers.permissions import Case, Office, Verb, may, require

UNIT, OTHER_UNIT = uuid4(), uuid4()
SEEING = {Role.CLERK, Role.SPECIALIST, Role.HEAD_OF_ROOM, Role.OFFICIAL, Role.RECORDS_CLERK, Role.AUDITOR}
WITH_CASE = {
    Verb.RECEIVE: set(),
    Verb.SEE: SEEING,
    Verb.SEE_PROGRESS: SEEING,
    Verb.CORRECT: {Role.CLERK, Role.SPECIALIST},
    Verb.DOWNLOAD: set(),  # not before it is sealed
    Verb.SEE_NUMBERS: set(),
    Verb.SEE_HISTORY: {Role.HEAD_OF_ROOM, Role.OFFICIAL, Role.AUDITOR},
    Verb.MANAGE_ACCOUNTS: set(),
}
WITH_OFFICE = {
    Verb.RECEIVE: {Role.CLERK},
    Verb.SEE_NUMBERS: {Role.RECORDS_CLERK, Role.OFFICIAL, Role.AUDITOR},
    Verb.SEE_HISTORY: {Role.AUDITOR, Role.ADMINISTRATOR},
    Verb.MANAGE_ACCOUNTS: {Role.ADMINISTRATOR},
}


def one_with(*roles: Role, unit=UNIT) -> Actor:
    return Actor(ActorKind.ACCOUNT, uuid4(), frozenset(Seat(unit, role) for role in roles))


def case(state: State = State.TRANSCRIBED, **more) -> Case:
    return Case(uuid4(), state, frozenset({UNIT}), **more)


@pytest.mark.parametrize("verb", Verb)
def test_a_role_may_do_with_a_dossier_what_is_written_and_nothing_else(verb):
    assert {role for role in OFFICE_ROLES if may(one_with(role), verb, case())} == WITH_CASE[verb]


@pytest.mark.parametrize("verb", Verb)
def test_a_role_may_do_with_an_office_what_is_written_and_nothing_else(verb):
    assert {role for role in OFFICE_ROLES if may(one_with(role), verb, Office(UNIT))} == WITH_OFFICE.get(verb, set())


@pytest.mark.parametrize("verb", [*Verb, *Step])
def test_another_office_may_nothing(verb):
    stranger = one_with(*OFFICE_ROLES, unit=OTHER_UNIT)
    for state in State:
        assert not may(stranger, verb, case(state))
        with pytest.raises(DossierNotFound):
            require(stranger, verb, case(state))


def test_a_citizen_sees_the_own_dossier_only_and_downloads_when_it_is_sealed():
    own = case(State.SEALED)
    assert may(Actor.citizen(own.id), Verb.DOWNLOAD, own)
    assert not may(Actor.citizen(own.id), Verb.DOWNLOAD, case(State.SEALED))
    assert not may(Actor.citizen(own.id), Verb.CORRECT, Case(own.id, State.TRANSCRIBED, own.units))


@pytest.mark.parametrize("step", [Step.DRAW, Step.SIGN])
def test_nobody_signs_what_he_confirmed_himself(step):
    state = State.CONFIRMED if step is Step.DRAW else State.DRAWN
    both = one_with(Role.CLERK, Role.OFFICIAL)
    own = case(state, confirmed_by=frozenset({both.id}))
    assert may(one_with(Role.OFFICIAL), step, own)
    with pytest.raises(NotPermitted, match="needs_another_person"):
        require(both, step, own)


def test_the_service_never_seals():
    with pytest.raises(StepNotAllowed):
        require(Actor.service(), Step.SEAL, case(State.SIGNED))


def test_what_was_confirmed_is_not_corrected_any_more():
    assert not may(one_with(Role.CLERK), Verb.CORRECT, case(State.CONFIRMED))


def test_nobody_but_an_account_has_an_account_id():
    with pytest.raises(NotPermitted):
        _ = Actor.service().account_id
