"""Prepared here, signed elsewhere: openssl holds the key, and what it gives is checked before it is embedded."""

import base64
import json
import os
import signal
import subprocess
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certs.errors import TimestampUnavailable as NoToken
from signing.errors import CertificateNotAccepted, PreparationRefused, TimestampUnavailable
from signing.external import Desk, State
from signing.values import Level, Role, Verdict
from tests.signing.conftest import now


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "desk", now)


@pytest.fixture
def openssl(tmp_path):
    """Sign with the openssl command line, which shares no code with us."""

    def sign(key, data: bytes) -> bytes:
        pem = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (tmp_path / "key.pem").write_bytes(pem)
        (tmp_path / "data").write_bytes(data)
        done = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", tmp_path / "key.pem", tmp_path / "data"],
            check=True,
            capture_output=True,
        )
        return done.stdout

    return sign


def prepared_by(desk, world, pdf, level=Level.B_T, **more):
    return desk.prepare(pdf, world.official.certificate, world.official.chain, role=Role.OFFICIAL, level=level,
                        evidence=world.evidence, **more)  # fmt: skip


def reason(desk, *arguments) -> str:
    with pytest.raises(PreparationRefused) as caught:
        desk.finish(*arguments)
    return caught.value.code


@pytest.mark.parametrize("level", list(Level))
def test_a_signature_of_openssl_makes_a_genuine_file_at_every_level(desk, world, prepared, openssl, level):
    request = prepared_by(desk, world, prepared, level)
    done = desk.finish(request.identity, openssl(world.official, request.attributes), world.timestamps)
    report = world.verify(done, crls=world.evidence.crls)
    assert report.verdict is Verdict.PASSED
    assert report.signatures[0].level is level
    assert done.startswith(prepared)


def test_a_token_that_takes_only_the_hash_can_sign_it(desk, world, prepared, tmp_path):
    request = prepared_by(desk, world, prepared)
    told = json.loads(request.to_json())
    pem = world.official.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "hash").write_bytes(base64.b64decode(told["digest"]))
    made = subprocess.run(
        ["openssl", "pkeyutl", "-sign", "-inkey", tmp_path / "key.pem", "-in", tmp_path / "hash", "-pkeyopt",
         "digest:sha256"], check=True, capture_output=True,
    )  # fmt: skip
    assert told["id"] == request.identity
    assert world.verify(
        desk.finish(request.identity, made.stdout, world.timestamps), crls=world.evidence.crls
    ).verdict is Verdict.PASSED  # fmt: skip


@pytest.mark.parametrize(
    "wrong", ["of another key", "over something else", "one bit off", "empty", "garbage", "longer"]
)
def test_a_wrong_value_is_never_embedded_and_ends_the_preparation(desk, world, prepared, openssl, wrong):
    request = prepared_by(desk, world, prepared)
    right = openssl(world.official, request.attributes)
    value = {
        "of another key": openssl(world.seal, request.attributes),
        "over something else": openssl(world.official, request.digest),
        "one bit off": bytes([right[0] ^ 1]) + right[1:],
        "empty": b"",
        "garbage": b"\x30\x82" * 128,
        "longer": right + b"\0",
    }[wrong]
    assert reason(desk, request.identity, value, world.timestamps) == "signature_wrong"
    assert desk.state(request.identity) is State.VOID
    assert reason(desk, request.identity, right, world.timestamps) == "signature_wrong"
    assert not any(path.suffix in {".laid-out", ".signed"} for path in desk._folder.iterdir())  # noqa: SLF001 - an insider


def test_a_preparation_is_used_once_and_an_answer_that_was_lost_is_given_again(desk, world, prepared, openssl):
    request = prepared_by(desk, world, prepared)
    signature = openssl(world.official, request.attributes)
    done = desk.finish(request.identity, signature, world.timestamps)
    assert desk.finish(request.identity, signature, world.timestamps) == done
    assert reason(desk, request.identity, signature[::-1], world.timestamps) == "preparation_used"


def test_after_ten_minutes_it_is_too_late(world, prepared, openssl, tmp_path):
    times = [now()]
    desk = Desk(tmp_path / "desk", lambda: times[0])
    request = prepared_by(desk, world, prepared)
    signature = openssl(world.official, request.attributes)
    times[0] += timedelta(minutes=10)
    assert reason(desk, request.identity, signature, world.timestamps) == "preparation_expired"
    times[0] -= timedelta(minutes=9)
    assert reason(desk, request.identity, signature, world.timestamps) == "preparation_expired"


def test_an_unfit_certificate_is_refused_before_anything_goes_out(desk, world, prepared, revoked):
    with pytest.raises(CertificateNotAccepted):
        desk.prepare(prepared, revoked.certificate, revoked.chain, role=Role.OFFICIAL, level=Level.B_T,
                     evidence=world.authority.evidence())  # fmt: skip


@pytest.mark.parametrize("identity", ["", "../../etc/passwd", "0" * 32, "A" * 32])
def test_an_unknown_preparation_is_said_so(desk, identity):
    assert reason(desk, identity, b"", None) == "preparation_unknown"


def test_a_file_that_was_changed_while_it_waited_is_not_signed(desk, world, prepared, openssl):
    request = prepared_by(desk, world, prepared)
    path = next(desk._folder.glob("*.laid-out"))  # noqa: SLF001 - an intruder's view
    path.write_bytes(path.read_bytes().replace(b"/MediaBox", b"/mediabox", 1))
    signature = openssl(world.official, request.attributes)
    assert reason(desk, request.identity, signature, world.timestamps) == "preparation_damaged"


def test_without_a_timestamp_nothing_is_lost_and_the_same_signature_serves_later(desk, world, prepared, openssl):
    class Dead:
        def stamp(self, _digest, _algorithm=None):
            raise NoToken("no_timestamp", reason="no_answer")

    request = prepared_by(desk, world, prepared)
    signature = openssl(world.official, request.attributes)
    with pytest.raises(TimestampUnavailable):
        desk.finish(request.identity, signature, Dead())
    assert desk.state(request.identity) is State.SIGNED
    done = desk.finish(request.identity, signature, world.timestamps)
    assert world.verify(done, crls=world.evidence.crls).verdict is Verdict.PASSED


def test_killed_between_signed_and_embedded_the_key_is_not_needed_again(desk, world, prepared, openssl):
    class Killing:
        def stamp(self, _digest, _algorithm=None):
            os.kill(os.getpid(), signal.SIGKILL)

    request = prepared_by(desk, world, prepared)
    signature = openssl(world.official, request.attributes)
    if (child := os.fork()) == 0:
        desk.finish(request.identity, signature, Killing())
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert desk.state(request.identity) is State.SIGNED
    done = desk.finish(request.identity, signature, world.timestamps)
    assert world.verify(done, crls=world.evidence.crls).verdict is Verdict.PASSED


def test_what_is_older_than_a_day_is_swept(world, prepared, tmp_path):
    times = [now()]
    desk = Desk(tmp_path / "desk", lambda: times[0])
    first = prepared_by(desk, world, prepared)
    times[0] += timedelta(days=1, minutes=1)
    second = prepared_by(desk, world, prepared)
    assert {path.name.split(".")[0] for path in (tmp_path / "desk").iterdir()} == {second.identity}
    assert reason(desk, first.identity, b"", None) == "preparation_unknown"
