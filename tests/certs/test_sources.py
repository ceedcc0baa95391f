"""Where timestamps and proofs come from: our own without a network, others in their order and under chosen policies."""

import hashlib
from contextlib import closing

import pytest

from certs.certificate import Certificate
from certs.errors import RevocationUnknown, TimestampUnavailable
from certs.sources import Allowed, Sources
from tests.certs.conftest import now
from tests.certs.serving import HERE, served
from tests.certs.test_timestamp_faults import DEAD, Lying

DIGEST = hashlib.sha256(b"a document").digest()


def chain_of(official) -> tuple[Certificate, ...]:
    return (official.certificate, *official.chain)


def test_our_own_authority_needs_no_network_and_a_strangers_chain_is_not_its_business(
    tmp_path, authority, official, other
):
    kept = tmp_path / "kept"
    others_policies = frozenset({"1.2.3"})  # ours may always
    with closing(Sources((authority,), Allowed(tsa_policies=others_policies), (), kept, now)) as sources:
        assert sources.timestamps is not None
        assert sources.timestamps.stamp(DIGEST).certificate == authority.timestamp_key.certificate
        assert sources.proofs(chain_of(official)) == authority.evidence()
        assert not kept.exists()
        with pytest.raises(RevocationUnknown):
            sources.proofs((other.timestamp_key.certificate, other.issuer, other.root))


def test_without_any_authority_there_are_no_timestamps(tmp_path):
    with closing(Sources((), Allowed(), (), tmp_path, now)) as sources:
        assert sources.timestamps is None


def test_another_authority_is_taken_under_a_chosen_policy_only(tmp_path, authority, other, monkeypatch):
    (tmp_path / "far").mkdir()
    monkeypatch.setattr("certs.timestamps.POLICY", "1.2.3")  # what the one outside stamps under; ours was read before
    with served(Lying(other, tmp_path / "far", None)) as url:

        def stamped(policies: frozenset[str], *urls: str) -> Certificate:
            allowed = Allowed(urls, inside_hosts=HERE, tsa_policies=policies)
            with closing(Sources((), allowed, (other.root,), tmp_path, now)) as sources:
                assert sources.timestamps is not None
                return sources.timestamps.stamp(DIGEST).certificate

        assert stamped(frozenset(), DEAD, url) == other.timestamp_key.certificate
        assert stamped(frozenset({"1.2.3"}), url) == other.timestamp_key.certificate
        with pytest.raises(TimestampUnavailable) as caught:
            stamped(frozenset({"1.2.4"}), url)
        assert caught.value.parameters["reason"] == "wrong_policy"
