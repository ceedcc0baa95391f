"""Check a document: anybody hands in a PDF and reads one sentence, then a row per signature.

Nothing is kept: the file lies in the memory or the temporary file of the request, is judged in the sandbox without
network, and is gone when the answer is written. Its name and digest go into no log. The sheet to print is drawn from
the report that the page itself carries, under our seal, so that nobody can have a sheet of what was not found.
"""

from functools import lru_cache

from django.conf import settings
from django.core import signing as seals
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dossiers.engines import current
from printing.confirmation import ConfirmationSheets
from signing.values import Changes, Report, Revocation, SignatureReport, Trust, Verdict
from signing.verify.json import packed, unpacked
from signing.verify.sheet import sheet_values
from web import words
from web.downloads import pdf_download
from web.forms import Verify
from web.refusals import RequestTooLarge
from web.rules import ANYONE, StaffRequest, page
from web.tries import FILES_OF_ALL, FILES_OF_ONE_ADDRESS, address_of, spend

NAME_SHOWN_MAX = 80
SHEET_SEAL, SHEET_SEALED_S = "web.verify.sheet", 3600


@page(ANYONE, "GET", "POST")
def verify(request: StaffRequest) -> HttpResponseBase:
    form = Verify(request.POST, request.FILES) if request.method == "POST" else Verify()
    if not form.is_valid():
        return render(request, "verify/upload.html", {"form": form}, status=422 if form.is_bound else 200)
    upload: UploadedFile[bytes] = form.cleaned_data["document"]
    if (upload.size or 0) > settings.SCAN_MAX_BYTES:
        raise RequestTooLarge
    spend((FILES_OF_ONE_ADDRESS, address_of(request)), (FILES_OF_ALL, ""))
    with upload:
        report = current().verifier.verify(upload.read())
    values = report_values(report, upload.name or "")
    kept = {"report": packed(report), "name": values["file_name"]}
    return render(request, "verify/report.html", values | {"kept": seals.dumps(kept, salt=SHEET_SEAL, compress=True)})


@page(ANYONE, "POST")
def sheet(request: StaffRequest) -> HttpResponseBase:
    """Give the confirmation sheet of a report that this page showed within the hour."""
    try:
        kept = seals.loads(request.POST.get("kept", ""), salt=SHEET_SEAL, max_age=SHEET_SEALED_S)
    except seals.BadSignature:  # too old, or not ours
        return redirect("verify")
    spend((FILES_OF_ONE_ADDRESS, address_of(request)), (FILES_OF_ALL, ""))
    pdf = _sheets().draw(sheet_values(unpacked(kept["report"]), kept["name"]))
    return pdf_download(pdf, "phieu-kiem-tra-chu-ky.pdf")


@lru_cache(maxsize=1)
def _sheets() -> ConfirmationSheets:
    return ConfirmationSheets(settings.ASSETS / "fonts" / "tinos")


def report_values(report: Report, file_name: str) -> dict[str, object]:
    """Return what the page of a report shows; also used where the house shows the report of its own results."""
    shown = words.VERDICTS[report.verdict]
    if report.verdict is Verdict.PASSED and report.trust is Trust.PUBLIC:
        shown = words.NOT_OF_THE_STATE
    elif report.verdict is Verdict.PASSED and report.trust is Trust.DEMO:
        shown = words.ONLY_A_DEMO
    return {
        "report": report,
        "verdict": shown,
        "sentence": report.message_en if get_language() == "en" else report.message_vi,
        "signatures": [_signature_values(one) for one in report.signatures],
        "checked_at": words.moment_words(timezone.now()),
        "file_name": file_name[:NAME_SHOWN_MAX],
    }


def _signature_values(one: SignatureReport) -> dict[str, object]:
    return {
        "field": one.field,
        "signer": one.signer or _("unknown"),
        "organisation": one.organisation,
        "role_words": words.SIGNATURE_ROLES[one.role],
        "when_words": _when(one),
        "verdict_words": words.VERDICT_OF_ONE[one.verdict],
        "finding_words": _finding(one),
        "details": (
            (_("Certificate number"), one.serial),
            (_("Certificate issued by"), one.issuer),
            (_("Level"), one.level),
            (_("Digest"), one.digest),
            (_("Time as declared"), one.declared_at or "–"),
            (_("Time proven by a timestamp"), one.proven_at or "–"),
            (_("Trust store"), one.trust),
            (_("Revocation"), one.revocation),
            (_("Finding"), " / ".join(part for part in (one.verdict, one.sub_indication) if part)),
        ),
    }


def _when(one: SignatureReport) -> str:
    if one.proven_at and (proven := parse_datetime(one.proven_at)):
        return _("%(at)s (proven)") % {"at": words.moment_words(proven)}
    if one.declared_at and (declared := parse_datetime(one.declared_at)):
        return _("%(at)s (as the signer's machine said)") % {"at": words.moment_words(declared)}
    return "–"


def _finding(one: SignatureReport) -> str:
    """Say what was found, the gravest first; a person reads only this."""
    unknown = one.revocation in {Revocation.UNKNOWN, Revocation.NOT_CHECKED}
    found = (
        (not one.intact, _("The signed content was changed, or the signature is not real.")),
        (one.changes_after is Changes.FORBIDDEN, _("Something was changed after this signature.")),
        (one.revocation is Revocation.REVOKED, _("The certificate had been revoked.")),
        (
            not one.trusted,
            _("Nothing changed since, but who signed is not confirmed by anybody this office trusts."),
        ),
        (
            one.changes_after is Changes.UNDETERMINED,
            _("It cannot be told what was added after this signature."),
        ),
        (unknown, _("Nothing changed since; whether the certificate was still valid could not be found out.")),
        (True, _("Nothing was changed after this signature; the signer is confirmed.")),
    )
    return next(words for is_so, words in found if is_so)
