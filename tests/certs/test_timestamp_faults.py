"""Timestamp authorities that are dead, slow or lying, on a real network: the next one serves, or there is no time."""

import hashlib
import threading
from datetime import timedelta

import pytest
from asn1crypto import tsp

from certs.errors import TimestampUnavailable
from certs.timestamps import HttpAuthority, TimestampAuthority, TimestampClient
from tests.certs.conftest import now
from tests.certs.serving import asking, served

DIGEST = hashlib.sha256(b"a signature").digest()
DEAD = "http://127.0.0.1:9/tsa"


class Lying:
    """An authority behind HTTP with one fault."""

    def __init__(self, authority, folder, fault):
        ahead = timedelta(hours=1) if fault == "wrong time" else timedelta(0)
        self._own = TimestampAuthority(authority.timestamp_key, folder, lambda: now() + ahead)
        self._fault, self.asked, self.over = fault, 0, threading.Event()

    def __call__(self, environ, start_response):
        self.asked += 1
        content = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        if self._fault == "slow":
            self.over.wait(60)
        if self._fault == "wrong nonce":
            asked = tsp.TimeStampReq.load(content)
            asked["nonce"] = asked["nonce"].native + 1
            content = asked.dump(force=True)
        start_response("500 Broken" if self._fault == "broken" else "200 OK", [("Content-Type", "x/y")])
        if self._fault == "garbage":
            return [b"\x30\x80garbage"]
        return [b"x" * (2 << 20) if self._fault == "flood" else self._own.answer(content)]


REASON = {
    "slow": "too_slow",
    "broken": "not_ok",
    "garbage": "not_a_token",
    "flood": "answer_too_large",
    "wrong nonce": "wrong_nonce",
    "wrong time": "time_differs",
}


@pytest.fixture
def client(authority):
    """A client of several addresses; the first is given little time where the test is about that."""
    with asking(total_s=2) as short, asking() as long:

        def made(urls, *, patient=True, **more):
            ways = [HttpAuthority(url, long if patient or number else short) for number, url in enumerate(urls)]
            return TimestampClient(ways, [authority.issuer], now, **more)

        yield made


@pytest.mark.parametrize("fault", REASON)
def test_a_fault_is_named_gives_no_time_and_the_next_authority_serves(authority, client, tmp_path, fault):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    bad, good = Lying(authority, tmp_path / "a", fault), Lying(authority, tmp_path / "b", None)
    with served(bad) as bad_url, served(good) as good_url:
        with pytest.raises(TimestampUnavailable) as caught:
            client([bad_url], patient=fault != "slow").stamp(DIGEST)
        assert caught.value.parameters["reason"] == REASON[fault]
        assert good.asked == 0
        token = client([bad_url, good_url], patient=fault != "slow").stamp(DIGEST)
        bad.over.set()
    assert token.certificate == authority.timestamp_key.certificate
    assert good.asked == 1


def test_a_dead_one_is_passed_over_and_left_alone_after_three_times(authority, client, tmp_path):
    good = Lying(authority, tmp_path, None)
    ticks = [0.0]
    with served(good) as url:
        asked = client([DEAD, url], ticks=lambda: ticks[0])
        for _ in range(5):
            assert asked.stamp(DIGEST)
    assert good.asked == 5
    alone = client([DEAD], ticks=lambda: ticks[0])
    reasons = []
    for _ in range(4):
        with pytest.raises(TimestampUnavailable) as caught:
            alone.stamp(DIGEST)
        reasons.append(caught.value.parameters["reason"])
    assert reasons == ["no_answer", "no_answer", "no_answer", "authorities_resting"]
    ticks[0] = 30.0
    with pytest.raises(TimestampUnavailable) as caught:
        alone.stamp(DIGEST)
    assert caught.value.parameters["reason"] == "no_answer"
