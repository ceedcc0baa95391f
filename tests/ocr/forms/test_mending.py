"""What a closed list makes certain is put right before readings are compared; what it doesn't know stays."""

import pytest

from ocr.forms.mending import mended
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
    ],
)
def test_known_names_and_phrases_are_spelled_as_they_are_written(kind, text, right):
    assert mended(kind, text) == right
