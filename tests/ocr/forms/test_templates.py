"""A template is data: what makes sense is loaded, what does not is refused in one sentence that names the mistake."""

import re
import shutil
from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.forms import judge, kept, strict
from ocr.forms.proof import faults
from ocr.forms.recognise import Recogniser
from ocr.forms.strict import TemplateBroken
from ocr.forms.templates import DATA, Kind, load_templates, template_files
from ocr.raster import PageImage
from ocr.values import Box
from tests.ocr.conftest import ROOT

CODE = "to-khai-dang-ky-khai-tu"
PRINT = "annex-2025"
RESIDENCE = "phieu-khai-bao-tam-vang-ct03"
MIDDLE, LINE = 0.5, 6.2 / 297  # of a page's height: where a line is put in, and how high it is


@pytest.fixture
def folder(tmp_path):
    """A folder with one form in it, to be spoilt."""
    shutil.copytree(DATA / CODE / "2024", tmp_path / CODE / "2024")
    return tmp_path


def spoil(folder, old, new, version="2024"):
    path = folder / CODE / version / "form.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def sentence_of(folder):
    with pytest.raises(TemplateBroken) as broken:
        load_templates(folder)
    assert "\n" not in str(broken.value)
    return str(broken.value)


@pytest.mark.parametrize("path", template_files(), ids=lambda path: str(path.parent.relative_to(DATA)))
def test_what_is_kept_of_a_form_is_what_its_file_says(path):
    assert kept.read_kept(path, frozenset(Kind)) == strict.read(path, frozenset(Kind)), (
        "run: python -m ocr.forms.templates"
    )


CHANGES = {
    "the file": lambda form: (form / "form.toml").write_bytes((form / "form.toml").read_bytes() + b"# one more\n"),
    "a blank's size": lambda form: Image.new("L", (100, 100)).save(form / "blank-1.png"),
    "a blank that is gone": lambda form: (form / "blank-1.png").unlink(),
    "the folder": lambda form: form.rename(form.with_name("2025")),
    "what is kept": lambda form: (form / "form.kept.json").write_bytes((form / "form.kept.json").read_bytes()[:-100]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_is_kept_of_something_else_is_not_used(folder, change):
    form = folder / CODE / "2024"
    assert kept.read_kept(form / "form.toml", frozenset(Kind)) is not None
    assert kept.read_kept(form / "form.toml", frozenset(Kind) - {Kind.SEX}) is None
    change(form)
    (path,) = folder.glob("*/*/form.toml")
    assert kept.read_kept(path, frozenset(Kind)) is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('type = "person_name"', 'type = "person"', "the type 'person' is unknown"),
        ('key = "requester.full_name"', 'key = "Họ tên"', "a key is made of a-z"),
        ('key = "requester.full_name"', 'key = "subject.full_name"', "two fields are called 'subject.full_name'"),
        ('fields = ["requester.identity_number"', 'fields = ["requester.card"', "no field is called 'requester.card'"),
        ('rule = "identity_matches_person"', 'rule = "looks_right"', "there is no such rule"),
        ('join = "/"', 'join = "-"', "joins nothing"),
        ('values = ["yes", "no"]', 'values = ["yes"]', "one value per box"),
        ("valid_to = 2027-02-28", "valid_to = 2023-02-28", "ends on 2023-02-28, before it begins on 2024-06-06"),
        ('code = "to-khai-dang-ky-khai-tu"', 'code = "khai-tu"', "the code is 'khai-tu' and the folder"),
        ('version = "2024"', 'version = "2025"', "the version is '2025' and the folder '2024'"),
        ('procedure = "1.000656"', 'procedure = "656"', "no code of a procedure"),
        ('procedure = "1.000656"', 'procedure = "1.000656"\nalso_for = ["khai tử"]', "no code of a procedure"),
        ('procedure = "1.000656"', 'procedure = "1.000656"\nalso_for = ["1.000656"]', "a procedure is named twice"),
        ('blanks = ["blank-1.png"]', 'blanks = ["blank-9.png"]', "the blank blank-9.png is missing"),
        ("page_mm = [210.00, 297.00]", "page_mm = [297.00, 210.00]", "has another shape"),
        ("floor = 0.90", "floor = 90", "no share between 0 and 1"),
        ("page = 1", "page = 2", "there is no page 2"),
        ('label = "Kính gửi"', 'labell = "Kính gửi"', "'labell' is nothing that is known here"),
        ('label = "Kính gửi"\n', "", "'label' is missing"),
        ('title = "', "title = ", "not a TOML file"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_sentence(folder, old, new, said):
    spoil(folder, old, new)
    assert said in sentence_of(folder)


def first_box(folder):
    text = (folder / CODE / "2024" / "form.toml").read_text(encoding="utf-8")
    return re.findall(r"boxes_mm = \[(\[[^\]]+\])", text)[0]


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ("[180.00, 40.00, 215.00, 46.00]", "leaves the page"),
        ("[90.00, 46.00, 60.00, 52.00]", "ends before it begins"),
        ("[22.00, 60.00, 197.00, 64.00]", "overlap"),
        ("[22.00, 60.00, 197.00]", "is no box"),
    ],
)
def test_a_box_lies_on_the_page_and_on_nothing_else(folder, box, said):
    spoil(folder, first_box(folder), box)
    assert said in sentence_of(folder)


def test_a_comb_is_one_box_with_a_number_in_it(folder):
    spoil(folder, 'type = "person_name"', 'type = "person_name"\ncells = 12')
    assert "a comb is one box of several cells" in sentence_of(folder)


def test_every_rule_that_a_template_may_name_is_one_that_judges():
    assert strict.RULES.keys() == judge.RULES.keys()


def next_year(folder):
    """A second version of the form beside the first, in force after it; its blank has another title."""
    target = folder / CODE / "2027"
    shutil.copytree(folder / CODE / "2024", target)
    spoil(folder, 'version = "2024"', 'version = "2027"', "2027")
    spoil(folder, "valid_from = 2024-06-06", "valid_from = 2027-03-01", "2027")
    spoil(folder, "valid_to = 2027-02-28\n", "", "2027")
    return target


def test_two_versions_stand_side_by_side_each_in_its_time(folder):
    next_year(folder)
    old, new = (template for template in load_templates(folder) if not template.print_name)
    assert (old.version, new.version) == ("2024", "2027")
    assert [t.version for t in (old, new) if t.is_valid_on(date(2027, 2, 28))] == ["2024"]
    assert [t.version for t in (old, new) if t.is_valid_on(date(2027, 3, 1))] == ["2027"]


def test_two_versions_in_force_on_one_day_contradict_each_other(folder):
    next_year(folder)
    spoil(folder, "valid_from = 2027-03-01", "valid_from = 2027-02-01", "2027")
    assert "the versions 2024 and 2027 are both in force on 2027-02-01" in sentence_of(folder)


def spoil_print(folder, old, new):
    path = folder / CODE / "2024" / PRINT / "print.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def where_is(field):
    return field.boxes, field.join, field.cells, field.rows


def what_is(field):
    return replace(field, boxes=(), join="", cells=0, rows=1)


def test_a_print_has_the_fields_of_its_form_in_places_of_its_own(folder):
    own, printed = load_templates(folder)
    assert (own.print_name, printed.print_name, own.form, own.rules) == ("", PRINT, printed.form, printed.rules)
    fields, others = ({field.name: field for page in one.pages for field in page.fields} for one in (own, printed))
    assert fields.keys() == others.keys()
    assert all(what_is(field) == what_is(others[name]) for name, field in fields.items())
    assert not any(where_is(field) == where_is(others[name]) for name, field in fields.items())
    assert printed.pages[0].blank == folder / CODE / "2024" / PRINT / "blank-1.png"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('key = "death.cause"', 'key = "death.reason"', "the form has no field 'death.reason'"),
        ('key = "death.cause"', 'key = "death.place"', "two fields are called 'death.place'"),
        ('key = "death.cause"', 'key = "death.cause"\ntype = "text"', "'type' is nothing that is known here"),
        ('blanks = ["blank-1.png"]', 'blanks = ["blank-9.png"]', "the blank blank-9.png is missing"),
    ],
)
def test_a_print_that_makes_no_sense_is_said_in_one_sentence(folder, old, new, said):
    spoil_print(folder, old, new)
    sentence = sentence_of(folder)
    assert said in sentence
    assert "print.toml" in sentence


def test_a_field_that_a_print_does_not_place_is_named(folder):
    path = folder / CODE / "2024" / PRINT / "print.toml"
    before, _, after = path.read_text(encoding="utf-8").partition("[[field]]\n# Nguyên nhân chết")
    path.write_text(before + "[[field]]" + after.partition("[[field]]")[2], encoding="utf-8")
    assert "field 'death.cause': it is not said where this print has it" in sentence_of(folder)


def test_what_is_kept_of_a_print_is_not_used_once_its_form_has_changed(folder):
    path = folder / CODE / "2024" / PRINT / "print.toml"
    assert kept.read_kept(path, frozenset(Kind)) is not None
    spoil(folder, "floor = 0.90", "floor = 0.91")
    assert kept.read_kept(path, frozenset(Kind)) is None
    assert [template.floor for template in load_templates(folder)] == [0.91, 0.91]


def test_all_that_is_committed_loads_and_fits_its_blank():
    templates = load_templates()
    assert len(templates) >= 11
    assert [(template.code, template.print_name, *faults(template)) for template in templates] == [
        (template.code, template.print_name) for template in templates
    ]


def test_a_residence_form_has_a_comb_and_is_out_of_force():
    (form,) = [template for template in load_templates() if template.code == RESIDENCE]
    (comb,) = [field for field in form.pages[0].fields if field.cells]
    assert (comb.name, comb.kind, comb.cells) == ("subject.identity_number", Kind.IDENTITY_NUMBER, 12)
    assert not form.is_valid_on(date(2026, 11, 26))
    assert form.is_valid_on(date(2024, 5, 5))


def test_a_blank_is_not_unpacked_before_it_is_needed():
    page = load_templates()[0].pages[0]
    assert "grey" not in vars(page)
    assert page.grey.dtype == np.uint8
    assert "grey" in vars(page)


def moved_down(box, by):
    return Box(box.x0, box.y0 + by, box.x1, box.y1 + by) if box.y0 > MIDDLE else box


@pytest.fixture
def versions(tmp_path):
    """The form in force, and one to come: a line more stands in the middle, what was below has moved down."""
    (old,) = [template for template in load_templates() if template.code == CODE and not template.print_name]
    (page,) = old.pages
    cut, down = round(MIDDLE * page.grey.shape[0]), round(LINE * page.grey.shape[0])
    grey = np.full_like(page.grey, 255)
    grey[:cut], grey[cut + down :] = page.grey[:cut], page.grey[cut : page.grey.shape[0] - down]
    blank = Image.fromarray(grey)
    face = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", 34)
    ImageDraw.Draw(blank).text(
        (180, cut + down // 2), "Nơi đăng ký mới: ................", font=face, fill=0, anchor="lm"
    )
    blank.save(tmp_path / "blank-1.png")
    new_page = replace(
        page,
        blank=tmp_path / "blank-1.png",
        fields=tuple(replace(f, boxes=tuple(moved_down(box, LINE) for box in f.boxes)) for f in page.fields),
        texts=tuple(replace(text, box=moved_down(text.box, LINE)) for text in page.texts),
    )
    return old, replace(old, version="2027", valid_from=date(2027, 3, 1), valid_to=None, pages=(new_page,))


def test_a_page_is_recognised_as_the_version_it_was_printed_from(versions):
    recogniser = Recogniser(versions)
    for template in versions:
        scan = PageImage(1, np.asarray(cv2.GaussianBlur(template.pages[0].grey, (3, 3), 0)), None, 200, False, 0.0)
        match = recogniser.match(scan)
        assert match is not None
        assert match.template.version == template.version
