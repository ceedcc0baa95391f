"""Who acts in a request: the signed-in account with the roles it holds today."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone

from dossiers.models import Account
from dossiers.people import Actor, Role
from web.refusals import SignInNeeded


def today() -> date:
    """Return the day in Viet Nam: authority is dated by it."""
    return timezone.localdate()


def account_of(request: HttpRequest) -> Account | None:
    """Return who is signed in, or None."""
    user = getattr(request, "user", None)  # absent when a middleware before the session's refused
    return user if isinstance(user, Account) or (user is not None and user.is_authenticated) else None


def actor_of(request: HttpRequest) -> Actor:
    """Return the actor of a signed-in request; asked of the rows once per request."""
    kept: Actor | None = getattr(request, "kept_actor", None)
    if kept is None:
        account = account_of(request)
        if account is None:
            raise SignInNeeded
        kept = account.actor(today())
        request.kept_actor = kept  # type: ignore[attr-defined]  # Django's request takes attributes of middlewares too
    return kept


def roles_of(actor: Actor) -> frozenset[Role]:
    return frozenset(seat.role for seat in actor.seats)
