"""Whose a Government certificate is, said by serial and issuer; and who has what until when."""

from datetime import timedelta

import pytest

from certs.authority import Subject
from certs.errors import CertificateInvalid, CertificateNotFit
from certs.inventory import inventory
from certs.registrations import Registrations
from certs.standing import Issued, Standing
from tests.certs.conftest import OFFICE, now


@pytest.fixture
def registrations(tmp_path):
    return Registrations(tmp_path / "registrations", now)


def test_a_certificate_belongs_to_one_person_until_it_is_taken_back(registrations, authority, official, tmp_path):
    registrations.add(official.certificate, "account-1", "admin", [authority.issuer])
    again = Registrations(tmp_path / "registrations", now)
    assert again.of(official.certificate).person == "account-1"
    assert again.of(official.certificate).by == "admin"
    again.add(official.certificate, "account-1", "admin", [authority.issuer])
    assert len(again.all()) == 1
    with pytest.raises(CertificateInvalid) as caught:
        again.add(official.certificate, "account-2", "admin", [authority.issuer])
    assert caught.value.code == "registered_for_another"
    again.remove(official.certificate, "admin")
    assert again.of(official.certificate) is None
    with pytest.raises(CertificateInvalid):
        again.remove(official.certificate, "admin")
    assert again.add(official.certificate, "account-2", "admin", [authority.issuer]).person == "account-2"


def test_a_namesake_of_another_authority_is_somebody_else(registrations, authority, official, other):
    namesake = other.issue("official", Subject("Đặng Thị Ngọc Hương", OFFICE))
    registrations.add(official.certificate, "account-1", "admin", [authority.issuer])
    assert registrations.of(namesake.certificate) is None
    with pytest.raises(CertificateInvalid) as caught:
        registrations.add(namesake.certificate, "account-1", "admin", [authority.issuer])
    assert caught.value.code == "issuer_not_trusted"


def test_a_certificate_that_cannot_sign_is_not_registered(registrations, authority):
    with pytest.raises(CertificateNotFit):
        registrations.add(authority.timestamp_key.certificate, "account-1", "admin", [authority.issuer])


@pytest.mark.parametrize(
    ("days", "warning"), [(91, None), (89, 90), (30, 90), (29, 30), (7, 30), (6, 7), (0.5, 7), (-1, 0)]
)
def test_ninety_thirty_and_seven_days_before_the_end_somebody_is_told(official, days, warning):
    at = official.certificate.not_after - timedelta(days=days)
    [holding] = inventory([], [Issued("official", official.certificate)], [], at)
    assert holding.warn_days == warning


def test_nobody_is_told_of_what_was_revoked_or_has_a_successor(authority, official):
    at = official.certificate.not_after - timedelta(days=1)
    for one in (
        Issued("official", official.certificate, Standing.REVOKED),
        Issued("official", official.certificate, renewed_by="AB"),
    ):
        assert inventory([], [one], [], at)[0].warn_days is None
    suspended = Issued("official", official.certificate, Standing.SUSPENDED)
    assert inventory([("root", authority.root)], [suspended], [], at)[0].warn_days == 7
