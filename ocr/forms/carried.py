"""What was read on a page of a form, as JSON: pages are read one by one, their fields are judged together."""

from collections.abc import Iterable
from dataclasses import asdict

import numpy as np

from ocr.forms.reading import FormPage, RawField
from ocr.forms.recognise import Match
from ocr.forms.templates import Template
from ocr.plain import from_plain
from sandbox.values import Json


def carried(form: FormPage) -> Json:
    """Return the page's match and fields; its lines stay behind, they are in the page's text."""
    match = form.match
    return {
        "code": match.template.code,
        "version": match.template.version,
        "print": match.template.print_name,
        "page": match.page.number,
        "rotation_deg": match.rotation_deg,
        "skew_deg": match.skew_deg,
        "to_page": match.to_page.tolist(),
        "confidence": match.confidence,
        "page_number": form.page_number,
        "fields": {name: {**asdict(raw), "field": raw.field.name} for name, raw in form.fields.items()},
    }


def brought_back(plain: Json, templates: Iterable[Template]) -> FormPage:
    """Return what ``carried`` was given, with the templates of this process."""
    wanted = plain["code"], plain["version"], plain["print"]
    template = next(t for t in templates if (t.code, t.version, t.print_name) == wanted)
    page = next(page for page in template.pages if page.number == plain["page"])
    known = {field.name: field for field in page.fields}
    match = Match(
        template, page, plain["rotation_deg"], plain["skew_deg"], np.array(plain["to_page"]), plain["confidence"]
    )
    fields = {
        name: from_plain(RawField, {**raw, "field": known[raw["field"]]}) for name, raw in plain["fields"].items()
    }
    return FormPage(match, plain["page_number"], fields)
