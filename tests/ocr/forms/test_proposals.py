"""A field read badly gets candidates from closed lists; they are proposed and never become its value."""

from ocr.forms.proposals import proposals
from ocr.forms.templates import Kind


def test_the_nearest_of_a_closed_list_comes_first():
    assert proposals(Kind.ETHNIC_GROUP, "Muờug", [])[0] == "Mường"
    assert proposals(Kind.SEX, "Nư", [])[0] == "Nữ"
    assert len(proposals(Kind.RELATION, "con trci", [])) <= 3


def test_nothing_is_proposed_for_what_resembles_nothing():
    assert proposals(Kind.ETHNIC_GROUP, "8/7-22", []) == ()
    assert proposals(Kind.TEXT, "Mường", []) == ()


def test_a_name_is_sought_among_the_people_whose_card_is_there():
    people = ["Phạm Văn Hùng", "Nguyễn Thị Hòa"]
    assert proposals(Kind.PERSON_NAME, "Nguyên Thi Hoà", people) == ("Nguyễn Thị Hòa",)
    assert proposals(Kind.PERSON_NAME, "Lò Seo Lử", people) == ()


def test_the_units_of_an_address_become_known_ones_and_the_hamlet_stays():
    said = "Làng Pheo, xã Nguyêt An, tỉnh Thamh Hoa"
    assert proposals(Kind.PLACE, said, []) == ("Làng Pheo, xã Nguyệt Ấn, tỉnh Thanh Hóa",)
    assert proposals(Kind.PLACE, "Làng Pheo", []) == ()
