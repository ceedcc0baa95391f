"""The only place that knows which HTTP answer and which sentence an error of the house becomes.

``ANSWERS`` goes from class to HTTP status and heading, ``SENTENCES`` from the stable code to what a person reads (what
happened, and what to do now). A class absent here is our own fault: 500, and the page says no more than a number to
read out. Nothing of a person goes into the log.
"""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from certs import errors as certs
from dossiers import errors as dossiers
from ocr import errors as ocr
from printing import errors as printing
from signing import errors as signing
from storage import errors as storage
from web import refusals
from web.text import Words

log = structlog.get_logger("moonseal.web")

T = TypeVar("T")
D = TypeVar("D")

BUSY = (HTTPStatus.SERVICE_UNAVAILABLE, _("Not possible at this moment"))
REFUSED = (HTTPStatus.UNPROCESSABLE_ENTITY, _("That was not done"))
ANSWERS: Mapping[type[Exception], tuple[HTTPStatus, Words]] = {
    refusals.NotYours: (HTTPStatus.FORBIDDEN, _("This page is not for your role")),
    refusals.CameFromElsewhere: (HTTPStatus.FORBIDDEN, _("That was not done")),
    refusals.WrongMethod: (HTTPStatus.METHOD_NOT_ALLOWED, _("This page cannot be opened in this way")),
    refusals.RequestTooLarge: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("The file is too large")),
    refusals.TooManyTries: (HTTPStatus.TOO_MANY_REQUESTS, _("Too many tries")),
    refusals.FormNotComplete: (HTTPStatus.BAD_REQUEST, _("That was not done")),
    PermissionDenied: (HTTPStatus.FORBIDDEN, _("That was not done")),
    RequestDataTooBig: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("The file is too large")),
    TooManyFilesSent: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("Too many files at once")),
    TooManyFieldsSent: (HTTPStatus.BAD_REQUEST, _("That was not done")),
    dossiers.NotPermitted: (HTTPStatus.FORBIDDEN, _("That was not done")),
    dossiers.DossierNotFound: (HTTPStatus.NOT_FOUND, _("Page not found")),
    dossiers.CodeNotFound: (HTTPStatus.NOT_FOUND, _("No dossier found")),
    dossiers.ProcedureUnknown: REFUSED,
    dossiers.StepNotAllowed: (HTTPStatus.CONFLICT, _("This dossier has moved on")),
    dossiers.ChangedMeanwhile: (HTTPStatus.CONFLICT, _("Somebody else was faster")),
    dossiers.SubmissionRefused: REFUSED,
    dossiers.FieldNotConfirmed: REFUSED,
    dossiers.SigningInterrupted: BUSY,
    signing.CertificateNotAccepted: REFUSED,
    signing.KeyUnavailable: REFUSED,
    signing.AlreadySealed: (HTTPStatus.CONFLICT, _("This dossier has moved on")),
    signing.DocumentNotSignable: REFUSED,
    signing.TimestampUnavailable: BUSY,
    signing.SignatureNotTrusted: REFUSED,
    certs.CertError: REFUSED,
    printing.TextDoesNotFit: REFUSED,
    printing.GlyphMissing: REFUSED,
    printing.ValueMissing: REFUSED,
    ocr.ScanUnreadable: REFUSED,
    ocr.CapExceeded: REFUSED,
    ocr.EngineFailed: BUSY,
    storage.StorageUnavailable: BUSY,
}
OWN_FAULT = (HTTPStatus.INTERNAL_SERVER_ERROR, _("Something went wrong on our side"))

SENTENCES: Mapping[str, Words] = {
    "not_yours": _("You are signed in, but your role has no such page. Choose another from the menu."),
    "came_from_elsewhere": _(
        "The form did not come from this site, so nothing was done. Open the page here and try again."
    ),
    "wrong_method": _("Nothing was changed. Go back and use the button of the page."),
    "request_too_large": _(
        "The file is larger than what can be taken in. Scan at 300 dpi, or send fewer pages at a time."
    ),
    "too_many_tries": _(
        "For safety nothing more is answered now. Try again in %(minutes)s minutes, or ask at the one-stop desk."
    ),
    "form_not_complete": _("Something was missing in what was sent. Go back and try again; nothing was changed."),
    "not_permitted": _("Your role may not do this with this dossier. Ask the person whose task it is."),
    "needs_another_person": _("Who confirmed the fields may not sign the result: another official must sign this one."),
    "dossier_not_found": _("There is no such page, or it is not for you. Check the address, or choose from the menu."),
    "code_not_found": _("No dossier was found with what you entered. Compare each letter with the slip and try again."),
    "step_not_allowed": _(
        "This step is not possible any more: look at the dossier again. Perhaps a colleague did it already."
    ),
    "step_not_for_role": _("This step belongs to another role. Nothing was changed."),
    "changed_meanwhile": _(
        "A colleague changed this while you were looking at it. Nothing was overwritten: look at it again."
    ),
    "not_what_was_shown": _("What lies here is no longer what you were shown. Nothing was signed: look at it again."),
    "session_of_another": _("Another official has this result open. Nothing was changed."),
    "signature_under_way": _("A signature is being made just now. Wait a minute and look again."),
    "date_on_paper_has_passed": _(
        "The date on the result is no longer today. Give it back and open it again for a new one."
    ),
    "no_authority_to_sign": _("No decision gives you the authority to sign today. Call the administrator."),
    "code_locked": _(
        "Too many wrong digits for this dossier. Try again in %(minutes)s minutes, or ask at the one-stop desk."
    ),
    "field_missing": _("The result needs this field: write in what the paper says."),
    "field_not_confirmed": _("This field is not confirmed yet."),
    "value_too_long": _("This is too long: at most %(limit)s letters."),
    "value_missing": _("The result needs this field: write in what the paper says."),
    "value_of_another_kind": _("This is of another kind than the result needs. Write dates like 05/03/1985."),
    "no_key_registered": _("No key is registered for this. Nothing was signed; call the administrator."),
    "no_result_for_this": _("For what is written here there is no result. Compare it with the scan."),
    "flagged": _("Something must be put right first: see the red notice above the scan."),
    "no_scan": _("Choose at least one scan."),
    "same_procedure": _("The dossier already stands under this procedure. Choose another one."),
    "scan_empty": _("File number %(number)s is empty. Scan that paper again."),
    "scan_of_unknown_type": _("File number %(number)s is no PDF, PNG, JPEG, TIFF or HEIC. Scan that paper again."),
    "scan_too_large": _("File number %(number)s is larger than %(limit_mb)s MB. Scan it at 300 dpi."),
    "too_many_scans": _("At most %(limit)s files can be taken in at once."),
    "batch_empty": _("Choose at least one result from the list first."),
    "batch_too_large": _("At most %(limit)s results go on one list. Take them in two parts."),
    "batch_under_way": _("This list is being worked on already. Look how far it is."),
    "file_changed": _("The stored file is not what it was. It stays as it is; call the administrator."),
    "number_missing": _("The result has no number yet: give it one first."),
    "number_not_reserved": _("The number is not of today any more. Reserve it again."),
    "number_given_before": _("The result has its number already. Look at it again."),
    "token_gone": _("The token is not there any more. Nothing was signed; put it back in."),
    "wrong_secret": _("The PIN is not right. Nothing was signed."),
    "certificate_expired": _("The certificate has expired. Nothing was signed; call the administrator."),
    "certificate_not_yet_valid": _("The certificate is not valid yet. Nothing was signed; call the administrator."),
    "certificate_revoked": _("The certificate was revoked. Nothing was signed; call the administrator."),
    "certificate_suspended": _("The certificate is suspended. Nothing was signed; call the administrator."),
    "certificate_of_wrong_purpose": _(
        "The certificate was not made for signing documents. Nothing was signed; call the administrator."
    ),
    "not_signed_by_official": _("No official whom we trust has signed this result. It cannot be sealed."),
    "timestamp_unavailable": _("The time authority does not answer. Nothing was signed; try again in a few minutes."),
}
BY_CLASS: Mapping[type[Exception], Words] = {
    dossiers.StepNotAllowed: SENTENCES["step_not_allowed"],
    dossiers.ChangedMeanwhile: SENTENCES["changed_meanwhile"],
    dossiers.NotPermitted: SENTENCES["not_permitted"],
    dossiers.DossierNotFound: SENTENCES["dossier_not_found"],
    dossiers.CodeNotFound: SENTENCES["code_not_found"],
    dossiers.SubmissionRefused: _(
        "These papers cannot be taken in. Look at what was chosen and try again; nothing was kept."
    ),
    dossiers.FieldNotConfirmed: _(
        "A field is still empty or has a value of another kind. Look at the marked fields first."
    ),
    dossiers.ProcedureUnknown: _("There is no such procedure. Choose one from the list."),
    dossiers.SigningInterrupted: _(
        "The signature could not be made and nothing was changed. Try again in a few minutes."
    ),
    signing.CertificateNotAccepted: _(
        "The certificate cannot be used for this (expired, revoked or made for something else). Nothing was signed; "
        "call the administrator."
    ),
    signing.KeyUnavailable: _("The PIN is not right, or the key cannot be reached. Nothing was signed."),
    signing.AlreadySealed: _("The result is already sealed. Nothing was changed."),
    signing.DocumentNotSignable: _("This file cannot be signed. Nothing was changed; call the administrator."),
    signing.TimestampUnavailable: SENTENCES["timestamp_unavailable"],
    signing.SignatureNotTrusted: _(
        "The signature on the result is not trusted. Nothing was sealed; call the administrator."
    ),
    certs.CertError: _("A certificate could not be used. Nothing was changed; call the administrator."),
    printing.TextDoesNotFit: _("A value is too long for its place on the result. Return the dossier to the desk."),
    printing.GlyphMissing: _("A value holds a character that cannot be printed. Return the dossier to the desk."),
    printing.ValueMissing: _("The result needs a value that the record does not have. Return the dossier to the desk."),
    ocr.ScanUnreadable: _("The file is not a readable PDF or image. Scan it again."),
    ocr.CapExceeded: _("The file has too many pages, or they are too large. Scan at 300 dpi, in smaller parts."),
    ocr.EngineFailed: _("The reader stopped. Try again in a few minutes; what you did is kept."),
    storage.StorageUnavailable: _("The file store does not answer. Try again in a few minutes; nothing was lost."),
    PermissionDenied: _("You may not do this. Nothing was changed."),
    RequestDataTooBig: SENTENCES["request_too_large"],
    TooManyFilesSent: _("More files were chosen than can be taken in at once. Send them in two parts."),
    TooManyFieldsSent: SENTENCES["form_not_complete"],
}
OWN_FAULT_SENTENCE = _("It is not your doing, and nothing was lost. Try again in a few minutes.")


def status_of(error: Exception) -> HTTPStatus:
    return _nearest(ANSWERS, error, OWN_FAULT)[0]


def sentence_of(error: Exception) -> str:
    """Return what a person reads, in the language of the request."""
    words = SENTENCES.get(getattr(error, "code", ""))
    if words is None:
        words = _nearest(BY_CLASS, error, OWN_FAULT_SENTENCE)
    return str(words) % dict(getattr(error, "parameters", {}))


def words_of(code: str, parameters: Mapping[str, str]) -> str:
    """Return the sentence of a code that was kept in a row."""
    return str(SENTENCES.get(code, OWN_FAULT_SENTENCE)) % parameters


def answer_for(request: HttpRequest, error: Exception) -> HttpResponseBase | None:
    """Return the answer to a known refusal; None for anything else, which is then Django's 500."""
    if isinstance(error, refusals.SignInNeeded):
        wanted = request.get_full_path() if request.method == "GET" else reverse("home")
        return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode({'next': wanted})}")
    known = _nearest(ANSWERS, error, None)
    if known is None:
        return None
    status, heading = known
    response = error_page(request, status, heading, sentence_of(error), code=str(getattr(error, "code", "")))
    if isinstance(error, refusals.WrongMethod):
        response.headers["Allow"] = str(error.parameters["allowed"])
    if isinstance(error, refusals.TooManyTries):
        response.headers["Retry-After"] = str(int(error.parameters["minutes"]) * 60)
    return response


def refused(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Return the answer to a refusal, and 500 for what ought to be one but is not in the table."""
    return answer_for(request, error) or server_error(request)


def error_page(request: HttpRequest, status: HTTPStatus, heading: Words, sentence: Words, *, code: str) -> HttpResponse:
    """Draw the page with a reference number, and log the number beside the code."""
    reference = new_reference()
    log.warning("refused", reference=reference, code=code, http=int(status), path=_route_of(request))
    values = {"heading": heading, "sentence": sentence, "reference": reference, "back": _back_of(request)}
    return render(request, "web/error.html", values, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if (known := answer_for(request, exception)) is not None:
        return known
    sentence = _("The request could not be understood. Nothing was changed.")
    return error_page(request, HTTPStatus.BAD_REQUEST, _("That was not done"), sentence, code="bad_request")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return refused(request, exception)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:  # noqa: ARG001 - Django gives it by name
    sentence = _(
        "The page was open for too long or its safety mark was missing. Go back, load it again and repeat the step."
    )
    return error_page(request, HTTPStatus.FORBIDDEN, _("That was not done"), sentence, code="csrf")


def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponseBase:
    """Answer for django-axes: this account was tried too often from this address."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return refused(request, refusals.TooManyTries(minutes=minutes))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:  # noqa: ARG001 - Django gives it by name
    sentence = SENTENCES["dossier_not_found"]
    return error_page(request, HTTPStatus.NOT_FOUND, _("Page not found"), sentence, code="no_such_page")


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer 500 by a page that needs no database and no session: those may be what is broken."""
    reference = new_reference()
    log.error("failed", reference=reference, path=_route_of(request), exc_info=True)  # noqa: LOG014 - Django calls this while it handles one
    return HttpResponse(render_to_string("web/error_bare.html", {"reference": reference}), status=OWN_FAULT[0])


def new_reference() -> str:
    text = secrets.token_hex(4).upper()
    return f"{text[:4]}-{text[4:]}"


def _route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""  # the pattern's name: an address may hold a receipt code


def _back_of(request: HttpRequest) -> str:
    """Return the path of our own page that led here, or nothing."""
    parts = urlsplit(request.headers.get("Referer", ""))
    here = parts.netloc == request.get_host() and url_has_allowed_host_and_scheme(parts.path, None)
    return parts.path if here and parts.path != request.path else ""


def _nearest(table: Mapping[type[Exception], T], error: Exception, default: D) -> T | D:
    """Return what the table says of the error's class or of the nearest class above it."""
    return next((table[kind] for kind in type(error).__mro__ if kind in table), default)
