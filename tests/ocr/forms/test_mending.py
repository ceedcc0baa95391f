"""What a closed list makes certain is put right before readings are compared; what it doesn't know stays."""

import pytest

from ocr.forms.mending import mended, unlisted
from ocr.forms.templates import Kind


@pytest.mark.parametrize(
    ("kind", "text", "right"),
    [
        (Kind.AGENCY, "Ũy ban nhân dân xã Nguyệt Ẩn", "Ủy ban nhân dân xã Nguyệt Ấn"),
        (Kind.PLACE, "Làng Thẳng, xã Nguyệt Ãn", "Làng Thẳng, xã Nguyệt Ấn"),  # a hamlet is on no list
        (Kind.RELATION, "Bẫn thân", "Bản thân"),
        (Kind.PERSON_NAME, "NGUYÊN THỊ HOA", "NGUYỄN THỊ HOA"),
        (Kind.DATE_WORDS, "tháng mưòi một", "tháng mười một"),
        (Kind.NUMBER, "O7", "O7"),
        (Kind.TEXT, "gồm cả cải chính, tính đến ngày nay", "gồm cả cải chính, tính đến ngày nay"),  # no "tỉnh"
        (Kind.TEXT, "tại tính Thanh Hóa", "tại tỉnh Thanh Hóa"),
        (Kind.TEXT, "Được bố sung, câi chính", "Được bổ sung, cải chính"),
        (Kind.IDENTITY_PAPER, "cấp ngày 13.04,2024", "cấp ngày 13.04.2024"),
        (Kind.IDENTITY_PAPER, "cấp ngày 13,04,2024", "cấp ngày 13.04.2024"),
        (Kind.IDENTITY_PAPER, "cấp ngày 05/05 2022", "cấp ngày 05/05/2022"),
    ],
)
def test_known_names_and_phrases_are_spelled_as_they_are_written(kind, text, right):
    assert mended(kind, text) == right


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Kind.PLACE, "Làng Pheo, xã Nguyệt Ấn, tỉnh Thanh Hóa", {"Làng", "Pheo,"}),
        (Kind.PLACE, "Làng Pheo, xã Nguyệt Ân, tỉnh Thanh Hóa", {"Làng", "Pheo,", "xã", "Nguyệt", "Ân,"}),
        (Kind.AGENCY, "Ủy ban nhân dân xã Nguyệt Ấn", set()),
        (Kind.AGENCY, "UBND xã Nguyệt Ấn", set()),
        (Kind.AGENCY, "THÔN 3", {"THÔN"}),
        (Kind.DATE_WORDS, "tháng ba", set()),
    ],
)
def test_the_words_of_an_address_that_no_list_knows(kind, text, words):
    spoken = text.split(" ")
    assert {spoken[index] for index in unlisted(kind, spoken)} == words
