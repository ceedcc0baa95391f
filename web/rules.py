"""Who may open a page at all: every view declares it here, and a test fails on a route that does not.

The rule names a verb or step of ``dossiers.permissions``; which roles that means is read from its tables, never
written here. It only says whether a role has such a page: whether this actor may do it with this dossier is asked by
the step itself.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, cast

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from dossiers.lifecycle import STEPS, Step
from dossiers.people import Actor, Role
from dossiers.permissions import CASE_VERBS, OFFICE_VERBS, Verb
from web.actors import actor_of
from web.refusals import NotYours, SignInNeeded, WrongMethod

P = ParamSpec("P")

LONGEST_SESSION_S = 10 * 3600
SEEN_EVERY_S = 300  # so that a page of twenty images is not twenty writes


@dataclass(frozen=True)
class Rule:
    """``verbs`` empty: anybody, or anybody signed in; else one of the verbs must belong to a role the actor holds."""

    signed_in: bool
    verbs: tuple[Verb | Step, ...] = ()

    def roles(self) -> frozenset[Role]:
        return frozenset().union(*(_roles_of(verb) for verb in self.verbs))

    def admits(self, actor: Actor) -> bool:
        return not self.verbs or any(seat.role in self.roles() for seat in actor.seats)


ANYONE = Rule(signed_in=False)
SIGNED_IN = Rule(signed_in=True)


def needs(*verbs: Verb | Step) -> Rule:
    return Rule(signed_in=True, verbs=verbs)


class StaffRequest(HttpRequest):
    """A request that passed its rule; ``actor`` acts for the account, or nobody on a public page."""

    actor: Actor


class Page(Protocol):
    rule: Rule
    methods: tuple[str, ...]


View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
Answering = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(rule: Rule, *methods: str) -> Callable[[View[P]], Answering[P]]:
    """Declare a view's rule and methods; GET answers HEAD too."""
    allowed = (*methods, "HEAD") if "GET" in methods else methods

    def declare(view: View[P]) -> Answering[P]:
        @wraps(view)
        def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method not in allowed:
                raise WrongMethod(allowed=", ".join(allowed))
            asked = cast("StaffRequest", request)
            if rule.signed_in:
                if not (request.user.is_authenticated and still_open(request)):
                    raise SignInNeeded
                asked.actor = actor_of(request)
                if not rule.admits(asked.actor):
                    raise NotYours
            return view(asked, *args, **kwargs)

        declared = cast("Page", answer)
        declared.rule, declared.methods = rule, allowed
        return cast("Answering[P]", answer)

    return declare


def still_open(request: HttpRequest) -> bool:
    """Count the idle time anew; end a session that lasted a working day. Written at most every few minutes."""
    now, session = int(time.time()), request.session
    if now - session.setdefault("since", now) > LONGEST_SESSION_S:
        logout(request)
        return False
    if now - session.get("seen", 0) > SEEN_EVERY_S:
        session["seen"] = now
    return True


def _roles_of(verb: Verb | Step) -> frozenset[Role]:
    if isinstance(verb, Step):
        return frozenset().union(*(roles for (_state, step), (roles, _next) in STEPS.items() if step is verb))
    return CASE_VERBS.get(verb, frozenset()) | OFFICE_VERBS.get(verb, frozenset())
