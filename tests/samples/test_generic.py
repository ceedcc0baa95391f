"""Any template can be filled from its data alone, and what is written stands where its fields are."""

from datetime import date
from itertools import starmap

import numpy as np
import pytest

from ocr.forms.templates import Kind, load_templates
from samples.cases_more import KINDS_MORE
from samples.generic import blank_picture, filled
from samples.make import made_dossier, planned
from samples.people import dice, number_fits

TEMPLATES = {template.code: template for template in load_templates()}
RESIDENCE = "phieu-khai-bao-tam-vang-ct03"
MM = 300 / 25.4


@pytest.mark.parametrize("code", [RESIDENCE, "to-khai-dang-ky-ket-hon"])
def test_what_is_written_stands_in_the_boxes_and_the_truth_says_it(code):
    template = TEMPLATES[code]
    made = filled(template, dice("1"))
    known = {name for page in template.pages for field in page.fields for name in (field.name, field.number_name)}
    assert made.truth.keys() <= known
    assert len(made.truth) > len(template.pages[0].fields) / 2
    for page, picture in zip(template.pages, made.pages, strict=True):
        blank = np.asarray(blank_picture(page).convert("L"), dtype=np.int16)
        written = np.abs(np.asarray(picture.convert("L"), dtype=np.int16) - blank) > 60
        for field in page.fields:
            for box in field.boxes:
                height, width = written.shape
                reach = round((4 if field.kind is Kind.CHECKBOX else 1) * MM)
                x0, y0 = max(round(box.x0 * width) - reach, 0), max(round(box.y0 * height) - reach, 0)
                written[y0 : round(box.y1 * height) + reach, x0 : round(box.x1 * width) + reach] = False
        assert not written.any()


def test_the_same_dice_fill_the_same_form():
    one, other = (filled(TEMPLATES[RESIDENCE], dice("7")) for _ in range(2))
    assert one.truth == other.truth
    assert all(starmap(np.array_equal, zip(one.pages, other.pages, strict=True)))
    assert filled(TEMPLATES[RESIDENCE], dice("8")).truth != one.truth


def test_every_second_dozen_holds_the_four_later_declarations():
    kinds = [planned(5, index)[0].kind for index in range(12, 24)]
    assert set(kinds) == set(KINDS_MORE)
    misfiled = [plan for plan, _ in (planned(5, index) for index in range(12, 24)) if plan.kind != plan.declared]
    assert len(misfiled) == 1


@pytest.mark.parametrize("kind", ["marriage", "change"])
def test_a_later_declaration_speaks_of_people_whose_numbers_fit(kind):
    index = next(index for index in range(12, 24) if planned(5, index)[0].kind == kind)
    fields = made_dossier(5, index).truth["fields"]
    assert isinstance(fields, dict)
    sexes = {"bride": "Nữ", "groom": "Nam"}
    numbers = {key.partition(".")[0]: value for key, value in fields.items() if key.endswith(".identity_number")}
    assert numbers
    for person, number in numbers.items():
        born = date.fromisoformat(fields[f"{person}.birth_date"])
        wanted = [sexes[person]] if person in sexes else ["Nam", "Nữ"]
        assert any(number_fits(number, sex, born) for sex in wanted)
        assert number in fields[f"{person}.identity_paper"]
