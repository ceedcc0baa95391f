"""Strings of hex digits are read in one go, and in no other way than the library reads them."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as some

from signing.verify.reading import AS_THE_LIBRARY_DOES, PIECE_BYTES, read_hex_string


def outcome(read, content):
    stream = io.BytesIO(content)
    stream.seek(1)
    try:
        found = read(stream)
    except Exception as error:  # noqa: BLE001 - whatever it throws, both must throw it
        return type(error)
    return type(found), found.original_bytes, stream.tell()


ODD_ONES = (
    b"x<>", b"x<0>", b"x<0a0B>y", b"x<0 a\n0b >", b"x<0a%comment>\n0b>", b"x<0g>", b"x<0a", b"x<", b"x<0a>0b>",
    b"x<feff00e1>", b"x<" + b"0a" * PIECE_BYTES + b">z", b"x<" + b"0" * PIECE_BYTES, b"x<" + b"0a" * 20 + b"\x00 >",
)  # fmt: skip


@pytest.mark.parametrize("content", ODD_ONES, ids=range(len(ODD_ONES)))
def test_odd_strings_are_read_as_the_library_reads_them(content):
    assert outcome(read_hex_string, content) == outcome(AS_THE_LIBRARY_DOES, content)


@given(some.binary(max_size=40), some.binary(max_size=8))
def test_any_string_is_read_as_the_library_reads_it(content, tail):
    for written in (content.hex().encode(), content):
        assert outcome(read_hex_string, b"x<" + written + b">" + tail) == outcome(
            AS_THE_LIBRARY_DOES, b"x<" + written + b">" + tail
        )
