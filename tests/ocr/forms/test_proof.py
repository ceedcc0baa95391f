"""A template is proved by its own fills, and one that does not fit its blank does not hold."""

import dataclasses

from ocr.forms.templates import load_templates
from samples.prove import proved

RESIDENCE = "phieu-khai-bao-tam-vang-ct03"
TEMPLATES = {template.code: template for template in load_templates()}


def test_a_template_is_proved_by_reading_its_own_fill(reader):
    template = TEMPLATES[RESIDENCE]
    proof = proved(template, reader, ["scan300"], "tests")
    assert proof["holds"], proof
    assert proof["recognised"] == proof["scans"] == 1
    assert proof["fields"] >= 8


def test_a_template_whose_fields_cover_print_does_not_hold(reader):
    template = TEMPLATES[RESIDENCE]
    page = template.pages[0]
    name, *others = page.fields
    label = next(text.box for text in page.texts if text.value.startswith("1. Họ"))
    spoilt = dataclasses.replace(page, fields=(dataclasses.replace(name, boxes=(label,)), *others))
    proof = proved(dataclasses.replace(template, pages=(spoilt,)), reader, [], "tests")
    assert not proof["holds"]
    assert proof["broken"] == [{"code": "field_on_print", "name": name.name}]
