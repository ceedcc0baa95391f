"""What is accepted without a person and what is not; each test changes one thing that was seen."""

from dataclasses import replace

import numpy as np
import pytest

from ocr import Check, Decision, Source
from ocr.codes import CardHolder
from ocr.forms.continued import UNSEEN
from ocr.forms.judge import judged
from ocr.forms.reading import FormPage, RawField
from ocr.forms.recognise import Match
from ocr.forms.templates import load_templates
from ocr.values import Box

FORM = next(form for form in load_templates() if form.code == "to-khai-dang-ky-khai-sinh")
KNOWN = {field.name: field for page in FORM.pages for field in page.fields}
MATCH = Match(FORM, FORM.pages[0], 0, 0.0, np.eye(3), 0.99)
PLACE = Box(0.1, 0.1, 0.5, 0.12)
SEEN = {
    "requester.full_name": "NGUYỄN THỊ HÒA",
    "requester.residence": "Thôn Mới, xã Nguyệt Ấn, tỉnh Thanh Hóa",
    "requester.identity_paper": "Căn cước số 038185000123 cấp ngày 12/06/2025",
    "requester.birth_date": "12/06/1985",
    "subject.birth_date": "03/11/2026",
    "subject.birth_date_words": "Ngày mồng ba, tháng mười một, năm hai nghìn không trăm hai mươi sáu",
}


def raw(name, **changes):
    text = SEEN.get(name, "")
    number = "038185000123" if name == "requester.identity_paper" else ""
    seen = RawField(KNOWN[name], text, 0.95, PLACE, number_text=number, confirmed=True, number_confirmed=bool(number))
    return replace(seen, **changes)


def fields(cards=(), **changes):
    """Return the judged fields; ``changes`` are by name with _ for the stop."""
    seen = {name: raw(name, **changes.get(name.replace(".", "_"), {})) for name in SEEN}
    found = judged([FormPage(MATCH, 1, seen)], cards)
    return {name: field for name, field in found.items() if UNSEEN not in field.problems}


def decisions(found):
    return {name: str(field.decision) for name, field in found.items()}


def test_what_two_families_read_alike_and_every_check_passes_is_accepted():
    found = fields()
    assert set(decisions(found).values()) == {"accepted"}
    assert found["requester.full_name"].checks == {"structure": Check.OK, "readers": Check.OK}
    assert found["requester.identity_number"].value == "038185000123"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("requester_full_name", {"confirmed": False}),
        ("requester_full_name", {"handwritten": True}),
        ("requester_full_name", {"text": "NGUYỄN THỊ HÒA3"}),
        ("requester_full_name", {"text": "TRƯƠNC QUỐC BẢO"}),
        ("requester_full_name", {"text": "Nguyềm Thị Hòa"}),  # no surname
        ("requester_residence", {"text": "Thôn Mới xã Nguyệt Ấn, tỉnh Thanh Hóa"}),  # a comma had to be put in
        ("requester_identity_paper", {"text": "Căn cước số 038185000123 cấp ngày 12062025"}),
        ("requester_identity_paper", {"text": "Căn cước số 038185000123 cấp ngày 12 06 2025"}),
        ("requester_birth_date", {"text": "32/06/1985"}),
    ],
)
def test_one_thing_amiss_and_a_person_looks(name, change):
    found = decisions(fields(**{name: change}))
    own = name.replace("_", ".", 1)
    assert found.pop(own) == "look"
    assert set(found.values()) == {"accepted"}


def test_a_paper_whose_number_was_lost_is_looked_at():
    lost = {"text": "CCCD số D 38185000123 cấp ngày 12/06/2025", "number_text": "", "number_confirmed": None}
    assert fields(requester_identity_paper=lost)["requester.identity_paper"].decision is Decision.LOOK


def test_without_second_readers_nothing_is_accepted():
    unheard = {name.replace(".", "_"): {"confirmed": None, "number_confirmed": None} for name in SEEN}
    found = fields(**unheard)
    assert set(decisions(found).values()) == {"look"}
    assert {field.checks["readers"] for field in found.values()} == {Check.NOT_APPLICABLE}


def test_a_number_on_which_the_readers_differ_is_looked_at_and_its_line_alone_is_not():
    found = fields(requester_identity_paper={"number_confirmed": False})
    assert found["requester.identity_number"].decision is Decision.LOOK
    assert found["requester.identity_number"].problems == ("two readings of the number differ",)
    assert found["requester.identity_paper"].decision is Decision.ACCEPTED


def test_a_number_that_no_province_gives_is_warned_of_and_kept():
    paper = {"number_text": "138185000123"}
    number = fields(requester_identity_paper=paper)["requester.identity_number"]
    assert (number.value, number.decision) == ("138185000123", Decision.LOOK)
    assert number.checks["structure"] is Check.FAILED


def test_a_date_that_its_words_contradict_is_looked_at():
    found = fields(subject_birth_date={"text": "08/11/2026"})
    assert found["subject.birth_date"].decision is Decision.LOOK
    assert found["subject.birth_date_words"].decision is Decision.LOOK


def test_what_the_chip_card_says_too_needs_no_second_reader():
    holder = CardHolder("038185000123", "Nguyễn Thị Hòa", "1985-06-12", "Nữ", Source.QR)
    doubted = {"requester_full_name": {"confirmed": False}, "requester_identity_paper": {"number_confirmed": False}}
    found = fields(cards=[(3, PLACE, holder)], **doubted)
    assert found["requester.full_name"].checks["qr"] is Check.OK
    assert found["requester.full_name"].decision is Decision.ACCEPTED
    assert found["requester.identity_number"].decision is Decision.ACCEPTED


@pytest.mark.parametrize("paper", ["Không", "CMND 171570933 do CA tỉnh Thanh Hóa cấp ngày 13-12-2016"])
def test_a_number_that_nobody_wrote_is_proposed_from_the_card_and_stays_empty(paper):
    holder = CardHolder("038185000123", "Nguyễn Thị Hòa", "1985-06-12", "Nữ", Source.QR)
    unwritten = {"text": paper, "number_text": "", "number_confirmed": None}
    number = fields(cards=[(3, PLACE, holder)], requester_identity_paper=unwritten)["requester.identity_number"]
    assert (number.value, number.decision, number.proposals) == (None, Decision.EMPTY, ("038185000123",))


def test_a_card_that_differs_in_a_tone_alone_does_not_accept():
    holder = CardHolder("038185000123", "Nguyễn Thị Hoà", "1985-06-12", "Nữ", Source.QR)
    found = fields(cards=[(3, PLACE, holder)], requester_full_name={"text": "NGUYỄN THỊ HÓA", "confirmed": False})
    assert found["requester.full_name"].decision is Decision.LOOK


def test_handwriting_stays_with_a_person_even_where_the_card_agrees():
    holder = CardHolder("038185000123", "Nguyễn Thị Hòa", "1985-06-12", "Nữ", Source.QR)
    found = fields(cards=[(3, PLACE, holder)], requester_full_name={"handwritten": True})
    assert found["requester.full_name"].decision is Decision.LOOK
    assert found["requester.full_name"].problems == ("handwritten",)


def test_on_a_form_filled_by_hand_a_short_field_is_handwriting_too():
    by_hand = {name.replace(".", "_"): {"handwritten": True} for name in SEEN if name != "requester.birth_date"}
    found = fields(**by_hand)
    assert found["requester.birth_date"].problems == ("handwritten",)
    assert fields(requester_full_name={"handwritten": True})["requester.birth_date"].decision is Decision.ACCEPTED


def test_the_zone_of_a_card_vouches_for_numbers_and_never_for_the_marks_of_a_name():
    holder = CardHolder("038185000123", "NGUYEN THI HOA", "1985-06-12", "Nữ", Source.MRZ)
    doubted = {"requester_full_name": {"confirmed": False}, "requester_identity_paper": {"number_confirmed": False}}
    found = fields(cards=[(3, PLACE, holder)], **doubted)
    assert found["requester.identity_number"].decision is Decision.ACCEPTED
    assert found["requester.identity_number"].checks["mrz"] is Check.OK
    assert found["requester.full_name"].decision is Decision.LOOK


def test_a_name_that_the_zone_cut_off_is_no_contradiction():
    holder = CardHolder("038185000123", "NGUYEN THI", "1985-06-12", "Nữ", Source.MRZ)
    found = fields(cards=[(3, PLACE, holder)])
    assert "mrz" not in found["requester.full_name"].checks
    assert found["requester.birth_date"].checks["mrz"] is Check.OK


def test_an_old_address_stays_as_written_and_says_what_it_is_called_today():
    old = {"text": "Thôn Mới, xã Phùng Giáo, huyện Ngọc Lặc, tỉnh Thanh Hóa"}
    residence = fields(requester_residence=old)["requester.residence"]
    assert (residence.value, residence.decision) == (old["text"], Decision.ACCEPTED)
    assert residence.now_called == ("xã Nguyệt Ấn, tỉnh Thanh Hóa",)
    assert fields()["requester.residence"].now_called == ()
