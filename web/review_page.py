"""What the page of one dossier shows: its pages with boxes, its fields in two groups, its flags with what to do."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dossiers.models import Dossier, Field, Page
from dossiers.transcription import MISFILED, NO_FORM, TRANSCRIPTION_FAILED, UNREADABLE, WRONG_PAGE
from ocr.forms.merged import now_called
from ocr.values import Decision, PageClass
from web import typed
from web.labels import label_of
from web.text import Words

ONE_LINE = 36  # letters; a longer value gets a box of several lines, so that all of it can be compared
CROP_MARGIN = 0.012  # of the page, about 2.5 mm


@dataclass(frozen=True)
class FlagWords:
    words: Words
    advice: Words


FLAGS: Mapping[str, FlagWords] = {
    MISFILED: FlagWords(
        gettext_lazy("Filed under the wrong procedure"),
        gettext_lazy(
            "The form on the scan belongs to another procedure than the one declared. File it anew below under the "
            "right one, or give the papers back. There will be no result before that."
        ),
    ),
    WRONG_PAGE: FlagWords(
        gettext_lazy("A page does not belong here"),
        gettext_lazy(
            "Among the pages of the form stands one that is not part of it. Look at every page; give the papers back "
            "to be completed, with the reason."
        ),
    ),
    NO_FORM: FlagWords(
        gettext_lazy("No known form among the pages"),
        gettext_lazy(
            "Compare the scan with the procedure. Perhaps the form is missing or upside down: give it back or file it "
            "anew."
        ),
    ),
    UNREADABLE: FlagWords(
        gettext_lazy("A scan cannot be read"),
        gettext_lazy(
            "Scan the paper again at 300 dpi: give the dossier back first, then take it in again with the new scan."
        ),
    ),
    TRANSCRIPTION_FAILED: FlagWords(
        gettext_lazy("The machine could not read this"),
        gettext_lazy(
            "It tried five times. Let it read again; if that fails too, call the administrator. Nothing is lost."
        ),
    ),
}
WARNINGS: Mapping[str, Words] = {
    "blurred": gettext_lazy("blurred"),
    "dark": gettext_lazy("too dark"),
    "cut": gettext_lazy("cut off"),
    "blank": gettext_lazy("blank"),
    "low-resolution": gettext_lazy("too coarse"),
    "low_resolution": gettext_lazy("too coarse"),
    "skewed": gettext_lazy("crooked"),
    "uneven-light": gettext_lazy("uneven light"),
    "low-contrast": gettext_lazy("faint"),
    "cut-edge": gettext_lazy("cut off"),
}
# What to do about it while the citizen still stands at the desk.
ADVICE: Mapping[str, Words] = {
    "blurred": gettext_lazy("Page %(n)d is blurred: scan it again."),
    "low-resolution": gettext_lazy("Page %(n)d is too coarse: scan it again at 300 dpi."),
    "low-contrast": gettext_lazy("Page %(n)d is faint: scan it again, darker."),
    "dark": gettext_lazy("Page %(n)d is too dark: scan it again, lighter."),
    "cut-edge": gettext_lazy("Page %(n)d is cut off at an edge: lay the whole sheet on the glass and scan it again."),
}
BLANK_ADVICE = gettext_lazy("Page %(n)d looks blank: see whether it lay the wrong way round. It is kept.")
SOURCES: Mapping[str, Words] = {
    "ocr": gettext_lazy("read by the machine"),
    "qr": gettext_lazy("from the QR code of the identity card"),
    "mrz": gettext_lazy("from the lines of the identity card"),
    "text": gettext_lazy("from the text of the file"),
    "none": gettext_lazy("nothing was read here"),
}


PROBLEMS: Mapping[str, Words] = {
    "no number found": gettext_lazy("no number was found here"),
    "two readings of the number differ": gettext_lazy("the machine read the number twice and differently"),
    "taken from the date in words": gettext_lazy("taken from the date in words"),
    "the date in words and in digits differ": gettext_lazy("the date in words and in digits differ"),
    "sex does not match the number": gettext_lazy("the sex does not match the identity number"),
    "year of birth does not match the number": gettext_lazy("the year of birth does not match the identity number"),
    "differs from the identity card": gettext_lazy("differs from the identity card"),
    "handwritten": gettext_lazy("handwritten: read it yourself"),
    "its page of the form was not recognised": gettext_lazy("its page of the form was not recognised: look for it"),
    "more than one box is ticked": gettext_lazy("more than one box is ticked"),
    "a stroke was read as a digit": gettext_lazy("a stroke between the parts of a date may have been read as a digit"),
}


def seen_of(field: Field) -> str:
    """Return what stands for the field as it was shown, so that nobody overwrites what he did not see."""
    shown = f"{field.final_value!r}\0{field.confirmed_at!s}"
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def flag_words(code: str) -> FlagWords:
    return FLAGS.get(code, FlagWords(code, gettext_lazy("Look at every page before you go on.")))


def problem_words(problems: Iterable[str]) -> str:
    """Return what the reader found wrong as one sentence; a remark without a translation is shown as it is."""
    told = "; ".join(str(PROBLEMS.get(problem, problem)) for problem in problems)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def now_words(address: str) -> str:
    """Return what the commune of an old address is called since the merger; nothing of any other text."""
    names = now_called(address)
    if not names:
        return ""
    told = _("Now: %(places)s") if len(names) == 1 else _("Divided; now one of: %(places)s")
    return told % {"places": "; ".join(names)}


def is_doubtful(field: Field) -> bool:
    return field.decision == Decision.LOOK.value or bool(field.problems)


def field_values(field: Field, *, is_next: bool = False, problem: str = "") -> dict[str, Any]:
    """Return one row of the page; the same values go to the script as JSON."""
    confirmed, doubtful = field.confirmed_at is not None, is_doubtful(field)
    if confirmed:
        mark, look = (_("✓ Corrected") if field.is_corrected else _("✓ Confirmed")), "ms-mark--good"
    elif doubtful:
        mark, look = _("The machine is not sure"), "ms-mark--look"
    else:
        mark, look = _("To be looked at"), ""
    hint = str(SOURCES.get(field.source, field.source))
    if field.is_corrected:
        hint = _("The machine read: %(reading)s") % {"reading": field.reading or "–"}
    return {
        "pk": field.pk,
        "dossier_id": field.dossier_id,
        "name": field.name,
        "label": label_of(field.name),
        "shown": typed.shown(field.name, field.final_value),
        "is_long": len(field.final_value or "") > ONE_LINE,
        "seen": seen_of(field),
        "is_confirmed": confirmed,
        "look": "is-confirmed" if confirmed else "is-look" if doubtful else "",
        "mark": mark,
        "mark_look": look,
        "hint": f"{hint[:1].upper()}{hint[1:]}.",
        "now": now_words(field.final_value or ""),
        "problem": problem or ("" if confirmed else problem_words(field.problems)),
        "proposals": [] if confirmed else [typed.shown(field.name, proposal) for proposal in field.proposals],
        "is_next": is_next,
        "box_shown": _has_box(field),
    }


def groups_of(
    fields: list[Field], pages: Mapping[tuple[UUID, int], Page], problems: Mapping[str, str], wanted: str
) -> list[dict[str, Any]]:
    """Return the doubtful fields first, each group in the order of the form; ``wanted`` gets the cursor."""
    doubtful = [field for field in fields if is_doubtful(field)]
    sure = [field for field in fields if not is_doubtful(field)]
    following = wanted or next_name([*doubtful, *sure])

    def rows(some: list[Field]) -> list[dict[str, Any]]:
        return [
            field_values(field, is_next=field.name == following, problem=problems.get(field.name, ""))
            | {"crop": _crop(field, pages) if is_doubtful(field) else None}
            for field in some
        ]

    return [
        {"words": _("Look closely: the machine is not sure"), "fields": rows(doubtful)},
        {"words": _("The machine is sure: compare all the same"), "fields": rows(sure)},
    ]


def next_name(fields: list[Field]) -> str:
    """Return the first field that nobody confirmed yet, the doubtful ones first."""
    in_order = sorted(fields, key=lambda field: (not is_doubtful(field), field.position))
    return next((field.name for field in in_order if field.confirmed_at is None), "")


def left_words(fields: list[Field]) -> str:
    left = sum(1 for field in fields if field.confirmed_at is None)
    if not left:
        return _("Every field is confirmed.")
    return ngettext("%(n)d field left to confirm.", "%(n)d fields left to confirm.", left) % {"n": left}


def page_rows(dossier: Dossier) -> dict[tuple[UUID, int], Page]:
    """Return the pages by scan and number, in the order of the scans."""
    pages = Page.objects.filter(scan__dossier=dossier).order_by("scan__position", "number")
    return {(page.scan_id, page.number): page for page in pages}


def pages_of(pages: Mapping[tuple[UUID, int], Page], fields: list[Field]) -> list[dict[str, Any]]:
    """Return the pages with the boxes of the fields that stand on each."""
    return [
        {
            "pk": page.pk,
            "shown_number": number,
            "width_px": page.width_px,
            "height_px": page.height_px,
            "warning_words": [str(WARNINGS.get(code, code)) for code in page.warnings],
            "advice": _advice(page, number),
            "boxes": [
                _box(f) for f in fields if (f.scan_id, f.page_number) == (page.scan_id, page.number) and _has_box(f)
            ],
        }
        for number, page in enumerate(pages.values(), start=1)
    ]


def _advice(page: Page, number: int) -> list[str]:
    words = [ADVICE[code] for code in page.warnings if code in ADVICE]
    words += [BLANK_ADVICE] if page.page_class == PageClass.BLANK.value else []
    return [str(sentence) % {"n": number} for sentence in words]


def _has_box(field: Field) -> bool:
    x0, y0, x1, y1 = field.box
    return bool(x1 > x0 and y1 > y0)


def _crop(field: Field, pages: Mapping[tuple[UUID, int], Page]) -> dict[str, Any] | None:
    """Return the part of the page picture that shows the field with a little of what stands round it."""
    page = pages.get((field.scan_id, field.page_number))
    if page is None or not _has_box(field):
        return None
    x0, y0, x1, y1 = field.box
    width, height = page.width_px, page.height_px
    left, top = max(0, int((x0 - CROP_MARGIN) * width)), max(0, int((y0 - CROP_MARGIN / 2) * height))
    right, bottom = min(width, int((x1 + CROP_MARGIN) * width)), min(height, int((y1 + CROP_MARGIN / 2) * height))
    return {"page_id": page.pk, "width": width, "height": height, "view": f"{left} {top} {right - left} {bottom - top}"}


def _box(field: Field) -> dict[str, Any]:
    x0, y0, x1, y1 = field.box
    look = "is-confirmed" if field.confirmed_at is not None else "is-look" if is_doubtful(field) else ""
    numbers = {"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0}
    # As text with a point: a template would write a decimal comma for Vietnamese readers.
    return {"field_id": field.pk, "look": look} | {name: f"{value:.5f}" for name, value in numbers.items()}
