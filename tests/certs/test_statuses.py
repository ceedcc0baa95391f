"""Asking an issuer over a real network: kept until nextUpdate, proved before it is believed, every fault survived."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from certs.answers import Configuration
from certs.authority import Authority, Names, Subject
from certs.errors import CertificateNotFit, RevocationUnknown
from certs.fitness import require_fit
from certs.issuance import request
from certs.keys.delegated import as_private_key
from certs.responder import Responder
from certs.revocation import Asked, make_crl, make_ocsp_answer
from certs.statuses import Statuses
from egress.client import Client, Policy
from tests.certs.conftest import OFFICE, now
from tests.certs.serving import asking, served

PATIENCE_S = 10  # of the test that meets a slow server; the others have all the time of a busy machine


class Front:
    """The authority's server, with faults that a test switches on by path."""

    def __init__(self):
        self.behind: Any = None
        self.over = threading.Event()
        self.asked: Counter[str] = Counter()
        self.faults: dict[str, Any] = {}

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        self.asked[path] += 1
        if (fault := self.faults.get(path)) is None:
            return self.behind(environ, start_response)
        if fault == "slow":
            self.over.wait(6 * PATIENCE_S)
        start_response("500 Broken" if fault == "broken" else "200 OK", [("Content-Type", "application/octet-stream")])
        return [fault if isinstance(fault, bytes) else b"garbage"]


@pytest.fixture(scope="module")
def server():
    return Front()


@pytest.fixture
def front(server):
    """The server without any fault, and nothing asked yet."""
    server.faults.clear()
    server.asked.clear()
    return server


@pytest.fixture(scope="module")
def far(server, tmp_path_factory):
    """An authority whose certificates name a server that really answers."""
    with served(server) as url:
        folder = tmp_path_factory.mktemp("far") / "authority"
        made = Authority.create(folder, Names.of(OFFICE), configuration=Configuration(url))
        server.behind = Responder(made)
        yield made


@pytest.fixture
def certificate(far):
    key = ec.generate_private_key(ec.SECP256R1())

    class Pair:
        def sign(self, data, _digest=None):
            return key.sign(data, ec.ECDSA(hashes.SHA256()))

    return far.certify("official", Subject("Lò Văn Pá", OFFICE), request(Pair(), key.public_key(), Subject("x", "x")))


@pytest.fixture
def times():
    return [now()]


@pytest.fixture
def statuses(tmp_path, times, front):  # without the last test's faults
    with asking() as client:
        yield Statuses(tmp_path / "kept", lambda: times[0], client)


def test_an_answer_is_kept_until_its_next_update_even_by_another_process(statuses, far, certificate, front, times):
    first = statuses.about(certificate, far.issuer)
    assert first.ocsps
    assert statuses.about(certificate, far.issuer) == first
    elsewhere = Statuses(statuses._folder, lambda: times[0], None)  # noqa: SLF001 - the same folder
    assert elsewhere.about(certificate, far.issuer) == first
    assert front.asked["/ocsp"] == 1
    times[0] += timedelta(days=1, minutes=1)
    front.faults |= {"/ocsp": "broken", "/issuing.crl": "broken"}
    with pytest.raises(RevocationUnknown):
        statuses.about(certificate, far.issuer)
    assert front.asked["/ocsp"] == 2


@pytest.mark.parametrize("fault", ["broken", "slow", "garbage", b"", b"\x30\x03\x0a\x01\x06"])
def test_a_list_serves_where_the_answers_fail(tmp_path, far, certificate, front, fault):
    front.faults["/ocsp"] = fault
    with asking(total_s=PATIENCE_S) as client:
        found = Statuses(tmp_path, now, client).about(certificate, far.issuer)
    front.over.set()
    assert found.crls
    assert not found.ocsps


def test_with_nothing_at_all_it_is_unknown_and_a_level_that_needs_proof_is_refused(statuses, far, certificate, front):
    front.faults |= {"/ocsp": "broken", "/issuing.crl": "garbage"}
    with pytest.raises(RevocationUnknown) as caught:
        statuses.about(certificate, far.issuer)
    assert caught.value.code == "list_not_usable"
    with pytest.raises(CertificateNotFit):
        require_fit(certificate, (far.issuer,), at=now(), need_revocation=True)


def test_a_dead_server_is_left_alone_after_three_failures(statuses, far, certificate, front):
    front.faults |= {"/ocsp": "broken", "/issuing.crl": "broken"}
    for _ in range(5):
        with pytest.raises(RevocationUnknown):
            statuses.about(certificate, far.issuer)
    assert front.asked == {"/ocsp": 3, "/issuing.crl": 3}


def test_an_answer_about_another_or_by_a_stranger_or_too_old_is_not_believed(statuses, far, certificate, other, front):
    front.faults["/issuing.crl"] = "broken"
    stranger = Authority.open(other.folder)
    for fault, code in (
        (far.ocsp_answer(far.timestamp_key.certificate), "answer_about_another"),
        (_signed_by(stranger, certificate, far), "answer_not_proved"),
        (Authority.open(far.folder, lambda: now() + timedelta(days=9)).ocsp_answer(certificate), "list_is_stale"),
    ):
        front.faults["/ocsp"] = fault
        with pytest.raises(RevocationUnknown) as caught:
            Statuses(statuses._folder, now, statuses._fetcher)._content(  # noqa: SLF001 - this way alone
                next(iter(statuses._ways(certificate, far.issuer)))  # noqa: SLF001 - an insider
            )
        assert caught.value.code == code


def _signed_by(stranger, certificate, far) -> bytes:
    """What an impostor would say: a good answer with its own key and certificate."""
    asked = Asked.about(certificate, far.issuer)
    return make_ocsp_answer(
        stranger.answering_key, asked, None, is_known=True, this_update=now(), life=timedelta(days=1)
    )


def test_a_list_by_a_stranger_or_a_partial_one_is_not_believed(statuses, far, certificate, other, front):
    front.faults["/ocsp"] = "broken"
    at: dict[str, Any] = {"number": 1, "this_update": now(), "next_update": now() + timedelta(days=1)}
    partial = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(far.issuer.parsed.subject)
        .last_update(now())
        .next_update(now() + timedelta(days=1))
        .add_extension(x509.DeltaCRLIndicator(1), critical=True)
        .sign(as_private_key(far.issuing, far.issuer.parsed.public_key()), hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    for fault in (make_crl(other.issuing, (), **at), partial):
        front.faults["/issuing.crl"] = fault
        with pytest.raises(RevocationUnknown) as caught:
            statuses.about(certificate, far.issuer)
        assert caught.value.code == "list_not_usable"


def test_what_was_fetched_says_revoked_and_the_signer_is_told(statuses, far, certificate):
    chain = (certificate, far.issuer, far.root)
    require_fit(certificate, chain[1:], at=now(), evidence=statuses.evidence(chain), need_revocation=True)
    far.revoke(certificate, "key_compromise")
    fresh = Statuses(statuses._folder / "new", now, statuses._fetcher)  # noqa: SLF001 - an insider
    with pytest.raises(CertificateNotFit) as caught:
        require_fit(certificate, chain[1:], at=now(), evidence=fresh.evidence(chain), need_revocation=True)
    assert (caught.value.code, caught.value.parameters["reason"]) == ("certificate_revoked", "key_compromise")


def test_a_host_that_is_not_on_the_list_is_never_asked(certificate, far, tmp_path, front):
    with Client(Policy(frozenset({"ocsp.ca.gov.vn"}))) as client, pytest.raises(RevocationUnknown) as caught:
        Statuses(tmp_path, now, client).about(certificate, far.issuer)
    assert caught.value.code == "host_not_allowed"
    assert not front.asked
