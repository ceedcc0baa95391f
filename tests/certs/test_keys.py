"""Keys in files: the right password gives the key, anything else an error that says what is wrong."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from certs.errors import KeyLocked, KeyUnavailable
from certs.keys.file import FileKey, load_key, load_saved_key, p12_of, save_key


@pytest.fixture
def p12(tmp_path, official):
    path = tmp_path / "official.p12"
    path.write_bytes(p12_of(official, b"right"))
    return path


def test_a_key_comes_back_with_its_certificate_and_chain_nearest_first(p12, official):
    key = load_key(p12, b"right")
    assert key.certificate == official.certificate
    assert [one.common_name[:14] for one in key.chain] == ["Cấp chứng thư ", "Chứng thực gốc"]


@pytest.mark.parametrize("password", [b"wrong", b"", None])
def test_a_wrong_password_is_an_error_and_never_none(p12, password):
    with pytest.raises(KeyLocked) as caught:
        load_key(p12, password)
    assert caught.value.code == "wrong_password"


def test_a_text_renamed_p12_holds_no_key(tmp_path):
    path = tmp_path / "letter.p12"
    path.write_text("Kính gửi ông bà")
    with pytest.raises(KeyUnavailable):
        load_key(path, b"right")


def test_a_file_that_is_not_there_is_named_in_the_error(tmp_path):
    with pytest.raises(KeyUnavailable) as caught:
        load_key(tmp_path / "gone.p12", b"right")
    assert caught.value.parameters["path"] == "gone.p12"


def test_a_pem_file_with_an_encrypted_key_wants_its_password(tmp_path, official):
    path = tmp_path / "official.pem"
    key = official.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"right"))
    path.write_bytes(key + official.certificate.pem() + official.chain[0].pem())
    assert load_key(path, b"right").certificate == official.certificate
    for password in (b"wrong", None):
        with pytest.raises(KeyLocked):
            load_key(path, password)


def test_a_key_beside_another_ones_certificate_is_refused(official):
    with pytest.raises(KeyUnavailable) as caught:
        FileKey(ec.generate_private_key(ec.SECP256R1()), official.certificate)
    assert caught.value.code == "key_and_certificate_differ"


def test_a_saved_key_and_its_password_are_readable_for_the_owner_only(tmp_path, official):
    save_key(tmp_path, "official", official)
    save_key(tmp_path, "official", official)  # a repeated call leaves a pair that fits
    assert load_saved_key(tmp_path, "official").certificate == official.certificate
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_kill_while_a_key_is_replaced_leaves_the_old_one_usable(tmp_path, official, kinds):
    save_key(tmp_path, "own", official)
    password = (tmp_path / "own.password").read_bytes()
    save_key(tmp_path, "own", kinds["rsa-2048"])
    assert (tmp_path / "own.password").read_bytes() == password  # what is written last is one file
    assert load_saved_key(tmp_path, "own").certificate == kinds["rsa-2048"].certificate


@pytest.mark.parametrize("name", ["rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"])
def test_every_kind_of_key_comes_back_from_both_kinds_of_file(tmp_path, kinds, name):
    key = kinds[name]
    (tmp_path / "k.p12").write_bytes(p12_of(key, b"right"))
    pem = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"right"))
    (tmp_path / "k.pem").write_bytes(pem + key.certificate.pem())
    for path in (tmp_path / "k.p12", tmp_path / "k.pem"):
        assert load_key(path, b"right").certificate == key.certificate
        with pytest.raises(KeyLocked):
            load_key(path, b"wrong")
