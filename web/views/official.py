"""The official: what waits for a signature, the result as it will be signed, signing, and giving it back.

Opening a session reserves the number and draws the result, so it is a POST. What is shown are pictures of exactly the
stored bytes; their digest goes with the form and is compared again before the key is used. The PIN is asked for each
signature and never drawn back into a page.
"""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers import issue, rows
from dossiers.lifecycle import State, Step
from dossiers.models import Dossier, SigningSession
from dossiers.permissions import may
from web import images, typed
from web.forms import REASONS, Pin, Reason
from web.key_use import done, use_key
from web.labels import label_of
from web.refusals import FormNotComplete
from web.rules import StaffRequest, needs, page
from web.shown import done_words, procedure_name

QUEUE_MAX = 200  # of one page; nobody signs more before the list is fresh again


def waiting(request: StaffRequest, *states: State) -> QuerySet[Dossier]:
    return (
        Dossier.objects.for_actor(request.actor).filter(state__in=[state.value for state in states]).order_by("due_at")
    )


@page(needs(Step.SIGN), "GET")
def queue(request: StaffRequest) -> HttpResponseBase:
    found = waiting(request, State.CONFIRMED, State.DRAWN)
    shown = []
    for dossier in found[:QUEUE_MAX]:
        session = dossier.sessions.filter(closed_at=None).select_related("account").first()
        others = session is not None and session.account_id != request.actor.id
        shown.append(
            {
                "dossier": dossier,
                "procedure_name": procedure_name(dossier),
                "may_open": (session is not None and not others) or may(request.actor, Step.DRAW, dossier.case()),
                "opened_by": session.account.full_name if session is not None and others else "",
                "given_back": given_back_words(dossier),
            }
        )
    values = {"waiting": shown, "count": found.count(), "done": done_words(request)}
    return render(request, "official/queue.html", values)


def given_back_words(dossier: Dossier) -> str:
    """Return why the last official who looked at it did not sign, if that is how it ended."""
    last = dossier.sessions.exclude(closed_at=None).order_by("-closed_at").first()
    if last is None or last.outcome != SigningSession.VOID:
        return ""
    return str(dict(REASONS).get(last.reason, ""))


@page(needs(Step.SIGN), "GET", "POST")
def look(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    """GET shows what there is; POST without a PIN opens the session, with a PIN it signs."""
    if request.method == "POST" and "shown_sha256" not in request.POST:
        issue.open_session(request.actor, dossier_id)
        return HttpResponseRedirect(reverse("sign", args=[dossier_id]))
    dossier = rows.found(request.actor, dossier_id)
    form = Pin(request.POST if request.method == "POST" else None)
    if (status := use_key(request, dossier_id, form, issue.sign)) is None:
        return done(request, _("Signed. The records clerk seals it next."), "official")
    return _look_page(request, dossier, form, status)


def _look_page(request: StaffRequest, dossier: Dossier, form: Pin, status: int) -> HttpResponse:
    session = dossier.sessions.filter(closed_at=None).first()
    own = session is not None and session.account_id == request.actor.id and dossier.state == State.DRAWN.value
    values: dict[str, object] = {
        "dossier": dossier,
        "procedure_name": procedure_name(dossier),
        "fields": [
            (label_of(f.name), typed.shown(f.name, f.final_value) or "–") for f in dossier.fields.order_by("position")
        ],
        "may_open": not own and may(request.actor, Step.DRAW, dossier.case()),
        "form": form,
        "reason": Reason(auto_id="id_back_%s"),
        "given_back": given_back_words(dossier),
    }
    if own:
        shown = issue.shown(request.actor, dossier.pk)
        values |= {"shown": shown, "numbers": range(1, images.page_count(shown.result.drawn) + 1)}
    return render(request, "official/look.html", values, status=status)


@page(needs(Step.VOID), "POST")
def give_back(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    """Not signed, with a reason; the number is void and stays in the register with it."""
    form = Reason(request.POST)
    if not form.is_valid():
        raise FormNotComplete
    issue.close_session(request.actor, dossier_id, form.cleaned_data["reason"])
    return done(request, _("Not signed. The desk sees the reason; the number is void."), "official")
