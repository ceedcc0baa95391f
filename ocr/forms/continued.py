"""A value that runs on over the page: some prints break between the lines of one field."""

from collections.abc import Sequence
from dataclasses import replace

from ocr.forms.reading import FormPage, RawField


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
    return whole


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
