"""The life of a dossier: which step may follow which, and who may take it.

Rule 1: every rule that moves a dossier stands in ``STEPS``; ``docs/lifecycle.svg`` is drawn from it
(``python -m dossiers.lifecycle_picture``). Rule 2: nothing here reads a clock, a database or a request. A form that is
not recognised and a scan that cannot be read are states with a flag, not errors: a person decides what follows.
"""

from collections.abc import Mapping
from enum import StrEnum

from dossiers.errors import StepNotAllowed
from dossiers.people import Role


class State(StrEnum):
    RECEIVED = "received"  # scans stored, nothing recognised yet
    TRANSCRIBED = "transcribed"  # read, or found unreadable (a flag says so); every field unconfirmed
    CONFIRMED = "confirmed"  # a person compared each field with the scan; the record is made
    DRAWN = "drawn"  # a signing session is open: number reserved, result drawn and shown
    SIGNED = "signed"  # an official's signature is on the result
    SEALED = "sealed"  # the office's seal closes the file
    DELIVERED = "delivered"  # the citizen has it
    RETURNED = "returned"  # waits for the citizen to complete the papers
    WITHDRAWN = "withdrawn"  # ended at the citizen's wish


class Step(StrEnum):
    TRANSCRIBE = "transcribe"
    READ_AGAIN = "read-again"  # after the machine gave up
    ADD = "add"  # a scan that came by the watched folder
    REFILE = "refile"
    CONFIRM = "confirm"
    DRAW = "draw"
    VOID = "void"
    SIGN = "sign"
    NUMBER = "number"  # where the number is written after the signature
    SEAL = "seal"
    DELIVER = "deliver"
    RETURN = "return"
    RESUME = "resume"
    WITHDRAW = "withdraw"


_DESK = frozenset({Role.CLERK, Role.SPECIALIST})

STEPS: Mapping[tuple[State, Step], tuple[frozenset[Role], State]] = {
    (State.RECEIVED, Step.TRANSCRIBE): (frozenset({Role.SERVICE}), State.TRANSCRIBED),
    (State.RECEIVED, Step.READ_AGAIN): (_DESK, State.RECEIVED),
    (State.RECEIVED, Step.ADD): (frozenset({Role.SERVICE}), State.RECEIVED),
    (State.RECEIVED, Step.WITHDRAW): (_DESK, State.WITHDRAWN),
    (State.TRANSCRIBED, Step.ADD): (frozenset({Role.SERVICE}), State.RECEIVED),
    (State.TRANSCRIBED, Step.REFILE): (_DESK, State.RECEIVED),
    (State.TRANSCRIBED, Step.CONFIRM): (_DESK, State.CONFIRMED),
    (State.TRANSCRIBED, Step.RETURN): (_DESK, State.RETURNED),
    (State.TRANSCRIBED, Step.WITHDRAW): (_DESK, State.WITHDRAWN),
    (State.RETURNED, Step.RESUME): (_DESK, State.RECEIVED),
    (State.RETURNED, Step.WITHDRAW): (_DESK, State.WITHDRAWN),
    (State.CONFIRMED, Step.DRAW): (frozenset({Role.OFFICIAL}), State.DRAWN),
    (State.CONFIRMED, Step.WITHDRAW): (_DESK, State.WITHDRAWN),
    (State.DRAWN, Step.VOID): (frozenset({Role.OFFICIAL, Role.SERVICE}), State.CONFIRMED),
    (State.DRAWN, Step.SIGN): (frozenset({Role.OFFICIAL}), State.SIGNED),
    (State.SIGNED, Step.NUMBER): (frozenset({Role.RECORDS_CLERK}), State.SIGNED),
    (State.SIGNED, Step.SEAL): (frozenset({Role.RECORDS_CLERK}), State.SEALED),  # a person, never the service
    (State.SEALED, Step.DELIVER): (frozenset({Role.CLERK, Role.CITIZEN}), State.DELIVERED),
}


def next_state(state: State, step: Step, roles: frozenset[Role]) -> State:
    """Return where ``step`` leads for somebody who holds ``roles``, or raise ``StepNotAllowed``."""
    if (move := STEPS.get((state, step))) is None:
        raise StepNotAllowed("step_not_allowed", step=step, state=state)
    if not move[0] & roles:
        raise StepNotAllowed("step_not_for_role", step=step, state=state, roles=" ".join(sorted(roles)))
    return move[1]


def is_allowed(state: State, step: Step, roles: frozenset[Role]) -> bool:
    """Say whether ``next_state`` would answer."""
    move = STEPS.get((state, step))
    return move is not None and bool(move[0] & roles)
