"""The zone on the back of an identity card: what checks is read, what does not check is not believed."""

import string

import pytest

from ocr.mrz import check_digit, parsed_mrz

# Of nobody: made with the rule of law.md A11 (the last digit of line 1 checks the twelve digits).
LINES = ["IDVNM1850001232038185000123<<9", "8506128F4506120VNM<<<<<<<<<<<4", "NGUYEN<<THI<HOA<<<<<<<<<<<<<<<"]


def read(first=LINES[0], second=LINES[1], third=LINES[2]):
    return parsed_mrz([first, second, third])


def test_the_lines_say_number_birth_sex_and_name():
    said = read()
    assert (said.number, said.birth_date, said.sex) == ("038185000123", "1985-06-12", "Nữ")
    assert said.full_name == "NGUYEN THI HOA"


def test_the_century_of_birth_stands_in_the_number():
    short, birth = "315000120", "150612"
    number = f"038{short}"
    first = f"IDVNM{short}{check_digit(short)}{number}<<{check_digit(number)}"
    assert read(first, f"{birth}{check_digit(birth)}F4506120VNM<<<<<<<<<<<4").birth_date == "2015-06-12"


@pytest.mark.parametrize("first", [
    "IDVNM18S0001232O38185000123<<9",  # letters where digits stand
    "I1DVNM1850001232038185000123<9",  # one character too many, one too few
    "IDVNMO1850001232038185000123<<9",  # a stray one before the number
    "IDVNM1850001232038185OO0723<<9",  # the whole number misread: the short one, which checks, puts it right
    "IDVNM1850001292038185000123<<9",  # the short one misread in one digit: the whole one checks
])  # fmt: skip
def test_slips_of_the_engine_are_put_right(first):
    assert read(first).number == "038185000123"


@pytest.mark.parametrize(("first", "second"), [
    ("IDVNM1850001232038185000123<<8", LINES[1]),  # the number's own check digit
    ("IDVNM1850001232039185000123<<9", LINES[1]),  # the province, which only that digit checks
    ("IDVNM9999999992038185000123<<9", LINES[1]),  # two numbers that have nothing to do with each other
    ("IDVNM18500012320381850001<<9", LINES[1]),  # too short
    ("IDFRA1850001232038185000123<<9", LINES[1]),  # another state
    (LINES[0], "8506129F4506120VNM<<<<<<<<<<<4"),  # the date's check digit
    (LINES[0], "8513125F4506120VNM<<<<<<<<<<<4"),  # a thirteenth month
    (LINES[0], "8506128X4506120VNM<<<<<<<<<<<4"),  # neither M nor F
])  # fmt: skip
def test_what_does_not_check_is_not_believed(first, second):
    assert read(first, second) is None


def test_every_wrong_digit_of_the_number_alone_is_seen():
    number = LINES[0][15:27]
    for at in range(12):
        for digit in set(string.digits) - {number[at]}:
            wrong = f"{number[:at]}{digit}{number[at + 1 :]}"
            said = read(f"IDVNM1850001232{wrong}<<9")
            assert said is None or said.number == number


@pytest.mark.parametrize(("third", "name"), [
    ("TA<<THI<KVAN<K<<<<<<K<KKKKK<KK", "TA THI VAN"),
    ("LE<<KIEU<OANH<<<<<<<<<<<<<<<<<", "LE KIEU OANH"),
    ("NGUYEN<<HOANG<PHUONG<THAO<NGUY", "NGUYEN HOANG PHUONG THAO NGUY"),
])  # fmt: skip
def test_fillers_taken_for_k_are_not_part_of_the_name(third, name):
    assert read(third=third).full_name == name
