"""The citizen's side: how far the dossier is by the code on the slip; the result by code and four digits.

No account, no time limit, no script needed. ``/k/CODE`` stands on paper and never changes. What only the code opens
names nobody. A wrong code and wrong digits read the same; guesses are limited per address and for all together.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing as tokens
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dossiers import delivery
from dossiers.delivery import Progress, normal_code
from dossiers.errors import CodeNotFound
from dossiers.intake import CROCKFORD, RECEIPT_CODE_LENGTH
from dossiers.lifecycle import State
from dossiers.numbering import office_day
from dossiers.people import Actor
from dossiers.procedures.catalogue import procedure
from web.downloads import pdf_download
from web.errors import sentence_of
from web.forms import Digits, Track
from web.rules import ANYONE, StaffRequest, page
from web.text import Words
from web.tries import (
    CODES_OF_ALL,
    CODES_OF_ONE_ADDRESS,
    DIGITS_OF_ONE_ADDRESS,
    DIGITS_OF_ONE_DOSSIER,
    address_of,
    spending,
)

TOKEN_SALT = "web.citizen.result"  # noqa: S105 - a name, not a secret
TOKEN_S = 900  # after a quarter of an hour the digits are asked again


@dataclass(frozen=True)
class CitizenWords:
    """What a citizen reads of a state: one sentence first, and which of the steps on the way is now."""

    sentence: Words
    at: int  # index in WAY, its length when all is done; -1: off the way


WAY: tuple[Words, ...] = (
    _("Received"),
    _("The papers are compared"),
    _("A leader of the commune signs"),
    _("The office puts its seal"),
    _("Result ready"),
)
OF_STATE = {
    State.RECEIVED: CitizenWords(_("Your dossier was received. You need not come yet."), 1),
    State.TRANSCRIBED: CitizenWords(_("Your papers are being compared. You need not come yet."), 1),
    State.CONFIRMED: CitizenWords(_("Your dossier waits for a leader's signature. You need not come yet."), 2),
    State.DRAWN: CitizenWords(_("Your dossier waits for a leader's signature. You need not come yet."), 2),
    State.SIGNED: CitizenWords(_("The result is signed and is being completed. You need not come yet."), 3),
    State.SEALED: CitizenWords(_("The result is ready. You may download it here or fetch it at the one-stop desk."), 5),
    State.DELIVERED: CitizenWords(_("The result was given out. You may download it again."), 5),
    State.RETURNED: CitizenWords(_("Something is missing. Please come to the one-stop desk with this slip."), -1),
    State.WITHDRAWN: CitizenWords(_("This dossier was ended at your wish."), -1),
}
READY = frozenset({State.SEALED, State.DELIVERED})


@page(ANYONE, "GET", "POST")
def track(request: StaffRequest) -> HttpResponseBase:
    form = Track(request.POST if request.method == "POST" else None)
    if form.is_valid():
        code = normal_code(form.cleaned_data["code"])
        if len(code) == RECEIPT_CODE_LENGTH and set(code) <= set(CROCKFORD):
            return HttpResponseRedirect(reverse("progress", args=[code]))
        form.refuse("code", _("The code has 12 letters and digits. Compare it with the slip."))
    return render(request, "citizen/track.html", {"form": form}, status=422 if form.errors else 200)


@page(ANYONE, "GET")
def progress(request: StaffRequest, code: str) -> HttpResponseBase:
    """The printed address: progress only, nobody is named."""
    try:
        found = _looked_up(request, code)
    except CodeNotFound as refusal:
        form = Track({"code": code[:40]})
        form.refuse("code", sentence_of(refusal))
        return render(request, "citizen/track.html", {"form": form}, status=404)
    return render(request, "citizen/progress.html", _values(code, found) | {"form": Digits()})


@page(ANYONE, "POST")
def more(request: StaffRequest, code: str) -> HttpResponseBase:
    """Code and four digits together open the result; the proof lives for a quarter of an hour in the page itself."""
    form = Digits(request.POST)
    values: dict[str, object] = {"form": form}
    status = 422
    if form.is_valid():
        try:
            actor = _citizen(request, code, form.cleaned_data["digits"].strip())
        except CodeNotFound as refusal:
            form.refuse("digits", sentence_of(refusal))
            status = 404
        else:
            status = 200
            values["token"] = tokens.dumps(str(actor.id), salt=TOKEN_SALT)
    return render(request, "citizen/progress.html", _values(code, _looked_up(request, code)) | values, status=status)


@page(ANYONE, "POST")
def result(request: StaffRequest, code: str) -> HttpResponseBase:
    """The sealed result, as a file; the first download is the delivery."""
    try:
        dossier_id = UUID(tokens.loads(request.POST.get("token", ""), salt=TOKEN_SALT, max_age=TOKEN_S))
    except tokens.BadSignature:
        return HttpResponseRedirect(reverse("progress", args=[code]))
    got = delivery.download(Actor.citizen(dossier_id), dossier_id)
    return pdf_download(got.pdf, got.name)


def _looked_up(request: StaffRequest, code: str) -> Progress:
    with spending((CODES_OF_ONE_ADDRESS, address_of(request)), (CODES_OF_ALL, "")):
        return delivery.progress(code)


def _citizen(request: StaffRequest, code: str, digits: str) -> Actor:
    own = (DIGITS_OF_ONE_DOSSIER, normal_code(code))
    with spending((DIGITS_OF_ONE_ADDRESS, address_of(request)), own, (CODES_OF_ALL, "")):
        return delivery.citizen(code, digits)


def _values(code: str, found: Progress) -> dict[str, object]:
    rules = procedure(found.procedure_code, office_day(found.received_at))
    told = OF_STATE[found.state]
    normal = normal_code(code)
    return {
        "code": normal,
        "code_shown": "-".join(normal[at : at + 4] for at in range(0, len(normal), 4)),
        "progress": found,
        "procedure_name": rules.name_en if get_language() == "en" else rules.name_vi,
        "sentence": told.sentence,
        "way": [(words, "done" if at < told.at else "now" if at == told.at else "") for at, words in enumerate(WAY)],
        "on_the_way": told.at >= 0,
        "is_ready": found.state in READY,
    }
