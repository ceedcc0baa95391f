"""What a reading means by the type of its field, and the dates and addresses that come damaged from a leader."""

import pytest

from ocr import Check
from ocr.forms.dates import date_in_digits
from ocr.forms.places import with_commas
from ocr.forms.reading import RawField
from ocr.forms.templates import Field, Kind
from ocr.forms.typed import parsed, parsed_number
from ocr.values import Box

PLACE = Box(0.1, 0.1, 0.5, 0.12)


def meant(kind, text, **seen):
    return parsed(RawField(Field("x", kind, (PLACE,), " ", None, ()), text, 0.9, PLACE, **seen))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("12/06/1985", "1985-06-12"),
        ("15 7.1997", "1997-07-15"),  # a stop lost in the leader
        ("13.3 1999", "1999-03-13"),
        ("7/1997", "1997-07"),
        ("1997", "1997"),
        ("97/07/1974", None),  # a full date misread is not a partial one
        ("31/02/2020", None),
        ("5 12 7/1997", "1997-07-12"),
        ("$-9-1961", None),  # its day was misread
        ("…/…/1958", "1958"),
        ("tháng 9 năm 1961", None),
        ("năm 1961", "1961"),
    ],
)
def test_dates_in_digits(text, date):
    assert date_in_digits(text) == date


def test_where_most_readers_saw_no_date_one_reader_may_have_seen_it():
    found = meant(Kind.DATE, "97/07/1974", others=("97/07/1974", "97/07/1974", "07/07/1974"))
    assert (found.value, found.structure) == ("1974-07-07", Check.FAILED)


def test_what_is_merely_like_a_member_of_a_list_is_looked_at():
    """Where two families of readers saw the same, it stays as they saw it; else the likeliest member is a guess."""
    seen = meant(Kind.RELATION, "Bá chồngg", confirmed=True)
    assert (seen.value, seen.structure) == ("Bá chồngg", Check.FAILED)
    guess = meant(Kind.ETHNIC_GROUP, "Muờug", confirmed=False)
    assert (guess.value, guess.structure) == ("Mường", Check.FAILED)


def test_a_partial_date_before_which_a_stroke_stands_alone_is_looked_at():
    assert meant(Kind.DATE, "9/1961").structure is Check.OK
    assert (meant(Kind.DATE, "/9/1961").value, meant(Kind.DATE, "/9/1961").structure) == ("1961-09", Check.FAILED)


def test_the_case_that_two_families_of_readers_saw_stands():
    assert meant(Kind.RELATION, "cháu ngoại", confirmed=True).value == "cháu ngoại"
    assert meant(Kind.RELATION, "cháu ngoại", confirmed=False).value == "Cháu ngoại"


def test_no_day_lies_far_ahead():
    assert meant(Kind.DATE, "05/04/2087").value is None  # a dotted 0 read as an 8


@pytest.mark.parametrize(
    ("kind", "text", "structure"),
    [
        (Kind.PLACE, "Thôn 3, xã Ea Kao, tỉnh Đắk Lắk", Check.OK),  # no Vietnamese syllables, but a commune
        (Kind.PLACE, "Thôn 3, xã Ea Kzo, tỉnh Đắk Lắk", Check.FAILED),
        (Kind.PLACE, "Đội 2. xóm Bắc Sơn, tỉnh Thanh Hóa", Check.FAILED),  # was a comma
        (Kind.IDENTITY_PAPER, "Thẻ CCCD 038185000123, Cục CSQLHC về TTXH", Check.OK),
        (Kind.IDENTITY_PAPER, "038.185 000 123 do Bộ Công an cấp", Check.FAILED),  # one stop of three is the leader's
        (Kind.IDENTITY_PAPER, "Căn cước số 038185000123 cấp ngày 24 / 03 / 2025", Check.OK),
        (Kind.IDENTITY_PAPER, "Căn cước số 038185000123 cấp ngày 24 / 03/2025", Check.FAILED),
        (Kind.IDENTITY_PAPER, "CCCD số 0 8 6 1 9 7 9 6 0 2 9 3", Check.OK),
        (Kind.IDENTITY_PAPER, "CCCD số 08619796029 3", Check.FAILED),  # spaces were lost
        (Kind.IDENTITY_PAPER, "Hộ chiếu số C7645582", Check.OK),
        (Kind.IDENTITY_PAPER, "Hộ chiếu số 0T645582", Check.FAILED),
        (Kind.TEXT, "Không nhớ", Check.OK),
        (Kind.TEXT, "UBND xã, KHÔNG NHỚ", Check.OK),
        (Kind.TEXT, "KHÔNG NHÓ", Check.FAILED),
        (Kind.TEXT, "Không nhó", Check.FAILED),  # can be a syllable, and is none
        (Kind.TEXT, "xác nhận hoà giải", Check.OK),  # either tone placement
        (Kind.PERSON_NAME, "Hà Thị Ngoan", Check.OK),
        (Kind.PERSON_NAME, "Hà Thị Ngoằn", Check.FAILED),
        (Kind.PERSON_NAME, "THIỀU THỊ THUỶ", Check.OK),
        (Kind.PLACE, "48 Trần Phú, phường Hạc Thành, tỉnh Thanh Hóa", Check.OK),
        (Kind.PLACE, "48 Trân Phú, phường Hạc Thành, tỉnh Thanh Hóa", Check.FAILED),
        (Kind.PLACE, "Thôn Minh Sơn, xã Đăng Khoa", Check.OK),
        (Kind.IDENTITY_PAPER, "038185000123 cấp ngày: 18-8-2023", Check.FAILED),
        (Kind.DATE_WORDS, "Mười sáu tháng mười năm một nghìn chín trăm ba mươi mốt", Check.OK),
        (Kind.DATE_WORDS, "Mười sáu tháng mười năm một nghìn chín trăm ba mươi môf", Check.FAILED),
        (Kind.AGENCY, "UBND phường Hàm Rồng", Check.OK),
        (Kind.AGENCY, "LBND phường Hàm Rồng", Check.FAILED),
        (Kind.ETHNIC_GROUP, "Gia Rai", Check.OK),
        (Kind.ETHNIC_GROUP, "Gia Ra i", Check.FAILED),
        (Kind.ETHNIC_GROUP, "BaNa", Check.FAILED),  # a space was lost
        (Kind.ETHNIC_GROUP, "HMông", Check.FAILED),
        (Kind.ETHNIC_GROUP, "KINH", Check.OK),
    ],
)
def test_what_can_be_written_so_and_what_only_a_leader_makes(kind, text, structure):
    assert meant(kind, text).structure is structure


@pytest.mark.parametrize(
    ("line", "structure"),
    [
        ("CMND 171570933 do CA tỉnh Thanh Hóa cấp ngày 13-12-2016", Check.NOT_APPLICABLE),
        ("Hộ chiếu số C7645582, cấp ngày 1/7/2017", Check.NOT_APPLICABLE),
        ("Không", Check.NOT_APPLICABLE),
        ("Không rõ", Check.FAILED),
        ("CMND 03818500012", Check.FAILED),  # a digit of twelve was lost
        ("CCCD số 171570933", Check.FAILED),
    ],
)
def test_a_paper_outside_the_register_has_no_identity_number(line, structure):
    field = Field("x", Kind.IDENTITY_PAPER, (PLACE,), " ", "y", ())
    assert parsed_number(RawField(field, line, 0.9, PLACE)).structure is structure


@pytest.mark.parametrize(("day", "structure"), [("28/05/2017", Check.OK), ("28/95/2017", Check.FAILED)])
def test_a_number_beside_a_day_that_is_none_is_looked_at(day, structure):
    field = Field("x", Kind.IDENTITY_PAPER, (PLACE,), " ", "y", ())
    line = f"Căn cước số 025192396972 cấp ngày {day}"
    seen = RawField(field, line, 0.9, PLACE, number_text="025192396972", number_confirmed=True)
    assert parsed_number(seen).structure is structure


@pytest.mark.parametrize("text", ["La 11 (1 LI", 'từ "Thị" thành "Thuý', "theo “Quyết định"])
def test_a_bracket_or_quotation_mark_without_its_other_is_looked_at(text):
    assert meant(Kind.TEXT, text).structure is Check.FAILED


@pytest.mark.parametrize(
    ("written", "commas"),
    [
        ("Làng Rẻ xã Nguyệt Ấn, tỉnh Thanh Hóa", "Làng Rẻ, xã Nguyệt Ấn, tỉnh Thanh Hóa"),
        ("Thôn 3 xã Hòa Lộc", "Thôn 3, xã Hòa Lộc"),
        ("Ủy ban nhân dân xã Nguyệt Ấn tỉnh Thanh Hóa", "Ủy ban nhân dân xã Nguyệt Ấn, tỉnh Thanh Hóa"),
        ("UBND xã Đoài", "UBND xã Đoài"),
        ("thôn Yên Phú xã Hoằng Lộc tỉnh Thanh Hóa", "thôn Yên Phú xã Hoằng Lộc tỉnh Thanh Hóa"),  # nobody put any
        ("Bệnh viện Đa khoa tỉnh Thanh Hóa", "Bệnh viện Đa khoa tỉnh Thanh Hóa"),
        ("Thị xã Bỉm Sơn", "Thị xã Bỉm Sơn"),
    ],
)
def test_a_comma_before_a_larger_unit_is_put_back(written, commas):
    assert with_commas(written) == commas


def test_an_address_with_a_comma_put_in_is_not_of_right_structure():
    whole, mended = "Làng Rẻ, xã Nguyệt Ấn, tỉnh Thanh Hóa", "Làng Rẻ xã Nguyệt Ấn, tỉnh Thanh Hóa"
    assert meant(Kind.PLACE, whole).structure is Check.OK
    assert (meant(Kind.PLACE, mended).value, meant(Kind.PLACE, mended).structure) == (whole, Check.FAILED)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.AGENCY, "ủy ban nhân dân xã Nguyệt Ấn", "Ủy ban nhân dân xã Nguyệt Ấn"),
        (Kind.RELATION, "ông nội", "Ông nội"),  # a capital O is a small one, only larger
        (Kind.RELATION, "con trai", "Con trai"),
        (Kind.RELATION, "bản thân", "bản thân"),
        (Kind.RELATION, "Bẫn thân", "Bản thân"),
        (Kind.ETHNIC_GROUP, "H'Mông", "H'Mông"),  # as it was written, whatever the list writes
        (Kind.ETHNIC_GROUP, "Ê ĐÊ", "Ê ĐÊ"),
        (Kind.ETHNIC_GROUP, "Khơ Mẽ", "Khơ Me"),
        (Kind.NATIONALITY, "việt nam", "việt nam"),
        (Kind.NATIONALITY, "việt Nam", "Việt Nam"),
        (Kind.SEX, "NỮ", "Nữ"),
        (Kind.IDENTITY_PAPER, "CCCD số 038185000123 cấp ngày 09/01 /2025", "CCCD số 038185000123 cấp ngày 09/01/2025"),
        (Kind.IDENTITY_PAPER, "CMND 171570933 do CA tỉnh Thanh Hóa", "CMND 171570933 do CA tỉnh Thanh Hóa"),
        (Kind.IDENTITY_PAPER, "Số định danh cá nhân038185000123", "Số định danh cá nhân 038185000123"),
        (Kind.TEXT, "bản sao Giâý khai sinh", "bản sao Giấy khai sinh"),  # the marks stand apart in a typeface
        (Kind.ETHNIC_GROUP, "Vân Kiêù", "Vân Kiều"),
        (Kind.TEXT, "xác nhận hoà giải", "xác nhận hoà giải"),
        (Kind.TEXT, "9/1998 - 6/2001", "9/1998 - 6/2001"),  # as it was written
        (Kind.TEXT, "03/2012 -09/2019", "03/2012-09/2019"),
        (Kind.TEXT, "hiện tại chưa .đăng ký", "hiện tại chưa đăng ký"),
        (Kind.DATE_WORDS, "Ngày ba, tháng mười. năm hai nghìn", "Ngày ba, tháng mười, năm hai nghìn"),
        (Kind.PERSON_NAME, "NGUYÊN THỊ HÒA", "NGUYỄN THỊ HÒA"),
        (Kind.AGENCY, "UBND xã. Phùng Giáo, tỉnh Thanh Hóa", "UBND xã Phùng Giáo, tỉnh Thanh Hóa"),  # the leader's dot
        (Kind.TEXT, "Bổ sung hồ sơ vay vốn ngân hàng.", "Bổ sung hồ sơ vay vốn ngân hàng"),  # or the leader's
        (Kind.TEXT, "Cha: Lê Văn A; mẹ: Hà Thị B", "Cha: Lê Văn A; mẹ: Hà Thị B"),
        (Kind.DATE_WORDS, "Ngày ba tháng mười năm hai nghìn", "Ngày ba tháng mười năm hai nghìn"),
        (Kind.PHONE, "0912 345 678", "0912345678"),
        (Kind.EMAIL, "hoa.nguyen85 @gmail.com", "hoa.nguyen85@gmail.com"),
    ],
)
def test_what_is_certain_is_put_right(kind, text, value):
    found = meant(kind, text)
    assert (found.value, found.structure) == (value, Check.OK)


@pytest.mark.parametrize(
    "text",
    ["Ngày bảy tháng năm, năm hai nghìn", "Ngày bảy, tháng năm năm hai nghìn", "Ngày bảy, tháng năm, năm hai nghìn"],
)
def test_one_comma_of_a_date_in_words_tells_of_the_other_and_a_person_looks(text):
    found = meant(Kind.DATE_WORDS, text)
    assert found.value == "Ngày bảy, tháng năm, năm hai nghìn"
    assert found.structure is (Check.OK if text == found.value else Check.FAILED)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.IDENTITY_PAPER, "CCCD số 038185000123 cấp ngày 10 09 2026"),
        (Kind.IDENTITY_PAPER, "CCCD số 038185000123 cấp ngày 592022"),
        (Kind.IDENTITY_PAPER, "CCCD số 038185000123 cấp ngày 3102022"),
        (Kind.IDENTITY_PAPER, "CCCD số 038185000123 cấp ngày 12-91-2023"),  # no such month
        (Kind.PERSON_NAME, "TRƯƠNC QUỐC BẢO"),  # no syllable
        (Kind.PERSON_NAME, "THIÊU VIẾT LÃM"),  # no surname
        (Kind.IDENTITY_NUMBER, "538185000123"),  # no province
        (Kind.EMAIL, "hoa.nguyên85@gmail.com"),  # no address has letters with marks
        (Kind.EMAIL, "hoa.nguyen85@gmail"),
        (Kind.TEXT, "0T"),
        (Kind.AGENCY, "UBND xã Vân Am, huyện Ngọc.Lặc, tỉnh Thanh Hóa"),
        (Kind.AGENCY, "UBND xã Lâm Phú, huyện L ang Chánh"),
        (Kind.TEXT, "Cha: Lê Văn A: mẹ: Hà Thị B"),  # what tells ":" from ";" stands on the leader
        (Kind.TEXT, "chữ " * 40),  # too long for a comma lost by all readers to be rare
    ],
)
def test_what_no_rule_can_vouch_for_keeps_its_value_and_fails(kind, text):
    found = meant(kind, text)
    assert found.structure is Check.FAILED
    assert found.value


def test_the_number_in_a_line_needs_its_readers_to_agree():
    field = Field("x", Kind.IDENTITY_PAPER, (PLACE,), " ", "number", ())
    agreed = RawField(field, "số 038185000123", 0.9, PLACE, number_text="038185000123", number_confirmed=True)
    assert parsed_number(agreed).problems == ()
    doubted = RawField(field, "số 038185000123", 0.9, PLACE, number_text="038185000123", number_confirmed=False)
    assert parsed_number(doubted).problems == ("two readings of the number differ",)
    assert parsed_number(RawField(field, "số mờ", 0.9, PLACE)).problems == ("no number found",)
