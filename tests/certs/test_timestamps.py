"""Timestamps: our own authority against openssl, and a client that never makes a time up."""

import hashlib
import subprocess
from datetime import timedelta

import pytest
from asn1crypto import tsp

from certs.errors import ClockWentBack, TimestampUnavailable
from certs.keys.protocol import Digest
from certs.timestamps import POLICY, TimestampAuthority, TimestampClient
from tests.certs.conftest import now

DIGEST = hashlib.sha256(b"a signature").digest()


@pytest.fixture
def own(authority, tmp_path):
    return TimestampAuthority(authority.timestamp_key, tmp_path, now)


def client(authority, *authorities, clock=now):
    return TimestampClient(authorities, [authority.issuing.certificate], clock)


def query(**more) -> bytes:
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": DIGEST}
    return tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "cert_req": True} | more).dump()


def dead(_request: bytes) -> bytes:
    raise TimestampUnavailable("no_answer")


def test_openssl_verifies_a_token(authority, own, tmp_path):
    token = client(authority, own.answer).stamp(DIGEST)
    (tmp_path / "token.der").write_bytes(token.der)
    (tmp_path / "issuing.pem").write_bytes(authority.issuing.certificate.pem())
    done = subprocess.run(
        [
            "openssl",
            "ts",
            "-verify",
            "-token_in",
            "-in",
            tmp_path / "token.der",
            "-digest",
            DIGEST.hex(),
            "-CAfile",
            authority.folder / "root.pem",
            "-untrusted",
            tmp_path / "issuing.pem",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in done.stdout + done.stderr


def test_openssl_asks_and_understands_the_answer(authority, own, tmp_path):
    (tmp_path / "data").write_bytes(b"a signature")
    subprocess.run(
        ["openssl", "ts", "-query", "-data", tmp_path / "data", "-sha256", "-cert", "-out", tmp_path / "q"],
        check=True,
        capture_output=True,
    )
    (tmp_path / "a").write_bytes(own.answer((tmp_path / "q").read_bytes()))
    (tmp_path / "issuing.pem").write_bytes(authority.issuing.certificate.pem())
    done = subprocess.run(
        [
            "openssl",
            "ts",
            "-verify",
            "-queryfile",
            tmp_path / "q",
            "-in",
            tmp_path / "a",
            "-CAfile",
            authority.folder / "root.pem",
            "-untrusted",
            tmp_path / "issuing.pem",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Verification: OK" in done.stdout + done.stderr


def test_a_dead_authority_is_passed_over(authority, own):
    assert client(authority, dead, own.answer).stamp(DIGEST).certificate == own.certificate


def test_without_any_authority_there_is_no_time(authority):
    for authorities in ([], [dead], [dead, dead]):
        with pytest.raises(TimestampUnavailable):
            client(authority, *authorities).stamp(DIGEST)


def test_an_old_answer_played_again_is_refused(authority, own):
    kept = []

    def recorded(request: bytes) -> bytes:
        kept.append(own.answer(request))
        return kept[0]

    asking = client(authority, recorded)
    asking.stamp(DIGEST)
    with pytest.raises(TimestampUnavailable) as caught:
        asking.stamp(DIGEST)
    assert caught.value.parameters["reason"] == "wrong_nonce"


def test_a_token_over_something_else_is_refused(authority, own):
    def other(request: bytes) -> bytes:
        asked = tsp.TimeStampReq.load(request)
        nonce = asked["nonce"].native
        asked = tsp.TimeStampReq(
            {
                "version": "v1",
                "nonce": nonce,
                "cert_req": True,
                "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)},
            }
        )
        return own.answer(asked.dump())

    with pytest.raises(TimestampUnavailable) as caught:
        client(authority, other).stamp(DIGEST)
    assert caught.value.parameters["reason"] == "wrong_imprint"


def test_a_token_by_a_certificate_for_something_else_is_refused(authority, official, tmp_path):
    with pytest.raises(TimestampUnavailable) as caught:
        client(authority, TimestampAuthority(official, tmp_path, now).answer).stamp(DIGEST)
    assert caught.value.parameters["reason"] == "certificate_of_wrong_purpose"


def test_a_token_of_a_stranger_is_refused(authority, own, official):
    asking = TimestampClient([own.answer], [official.certificate], now)
    with pytest.raises(TimestampUnavailable) as caught:
        asking.stamp(DIGEST)
    assert caught.value.parameters["reason"] == "authority_not_trusted"


def test_a_token_an_hour_off_our_clock_is_refused(authority, own):
    with pytest.raises(TimestampUnavailable) as caught:
        client(authority, own.answer, clock=lambda: now() + timedelta(hours=1)).stamp(DIGEST)
    assert caught.value.parameters["reason"] == "time_differs"


def test_a_damaged_answer_is_no_token(authority, own):
    def damaged(request: bytes) -> bytes:
        answer = bytearray(own.answer(request))
        answer[-20] ^= 1  # in the signature value
        return bytes(answer)

    with pytest.raises(TimestampUnavailable) as caught:
        client(authority, damaged).stamp(DIGEST)
    assert caught.value.parameters["reason"] == "token_damaged"


def test_a_clock_behind_the_last_token_stops_the_authority_even_after_a_restart(authority, tmp_path):
    client(authority, TimestampAuthority(authority.timestamp_key, tmp_path, now).answer).stamp(DIGEST)
    late = TimestampAuthority(authority.timestamp_key, tmp_path, lambda: now() - timedelta(minutes=1))
    with pytest.raises(ClockWentBack):
        late.answer(query())


def test_a_request_nobody_can_read_is_answered_with_a_rejection(own):
    asking = TimestampClient([lambda _request: own.answer(b"not a request")], [own.certificate], now)
    with pytest.raises(TimestampUnavailable) as caught:
        asking.stamp(DIGEST)
    assert caught.value.parameters["reason"] == "not_granted"


def test_a_longer_digest_is_stamped_as_well(authority, own):
    digest = hashlib.sha512(b"a signature").digest()
    assert client(authority, own.answer).stamp(digest, Digest.SHA512).at <= now() + timedelta(seconds=1)


def test_a_token_without_its_certificate_is_given_to_who_wants_it_so(own):
    content = tsp.TimeStampResp.load(own.answer(query(cert_req=False)))["time_stamp_token"]["content"]
    assert not content["certificates"]
    assert tsp.TimeStampResp.load(own.answer(query()))["time_stamp_token"]["content"]["certificates"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"req_policy": "1.2.3"}, {"unaccepted_policy"}),
        ({"message_imprint": {"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": bytes(20)}}, {"bad_alg"}),
        (
            {"message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(20)}},
            {"bad_data_format"},
        ),
    ],
)
def test_what_cannot_be_served_is_refused_with_its_reason(own, more, why):
    answer = own.answer(query(**more))
    assert tsp.PKIStatusInfo.load(answer[4:] if answer[1] > 127 else answer[2:])["fail_info"].native == why


def test_a_token_under_another_policy_is_refused(authority, own):
    asking = TimestampClient([own.answer], [authority.issuing.certificate], now, policies=frozenset({"1.2.3"}))
    with pytest.raises(TimestampUnavailable) as caught:
        asking.stamp(DIGEST)
    assert caught.value.parameters["reason"] == "wrong_policy"
    good = TimestampClient([own.answer], [authority.issuing.certificate], now, policies=frozenset({POLICY}))
    assert good.stamp(DIGEST)
