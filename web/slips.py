"""What the desk prints: the appointment slip (Decree 61/2018, form 01), which the citizen takes home, and separators.

Always in Vietnamese. The QR code appears only where MOONSEAL_PUBLIC_URL is set; the digits that open the result are
never printed. What was scanned is listed as it was scanned: which papers lie on the desk, the service cannot know.
"""

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from dossiers.engines import current
from dossiers.models import Dossier
from dossiers.numbering import office_day
from dossiers.procedures.catalogue import procedure
from ocr.sorting import SEPARATOR

VIETNAMESE = "vi"


def slip_pdf(dossier: Dossier) -> bytes:
    """Return the slip; raises a ``PrintingError`` if a value does not fit or neither address nor telephone is known."""
    unit = dossier.commune()
    rules = procedure(dossier.procedure_code, office_day(dossier.received_at))
    code = dossier.receipt.code
    clerk = dossier.submissions.select_related("received_by").earliest("received_at").received_by
    with translation.override(VIETNAMESE):
        desk, line = _("DESK FOR RECEIVING DOSSIERS AND GIVING OUT RESULTS"), _("Scan %(number)s: %(name)s")
    papers = [
        {"name": line % {"number": scan.position, "name": scan.original_name}, "copies": 1}
        for scan in dossier.scans.order_by("position")
    ]
    values: dict[str, object] = {
        "folder_kind": current().folder_kind.value,
        "agency.name": unit.letterhead,
        "agency.desk": desk,
        "dossier_code": dossier.code,
        "place": unit.place,
        "receipt_code": code,
        "public_url": f"{settings.PUBLIC_URL}/k/{code}" if settings.PUBLIC_URL else None,
        "desk.address": unit.address,
        "desk.telephone": unit.telephone,
        "submitter.full_name": dossier.applicant_name,
        "procedure.name": rules.name_vi,
        "procedure.code": rules.code,
        "papers": papers,
        "processing_time": rules.processing_time_vi,
        "received_at": dossier.received_at.isoformat(),
        "due_at": dossier.due_at.isoformat(),
        "clerk.full_name": clerk.full_name,
    }
    return current().printer.draw("receipt-slip", values).pdf


def separator_pdf() -> bytes:
    """Return the sheet at which ``moonseal watch`` cuts a pile of dossiers that have no receipt."""
    values = {"folder_kind": current().folder_kind.value, "code": SEPARATOR}
    return current().printer.draw("separator-sheet", values).pdf
