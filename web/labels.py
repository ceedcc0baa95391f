"""What a field of a form is called on the pages: whose it is, and what it is. An unknown name is shown as it is."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from web.text import Words

WHOSE: Mapping[str, Words] = {
    "requester": _("Person who asks"),
    "subject": _("Person concerned"),
    "father": _("Father"),
    "mother": _("Mother"),
    "death": _("Death"),
    "notice": _("Notice of death"),
    "registration": _("Earlier registration"),
    "document": _("Paper asked for"),
    "declaration": _("Declaration"),
    "birth": _("Birth"),
    "spouse": _("Spouse"),
}
WHAT: Mapping[str, Words] = {
    "full_name": _("full name"),
    "birth_date": _("date of birth"),
    "birth_date_words": _("date of birth in words"),
    "birth_year": _("year of birth"),
    "birth_place": _("place of birth"),
    "birth_time": _("time of birth"),
    "sex": _("sex"),
    "ethnicity": _("ethnic group"),
    "nationality": _("nationality"),
    "home_town": _("native place"),
    "residence": _("place of residence"),
    "last_residence": _("last place of residence"),
    "identity_paper": _("identity paper"),
    "identity_number": _("personal identity number"),
    "identity_date": _("issued on"),
    "identity_issuer": _("issued by"),
    "relation": _("relation to the person concerned"),
    "telephone": _("telephone"),
    "cause": _("cause"),
    "date": _("date"),
    "time": _("time"),
    "place": _("place"),
    "number": _("number"),
    "book": _("book number"),
    "issuer": _("issued by"),
    "agency": _("agency"),
    "kind": _("kind"),
    "copies": _("number of copies"),
    "addressee": _("addressed to"),
    "marital_status": _("Marital status"),
    "purpose": _("Purpose"),
    "reason": pgettext_lazy("field", "Reason"),
    "note": pgettext_lazy("field", "Note"),
}


def label_of(name: str) -> str:
    """Return "Father: full name" for ``father.full_name``."""
    whose, _dot, what = name.rpartition(".")
    what_words = str(WHAT.get(what, what.replace("_", " ")))
    if not whose:
        return what_words[:1].upper() + what_words[1:]
    return f"{WHOSE.get(whose, whose.replace('_', ' '))}: {what_words}"
