"""The table decides: every step it does not name is refused and changes nothing."""

from itertools import product

import pytest

from dossiers import lifecycle_picture
from dossiers.errors import StepNotAllowed
from dossiers.lifecycle import STEPS, State, Step, next_state
from dossiers.people import Role

LISTED = [(state, step, role) for (state, step), (roles, _to) in STEPS.items() for role in sorted(roles)]
ABSENT = [triple for triple in product(State, Step, Role) if triple not in set(LISTED)]


@pytest.mark.parametrize(("state", "step", "role"), LISTED)
def test_a_listed_step_leads_where_the_table_says(state, step, role):
    assert next_state(state, step, frozenset({role})) is STEPS[state, step][1]


@pytest.mark.parametrize("state", State)
def test_every_step_and_role_that_is_not_listed_is_refused(state):
    for step, role in [(step, role) for from_state, step, role in ABSENT if from_state is state]:
        with pytest.raises(StepNotAllowed):
            next_state(state, step, frozenset({role}))


def test_nothing_is_both_listed_and_absent():
    assert len(LISTED) + len(ABSENT) == len(State) * len(Step) * len(Role)


def test_every_state_can_be_reached_from_received():
    reached = {State.RECEIVED}
    for _ in State:
        reached |= {target for (state, _step), (_roles, target) in STEPS.items() if state in reached}
    assert reached == set(State)


def test_nothing_leads_back_from_a_signature():
    after = {State.SIGNED, State.SEALED, State.DELIVERED}
    assert all(target in after for (state, _step), (_roles, target) in STEPS.items() if state in after)


def test_the_service_neither_signs_nor_seals():
    assert all(
        Role.SERVICE not in roles for (_state, step), (roles, _to) in STEPS.items() if step in {Step.SIGN, Step.SEAL}
    )


def test_the_picture_is_drawn_from_the_table():
    assert lifecycle_picture.PICTURE.read_text(encoding="utf-8") == lifecycle_picture.svg()
