"""The words that pages use for states, roles, flags and verdicts (docs/vocabulary.md; ux.md C.6: plain words only)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dossiers.lifecycle import State, Step
from dossiers.people import Role
from signing.values import Verdict
from web.text import Words

STATES: Mapping[str, Words] = {
    State.RECEIVED: _("Being read by the machine"),
    State.TRANSCRIBED: _("To be compared with the scan"),
    State.CONFIRMED: _("Waits for a signature"),
    State.DRAWN: _("Being signed"),
    State.SIGNED: _("Waits for the seal"),
    State.SEALED: _("Result ready"),
    State.DELIVERED: _("Given to the citizen"),
    State.RETURNED: _("Papers to be completed"),
    State.WITHDRAWN: _("Withdrawn"),
}
STATE_LOOKS: Mapping[str, str] = {
    State.RECEIVED: "grey",
    State.TRANSCRIBED: "yellow",
    State.CONFIRMED: "blue",
    State.DRAWN: "blue",
    State.SIGNED: "purple",
    State.SEALED: "green",
    State.DELIVERED: "green",
    State.RETURNED: "red",
    State.WITHDRAWN: "grey",
}
ROLES: Mapping[str, Words] = {
    Role.CLERK: _("clerk"),
    Role.SPECIALIST: _("specialist"),
    Role.HEAD_OF_ROOM: _("head of room"),
    Role.OFFICIAL: _("official"),
    Role.RECORDS_CLERK: _("records clerk"),
    Role.ADMINISTRATOR: _("administrator"),
    Role.AUDITOR: _("auditor"),
    Role.SERVICE: _("the service"),
    Role.CITIZEN: _("citizen"),
}
WEEKDAYS: tuple[Words, ...] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


@dataclass(frozen=True)
class Due:
    words: str
    look: str  # over, today, later


def day_words(moment: datetime) -> str:
    """Return "Wednesday, 25/11/2026": people are told the weekday (ux.md C.6)."""
    local = timezone.localtime(moment)
    return f"{WEEKDAYS[local.weekday()]}, {local:%d/%m/%Y}"


def moment_words(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return gettext("%(day)s at %(time)s") % {"day": f"{local:%d/%m/%Y}", "time": f"{local:%H:%M}"}


def due_words(due_at: datetime, now: datetime) -> Due:
    """Say how far the promised day is, in calendar days; colour is only beside the words."""
    days = (timezone.localdate(due_at) - timezone.localdate(now)).days
    if days < 0:
        return Due(ngettext("%(n)d day late", "%(n)d days late", -days) % {"n": -days}, "over")
    if days == 0:
        return Due(gettext("today"), "today")
    return Due(ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}, "later")


@dataclass(frozen=True)
class VerdictWords:
    heading: Words
    sign: str
    look: str
    advice: Words = ""


VERDICTS: Mapping[str, VerdictWords] = {
    Verdict.PASSED: VerdictWords(_("The document is genuine"), "✓", "passed"),
    Verdict.INDETERMINATE: VerdictWords(
        _("No conclusion is possible"),
        "!",
        "indeterminate",
        _("Do not rely on it yet: ask the office that issued it, or try again later."),
    ),
    Verdict.FAILED: VerdictWords(
        _("Do not use this document"), "✗", "failed", _("Ask the office that issued it for a new copy.")
    ),
    Verdict.NO_SIGNATURE: VerdictWords(
        _("This file has no digital signature"),
        "○",
        "none",
        _("A picture of a seal or of a signature is not a digital signature."),
    ),
    Verdict.UNREADABLE: VerdictWords(
        _("This file cannot be read"), "?", "none", _("Choose the PDF itself, as you received it.")
    ),
}
ONLY_A_DEMO = VerdictWords(_("Signed correctly – only a demonstration"), "✓", "passed")
NOT_OF_THE_STATE = VerdictWords(_("Signed correctly, but not by a public office"), "?", "indeterminate")
VERDICT_OF_ONE: Mapping[str, Words] = {
    Verdict.PASSED: pgettext_lazy("signature", "Good"),
    Verdict.INDETERMINATE: pgettext_lazy("signature", "Not certain"),
    Verdict.FAILED: pgettext_lazy("signature", "Bad"),
}
SIGNATURE_ROLES: Mapping[str, Words] = {
    "initial": _("initials"),
    "official": _("signature of an official"),
    "number": _("number and date of the records clerk"),
    "seal": _("seal of the office"),
    "copy": _("signature of a certified copy"),
    "scan": _("signature of a scanned copy"),
    "document-timestamp": _("timestamp on the document"),
    "unknown": _("signature"),
}
OTHER_STEPS: Mapping[Step, tuple[Words, Words]] = {
    Step.READ_AGAIN: (_("Read again"), _("The machine tries once more; what it has read of the scans is not lost.")),
    Step.REFILE: (
        _("File under another procedure"),
        _("The scans are read again under the right procedure. The day of receipt stays the same."),
    ),
    Step.RETURN: (
        _("Give back to the citizen to be completed"),
        _("The progress page asks the citizen to come. The time starts again when the papers are complete."),
    ),
    Step.RESUME: (_("Take in what was missing"), _("The new scans are added and everything is read again.")),
    Step.WITHDRAW: (_("End the dossier at the citizen's wish"), _("This cannot be undone.")),
}
