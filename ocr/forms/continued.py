"""A form over its pages: a value that runs on over the page, and fields of a page that nobody recognised.

Some prints break between the lines of one field. Where one of its pages is missing, or is printed otherwise than any
print we know, what stands there is a person's to find: it is never taken for empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ocr.forms.reading import FormPage, RawField
from ocr.forms.templates import Template
from ocr.values import Box, Check, Decision, FieldReading, Source

BY_HAND = 0.5  # of the letters of a form, from which on what is too short to tell counts as handwriting, too
TOO_SHORT = 12  # letters
UNSEEN = "its page of the form was not recognised"


def with_whole_fields(forms: Sequence[FormPage]) -> list[FormPage]:
    """Return the pages, best first as given, each field where it begins, with all of its lines."""
    whole = list(forms)
    for index, later in sorted(enumerate(forms), key=lambda one: one[1].match.page.number):
        for name, rest in later.fields.items():
            begin = next((at for at, form in enumerate(whole) if _begins(form, later, name)), None)
            if begin is None:
                continue
            start = whole[begin]
            whole[begin] = replace(start, fields={**start.fields, name: _joined(start.fields[name], rest)})
            own = {key: raw for key, raw in whole[index].fields.items() if key != name}
            whole[index] = replace(whole[index], fields=own)
    return _with_hand([_doubted(form, forms) for form in whole])


def unseen(template: Template, fields: Mapping[str, FieldReading], page: int) -> dict[str, FieldReading]:
    """Return the fields of the form that no recognised page holds, to be looked for by a person, at ``page``."""
    known = [name for own in template.pages for field in own.fields for name in (field.name, field.number_name)]
    lost = FieldReading(
        "", None, 0.0, page, Box(0.0, 0.0, 1.0, 1.0), Source.NONE, Decision.LOOK,
        {"structure": Check.NOT_APPLICABLE}, (UNSEEN,),
    )  # fmt: skip
    return {name: lost for name in known if name and name not in fields}


def _with_hand(forms: Sequence[FormPage]) -> list[FormPage]:
    """Return the pages with short fields marked as handwritten where most of the form is: alone they don't tell."""
    texts = [raw for form in forms for raw in form.fields.values() if raw.text]
    written = sum(len(raw.text) for raw in texts if raw.handwritten)
    if written <= BY_HAND * sum(len(raw.text) for raw in texts):
        return list(forms)
    return [
        replace(
            form,
            fields={
                name: replace(raw, handwritten=raw.handwritten or (bool(raw.text) and len(raw.text) < TOO_SHORT))
                for name, raw in form.fields.items()
            },
        )
        for form in forms
    ]


def _doubted(form: FormPage, forms: Sequence[FormPage]) -> FormPage:
    """Return the page with doubt on values of which a line stands on a page that is not there."""
    template = form.match.template
    there = {other.match.page.number for other in forms if other.match.template is template}
    missing = {field.name for page in template.pages if page.number not in there for field in page.fields}
    doubted = {name: replace(raw, confirmed=False) for name, raw in form.fields.items() if name in missing and raw.text}
    return replace(form, fields={**form.fields, **doubted})


def _begins(form: FormPage, later: FormPage, name: str) -> bool:
    is_before = form.match.template is later.match.template and form.match.page.number < later.match.page.number
    return is_before and name in form.fields


def _joined(start: RawField, rest: RawField) -> RawField:
    if not rest.text:
        return start
    number = rest if rest.number_text and not start.number_text else start
    doubts = [one.confirmed for one in (start, rest) if one.text]
    return replace(
        start,
        text=" ".join(text for text in (start.text, rest.text) if text),
        confidence=min(one.confidence for one in (start, rest) if one.text),
        confirmed=None if None in doubts else all(doubts),
        others=(),
        number_text=number.number_text,
        number_confidence=number.number_confidence,
        number_confirmed=number.number_confirmed,
        handwritten=start.handwritten or rest.handwritten,
    )
