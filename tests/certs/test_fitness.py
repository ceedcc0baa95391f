"""A certificate that must not sign is refused with its reason, before anybody is asked for a PIN."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from certs.authority import Subject
from certs.errors import CertificateNotFit
from certs.fitness import require_fit
from tests.certs.conftest import OFFICE, certificate_of, now


def reason(key, **more) -> str:
    with pytest.raises(CertificateNotFit) as caught:
        require_fit(key.certificate, key.chain, **{"at": now()} | more)
    return caught.value.code


def test_a_good_certificate_may_sign_and_with_fresh_proof_at_every_level(authority, official):
    require_fit(official.certificate, official.chain, at=now())
    require_fit(official.certificate, official.chain, at=now(), evidence=authority.evidence(), need_revocation=True)


def test_a_level_that_needs_proof_is_refused_without_any(official):
    assert reason(official, need_revocation=True) == "revocation_unknown"
    with pytest.raises(CertificateNotFit):
        require_fit(official.certificate, (), at=now(), need_revocation=True)


def test_time_is_looked_at_from_both_ends(official):
    assert reason(official, at=now() - timedelta(days=1)) == "certificate_not_yet_valid"
    assert reason(official, at=now() + timedelta(days=5000)) == "certificate_expired"


def test_a_certificate_for_something_else_is_refused(authority):
    assert reason(authority.timestamp_key) == "certificate_of_wrong_purpose"


@pytest.mark.parametrize(
    ("why", "code"), [("key_compromise", "certificate_revoked"), ("certificate_hold", "certificate_suspended")]
)
def test_revoked_and_suspended_are_told_apart(authority, why, code):
    key = authority.issue("official", Subject("Lò Văn Pá", OFFICE))
    authority.revoke(key.certificate, why)
    assert reason(key, evidence=authority.evidence()) == code


def test_a_short_key_is_refused():
    with pytest.raises(CertificateNotFit) as caught:
        require_fit(certificate_of(rsa.generate_private_key(65537, 1024)), (), at=now())  # noqa: S505 - that is the point
    assert caught.value.parameters["found"] == "RSA-1024"
