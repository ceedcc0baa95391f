"""What a field of a form is called on the pages: whose it is, and what it is. An unknown name is shown as it is."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from web.text import Words

WHOSE: Mapping[str, Words] = {
    "requester": _("Person who asks"),
    "subject": _("Person concerned"),
    "father": _("Father"),
    "mother": _("Mother"),
    "death": _("Death"),
    "notice": _("Notice of death"),
    "registration": _("Earlier registration"),
    "request": _("Request"),
    "extract": _("Extract"),
    "marriage": _("Marriage"),
    "made": _("Declaration"),
}
WHAT: Mapping[str, Words] = {
    "full_name": _("full name"),
    "birth_date": _("date of birth"),
    "birth_date_words": _("date of birth in words"),
    "birth_place": _("place of birth"),
    "sex": _("sex"),
    "ethnicity": _("ethnic group"),
    "nationality": _("nationality"),
    "home_town": _("native place"),
    "residence": _("place of residence"),
    "last_residence": _("last place of residence"),
    "identity_paper": _("identity paper"),
    "identity_number": _("personal identity number"),
    "relation": _("relation to the person concerned"),
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
    "copies_wanted": _("copies wanted?"),
    "other": _("other details"),
    "marital_status": _("Marital status"),
    "purpose": _("Purpose"),
}


def label_of(name: str) -> str:
    """Return "Father: full name" for ``father.full_name``."""
    whose, _dot, what = name.rpartition(".")
    what_words = str(WHAT.get(what, what.replace("_", " ")))
    if not whose:
        return what_words[:1].upper() + what_words[1:]
    return f"{WHOSE.get(whose, whose.replace('_', ' '))}: {what_words}"
