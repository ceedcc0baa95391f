"""Small things that several pages show: the procedure's name, and what was just done."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import get_language

from dossiers.models import Dossier
from dossiers.numbering import office_day
from dossiers.procedures.catalogue import procedure


def procedure_name(dossier: Dossier) -> str:
    """Return what the procedure was called on the day the dossier came, in the language of the page."""
    rules = procedure(dossier.procedure_code, office_day(dossier.received_at))
    return rules.name_en if get_language() == "en" else rules.name_vi


def done_words(request: HttpRequest) -> str:
    return " ".join(str(one) for one in messages.get_messages(request))
