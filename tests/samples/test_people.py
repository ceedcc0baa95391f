"""Invented people could exist: numbers agree with persons, the card's code and machine-readable zone with both."""

import unicodedata
from datetime import date

import pytest

from samples.papers import mrz_lines, qr_text
from samples.people import Person, communes, dice, ethnic_groups, new_person, number_fits, provinces

HOA = Person(
    full_name="Nguyễn Thị Hoa",
    sex="Nữ",
    birth_date=date(1985, 6, 12),
    ethnicity="Mường",
    number="038185000123",
    card_issued_on=date(2021, 5, 10),
    village="Thôn 3",
    commune=next(c for c in communes() if c.old_commune == "Xã Nguyệt Ấn"),
)


def test_every_identity_number_is_right_for_its_person():
    rng = dice("7")
    for _ in range(300):
        person = new_person(rng, ages=(0, 95))
        number, born = person.number, person.birth_date
        assert len(number) == 12
        assert number.isdigit()
        assert int(number[3]) == {1900: 0, 2000: 2}[born.year // 100 * 100] + (person.sex == "Nữ")
        assert number[4:6] == f"{born:%y}"
        assert number_fits(number, person.sex, born)


@pytest.mark.parametrize(
    "number", ["038085000123", "038186000123", "038385000123", "03818500012", "999185000123", "0381850001234"]
)
def test_a_number_of_somebody_else_does_not_fit(number):
    assert number_fits("038185000123", "Nữ", date(1985, 6, 12))
    assert not number_fits(number, "Nữ", date(1985, 6, 12))


def test_ages_are_as_asked():
    rng = dice("3")
    ages = [(date(2026, 11, 20) - new_person(rng, ages=(18, 20)).birth_date).days / 365.2425 for _ in range(100)]
    assert min(ages) >= 18
    assert max(ages) < 21


def test_names_are_composed_letters():
    rng = dice("5")
    for _ in range(200):
        name = new_person(rng, ages=(20, 60)).full_name
        assert name == unicodedata.normalize("NFC", name)
        assert 2 <= len(name.split()) <= 5


def test_an_old_address_has_a_district_and_a_new_one_has_not():
    assert HOA.old_residence == "Thôn 3, xã Nguyệt Ấn, huyện Ngọc Lặc, tỉnh Thanh Hóa"
    assert HOA.residence == "Thôn 3, xã Nguyệt Ấn, tỉnh Thanh Hóa"
    assert next(c for c in communes() if c.old_commune == "Xã Phùng Giáo").commune == "Xã Nguyệt Ấn"


def test_the_lists_are_whole():
    assert len(provinces()) == 34
    assert "tỉnh Thanh Hóa" in provinces()
    assert len(set(ethnic_groups())) == 54


def test_the_code_of_a_card_has_the_seven_fields_of_a_chip_card():
    assert qr_text(HOA) == "038185000123||Nguyễn Thị Hoa|12061985|Nữ|Thôn 3, Nguyệt Ấn, Ngọc Lặc, Thanh Hóa|10052021"


def test_the_machine_readable_zone_equals_the_worked_example():
    assert mrz_lines(HOA) == (
        "IDVNM1850001232038185000123<<9",
        "8506128F4506120VNM<<<<<<<<<<<4",
        "NGUYEN<<THI<HOA<<<<<<<<<<<<<<<",
    )
