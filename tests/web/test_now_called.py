"""What an old address is called today, in the words of the page on which fields are compared."""

import pytest
from django.utils import translation

from web.review_page import now_words


@pytest.mark.parametrize(
    ("language", "address", "words"),
    [
        ("vi", "xã Phùng Giáo, huyện Ngọc Lặc, tỉnh Thanh Hóa", "Nay là: xã Nguyệt Ấn, tỉnh Thanh Hóa"),
        ("en", "xã Phùng Giáo, huyện Ngọc Lặc, tỉnh Thanh Hóa", "Now: xã Nguyệt Ấn, tỉnh Thanh Hóa"),
        (
            "en",
            "phường Trung Hưng, thị xã Sơn Tây, thành phố Hà Nội",
            "Divided; now one of: phường Sơn Tây, thành phố Hà Nội; phường Tùng Thiện, thành phố Hà Nội",
        ),
        ("vi", "xã Nguyệt Ấn, tỉnh Thanh Hóa", ""),
        ("vi", "038185000123", ""),
    ],
)
def test_the_page_says_what_an_old_address_is_called_today(language, address, words):
    with translation.override(language):
        assert now_words(address) == words
