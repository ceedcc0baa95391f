"""One form, printed in several ways: each print is known, read into the same fields, and drafted under their names."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from ocr.forms.continued import with_whole_fields
from ocr.forms.draft import Proposal
from ocr.forms.draft_print import with_keys_of
from ocr.forms.judge import judged
from ocr.forms.marks import Area
from ocr.forms.reading import FormPage, RawField
from ocr.forms.recognise import Match, Recogniser
from ocr.forms.templates import load_templates
from ocr.values import Box, Decision, Source
from samples import near_misses
from samples.blanks import SOURCES
from samples.degrade import scan200
from samples.files import write_scan
from samples.fill import engine
from samples.generic import filled
from samples.people import dice
from tests.ocr.forms.test_recognise import seen

TEMPLATES = load_templates()
DEATH, DEATH_PRINT = (form for form in TEMPLATES if form.code == "to-khai-dang-ky-khai-tu")
EXTRACT = next(form for form in TEMPLATES if form.code == "to-khai-cap-ban-sao-trich-luc" and form.print_name)


def test_a_filled_official_print_is_read_as_the_form_that_it_is(reader, tmp_path):
    rng = dice("a genuine print")
    made = filled(DEATH_PRINT, rng)
    write_scan(tmp_path, [scan200(page, rng) for page in made.pages], rng)
    (scan,) = tmp_path.iterdir()
    read = reader.digitize(scan)
    assert (read.form.code, read.form.version) == DEATH.form
    right = {name for name, value in made.truth.items() if read.fields[name].value == value}
    assert len(right) >= 0.9 * len(made.truth)
    assert {"requester.birth_date", "death.date"} & made.truth.keys() <= right
    known = [name for field in DEATH.pages[0].fields for name in (field.name, field.number_name)]
    assert list(read.fields) == [name for name in known if name]


def test_each_print_is_told_from_the_other():
    recogniser = Recogniser([DEATH, DEATH_PRINT])
    for form in (DEATH, DEATH_PRINT):
        match = recogniser.match(seen(near_misses.filled_in(form.pages[0], dice("print")), seed=form.print_name))
        assert match.template == form


def test_a_print_of_which_lines_have_moved_is_none():
    recogniser = Recogniser([DEATH, DEATH_PRINT])
    for seed in ("one", "other"):
        assert recogniser.match(seen(near_misses.moved(DEATH_PRINT.pages[0], dice(seed)))) is None


def page_of(template, number, **texts):
    page = template.pages[number - 1]
    known = {field.name: field for field in page.fields}
    fields = {
        name: RawField(known[name], text, 0.9, Box(0.1, 0.1, 0.2, 0.2), confirmed=bool(text) or None)
        for name, text in texts.items()
    }
    return FormPage(Match(template, page, 0, 0.0, np.eye(3), 0.99), number, fields)


RESIDENCE = "subject.residence"


def whole(first, second):
    pages = [page_of(EXTRACT, 2, **{RESIDENCE: second}), page_of(EXTRACT, 1, **{RESIDENCE: first})]
    return with_whole_fields(pages)


def test_a_value_runs_on_over_the_page():
    back, front = whole("thôn Tân Thành,", "xã Nguyệt Ấn")
    assert front.fields[RESIDENCE].text == "thôn Tân Thành, xã Nguyệt Ấn"
    assert front.fields[RESIDENCE].confirmed
    assert RESIDENCE not in back.fields


def test_an_empty_second_line_changes_nothing():
    _, front = whole("thôn Tân Thành", "")
    assert front.fields == page_of(EXTRACT, 1, **{RESIDENCE: "thôn Tân Thành"}).fields


def test_what_one_of_the_lines_leaves_in_doubt_stays_so():
    pages = [page_of(EXTRACT, 1, **{RESIDENCE: "thôn Tân Thành,"}), page_of(EXTRACT, 2, **{RESIDENCE: "xã Nguyệt Ấn"})]
    doubted = replace(pages[1].fields[RESIDENCE], confirmed=False, handwritten=True)
    front, _ = with_whole_fields([pages[0], replace(pages[1], fields={RESIDENCE: doubted})])
    assert front.fields[RESIDENCE].confirmed is False
    assert front.fields[RESIDENCE].handwritten


@pytest.mark.parametrize("number", [1, 2])
def test_one_line_of_two_is_kept_and_in_doubt(number):
    (page,) = with_whole_fields([page_of(EXTRACT, number, **{RESIDENCE: "xã Nguyệt Ấn"})])
    assert page.fields[RESIDENCE].text == "xã Nguyệt Ấn"
    assert page.fields[RESIDENCE].confirmed is False


def test_a_page_that_was_not_recognised_is_left_to_a_person():
    fields = judged([page_of(EXTRACT, 2, **{"registration.number": "57"})], [])
    lost = fields["requester.full_name"]
    assert (lost.value, lost.decision, lost.source, lost.page) == (None, Decision.LOOK, Source.NONE, 2)
    assert lost.problems == ("its page of the form was not recognised",)
    assert fields["registration.number"].problems != lost.problems
    assert fields["requester.identity_number"] == lost


def test_labels_that_come_twice_are_told_by_their_order():
    labels = [
        "Kính gửi", "Họ, chữ đệm, tên người yêu cầu", "Ngày, tháng, năm sinh", "Tên quy trình", "Họ, chữ đệm, tên",
        "Ngày, tháng, năm sinh", "Giới tính",
    ]  # fmt: skip
    kinds = ["agency", "person_name", "date", "text", "person_name", "date", "sex"]
    found = [
        Proposal("slot", label, kind, 1, (Area(10, 10.0 * row, 90, 10.0 * row + 6),))
        for row, (label, kind) in enumerate(zip(labels, kinds, strict=True))
    ]
    named, lost = with_keys_of(DEATH, found)
    assert [one.key for one in named] == [
        "request.agency", "requester.full_name", "requester.birth_date", "slot", "subject.full_name",
        "subject.birth_date", "subject.sex",
    ]  # fmt: skip
    assert [one.doubts for one in named if one.doubts] == [("not_of_form",)]
    assert "death.cause" in lost
    assert "subject.sex" not in lost


def test_a_slot_left_over_where_a_field_is_left_over_is_that_field_in_doubt():
    slots = (("Kính gửi", "agency"), ("Bên", "text"), ("Ngày, tháng, năm sinh", "date"))
    found = [
        Proposal("slot", label, kind, 1, (Area(10, 10.0 * row, 90, 10.0 * row + 6),))
        for row, (label, kind) in enumerate(slots)
    ]
    named, _ = with_keys_of(DEATH, found)
    assert [(one.key, one.kind, one.doubts) for one in named] == [
        ("request.agency", "agency", ()),
        ("requester.full_name", "person_name", ("label_doubtful",)),
        ("requester.birth_date", "date", ()),
    ]


def test_a_print_that_was_never_paper_is_drafted_by_its_own_words(reader, tmp_path):
    scan = tmp_path / "print.pdf"
    source, day = SOURCES / f"{DEATH.code}.typ", datetime(2026, 11, 26, tzinfo=UTC)
    scan.write_bytes(engine().compile_pdf(source, {}, created_at=day, standards=()))
    draft = reader.draft_form(scan, *DEATH.form, date(2026, 11, 26), is_print=True)
    data = tomllib.loads(draft.files["print.toml"].decode())
    found = {field["key"]: field["boxes_mm"] for field in data["field"]}
    width, height = DEATH.pages[0].width_mm, DEATH.pages[0].height_mm
    known = {field.name: field.boxes for field in DEATH.pages[0].fields}
    assert len(found) >= len(known) - 3
    for name, boxes in found.items():
        x0, y0, x1, y1 = boxes[0]
        own = known[name][0]
        assert (x0, x1) == pytest.approx((own.x0 * width, own.x1 * width), abs=1.5), name
        assert y0 < (own.y0 + own.y1) / 2 * height < y1, name
    values = [text["value"] for text in data["text"]]
    assert "TỜ KHAI ĐĂNG KÝ KHAI TỬ" in values
