"""The desk: the list of dossiers, taking in, comparing the fields with the scan, and the ways off the main road."""

from typing import Any, BinaryIO, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dossiers import intake, review, routing, rows
from dossiers.errors import ChangedMeanwhile, DossierError, DossierNotFound, FieldNotConfirmed, SubmissionRefused
from dossiers.lifecycle import State, Step
from dossiers.models import Dossier, Field, Page
from dossiers.outbox import progress_of
from dossiers.people import Role
from dossiers.permissions import Verb, may
from dossiers.transcription import MISFILED, TRANSCRIPTION_FAILED
from web import images, typed, words
from web.downloads import pdf_download
from web.errors import sentence_of, status_of
from web.forms import Plain, Reason, Receive, Refile, Resume
from web.refusals import FormNotComplete
from web.review_page import field_values, flag_words, groups_of, left_words, next_name, page_rows, pages_of, seen_of
from web.rules import StaffRequest, needs, page
from web.shown import done_words, procedure_name
from web.slips import separator_pdf, slip_pdf
from web.views.official import given_back_words

DOSSIERS_ON_A_PAGE = 50
CLOSED = frozenset({State.SEALED, State.DELIVERED, State.WITHDRAWN})
ORDER = [state.value for state in State]


@page(needs(Verb.SEE), "GET")
def dossiers(request: StaffRequest) -> HttpResponseBase:
    """The list of what this actor's units are involved in, the next due first."""
    seen = Dossier.objects.for_actor(request.actor)
    counted = dict(seen.values_list("state").annotate(n=Count("id")))
    chosen = request.GET.get("state", "")
    chosen = chosen if chosen in counted else ""
    shown = seen.filter(state=chosen) if chosen else seen
    listed = Paginator(shown.order_by("due_at", "code"), DOSSIERS_ON_A_PAGE).get_page(request.GET.get("page"))
    values = {
        "dossiers": [_row(dossier) for dossier in listed],
        "page": listed,
        "count": listed.paginator.count,
        "total": sum(counted.values()),
        "counts": [(state, counted[state]) for state in ORDER if state in counted],
        "chosen": chosen,
        "may_receive": needs(Verb.RECEIVE).admits(request.actor),
    }
    return render(request, "desk/list.html", values)


def _row(dossier: Dossier) -> dict[str, object]:
    return {
        "dossier": dossier,
        "procedure_name": procedure_name(dossier),
        "is_open": State(dossier.state) not in CLOSED,
        "flag_words": [flag_words(code).words for code in dossier.flags],
    }


@page(needs(Verb.RECEIVE), "GET", "POST")
def receive(request: StaffRequest) -> HttpResponseBase:
    """Take a submission in. The dossier's id is made with the form, so that a form sent twice is one dossier."""
    form = Receive(request.POST, request.FILES) if request.method == "POST" else Receive(initial={"id": uuid4()})
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        unit_id = next(seat.unit_id for seat in request.actor.seats if seat.role is Role.CLERK)
        new = intake.NewDossier(
            id=given["id"],
            unit_id=unit_id,
            procedure_code=given["procedure"],
            applicant_name=given["applicant_name"],
            second_factors=tuple(digits for digits in (given["telephone_digits"], given["identity_digits"]) if digits),
        )
        try:
            dossier = intake.receive(request.actor, new, _uploads(given["scans"]))
        except SubmissionRefused as refusal:
            form.refuse(None, sentence_of(refusal))
        else:
            return HttpResponseRedirect(reverse("slip", args=[dossier.pk]))
    return render(request, "desk/receive.html", {"form": form}, status=422 if form.errors else 200)


def _uploads(given: "list[UploadedFile[bytes]]") -> list[intake.Upload]:
    return [intake.Upload(upload.name or "", cast("BinaryIO", upload.file)) for upload in given]


@page(needs(Verb.RECEIVE), "GET")
def slip(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    """The appointment slip: what the citizen takes home."""
    dossier = rows.found(request.actor, dossier_id)
    code = dossier.receipt.code
    values = {
        "dossier": dossier,
        "procedure_name": procedure_name(dossier),
        "code_shown": "-".join(code[at : at + 4] for at in range(0, len(code), 4)),
    }
    return render(request, "desk/received.html", values)


@page(needs(Verb.RECEIVE), "GET")
def slip_sheet(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    dossier = rows.found(request.actor, dossier_id)
    return pdf_download(slip_pdf(dossier), f"{dossier.code}-giay-hen.pdf")


@page(needs(Verb.RECEIVE), "GET")
def separator_sheet(_request: StaffRequest) -> HttpResponseBase:
    """The sheet to lay between dossiers without a receipt when a pile is scanned."""
    return pdf_download(separator_pdf(), "to-ngan-ho-so.pdf")


@page(needs(Verb.SEE), "GET")
def dossier(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    return _dossier_page(request, rows.found(request.actor, dossier_id))


def _dossier_page(
    request: StaffRequest, dossier: Dossier, problems: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    case = dossier.case()
    fields = list(dossier.fields.order_by("position"))
    pages = page_rows(dossier)
    may_correct = may(request.actor, Verb.CORRECT, case)
    values = {
        "dossier": dossier,
        "procedure_name": procedure_name(dossier),
        "is_open": State(dossier.state) not in CLOSED,
        "flags": [flag_words(code) for code in dossier.flags],
        "fields": fields,
        "groups": groups_of(fields, pages, problems or {}, request.GET.get("field", "")),
        "left_words": left_words(fields),
        "pages": pages_of(pages, fields),
        "may_correct": may_correct,
        "may_confirm": bool(fields) and not dossier.flags and may(request.actor, Step.CONFIRM, case),
        "may_receive": needs(Verb.RECEIVE).admits(request.actor),
        "steps": _other_steps(request, dossier),
        "reading": _reading_words(dossier),
        "result": dossier.results.filter(voided_at=None).select_related("session__number__series").first(),
        "given_back": given_back_words(dossier),
        "done": done_words(request),
    }
    return render(request, "desk/dossier.html", values, status=status)


def _reading_words(dossier: Dossier) -> str | None:
    """Return how far the machine is with the scans, or None where it does not read."""
    if State(dossier.state) is not State.RECEIVED or TRANSCRIPTION_FAILED in dossier.flags:
        return None
    if (step := progress_of("transcribe", dossier.pk)) is None:
        return ""
    return _("Page %(page)s of %(pages)s of one scan is being read.") % step


def _other_steps(request: StaffRequest, dossier: Dossier) -> list[dict[str, object]]:
    """Return the ways off the main road that this actor may take now, each with its form."""
    case = dossier.case()
    found = next((scan.form_procedure for scan in dossier.scans.all() if scan.form_procedure), "")
    forms = {
        **({Step.READ_AGAIN: Plain(auto_id=False)} if TRANSCRIPTION_FAILED in dossier.flags else {}),
        Step.REFILE: Refile(initial={"procedure": found}, auto_id="id_refile_%s"),
        Step.RETURN: Reason(auto_id="id_return_%s"),
        Step.RESUME: Resume(auto_id="id_resume_%s"),
        Step.WITHDRAW: Reason(auto_id="id_withdraw_%s"),
    }
    told = words.OTHER_STEPS
    first = _first_step(dossier.flags)
    return [
        {
            "step": step,
            "words": told[step][0],
            "advice": told[step][1],
            "form": form,
            "open": step is first,
        }
        for step, form in forms.items()
        if may(request.actor, step, case)
    ]


def _first_step(flags: list[str]) -> Step | None:
    """Return the way off that these flags most likely ask for."""
    if TRANSCRIPTION_FAILED in flags:
        return Step.READ_AGAIN
    if MISFILED in flags:
        return Step.REFILE
    return Step.RETURN if flags else None


@page(needs(Verb.SEE), "GET")
def page_image(request: StaffRequest, dossier_id: UUID, page_id: UUID) -> HttpResponseBase:
    """One page of a scan, drawn from its searchable copy: that is where the boxes were measured."""
    dossier = rows.found(request.actor, dossier_id)
    shown = Page.objects.select_related("scan__searchable").filter(pk=page_id, scan__dossier=dossier).first()
    if shown is None or shown.scan.searchable is None:
        raise DossierNotFound("dossier_not_found")
    return HttpResponse(images.page_png(shown.scan.searchable, shown.number), content_type="image/png")


@page(needs(Verb.CORRECT), "POST")
def confirm_field(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    """Confirm one field as sent or as proposed; a script gets JSON, a plain form the page with the next field."""
    name, value, seen = (request.POST.get(key) for key in ("field", "value", "seen"))
    value = request.POST.get("proposal", value)  # the button of a proposal was pressed
    if name is None or value is None or seen is None:
        raise FormNotComplete
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        field = _confirmed(request, dossier_id, name, value, seen)
    except DossierError as refusal:
        if not wants_json:
            if isinstance(refusal, FieldNotConfirmed):
                found = rows.found(request.actor, dossier_id)
                return _dossier_page(request, found, {name: sentence_of(refusal)}, status_of(refusal))
            raise
        told = {
            "confirmed": False,
            "look": True,
            "mark": "!",
            "mark_look": "ms-mark--look",
            "problem": sentence_of(refusal),
        }
        return JsonResponse(told, status=status_of(refusal))
    dossier = field.dossier
    if not wants_json:
        return HttpResponseRedirect(f"{reverse('dossier', args=[dossier.pk])}#f-{_next_id(dossier, field)}")
    row = field_values(field)
    told = {key: row[key] for key in ("mark", "mark_look", "now", "problem", "seen")} | {
        "value": row["shown"],
        "confirmed": row["is_confirmed"],
        "look": row["look"] == "is-look",
        "left_words": left_words(list(dossier.fields.all())),
        "revision": dossier.revision,
    }
    return JsonResponse(told)


def _confirmed(request: StaffRequest, dossier_id: UUID, name: str, value: str, seen: str) -> Field:
    """Write the value under the dossier's row lock, unless a colleague changed the field since it was shown."""
    with transaction.atomic():
        found = rows.locked(request.actor, dossier_id)
        field = found.fields.filter(name=name).first()
        text = typed.stored(name, value)
        if field is not None and seen_of(field) != seen and field.final_value != text:
            raise ChangedMeanwhile("changed_meanwhile", dossier=found.code)
        return review.correct_field(request.actor, dossier_id, name, text)


def _next_id(dossier: Dossier, field: Field) -> UUID:
    fields = list(dossier.fields.all())
    following = next_name(fields)
    return next((one.pk for one in fields if one.name == following), field.pk)


@page(needs(Step.CONFIRM), "POST")
def confirm_all(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    """Close the comparison: the record is made and the dossier waits for a signature."""
    try:
        review.make_record(request.actor, dossier_id, _revision(request))
    except FieldNotConfirmed as refusal:
        named = str(refusal.parameters.get("field", ""))
        found = rows.found(request.actor, dossier_id)
        return _dossier_page(request, found, {named: sentence_of(refusal)}, status_of(refusal))
    messages.success(request, _("The dossier was handed on for signing."))
    return HttpResponseRedirect(reverse("dossier", args=[dossier_id]))


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    if not (text.isascii() and text.isdigit()):
        raise FormNotComplete
    return int(text)


@page(needs(Step.READ_AGAIN, Step.REFILE, Step.RETURN, Step.RESUME, Step.WITHDRAW), "POST")
def step(request: StaffRequest, dossier_id: UUID) -> HttpResponseBase:
    """One of the ways off the main road; the step itself asks whether it is allowed."""
    wanted, actor = request.POST.get("step", ""), request.actor
    shown = rows.found(actor, dossier_id)
    if shown.revision != _revision(request):
        raise ChangedMeanwhile("changed_meanwhile", dossier=shown.code)
    if wanted == Step.READ_AGAIN:
        routing.read_again(actor, dossier_id)
    elif wanted == Step.REFILE:
        routing.refile(actor, dossier_id, _clean(Refile(request.POST))["procedure"])
    elif wanted == Step.RESUME:
        routing.resume(actor, dossier_id, _uploads(_clean(Resume(request.POST, request.FILES))["scans"]))
    elif wanted == Step.RETURN:
        routing.return_to_citizen(actor, dossier_id, _clean(Reason(request.POST))["reason"])
    elif wanted == Step.WITHDRAW:
        routing.withdraw(actor, dossier_id, _clean(Reason(request.POST))["reason"])
    else:
        raise FormNotComplete
    messages.success(request, _("Done."))
    return HttpResponseRedirect(reverse("dossier", args=[dossier_id]))


def _clean(form: Refile | Reason | Resume) -> dict[str, Any]:
    if not form.is_valid():
        raise FormNotComplete
    return form.cleaned_data
