"""Keys on a PKCS#11 token: SoftHSM, one login, and a wrong PIN that is never tried again."""

import subprocess
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from certs.errors import KeyLocked, KeyUnavailable
from certs.keys.token import Token, parts_of_uri

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "246810"


@pytest.fixture(scope="module")
def token(tmp_path_factory, official):
    """A token with the official's key and certificate; SoftHSM reads its settings once per process."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    (folder / "key.pem").write_bytes(
        official.private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "own.der").write_bytes(official.certificate.der)
    (folder / "issuing.der").write_bytes(official.chain[0].der)
    tool = ["pkcs11-tool", "--module", str(MODULE), "--token-label", "official", "--login", "--pin", PIN]
    for command in (
        ["softhsm2-util", "--init-token", "--free", "--label", "official", "--so-pin", "1357", "--pin", PIN],
        [
            "softhsm2-util",
            "--import",
            folder / "key.pem",
            "--token",
            "official",
            "--label",
            "k",
            "--id",
            "01",
            "--pin",
            PIN,
        ],
        [*tool, "--write-object", folder / "own.der", "--type", "cert", "--id", "01", "--label", "signing"],
        [*tool, "--write-object", folder / "issuing.der", "--type", "cert", "--id", "02", "--label", "issuing"],
    ):
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
    found = Token(MODULE, "official")
    yield found
    found.close()
    patch.undo()


def test_the_token_signs_only_after_its_pin_and_a_wrong_one_is_not_retried(token, official):
    with pytest.raises(KeyLocked) as caught:
        token.key(label="signing")
    assert caught.value.code == "pin_needed"
    with pytest.raises(KeyLocked) as caught:
        token.login("111111")
    assert caught.value.code == "wrong_pin"
    with pytest.raises(KeyLocked) as caught:
        token.login("111111")
    assert caught.value.code == "wrong_pin_not_retried"
    token.login(PIN)
    key = token.key(label="signing")
    assert key.certificate == official.certificate
    assert [one.common_name[:13] for one in key.chain] == ["Cấp chứng thư"]
    signature = key.sign(b"to be signed")
    assert len(signature) == key.signature_bytes
    official.private_key.public_key().verify(signature, b"to be signed", padding.PKCS1v15(), hashes.SHA256())


def test_many_threads_share_one_login(token):
    token.login(PIN)
    key = token.key(key_id=b"\x01")
    signatures = []
    threads = [threading.Thread(target=lambda: signatures.append(key.sign(b"same"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signatures) == 12
    assert len(set(signatures)) == 1


def test_a_key_that_is_not_there_is_said_so(token):
    token.login(PIN)
    with pytest.raises(KeyUnavailable) as caught:
        token.key(label="nobody")
    assert caught.value.code == "key_not_found"


def test_a_token_that_is_not_there_is_said_so(token):
    with pytest.raises(KeyUnavailable):
        Token(MODULE, "another")


def test_a_pkcs11_address_is_taken_apart():
    assert parts_of_uri("pkcs11:token=my%20token;object=signing?module-path=/lib/x.so") == {
        "token": "my token",
        "object": "signing",
        "module-path": "/lib/x.so",
    }
    with pytest.raises(KeyUnavailable):
        parts_of_uri("file:x.p12")
