"""What every page shows round its content: the office, who is signed in, the menu of the roles held."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dossiers.lifecycle import Step
from dossiers.permissions import Verb
from web.actors import account_of, actor_of, roles_of
from web.office import office_shown
from web.rules import SEEN_EVERY_S, needs
from web.words import ROLES

MENU = (
    ("desk", _("Dossiers"), needs(Verb.SEE)),
    ("receive", _("New dossier"), needs(Verb.RECEIVE)),
    ("official", _("To sign"), needs(Step.SIGN)),
    ("records", _("To seal"), needs(Step.SEAL)),
    ("accounts", _("Accounts"), needs(Verb.MANAGE_ACCOUNTS)),
)


def frame(request: HttpRequest) -> dict[str, object]:
    """Return the values of base.html; also for error pages, so it must not fail on a half-made request."""
    values: dict[str, object] = {"office": office_shown(), "session_s": settings.SESSION_COOKIE_AGE - SEEN_EVERY_S}
    account = account_of(request)
    if account is None:
        return values
    actor = actor_of(request)
    here = request.resolver_match.url_name if request.resolver_match else ""
    menu = [
        {"url": reverse(name), "words": words, "here": name == here} for name, words, rule in MENU if rule.admits(actor)
    ]
    roles = ", ".join(str(ROLES[role]) for role in sorted(roles_of(actor)))
    return values | {"account": account, "account_roles": roles, "menu": menu}
