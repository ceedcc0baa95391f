"""A form is recognised however it lies, its fields are read, and what nobody wrote stays empty.

The forms are the blanks of ``ocr/forms/data`` with writing drawn into their slots here; the dossiers in ``samples``
bring the flaws of scanners and phones (test_samples.py).
"""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr import Check, Decision, PageClass, Source
from ocr.forms.templates import load_templates
from ocr.json import to_json
from tests.ocr.conftest import ROOT, drawn_page

DPI = 200
MM = DPI / 25.4
CODE = "to-khai-xac-nhan-tinh-trang-hon-nhan"
FORM = next(form for form in load_templates() if form.code == CODE)
WRITTEN = {
    "requester.full_name": "NGUYỄN THỊ HÒA",
    "requester.birth_date": "12/06/1985",
    "requester.identity_paper": "Căn cước công dân số 038185000123 do Cục Cảnh sát QLHC về TTXH",
    "requester.relation": "Bản thân",
    "subject.full_name": "NGUYỄN THỊ HÒA",
    "subject.birth_date": "1985",
    "subject.sex": "Nam",
    "subject.ethnicity": "Mường",
    "subject.identity_paper": "038185000123",
}


def filled(form, written):
    """Return the first page of a form with these values written into its slots."""
    blank = form.pages[0]
    page = Image.fromarray(blank.grey).resize((round(210 * MM), round(297 * MM)), Image.Resampling.LANCZOS)
    font = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", round(12 / 72 * DPI))
    for field in blank.fields:
        if field.name in written:
            x, y = field.boxes[0].x0 * page.width + 2 * MM, field.boxes[0].y0 * page.height + 4.4 * MM
            ImageDraw.Draw(page).text((x, y), written[field.name], font=font, fill=25, anchor="ls")
    return page


def saved(tmp_path, page, name="page.png"):
    page.save(tmp_path / name, dpi=(DPI, DPI))
    return tmp_path / name


@pytest.fixture(scope="module")
def read(reader, tmp_path_factory):
    return reader.digitize(saved(tmp_path_factory.mktemp("form"), filled(FORM, WRITTEN)))


def test_the_form_is_named_and_its_procedure_compared_with_the_one_declared(read):
    assert read.form.code == CODE
    assert read.form.confidence > 0.9
    assert read.pages[0].page_class is PageClass.FORM
    right = to_json(read, source="x", procedure=f"{FORM.procedures[0]}.000.00.00.H56")
    wrong = to_json(read, source="x", procedure="1.000656")
    assert right["procedure"] == {"code": FORM.procedures[0], "agrees_with_declared": True}
    assert wrong["procedure"]["agrees_with_declared"] is False


def test_values_are_typed_and_the_number_in_a_line_is_a_field_of_its_own(read):
    values = {name: field.value for name, field in read.fields.items() if field.value is not None}
    assert values == {
        **WRITTEN,
        "requester.birth_date": "1985-06-12",
        "requester.identity_number": "038185000123",
        "subject.identity_number": "038185000123",
    }


def test_what_nobody_wrote_is_empty_and_not_noise_of_its_leader(read):
    empty = [name for name, field in read.fields.items() if field.decision is Decision.EMPTY]
    assert set(empty) == set(read.fields) - set(WRITTEN) - {"requester.identity_number", "subject.identity_number"}
    assert len(empty) >= 5
    assert all(read.fields[name].source is Source.NONE for name in empty)
    assert all(not read.fields[name].reading for name in empty)


def test_a_sex_that_does_not_match_the_number_is_shown_to_a_person(read):
    sex, birth = read.fields["subject.sex"], read.fields["subject.birth_date"]
    assert sex.checks["identity_matches_person"] is Check.FAILED
    assert sex.decision is Decision.LOOK
    assert sex.problems == ("sex does not match the number",)
    assert birth.checks["identity_matches_person"] is Check.OK


def test_a_field_names_the_place_where_it_was_read(read):
    box = read.fields["subject.full_name"].box
    slot = next(field for field in FORM.pages[0].fields if field.name == "subject.full_name").boxes[0]
    assert slot.x0 < box.x0 < box.x1 < slot.x1
    assert slot.y0 - 0.003 < box.y0 < box.y1 < slot.y1 + 0.003


def test_the_text_of_the_page_holds_labels_and_writing_in_the_order_of_its_lines(read):
    lines = read.pages[0].text.splitlines()
    assert lines[0].startswith("CỘNG HO")
    assert any(line.startswith("Họ, chữ đệm, tên") and line.endswith("NGUYỄN THỊ HÒA") for line in lines)
    assert "....." not in read.pages[0].text


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_form_is_read_however_it_lies_on_the_glass(reader, tmp_path, read, turn):
    page = filled(FORM, WRITTEN).rotate(turn, expand=True)  # counter-clockwise, so this is the turn back
    turned = reader.digitize(saved(tmp_path, page))
    assert turned.form.code == CODE
    assert turned.pages[0].rotation_deg == turn
    assert {n: f.value for n, f in turned.fields.items()} == {n: f.value for n, f in read.fields.items()}
    assert turned.fields["subject.full_name"].box.x0 == pytest.approx(
        read.fields["subject.full_name"].box.x0, abs=0.003
    )


def test_a_skewed_form_in_uneven_light_is_read(reader, tmp_path, read):
    page = np.asarray(filled(FORM, WRITTEN), dtype=np.float32)
    height, width = page.shape
    tilt = cv2.getRotationMatrix2D((width / 2, height / 2), 2.0, 1.0)
    tilted = cv2.warpAffine(page, tilt, (width, height), borderValue=255)
    shaded = tilted * np.linspace(0.6, 1.0, width, dtype=np.float32)
    skewed = reader.digitize(saved(tmp_path, Image.fromarray(shaded.astype(np.uint8))))
    assert abs(skewed.pages[0].deskew_deg) == pytest.approx(2.0, abs=0.2)
    values = {name: field.value for name, field in skewed.fields.items()}
    assert values == {name: field.value for name, field in read.fields.items()}


@pytest.mark.parametrize("form", [form for form in load_templates() if not form.print_name], ids=lambda form: form.code)
def test_each_blank_is_recognised_as_itself_and_has_no_values(reader, tmp_path, form):
    read = reader.digitize(saved(tmp_path, filled(form, {})))
    assert read.form.code == form.code
    here = {field.name for field in form.pages[0].fields}
    assert {read.fields[name].decision for name in here} == {Decision.EMPTY}


def test_a_letter_with_the_same_head_is_no_form(reader, tmp_path):
    assert reader.digitize(saved(tmp_path, drawn_page())).form is None


def test_only_the_form_asked_for_is_looked_for(reader, tmp_path):
    path = saved(tmp_path, filled(FORM, {}))
    assert reader.digitize(path, form="to-khai-dang-ky-khai-tu").form is None
