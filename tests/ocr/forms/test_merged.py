"""The names of today beside old addresses: said only where one old commune can be meant."""

import pytest

from ocr.forms.merged import now_called

NOW = ("xã Nguyệt Ấn, tỉnh Thanh Hóa",)


@pytest.mark.parametrize(
    "address",
    [
        "Làng Pheo, xã Phùng Giáo, huyện Ngọc Lặc, tỉnh Thanh Hóa",
        "Làng Pheo, xã Nguyệt Ấn, huyện Ngọc Lặc, tỉnh Thanh Hoá",  # a commune of today too, but the district is old
        "Ủy ban nhân dân XÃ PHÙNG GIÁO, H. Ngọc Lặc, Thanh Hóa",
        "xã Phùng Giáo, tỉnh Thanh Hóa",  # no commune of today is called so
    ],
)
def test_an_old_commune_has_its_new_name(address):
    assert now_called(address) == NOW


@pytest.mark.parametrize(
    "address",
    [
        "Làng Pheo, xã Nguyệt Ấn, tỉnh Thanh Hóa",  # of today
        "xã Hòa Bình, tỉnh Lạng Sơn",  # there are several, and one of today
        "xã Phùng Giáo, huyện Cẩm Thủy, tỉnh Thanh Hóa",  # no such commune in this district
        "xã Phung Giao, huyện Ngọc Lặc, tỉnh Thanh Hóa",  # letters that were misread are no name
        "Cục Cảnh sát QLHC về TTXH",
        "",
    ],
)
def test_nothing_is_said_where_it_is_not_certain(address):
    assert now_called(address) == ()


def test_a_ward_is_known_by_its_number_and_a_divided_one_has_several_names():
    assert now_called("Phường 03, Quận 3, TP. Hồ Chí Minh") == ("phường Bàn Cờ, thành phố Hồ Chí Minh",)
    divided = now_called("phường Trung Hưng, thị xã Sơn Tây, thành phố Hà Nội")
    assert set(divided) == {"phường Sơn Tây, thành phố Hà Nội", "phường Tùng Thiện, thành phố Hà Nội"}
