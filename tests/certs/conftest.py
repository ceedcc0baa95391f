"""One authority for the tests of certificates, made once."""

from datetime import UTC, datetime

import pytest

from certs.authority import Authority, Names, Subject

OFFICE = "Ủy ban nhân dân xã Nguyệt Ấn"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority.create(tmp_path_factory.mktemp("certs") / "authority", Names.of(OFFICE))


@pytest.fixture(scope="session")
def official(authority):
    return authority.issue("official", Subject("Đặng Thị Ngọc Hương", OFFICE))
