"""The form data are what the drawing says, and a box means what its README says.

Each form is drawn again and compared with what is committed; the geometry is judged on the committed data alone.
"""

import io
import itertools
import json
import re
import tomllib
from datetime import date

import numpy as np
import pytest
from PIL import Image

from ocr.forms.draft_files import toml_of
from printing.typst import Typst
from samples import blanks

TYPES = {
    "person_name", "date", "date_words", "place", "identity_paper", "identity_number", "sex", "ethnic_group",
    "nationality", "relation", "text", "number", "time", "checkbox", "agency", "marital_status", "phone",
}  # fmt: skip


@pytest.fixture(scope="module")
def typst():
    return Typst(blanks.FONTS)


@pytest.fixture(params=blanks.CODES)
def folder(request):
    return blanks.TARGET / request.param / blanks.VERSION


@pytest.fixture
def form(folder):
    return tomllib.loads((folder / "form.toml").read_text(encoding="utf-8"))


def test_the_committed_form_is_what_its_source_gives(typst, folder):
    made = blanks.blank_files(typst, folder.parent.name)
    kept = {"form.kept.json"}  # of templates.py and, *.npz, of features.py: checked there
    drawn = [
        path.name for path in folder.iterdir() if path.is_file() and path.suffix != ".npz" and path.name not in kept
    ]
    assert sorted(drawn) == sorted(made)
    assert (folder / "form.toml").read_bytes() == made.pop("form.toml")
    for name, content in made.items():
        again, committed = (np.asarray(Image.open(source)) for source in (io.BytesIO(content), folder / name))
        assert np.array_equal(again, committed)


def test_every_box_lies_inside_its_page_and_no_two_overlap(form):
    width, height = form["page_mm"]
    placed = [(field["page"], box) for field in form["field"] for box in field["boxes_mm"]]
    for _, (x0, y0, x1, y1) in placed:
        assert 0 < x0 < x1 < width
        assert 0 < y0 < y1 < height
    for (page, one), (other_page, other) in itertools.combinations(placed, 2):
        assert page != other_page or not overlap(one, other), (one, other)


def test_no_printed_label_reaches_into_a_slot(form):
    for field, text in itertools.product(form["field"], form["text"]):
        if field["type"] != "checkbox" and field["page"] == text["page"]:
            assert not any(overlap(box, text["box_mm"]) for box in field["boxes_mm"]), (field["key"], text["value"])


def test_a_slot_of_the_blank_holds_its_leader_and_nothing_above_it(form, folder):
    """Only dots on the baseline: what stands higher in a slot was written by somebody."""
    scale = blanks.BLANK_DPI / 25.4
    for field in form["field"]:
        if field["type"] == "checkbox" or is_cell(field):
            continue
        page = np.asarray(Image.open(folder / form["blanks"][field["page"] - 1]))
        for box in field["boxes_mm"]:
            x0, y0, x1, y1 = (round(side * scale) for side in box)
            ink = page[y0:y1, x0 + 1 : x1 - 1] < 128
            rows = np.nonzero(ink.any(axis=1))[0] / scale
            assert len(rows), field["key"]
            assert rows.min() > 3.6, field["key"]
            assert rows.max() < 5.0, field["key"]


def test_a_cell_of_a_table_is_empty(form, folder):
    scale = blanks.BLANK_DPI / 25.4
    for field in filter(is_cell, form["field"]):
        page = np.asarray(Image.open(folder / form["blanks"][field["page"] - 1]))
        ((x0, y0, x1, y1),) = ([round(side * scale) for side in box] for box in field["boxes_mm"])
        assert page[y0:y1, x0:x1].min() > 200, field["key"]


def test_every_field_says_what_it_is_and_every_check_names_fields_of_the_form(form):
    keys = [key for field in form["field"] for key in (field["key"], field.get("number_key")) if key]
    assert len(keys) == len(set(keys))
    for field in form["field"]:
        assert field["type"] in TYPES
        assert field["label"]
        assert len(field["boxes_mm"]) == len(field["values"]) if field["type"] == "checkbox" else True
        assert len(field["boxes_mm"]) == {"/": 3, ":": 2}.get(field.get("join"), len(field["boxes_mm"]))
    for check in form["check"]:
        assert check["rule"] in {"words_equal_date", "identity_matches_person"}
        assert {key for key in check["fields"] if key} <= set(keys)


def test_a_form_knows_its_procedure_and_until_when_it_is_in_force(form, folder):
    assert form["code"] == folder.parent.name
    assert re.fullmatch(r"\d\.\d{6}", form["procedure"])
    assert form["valid_from"] < date(2025, 7, 1)
    assert form["valid_to"] == date(2027, 2, 28)


def test_text_with_quotes_and_accents_survives_the_way_intotoml_of():
    text = 'Giấy "chứng tử" \\ “Nơi cư trú”'
    assert tomllib.loads(f"value = {toml_of(text)}")["value"] == text
    assert json.loads(toml_of(text)) == text


def is_cell(field):
    """Whether it stands in the table of the two who marry."""
    return field["key"].startswith(("bride.", "groom."))


def overlap(one, other):
    hair = 0.02  # positions are rounded to a hundredth
    return min(one[2], other[2]) - max(one[0], other[0]) > hair and min(one[3], other[3]) - max(one[1], other[1]) > hair
