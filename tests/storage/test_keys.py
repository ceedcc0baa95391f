"""A key names its owner's bytes and nothing else, and no text from outside can make it lead elsewhere."""

from io import BytesIO
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage import FileKey, NameKey, Owner

DOSSIER = Owner.dossier("nguyet-an", UUID("01890000-0000-7000-8000-000000000001"))
NAMES = NameKey(b"a key of thirty-two bytes, for one")


@given(some.binary(), some.binary())
def test_different_bytes_never_share_a_key(one, other):
    assert (NAMES.key(DOSSIER, BytesIO(one)) == NAMES.key(DOSSIER, BytesIO(other))) == (one == other)


@given(some.binary(min_size=1))
def test_a_copy_and_its_spool_are_inverse(content):
    form = BytesIO()
    key = NAMES.copied(DOSSIER, BytesIO(content), form)
    assert key == NAMES.key(DOSSIER, BytesIO(content))
    with NAMES.spooled([form.getvalue()], key) as back:
        assert back.read() == content


@given(some.binary(min_size=1), some.data())
def test_however_the_blocks_fall_the_content_is_the_same(content, data):
    form = BytesIO()
    key = NAMES.copied(DOSSIER, BytesIO(content), form)
    cut = data.draw(some.integers(0, len(form.getvalue())))
    with NAMES.spooled([form.getvalue()[:cut], b"", form.getvalue()[cut:]], key) as back:
        assert back.read() == content


def test_the_name_tells_nothing_without_the_secret():
    other = NameKey(b"another key of thirty-two bytes, o")
    assert other.key(DOSSIER, BytesIO(b"page")) != NAMES.key(DOSSIER, BytesIO(b"page"))


def test_a_key_is_read_back_from_its_text():
    key = NAMES.key(DOSSIER, BytesIO(b"page"))
    assert FileKey.parse(str(key)) == key
    assert str(key).startswith("v1/nguyet-an/01890000-0000-7000-8000-000000000001/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v1/nguyet-an/tray/..",
        "v1/../tray/" + "0" * 64,
        "v1/a/../tray/" + "0" * 64,
        "/v1/nguyet-an/tray/" + "0" * 64,
        "v2/nguyet-an/tray/" + "0" * 64,
        "v1/nguyet-an/tray/" + "0" * 64 + "\n",
        "v1/nguyet-an/tray/" + "A" * 64,
        "v1/nguyet-an/" + "-" * 36 + "/" + "0" * 64,
    ],
)
def test_a_text_that_is_no_key_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - several sentences, one meaning
        FileKey.parse(text)


@pytest.mark.parametrize("commune", ["", "..", "a/b", "a b", "-a", "x" * 65, "nguyệt-ấn"])
def test_a_commune_has_a_plain_short_name(commune):
    with pytest.raises(ValueError, match="short name"):
        Owner.tray(commune)


def test_a_weak_name_key_is_refused():
    with pytest.raises(ValueError, match="at least 32 bytes"):
        NameKey(b"short")
