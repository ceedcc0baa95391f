"""Many results with one PIN: the list as it will be signed, the run of it, and what came of each result.

The PIN goes from the form to the key and nowhere else. The run is a thread of this process; the page only looks at its
rows, so that it may be closed and opened again. Without scripts the page looks again by itself every few seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from dossiers import batches
from dossiers.lifecycle import Step
from dossiers.models import Dossier, SigningBatch
from signing import Role, SigningError
from signing.batch import Ended, Outcome
from web.errors import sentence_of, status_of, words_of
from web.forms import BatchPin
from web.refusals import FormNotComplete
from web.rules import StaffRequest, needs, page
from web.shown import done_words, procedure_name
from web.text import Words

LOOK_AGAIN_S = 3  # without scripts
DONE = {Outcome.SIGNED.value, Outcome.SIGNED_BEFORE.value}


@dataclass(frozen=True)
class Kind:
    """What the two kinds of batches are called on the page."""

    heading: Words
    button: Words
    pin: Words
    back: str  # name of the route of the queue
    look: str  # of the page of one result


KINDS: Mapping[str, Kind] = {
    Role.OFFICIAL.value: Kind(
        _lazy("Sign with one PIN"), _lazy("Sign all of this list"), _lazy("PIN of your key"), "official", "sign"
    ),
    Role.SEAL.value: Kind(
        _lazy("Seal with one PIN"), _lazy("Seal all of this list"), _lazy("PIN of the seal"), "records", "seal"
    ),
}
ENDED: Mapping[str, Words] = {
    Ended.STOPPED.value: _lazy("Stopped at your wish. Enter the PIN again to go on with the rest."),
    Ended.HALTED.value: _lazy(
        "Ended after three failures in a row. Read why below; then enter the PIN again to go on with the rest."
    ),
    Ended.KEY_LOST.value: _lazy(
        "The key could not be reached any more. Put the token back, then enter the PIN again to go on with the rest."
    ),
    SigningBatch.INTERRUPTED: _lazy(
        "It was interrupted. Nothing is lost and nothing is signed twice: enter the PIN again to go on with the rest."
    ),
}
OUTCOMES: Mapping[str, Words] = {
    "": pgettext_lazy("batch", "Waits"),
    Outcome.SIGNED.value: pgettext_lazy("batch", "Done"),
    Outcome.SIGNED_BEFORE.value: pgettext_lazy("batch", "Was done before"),
    Outcome.FAILED.value: pgettext_lazy("batch", "Not done"),
    Outcome.NOT_TRIED.value: pgettext_lazy("batch", "Not tried yet"),
}


@page(needs(Step.SIGN), "POST")
def gather_to_sign(request: StaffRequest) -> HttpResponseBase:
    return _gathered(request, Role.OFFICIAL.value)


@page(needs(Step.SEAL), "POST")
def gather_to_seal(request: StaffRequest) -> HttpResponseBase:
    return _gathered(request, Role.SEAL.value)


def _gathered(request: StaffRequest, role: str) -> HttpResponseBase:
    try:
        chosen = [UUID(text) for text in request.POST.getlist("dossier")]
    except ValueError:
        raise FormNotComplete from None
    if not chosen:
        messages.warning(request, _("Choose at least one result from the list first."))
        return HttpResponseRedirect(reverse(KINDS[role].back))
    found = batches.gather(request.actor, role, chosen)
    codes = dict(Dossier.objects.for_actor(request.actor).filter(pk__in=chosen).values_list("pk", "code"))
    for dossier_id, error in found.left_out:
        messages.warning(request, f"{codes.get(dossier_id, '–')}: {sentence_of(error)}")
    return HttpResponseRedirect(reverse("batch", args=[found.batch.pk]))


@page(needs(Step.SIGN, Step.SEAL), "GET", "POST")
def batch(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """GET shows the list, or how far it is; POST with the PIN begins, or goes on."""
    found = batches.own(request.actor, batch_id)
    form = BatchPin(request.POST if request.method == "POST" else None)
    form.fields["pin"].label = KINDS[found.role].pin
    if not form.is_bound:
        return _page(request, found, form, 200)
    if not form.is_valid():
        return _page(request, found, form, 422)
    try:
        run = batches.start(request.actor, found.pk, form.cleaned_data["list_sha256"], form.cleaned_data["pin"])
    except SigningError as refusal:
        form.refuse("pin", sentence_of(refusal))
        return _page(request, found, form, status_of(refusal))
    batches.in_background(run)
    return HttpResponseRedirect(reverse("batch", args=[found.pk]))


@page(needs(Step.SIGN, Step.SEAL), "POST")
def stop_batch(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    batches.stop(request.actor, batch_id)
    messages.warning(request, _("Stops after the result that is being worked on."))
    return HttpResponseRedirect(reverse("batch", args=[batch_id]))


@page(needs(Step.SIGN, Step.SEAL), "GET")
def batch_progress(request: StaffRequest, batch_id: UUID) -> HttpResponseBase:
    """The part of the page that changes while the batch runs; 204 when it has ended: then the page is drawn anew."""
    found = batches.own(request.actor, batch_id)
    if not batches.is_running(found):
        return HttpResponse(status=204)
    return render(request, "batch/_progress.html", _values(found))


def _page(request: StaffRequest, found: SigningBatch, form: BatchPin, status: int) -> HttpResponse:
    values = _values(found) | {"form": form, "warnings": done_words(request)}
    return render(request, "batch/page.html", values, status=status)


def _values(found: SigningBatch) -> dict[str, object]:
    items = list(found.items.select_related("result__session__number__series", "result__dossier"))
    counts = [sum(item.outcome in group for item in items) for group in (DONE, {Outcome.FAILED.value})]
    is_running = batches.is_running(found)
    return {
        "batch": found,
        "kind": KINDS[found.role],
        "is_running": is_running,
        "is_done": counts[0] == len(items),
        "ended": "" if is_running else str(ENDED.get(found.ended, "")),
        "count": len(items),
        "done_count": counts[0],
        "told": _told(len(items), *counts),
        "look_again_s": LOOK_AGAIN_S,
        "items": [
            {
                "item": item,
                "dossier": item.result.dossier,
                "number": item.result.session.number_text,
                "procedure_name": procedure_name(item.result.dossier),
                "outcome": OUTCOMES[item.outcome],
                "is_done": item.outcome in DONE,
                "is_failed": item.outcome == Outcome.FAILED.value,
                "reason": words_of(item.reason, item.parameters) if item.reason else "",
            }
            for item in items
        ],
    }


def _told(count: int, done: int, failed: int) -> str:
    """Return how far it is, in one sentence."""
    told = ngettext("%(done)d of %(count)d result done.", "%(done)d of %(count)d results done.", count)
    words = told % {"done": done, "count": count}
    return words if not failed else f"{words} {pgettext('batch', 'Not done: %(failed)d.') % {'failed': failed}}"
