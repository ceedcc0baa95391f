"""The POST by which a person uses a key: a PIN, and the digest of what was shown, compared again first."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse

from dossiers.people import Actor
from signing import SigningError
from web.errors import sentence_of, status_of
from web.forms import Pin
from web.rules import StaffRequest

UNPROCESSABLE = 422


def use_key(
    request: StaffRequest, dossier_id: UUID, form: Pin, act: Callable[[Actor, UUID, str, str], object]
) -> int | None:
    """Do ``act`` with what the form holds: None when done, else the status of the page that shows the form again."""
    if not form.is_bound:
        return 200
    if not form.is_valid():
        return UNPROCESSABLE
    try:
        act(request.actor, dossier_id, form.cleaned_data["shown_sha256"], form.cleaned_data["pin"])
    except SigningError as refusal:
        form.refuse("pin", sentence_of(refusal))
        return status_of(refusal)
    return None


def done(request: StaffRequest, sentence: str, queue: str) -> HttpResponseRedirect:
    """Say that it is done, and go back to what waits."""
    messages.success(request, sentence)
    return HttpResponseRedirect(reverse(queue))
