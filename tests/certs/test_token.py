"""Keys on a PKCS#11 token: SoftHSM, one login, and a wrong PIN that is never tried again."""

import shutil
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute, KeyType, MechanismFlag, TokenFlag
from pkcs11.exceptions import DeviceRemoved, MechanismInvalid, SessionHandleInvalid
from pkcs11.util.rsa import encode_rsa_public_key

from certs.errors import CertError, KeyLocked, KeyUnavailable
from certs.keys.algorithms import verifies
from certs.keys.protocol import Digest, KeyAlgorithm
from certs.keys.token import Token, TokenKeyPair, refuse_near_lock, tries_left
from certs.keys.uri import KeyAddress, address_in
from tests.certs.softhsm import MODULE, PIN


@pytest.fixture(scope="module")
def token(tokens, official, kinds):
    """A token with the official's key and certificate, and one key of each kind."""
    tokens.put("official", official, "01", "signing")
    tokens.put_certificate("official", official.chain[0].der, "02", "issuing")
    for number, (name, key) in enumerate(kinds.items(), start=10):
        tokens.put("official", key, str(number), name)
    found = Token(MODULE, "official")
    yield found
    found.close()


def test_the_certificate_is_seen_without_a_pin_and_the_token_signs_only_with_it(token, official):
    assert token.certificate(label="signing") == official.certificate
    with pytest.raises(KeyLocked) as caught:
        token.key(label="signing")
    assert caught.value.code == "pin_needed"
    with pytest.raises(KeyLocked) as caught:
        token.login("111111")
    assert (caught.value.code, caught.value.parameters["tries"]) == ("wrong_pin", "few")
    with pytest.raises(KeyLocked) as caught:
        token.login("111111")
    assert caught.value.code == "wrong_pin_not_retried"
    token.login(PIN)
    key = token.key(label="signing")
    assert key.certificate == official.certificate
    assert [one.common_name[:13] for one in key.chain] == ["Cấp chứng thư"]
    assert verifies(official.private_key.public_key(), key.sign(b"to be signed"), b"to be signed", Digest.SHA256)


def test_an_open_token_does_not_open_to_another_pin(token):
    token.login(PIN)
    with pytest.raises(KeyLocked) as caught:
        token.login("111222")
    assert caught.value.code == "token_open_with_another_pin"


def test_a_pin_that_another_part_of_the_program_made_needless_is_not_taken_for_right(token):
    token.login(PIN)
    with pytest.raises(KeyUnavailable) as caught:
        Token(MODULE, "official").login("999999")
    assert caught.value.code == "token_in_use"


@pytest.mark.parametrize("digest", list(Digest))
@pytest.mark.parametrize("name", ["rsa-2048", "rsa-3072", "rsa-4096", "p-256", "p-384"])
def test_every_kind_of_key_signs_on_a_token_as_in_a_file(token, kinds, name, digest):
    token.login(PIN)
    for key in (token.key(label=name), kinds[name]):
        signature = key.sign(b"the same", digest)
        assert len(signature) <= key.signature_bytes == kinds[name].signature_bytes
        assert verifies(kinds[name].certificate.parsed.public_key(), signature, b"the same", digest)


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


@pytest.mark.parametrize(
    ("algorithm", "bits", "kind"),
    [(KeyAlgorithm.RSA, 2048, rsa.RSAPublicKey), (KeyAlgorithm.ECDSA, 384, ec.EllipticCurvePublicKey)],
)
def test_a_key_made_on_the_token_signs_and_stays_there(token, algorithm, bits, kind):
    token.login(PIN)
    pair = token.make_key("made here", algorithm, bits)
    assert isinstance(pair.public_key, kind)
    assert pair.public_key.key_size == bits
    assert verifies(pair.public_key, pair.sign(b"data"), b"data", Digest.SHA256)
    with token.session() as session:
        private_key = pair.require(session)
        assert private_key[Attribute.SENSITIVE]
        assert not private_key[Attribute.EXTRACTABLE]


def test_a_certificate_is_stored_beside_its_key(token, official):
    token.login(PIN)
    token.store(official.certificate, b"\x77", "again")
    assert token.certificate(key_id=b"\x77") == official.certificate


def test_a_key_under_another_ones_certificate_gives_no_signature(token, tokens, kinds, official):
    tokens.put("swapped", kinds["rsa-2048"], "01", "k")
    swapped = Token(MODULE, "swapped")
    swapped.login(PIN)
    swapped.store(official.certificate, b"\x01", "wrong one")
    with pytest.raises(KeyUnavailable) as caught:
        swapped.key(label="wrong one").sign(b"data")
    assert caught.value.code == "key_and_certificate_differ"
    swapped.close()


def test_a_token_pulled_out_between_two_signatures_is_said_so_and_wants_its_pin_again(tokens, kinds):
    folder = tokens.folders["pulled"]
    tokens.put("pulled", kinds["p-256"], "01", "k")
    pulled = Token(MODULE, "pulled")
    pulled.login(PIN)
    key = pulled.key(label="k")
    assert key.sign(b"first")
    shutil.move(folder, tokens.folder / "away")
    with pytest.raises(CertError) as caught:
        key.sign(b"second")
    assert caught.value.code == "token_gone"
    with pytest.raises(CertError) as caught:
        key.sign(b"third")
    assert caught.value.code == "pin_needed"
    with pytest.raises(CertError) as caught:
        pulled.login(PIN)
    assert caught.value.code == "token_not_found"
    assert Token(MODULE, "official").certificate(label="signing")  # the others are still seen


def test_a_key_that_wants_its_pin_each_time_is_given_it_each_time_and_a_wrong_one_once(token):
    token.close()
    pins = [PIN, PIN, "999999"]
    asked: list[str] = []

    def ask() -> str:
        asked.append(pins[len(asked)])
        return asked[-1]

    token.login(PIN, ask)
    with token.session(writes=True) as session:
        public, _ = session.generate_keypair(
            KeyType.RSA,
            2048,
            id=b"each",
            store=True,
            capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
            private_template={Attribute.ALWAYS_AUTHENTICATE: True, Attribute.SENSITIVE: True},
        )
        pair = TokenKeyPair(token, b"each", load_der_public_key(encode_rsa_public_key(public)))
    assert len(pair.sign(b"one")) == len(pair.sign(b"two")) == 256
    assert asked == [PIN, PIN]
    for code in ("wrong_pin", "pin_needed"):  # not tried a second time
        with pytest.raises(KeyLocked) as caught:
            pair.sign(b"three")
        assert caught.value.code == code
    token.login(PIN)
    with pytest.raises(KeyLocked) as caught:
        pair.sign(b"four")
    assert caught.value.code == "pin_needed_each_time"
    assert len(asked) == 3


@pytest.mark.parametrize("what", [DeviceRemoved, SessionHandleInvalid])
def test_a_token_that_was_plugged_in_again_wants_its_pin_again(token, what):
    token.login(PIN)
    opened = token._session  # noqa: SLF001 - to put the login back
    with pytest.raises(KeyUnavailable) as caught, token.session():
        raise what
    assert caught.value.code == "token_gone"
    with pytest.raises(KeyLocked), token.session():
        pass
    opened.close()


def test_what_a_token_cannot_do_leaves_it_open(token):
    token.login(PIN)
    with pytest.raises(KeyUnavailable) as caught, token.session():
        raise MechanismInvalid
    assert caught.value.code == "token_failed"
    assert token.key(label="signing").sign(b"data")


def test_a_token_says_how_many_tries_are_left_and_the_last_is_not_used_up():
    assert tries_left(TokenFlag(0)) == "unknown"
    assert tries_left(TokenFlag.USER_PIN_COUNT_LOW) == "few"
    assert tries_left(TokenFlag.USER_PIN_COUNT_LOW | TokenFlag.USER_PIN_FINAL_TRY) == "one"
    assert tries_left(TokenFlag.USER_PIN_LOCKED) == "none"
    refuse_near_lock(TokenFlag.USER_PIN_COUNT_LOW, "t")
    for flags, code in ((TokenFlag.USER_PIN_FINAL_TRY, "pin_final_try"), (TokenFlag.USER_PIN_LOCKED, "pin_locked")):
        with pytest.raises(KeyLocked) as caught:
            refuse_near_lock(flags, "t")
        assert caught.value.code == code


def test_a_key_that_is_not_there_or_there_twice_is_said_so(token):
    token.login(PIN)
    with pytest.raises(KeyUnavailable) as caught:
        token.key(label="nobody")
    assert caught.value.code == "key_not_found"
    with pytest.raises(KeyUnavailable) as caught:
        token.key()
    assert caught.value.code == "key_ambiguous"


def test_a_token_that_is_not_there_is_said_so(tokens):
    with pytest.raises(KeyUnavailable) as caught:
        Token(MODULE, "another")
    assert caught.value.code == "token_not_found"


def test_a_pkcs11_address_is_taken_apart():
    address = address_in("pkcs11:token=my%20token;object=signing;id=%01%fe?module-path=/lib/x.so")
    assert str(address.module) == "/lib/x.so"
    assert (address.token, address.label, address.key_id) == ("my token", "signing", b"\x01\xfe")
    assert isinstance(address, KeyAddress)
    for wrong, code in (
        ("file:x.p12", "not_a_pkcs11_uri"),
        ("pkcs11:token", "not_a_pkcs11_uri"),
        ("pkcs11:token=%ff?module-path=/x", "not_a_pkcs11_uri"),
        ("pkcs11:token=t", "pkcs11_uri_incomplete"),
    ):
        with pytest.raises(KeyUnavailable) as caught:
            address_in(wrong)
        assert caught.value.code == code
