"""Three readings of one line: what two of them say stands, word by word; the rest is a doubt."""

import pytest

from ocr.forms.votes import Dispute, Vote, disputes, same, voted, word_by_word


@pytest.mark.parametrize(
    ("readings", "text"),
    [
        (("TRẦN..BÁ DUY", "TRẦN BÁ DUY", "TRẦN BÁ DUY"), "TRẦN BÁ DUY"),
        (("Làng Lập Thắng, xã", "Làng Lập Thẫắng, xã", "Làng Lập Thắng, Lỉã"), "Làng Lập Thắng, xã"),
        (("số 9038174738923", "số 038174738923", "số 038174738923"), "số 038174738923"),
        (("", "79", "79"), "79"),
        (("NGUYÊN THỊ", "NGUYỄN THỊ", "NGUYỄN THỊ"), "NGUYỄN THỊ"),
    ],
)
def test_what_two_readers_say_stands_without_a_doubt(readings, text):
    assert voted(*readings) == Vote(text)


def test_the_spacing_is_what_most_say_and_never_a_doubt():
    assert voted("NGUYỄN THỊHÒA", "NGUYÊN THỊ HÒA", "NGUYỄN THỊ HÒA") == Vote("NGUYỄN THỊ HÒA")


def test_what_one_reader_saw_twice_and_nobody_else_is_a_doubt():
    assert doubted(voted("La Văn Lì", "La 11 Lì", "La 11 Lì", "La Vân Lì")) == ["11"]
    assert voted("La Vân Lì", "La Văn Lì", "La Văn Lì", "La Văn Lì") == Vote("La Văn Lì")


def test_no_word_wins_that_nobody_read():
    vote = voted("Hoàng Vũữ", "Hoàng Vữ", "Hoàng vũ")  # letter by letter "Vũữ" would have two votes each
    assert [vote.text[start:end] for start, end in vote.doubts] == ["Vữ"]
    assert vote.text == "Hoàng Vữ"


def test_a_comma_that_one_careful_reader_alone_saw_is_a_doubt():
    assert voted("Làng Rẻ, xã", "Làng Rẻ xã", "Làng Rẻ xã").doubts != ()
    assert voted("Làng Rẻ xã", "Làng Rẻ, xã", "Làng Rẻ xã").doubts != ()
    assert voted("Làng Rẻ xã", "Làng Rẻ xã", "Làng Rẻ, xã") == Vote("Làng Rẻ xã")  # the quick one sees dots everywhere


def test_marks_that_three_see_differently_are_a_doubt():
    vote = voted("Hòa. sinh", "Hòa, sinh", "Hòa sinh")
    assert [vote.text[start:end] for start, end in vote.doubts] == ["."]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("NGUYỄN THỊ HÒA", "NGUYỄN THỊHÒA.", True),
        ("… 12/06/1985", "12/06/1985", True),
        ("NGUYÊN", "NGUYỄN", False),
        ("Nam", "nam", False),
        ("", "", False),  # nothing seen twice is not a reading
    ],
)
def test_two_readings_are_alike_but_for_spaces_and_edges(one, other, alike):
    assert same(one, other) is alike


def test_disputes_name_the_words_and_what_the_other_saw_there():
    words = ["Thôn", "Hạ", "Long,", "xã", "Thọ", "long"]
    assert disputes(words, "Thân Hạ Long, xã Thọ Long.") == [Dispute(0, 1, "Thân"), Dispute(5, 6, "Long")]
    assert disputes(words, "Thôn Hạ Long xã Thọ long") == [Dispute(2, 3, "Long")]
    assert disputes(words, "ThônHạ Long,xã Thọ long …") == []


def test_disputed_neighbours_are_one_dispute():
    assert disputes(["Cù", "Phương", "Thảo"], "Gù Phượng Thảo") == [Dispute(0, 2, "Gù Phượng")]


def doubted(vote):
    return [vote.text[start:end] for start, end in vote.doubts]


def test_where_no_list_settles_it_both_careful_readers_must_see_a_word():
    assert doubted(voted("vào sổ đăng ký", "vào số đăng ký", "vào số đăng ký", strictly=True)) == ["số"]
    assert doubted(voted("Thị Mỹ", "Thị Mỷ", "Thị Mỹ", strictly=True)) == ["Mỹ"]
    assert doubted(voted("01", "0T", "0T", "O1", strictly=True)) == ["0T"]
    assert voted("Thị Mỹ", "Thị Mỷ", "Thị Mỹ") == Vote("Thị Mỹ")
    assert voted("Thị Mỹ", "Thị Mỹ", "Thị Mý", strictly=True) == Vote("Thị Mỹ")  # the quick one misses tones


def test_what_cannot_be_a_word_is_no_evidence_against_one():
    assert voted("chira đăng ký", "chưa đăng ký", "chưa đăng ký", strictly=True) == Vote("chưa đăng ký")
    assert voted("Cảnh sát", "Cảnh sánt", "Cảnh sát", strictly=True) == Vote("Cảnh sát")
    assert voted("số 9191603736", "số 0191603736", "số 0191603736", strictly=True) == Vote("số 0191603736")


def test_as_many_against_a_word_as_for_it_are_a_doubt():
    vote = voted("hảo hiểm", "hảo hiểm", "bảo hiểm", "bảo hiểm")
    assert (vote.text, doubted(vote)) == ("hảo hiểm", ["hảo"])


@pytest.mark.parametrize("mark", [":", ";"])
def test_a_colon_is_lost_on_a_leader_as_a_comma_is(mark):
    assert voted(f"cư trú{mark} Thôn", "cư trú Thôn", "cư trú Thôn").doubts != ()


@pytest.mark.parametrize(
    ("readings", "number"),
    [
        (("9038081128937", "0380811289377", "038081128937"), "038081128937"),  # twelve digits, the first of them 0
        (("038098677894", "038096677894", "638096677894"), "038096677894"),  # no province is 638
        (("991197809585", "001197800585", "Đ01197800585"), "001197800585"),  # dotted zeros
        (("17", "11", "14"), "14"),
        (("117", "11", "14"), "14"),
    ],
)
def test_of_numbers_read_differently_the_likeliest_is_chosen_as_a_doubt(readings, number):
    vote = voted(*readings)
    assert (vote.text, doubted(vote)) == (number, [number])


def test_another_reading_word_by_word():
    assert word_by_word(["Giàng", "Tiến", "Đạt;", "mẹ"], "Giảng Tiến Đạt: mẹ") == ["Giảng", "Tiến", "Đạt:", "mẹ"]
    assert word_by_word(["Thôn", "Mới"], "ThônMới") == ["Thôn", "Mới"]
