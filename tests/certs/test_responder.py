"""The authority over HTTP, asked by the openssl command line and through the one way out."""

import base64
import hashlib
import io
import random
import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from certs.authority import Authority, Subject
from certs.responder import Responder
from certs.revocation import ocsp_question
from certs.timestamps import HttpAuthority, TimestampClient
from egress.errors import AnswerUnusable
from tests.certs.conftest import OFFICE, now
from tests.certs.serving import asking, served
from tests.certs.test_timestamps import query

DIGEST = hashlib.sha256(b"a signature").digest()


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def responder(authority, clock=now) -> Responder:
    return Responder(Authority.open(authority.folder, clock))


@pytest.fixture(scope="module")
def url(authority):
    with served(responder(authority)) as found:
        yield found


@pytest.fixture
def chain(tmp_path, authority):
    (tmp_path / "chain.pem").write_bytes(authority.issuer.pem() + authority.root.pem())
    return tmp_path / "chain.pem"


@pytest.fixture
def ask(url, authority, chain, tmp_path):
    """Ask over the network, with a nonce, as openssl does."""

    def answer(certificate) -> str:
        (tmp_path / "asked.pem").write_bytes(certificate.pem())
        known = ["-issuer", authority.folder / "issuing.pem", "-CAfile", authority.folder / "root.pem"]
        return openssl("ocsp", "-url", f"{url}/ocsp", *known, "-verify_other", chain, "-cert", tmp_path / "asked.pem")

    return answer


def test_openssl_hears_good_suspended_good_and_revoked_with_its_nonce(ask, authority):
    key = authority.issue("official", Subject("Lò Văn Pá", OFFICE))
    first = ask(key.certificate)
    assert "Response verify OK" in first
    assert ": good" in first
    assert "no nonce" not in first.lower()
    authority.suspend(key.certificate)
    assert "certificateHold" in ask(key.certificate)
    authority.reinstate(key.certificate)
    assert ": good" in ask(key.certificate)
    authority.revoke(key.certificate, "key_compromise")
    said = ask(key.certificate)
    assert ": revoked" in said
    assert "keyCompromise" in said


def test_a_question_about_what_is_not_ours_gets_its_own_answer(url, authority, official, kinds, tmp_path):
    def question(serial: int, issuer: x509.Certificate) -> bytes:
        name = hashlib.sha1(issuer.subject.public_bytes()).digest()  # noqa: S324 - a name (RFC 6960)
        key = x509.SubjectKeyIdentifier.from_public_key(issuer.public_key()).digest
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(name, key, serial, hashes.SHA1())  # noqa: S303 - the same
        return builder.build().public_bytes(Encoding.DER)

    with asking() as client:
        unknown = client.post(f"{url}/ocsp", question(4711, authority.issuer.parsed), "application/ocsp-request")
        assert ocsp.load_der_ocsp_response(unknown).certificate_status is ocsp.OCSPCertStatus.UNKNOWN
        foreign = client.post(
            f"{url}/ocsp", question(1, kinds["rsa-2048"].certificate.parsed), "application/ocsp-request"
        )
        assert ocsp.load_der_ocsp_response(foreign).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
        broken = client.post(f"{url}/ocsp", b"no question", "application/ocsp-request")
        assert ocsp.load_der_ocsp_response(broken).response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
        both = [authority.folder / "root.pem", authority.folder / "issuing.pem"]
        openssl("ocsp", "-issuer", both[1], "-cert", both[0], "-cert", both[1], "-reqout", tmp_path / "two")
        two = client.post(f"{url}/ocsp", (tmp_path / "two").read_bytes(), "application/ocsp-request")
        assert ocsp.load_der_ocsp_response(two).response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
        text = base64.b64encode(question(official.certificate.parsed.serial_number, authority.issuer.parsed)).decode()
        got = client.get(f"{url}/ocsp/{text.replace('/', '%2F').replace('+', '%2B')}")
        assert ocsp.load_der_ocsp_response(got).certificate_status is ocsp.OCSPCertStatus.GOOD


def test_openssl_verifies_the_lists_and_a_certificate_against_them(url, authority, official, chain, tmp_path):
    with asking() as client:
        for name in ("issuing", "root"):
            (tmp_path / f"{name}.crl").write_bytes(client.get(f"{url}/{name}.crl"))
            assert client.get(f"{url}/{name}.cer") == (authority.issuer if name == "issuing" else authority.root).der
            said = openssl("crl", "-inform", "DER", "-in", tmp_path / f"{name}.crl", "-CAfile",
                           authority.folder / f"{name}.pem", "-noout", "-nextupdate")  # fmt: skip
            assert "verify OK" in said
            assert "nextUpdate=" in said
            openssl("crl", "-inform", "DER", "-in", tmp_path / f"{name}.crl", "-out", tmp_path / f"{name}.pem")
    (tmp_path / "lists.pem").write_bytes((tmp_path / "issuing.pem").read_bytes() + (tmp_path / "root.pem").read_bytes())
    (tmp_path / "own.pem").write_bytes(official.certificate.pem())
    said = openssl("verify", "-crl_check_all", "-x509_strict", "-CAfile", authority.folder / "root.pem", "-untrusted",
                   chain, "-CRLfile", tmp_path / "lists.pem", tmp_path / "own.pem")  # fmt: skip
    assert said.strip().endswith("OK")


def test_openssl_verifies_a_timestamp_that_came_over_http(url, authority, chain, tmp_path):
    with asking() as client:
        asked = TimestampClient([HttpAuthority(f"{url}/tsa", client)], [authority.issuer], now)
        (tmp_path / "token.der").write_bytes(asked.stamp(DIGEST).der)
    said = openssl("ts", "-verify", "-token_in", "-in", tmp_path / "token.der", "-digest", DIGEST.hex(), "-CAfile",
                   authority.folder / "root.pem", "-untrusted", chain)  # fmt: skip
    assert "Verification: OK" in said


@pytest.mark.parametrize(
    ("path", "body", "kind", "code"),
    [
        ("/ocsp", b"x", "text/plain", 415),
        ("/tsa", b"x" * 20_000, "application/timestamp-query", 413),
        ("/nothing", b"x", "application/ocsp-request", 404),
        ("/issuing.crl", b"x", "application/ocsp-request", 405),
    ],
)
def test_what_is_not_a_question_is_refused(url, path, body, kind, code):
    with asking() as client, pytest.raises(AnswerUnusable) as caught:
        client.post(f"{url}{path}", body, kind)
    assert caught.value.parameters["http_code"] == code


def test_a_clock_that_went_back_stops_every_answer(authority, official, tmp_path):
    authority.crl()
    behind = responder(authority, lambda: now() - timedelta(days=2))
    with served(behind) as url, asking() as client:
        asked = TimestampClient([HttpAuthority(f"{url}/tsa", client)], [authority.issuer], now)
        with pytest.raises(Exception, match="not_granted"):
            asked.stamp(DIGEST)
        (tmp_path / "own.pem").write_bytes(official.certificate.pem())
        said = openssl("ocsp", "-url", f"{url}/ocsp", "-issuer", authority.folder / "issuing.pem", "-cert",
                       tmp_path / "own.pem")  # fmt: skip
        assert "trylater" in said
        for path in ("/issuing.crl", "/health"):
            with pytest.raises(AnswerUnusable) as caught:
                client.get(f"{url}{path}")
            assert caught.value.parameters["http_code"] == 503


def test_a_key_that_was_renewed_elsewhere_is_used_at_once_and_an_ended_one_never(other):
    with served(responder(other)) as url, asking() as client:
        content = ocsp_question(other.timestamp_key.certificate, other.issuer)

        def answered_by() -> bytes | None:
            answer = ocsp.load_der_ocsp_response(client.post(f"{url}/ocsp", content, "application/ocsp-request"))
            return answer.responder_key_hash

        before = answered_by()
        renewed = Authority.open(other.folder).renew_service("ocsp")
        after = x509.SubjectKeyIdentifier.from_public_key(renewed.parsed.public_key()).digest
        assert answered_by() == after != before
    with served(responder(other, lambda: now() + timedelta(days=91))) as url, asking() as client:
        late = ocsp.load_der_ocsp_response(client.post(f"{url}/ocsp", content, "application/ocsp-request"))
        assert late.response_status is ocsp.OCSPResponseStatus.TRY_LATER


@pytest.mark.parametrize("path", ["/ocsp", "/tsa"])
def test_whatever_comes_in_is_answered_in_the_protocols_own_words(authority, path):
    """Mutations of a right question; what they found stays found: the seed is fixed."""
    right, kind = {
        "/ocsp": (ocsp_question(authority.timestamp_key.certificate, authority.issuer), "application/ocsp-request"),
        "/tsa": (query(nonce=5), "application/timestamp-query"),
    }[path]
    own, chance, told = responder(authority), random.Random(7), set()  # noqa: S311 - no secret
    for _ in range(400):
        content = bytearray(right)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(content))
            content[at : at + chance.randrange(2)] = bytes([chance.randrange(256)] * chance.randrange(2))
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "CONTENT_TYPE": kind}
        environ |= {"CONTENT_LENGTH": str(len(content)), "wsgi.input": io.BytesIO(content)}
        own(environ, lambda status, _headers: told.add(status))  # type: ignore[arg-type]  # nobody writes here
    assert told == {"200 OK"}
