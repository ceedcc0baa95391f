"""The administrator: who has an account and by which decision, which certificates end soon. Nobody's papers."""

from django.http import HttpResponseBase
from django.shortcuts import render

from dossiers import certificates
from dossiers.models import Account
from dossiers.permissions import Verb
from web.actors import today
from web.rules import StaffRequest, needs, page
from web.words import ROLES


@page(needs(Verb.MANAGE_ACCOUNTS), "GET")
def accounts(request: StaffRequest) -> HttpResponseBase:
    """Those with a role, now or once, in a unit that this administrator runs."""
    units = request.actor.unit_ids
    shown = []
    for account in Account.objects.filter(memberships__unit__in=units).distinct().order_by("full_name"):
        held = list(account.memberships.in_force(today()).filter(unit__in=units).order_by("role"))
        shown.append(
            {
                "full_name": account.full_name,
                "username": account.username,
                "is_active": account.is_active,
                "role_words": ", ".join(str(ROLES[one.role]) for one in held),
                "decisions": ", ".join(sorted({one.decision_no for one in held})),
            }
        )
    return render(request, "web/accounts.html", {"accounts": shown, "ending": certificates.ending(request.actor)})
