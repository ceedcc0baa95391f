"""The records clerk: what waits for number and seal, what the verifier says of the official's signature, sealing.

Also here: the result itself, as pictures for whoever may see the dossier and as a file once it is sealed.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers import delivery, issue, rows
from dossiers.acts import has_number, number_is_of_today
from dossiers.engines import current
from dossiers.errors import DossierNotFound
from dossiers.lifecycle import State, Step
from dossiers.models import Dossier, Result, StoredFile
from dossiers.permissions import Verb, may
from signing import Role
from web import images
from web.downloads import pdf_download
from web.forms import Pin
from web.key_use import done, use_key
from web.rules import StaffRequest, needs, page
from web.shown import done_words, procedure_name
from web.views.official import QUEUE_MAX, waiting
from web.views.verify import report_values


@page(needs(Step.SEAL), "GET")
def queue(request: StaffRequest) -> HttpResponseBase:
    found = waiting(request, State.SIGNED)
    shown = []
    for dossier in found[:QUEUE_MAX]:
        result = dossier.results.select_related("session__number__series").get(voided_at=None)
        signature = result.signatures.select_related("account").get(role=Role.OFFICIAL.value)
        shown.append(
            {
                "dossier": dossier,
                "procedure_name": procedure_name(dossier),
                "number": result.session.number_text,
                "may_seal": has_number(result) and may(request.actor, Step.SEAL, dossier.case()),
                "signature": signature,
            }
        )
    return render(
        request, "records/queue.html", {"waiting": shown, "count": found.count(), "done": done_words(request)}
    )


@page(needs(Step.NUMBER), "POST")
def number(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    """Without a PIN, reserve the number of today; with one, write it on the result."""
    dossier = rows.found(request.actor, dossier_id)
    if "shown_sha256" not in request.POST:
        issue.open_number(request.actor, dossier_id)
        return HttpResponseRedirect(reverse("seal", args=[dossier_id]))
    form = Pin(request.POST)
    if (status := use_key(request, dossier_id, form, issue.number)) is not None:
        return _look_page(request, dossier, form, status)
    messages.success(request, _("Number and date stand on the result. The seal comes next."))
    return HttpResponseRedirect(reverse("seal", args=[dossier_id]))


@page(needs(Step.SEAL), "GET", "POST")
def look(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    """The signed result with the verifier's verdict; POST seals exactly what was shown."""
    dossier = rows.found(request.actor, dossier_id)
    form = Pin(request.POST if request.method == "POST" else None, initial={})
    if (status := use_key(request, dossier_id, form, issue.seal)) is None:
        return done(request, _("Sealed. The citizen can download the result now."), "records")
    return _look_page(request, dossier, form, status)


def _look_page(request: StaffRequest, dossier: Dossier, form: Pin, status: int) -> HttpResponse:
    values: dict[str, object] = {"dossier": dossier, "procedure_name": procedure_name(dossier), "form": form}
    if dossier.state == State.SIGNED.value:
        shown = issue.shown(request.actor, dossier.pk)
        if has_number(shown.result):
            form.fields["pin"].label = _("PIN of the seal")
        signed = StoredFile.objects.get(pk=shown.result.signed_id or "")
        values |= {"shown": shown, "numbers": range(1, images.page_count(signed) + 1)}
        values |= report_values(current().verifier.verify(shown.pdf), "")
        values |= {
            "may_seal": may(request.actor, Step.SEAL, dossier.case()),
            "has_number": has_number(shown.result),
            "is_reserved": number_is_of_today(shown.result),
            "done": done_words(request),
        }
    return render(request, "records/look.html", values, status=status)


@page(needs(Verb.SEE), "GET")
def result_image(request: StaffRequest, result_id: UUID, sha256: str, number: int) -> HttpResponseBase:
    """One page of exactly the bytes with this digest; another digest is another page."""
    result = _result(request, result_id)
    for file in (result.drawn, result.signed, result.sealed):
        if file is not None and file.sha256 == sha256 and 1 <= number <= images.page_count(file):
            return HttpResponse(images.page_png(file, number), content_type="image/png")
    raise DossierNotFound("dossier_not_found")


@page(needs(Verb.DOWNLOAD), "GET")
def result_pdf(request: StaffRequest, result_id: UUID) -> HttpResponseBase:
    got = delivery.download(request.actor, _result(request, result_id).dossier_id)
    return pdf_download(got.pdf, got.name)


def _result(request: StaffRequest, result_id: UUID) -> Result:
    """Return a result of a dossier that this actor may see, or raise ``DossierNotFound``."""
    result = Result.objects.select_related("drawn", "signed", "sealed").filter(pk=result_id).first()
    if result is None:
        raise DossierNotFound("dossier_not_found")
    rows.found(request.actor, result.dossier_id)
    return result
