"""From what was seen in the fields of a form to typed values, with what speaks for and against each.

A value is accepted only where readers of two families saw the same (or a card or the date in words says it too), its
shape is right and nothing contradicts it; everything else is shown to a person. No rule here completes a value from
nothing: what does not parse stays a reading without a value.
"""

from collections.abc import Sequence
from dataclasses import replace

from ocr.codes import CardHolder
from ocr.forms.continued import unseen, with_whole_fields
from ocr.forms.dates import date_in_words
from ocr.forms.merged import now_called
from ocr.forms.places import same_letters
from ocr.forms.proposals import proposals
from ocr.forms.reading import FormPage, RawField
from ocr.forms.syllables import folded
from ocr.forms.templates import Kind, Rule, Template
from ocr.forms.typed import NUMBER_DOUBT, Parsed, parsed, parsed_number
from ocr.values import Box, Check, Decision, FieldReading, Source

CARD_PARTS = ("identity_number", "full_name", "birth_date", "sex")
Card = tuple[int, Box, CardHolder]
Fields = dict[str, FieldReading]


def judged(forms: Sequence[FormPage], cards: Sequence[Card]) -> Fields:
    """Return the fields of the form that was recognised best, over all its pages."""
    if not forms:
        return {}
    best = max(forms, key=lambda form: form.match.confidence)
    template = best.match.template
    fields: Fields = {}
    own = [form for form in forms if form.match.template.form == template.form]
    for form in with_whole_fields(sorted(own, key=lambda form: -form.match.confidence)):
        for raw in form.fields.values():
            for name, reading in _readings(raw, form.page_number):
                fields.setdefault(name, reading)
    for rule in template.rules:
        RULES[rule.name](fields, rule)
    for card in cards:
        _compare_with_card(fields, card)
    fields |= unseen(template, fields, best.page_number)
    people = [holder.full_name for _, _, holder in cards]
    kinds = {field.name: field.kind for page in template.pages for field in page.fields}
    return {name: _with_lists(fields[name], kinds.get(name), people) for name in _in_order(template, fields)}


def _with_lists(field: FieldReading, kind: Kind | None, people: Sequence[str]) -> FieldReading:
    """Return the field with what lists say beside it; its value stays as it is. A number in a line has no kind."""
    if field.decision is Decision.LOOK and kind is not None:
        said = proposals(kind, field.value or field.reading, people)
        field = replace(field, proposals=tuple(one for one in said if one != field.value))
    if kind in {Kind.PLACE, Kind.AGENCY}:
        field = replace(field, now_called=now_called(field.value or ""))
    return field


def _in_order(template: Template, fields: Fields) -> list[str]:
    names = []
    for page in template.pages:
        for field in page.fields:
            names += [field.name, *([field.number_name] if field.number_name else [])]
    return [name for name in names if name in fields]


def _readings(raw: RawField, page: int) -> list[tuple[str, FieldReading]]:
    own = _reading(raw, parsed(raw), raw.text, raw.confirmed, page)
    if not raw.field.number_name:
        return [(raw.field.name, own)]
    meant = parsed_number(raw)
    number = _reading(raw, meant, raw.number_text, raw.number_confirmed, page)
    if own.decision is Decision.ACCEPTED and meant.structure is Check.FAILED:  # the number is what a paper is known by
        own = replace(own, decision=Decision.LOOK)
    return [(raw.field.name, own), (raw.field.number_name, number)]


def _reading(raw: RawField, meant: Parsed, text: str, confirmed: bool | None, page: int) -> FieldReading:
    if not text and meant.value is None and not meant.problems:
        return FieldReading(
            "", None, 0.0, page, raw.box, Source.NONE, Decision.EMPTY, {"structure": Check.NOT_APPLICABLE}
        )
    problems = (*meant.problems, "handwritten") if raw.handwritten else meant.problems
    fine = meant.value is not None and meant.structure is Check.OK and not problems
    return FieldReading(
        reading=text,
        value=meant.value,
        confidence=round(meant.confidence, 3),
        page=page,
        box=raw.box,
        source=Source.OCR,
        decision=Decision.ACCEPTED if fine and confirmed else Decision.LOOK,
        checks={"structure": meant.structure, "readers": _outcome(confirmed)},
        problems=problems,
    )


def _outcome(confirmed: bool | None) -> Check:
    return Check.NOT_APPLICABLE if confirmed is None else Check.OK if confirmed else Check.FAILED


def _noted(fields: Fields, name: str, check: str, outcome: Check, problem: str | None = None) -> None:
    """Write a check's outcome to a field; what failed is looked at by a person."""
    field = fields.get(name)
    if field is None or field.decision is Decision.EMPTY:
        return
    problems = field.problems if problem is None else (*field.problems, problem)
    decision = Decision.LOOK if outcome is Check.FAILED else field.decision
    fields[name] = replace(field, checks={**field.checks, check: outcome}, problems=problems, decision=decision)


def _confirm(fields: Fields, name: str) -> None:
    """Accept what another source says letter by letter, where nothing but the readers' doubt stood against it."""
    field = fields[name]
    if field.checks.get("readers") is Check.NOT_APPLICABLE:  # without second readers everything is shown to a person
        return
    problems = tuple(problem for problem in field.problems if problem != NUMBER_DOUBT)
    if Check.FAILED not in {outcome for check, outcome in field.checks.items() if check != "readers"} and not problems:
        fields[name] = replace(field, problems=problems, decision=Decision.ACCEPTED)


def _value(fields: Fields, name: str) -> str | None:
    return fields[name].value if name in fields else None


def _words_equal_date(fields: Fields, rule: Rule) -> None:
    words, date = rule.fields
    spoken = date_in_words(_value(fields, words) or "")
    written = _value(fields, date)
    if spoken is None or date not in fields:
        return
    if written is None:
        found = fields[date]
        fields[date] = replace(found, value=spoken, source=Source.OCR, decision=Decision.LOOK)
        _noted(fields, date, rule.name, Check.NOT_APPLICABLE, "taken from the date in words")
    elif written == spoken:
        for name in rule.fields:
            _noted(fields, name, rule.name, Check.OK)
        _confirm(fields, date)
    else:
        for name in rule.fields:
            _noted(fields, name, rule.name, Check.FAILED, "the date in words and in digits differ")


def _identity_matches_person(fields: Fields, rule: Rule) -> None:
    number, sex, birth = rule.fields
    digits = _value(fields, number)
    if digits is None or len(digits) != 12 or not digits.isdecimal():  # noqa: PLR2004 - digits of an identity number
        return
    century = 1900 + int(digits[3]) // 2 * 100
    facts = (
        (sex, ("Nam", "Nữ")[int(digits[3]) % 2], _value(fields, sex), "sex does not match the number"),
        (
            birth,
            str(century + int(digits[4:6])),
            (_value(fields, birth) or "")[:4] or None,
            "year of birth does not match the number",
        ),
    )
    known = [(name, said == meant, problem) for name, meant, said, problem in facts if name and said is not None]
    for name, agrees, problem in known:
        if not agrees:  # lawful after a correction of sex or birth year: shown, never refused
            _noted(fields, name, rule.name, Check.FAILED, problem)
            _noted(fields, number, rule.name, Check.FAILED, problem)
        else:
            _noted(fields, name, rule.name, Check.OK)
    if known and all(agrees for _, agrees, _ in known):
        _noted(fields, number, rule.name, Check.OK)


RULES = {"words_equal_date": _words_equal_date, "identity_matches_person": _identity_matches_person}


def _compare_with_card(fields: Fields, card: Card) -> None:
    """Hold the person on an identity card against the people of the form; the card's number may fill in a lost one."""
    page, box, holder = card
    said = dict(zip(CARD_PARTS, (holder.number, holder.full_name, holder.birth_date, holder.sex), strict=True))
    people = [name.rpartition(".")[0] for name in fields if name.endswith(".full_name")]
    for person in people:
        own = {part: f"{person}.{part}" for part in CARD_PARTS}
        agreeing = {part for part in CARD_PARTS if _same(_value(fields, own[part]), said[part])}
        if not ("identity_number" in agreeing or {"full_name", "birth_date"} <= agreeing):
            continue
        number = fields.get(own["identity_number"])
        if number is not None and number.decision is Decision.EMPTY:  # nobody wrote one: it may be another paper's line
            fields[own["identity_number"]] = replace(number, proposals=(holder.number,))
        elif number is not None and number.value is None:
            fields[own["identity_number"]] = replace(
                number, value=holder.number, source=holder.source, page=page, box=box, decision=Decision.LOOK
            )
        for part, name in own.items():
            if _value(fields, name) is not None:
                agrees = _same(_value(fields, name), said[part])
                if not agrees and part == "full_name" and holder.source is Source.MRZ:
                    continue  # cut off after thirty characters, and without a check digit
                problem = None if agrees else "differs from the identity card"
                _noted(fields, name, str(holder.source), Check.OK if agrees else Check.FAILED, problem)
                if same_letters(" ".join((_value(fields, name) or "").split()), " ".join(said[part].split())):
                    _confirm(fields, name)


def _same(one: str | None, other: str) -> bool:
    return one is not None and folded(" ".join(one.split())) == folded(" ".join(other.split()))
