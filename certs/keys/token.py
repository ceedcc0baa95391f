"""Private keys on PKCS#11 tokens and HSMs; the only module that imports pkcs11.

One session under one lock: real tokens do one thing at a time, more sessions bring no speed (signing.md C), and
SoftHSM 2.6 fails now and then when two look for objects at once.
A wrong PIN is never tried again, and none is tried when the token says that only one try is left, because a locked
token costs its holder a day. The PIN is handed to the token and kept nowhere: here stays a keyed hash of it, so that
the one refused is known again, and only who knows the PIN gets at a token that is open.
"""

import contextlib
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11 import Attribute, CertificateType, KeyType, Mechanism, MechanismFlag, ObjectClass, TokenFlag, exceptions
from pkcs11.util.ec import encode_ec_public_key, encode_ecdsa_signature, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from certs.certificate import Certificate
from certs.errors import CertificateInvalid, KeyLocked, KeyUnavailable
from certs.keys.algorithms import algorithm_of, signature_bytes, verifies
from certs.keys.protocol import Digest, KeyAlgorithm

RSA_MECHANISMS = {
    Digest.SHA256: Mechanism.SHA256_RSA_PKCS,
    Digest.SHA384: Mechanism.SHA384_RSA_PKCS,
    Digest.SHA512: Mechanism.SHA512_RSA_PKCS,
}
CURVE_BITS = {256: "secp256r1", 384: "secp384r1"}
KEY_ID_BYTES = 8
WRONG = (exceptions.PinIncorrect, exceptions.PinLenRange, exceptions.PinInvalid)

LOST = (  # pulled out, or plugged in again since
    exceptions.DeviceRemoved,
    exceptions.TokenNotPresent,
    exceptions.SessionHandleInvalid,
    exceptions.SessionClosed,
    exceptions.UserNotLoggedIn,
)


class Token:
    """A token of one module, by its label; safe to use from several threads, one after the other."""

    def __init__(self, module: Path, label: str) -> None:
        self.label, self._module = label, module
        self._lock = threading.RLock()
        self._session: pkcs11.Session | None = None  # there is one while the holder is logged in
        self._secret = secrets.token_bytes(32)
        self._accepted = self._refused = b""
        self._ask_again: Callable[[], str] | None = None
        self._token = self._found()

    def login(self, pin: str, ask_again: Callable[[], str] | None = None) -> None:
        """Log in once; raises ``KeyLocked`` with what the token tells about tries left, or ``KeyUnavailable``.

        ``ask_again`` is asked for the PIN before each use of a key that wants it so (CKA_ALWAYS_AUTHENTICATE).
        """
        own = hmac.digest(self._secret, pin.encode(), "sha256")
        with self._lock:
            if self._session is not None:
                if not hmac.compare_digest(own, self._accepted):
                    raise KeyLocked("token_open_with_another_pin", token=self.label)
                return
            if hmac.compare_digest(own, self._refused):
                raise KeyLocked("wrong_pin_not_retried", token=self.label)
            self._token = self._found()  # it may have been plugged in again
            refuse_near_lock(self._token.flags, self.label)
            try:
                self._session = self._token.open(user_pin=pin)
            except WRONG as error:
                self._refused = own
                raise KeyLocked("wrong_pin", token=self.label, tries=tries_left(self._found().flags)) from error
            except exceptions.PinLocked as error:
                raise KeyLocked("pin_locked", token=self.label) from error
            except exceptions.UserAlreadyLoggedIn as error:  # then this PIN was not looked at
                raise KeyUnavailable("token_in_use", token=self.label) from error
            except exceptions.PKCS11Error as error:
                raise KeyUnavailable("token_failed", token=self.label) from error
            self._accepted, self._ask_again = own, ask_again

    def certificate(self, *, label: str | None = None, key_id: bytes | None = None) -> Certificate:
        """Return the chosen certificate, before any PIN: tokens show them to everybody; raises ``KeyUnavailable``."""
        with self._using(self._session) as session:
            return self._chosen(session, label, key_id)[1]

    def key(self, *, label: str | None = None, key_id: bytes | None = None) -> "TokenKey":
        """Return the key whose id is that of the chosen certificate; raises ``KeyLocked`` or ``KeyUnavailable``."""
        with self.session() as session:
            identity, certificate = self._chosen(session, label, key_id)
            others = [der for _, der in _certificates(session, {})]
            pair = TokenKeyPair(self, identity, certificate.parsed.public_key())
            pair.require(session)
        return TokenKey(pair, certificate, _chain(certificate, others))

    def make_key(self, label: str, algorithm: KeyAlgorithm, bits: int) -> "TokenKeyPair":
        """Make a key pair that never leaves the token: RSA of so many bits, or the curve of so many."""
        identity = secrets.token_bytes(KEY_ID_BYTES)
        may = MechanismFlag.SIGN | MechanismFlag.VERIFY
        stays = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
        with self.session(writes=True) as session:
            if algorithm is KeyAlgorithm.RSA:
                public, _ = session.generate_keypair(
                    KeyType.RSA, bits, id=identity, label=label, store=True, capabilities=may, private_template=stays
                )
                return TokenKeyPair(self, identity, load_der_public_key(encode_rsa_public_key(public)))
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(CURVE_BITS[bits])}
            parameters: Any = session.create_domain_parameters(KeyType.EC, curve, local=True)
            public, _ = parameters.generate_keypair(
                id=identity, label=label, store=True, capabilities=may, private_template=stays
            )
            return TokenKeyPair(self, identity, load_der_public_key(encode_ec_public_key(public)))

    def store(self, certificate: Certificate, key_id: bytes, label: str) -> None:
        """Write a certificate beside its key."""
        with self.session(writes=True) as session:
            session.create_object(
                {
                    Attribute.CLASS: ObjectClass.CERTIFICATE,
                    Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                    Attribute.TOKEN: True,
                    Attribute.LABEL: label,
                    Attribute.ID: key_id,
                    Attribute.SUBJECT: certificate.parsed.subject.public_bytes(),
                    Attribute.VALUE: certificate.der,
                }
            )

    @contextmanager
    def session(self, *, writes: bool = False) -> Generator[pkcs11.Session]:
        """Lend the session of the login to one thread; a token that was pulled out is ``KeyUnavailable``."""
        with self._lock:
            if self._session is None:
                raise KeyLocked("pin_needed", token=self.label)
            with self._using(None if writes else self._session, writes=writes) as session:
                yield session

    def close(self) -> None:
        """Log out and close the session."""
        with self._lock, contextlib.suppress(exceptions.PKCS11Error):
            session, self._session = self._session, None
            if session is not None:
                session.close()

    @contextmanager
    def _using(self, opened: pkcs11.Session | None, *, writes: bool = False) -> Generator[pkcs11.Session]:
        with self._lock:
            try:
                if opened is not None:
                    yield opened
                else:
                    with self._token.open(rw=writes) as session:
                        yield session
            except exceptions.PKCS11Error as error:
                if isinstance(error, LOST) or not self._is_there():
                    raise self.gone() from error
                raise KeyUnavailable("token_failed", token=self.label) from error

    def pin_for(self, private_key: pkcs11.PrivateKey) -> dict[str, str]:
        """Return the PIN where this key wants it before each use, else nothing."""
        try:
            wants_it = bool(private_key[Attribute.ALWAYS_AUTHENTICATE])
        except exceptions.AttributeTypeInvalid:  # older than PKCS#11 2.20
            wants_it = False
        if wants_it and self._ask_again is None:
            raise KeyLocked("pin_needed_each_time", token=self.label)
        return {"pin": self._ask_again()} if wants_it and self._ask_again else {}

    def refused(self) -> KeyLocked:
        """End the login after a wrong PIN, so that none is tried a second time; return the error to raise."""
        self.close()
        return KeyLocked("wrong_pin", token=self.label, tries=tries_left(self._found().flags))

    def gone(self) -> KeyUnavailable:
        """Forget the session, since with the token its login went, too; return the error to raise."""
        self._session = None
        return KeyUnavailable("token_gone", token=self.label)

    def _chosen(self, session: pkcs11.Session, label: str | None, key_id: bytes | None) -> tuple[bytes, Certificate]:
        wanted = {Attribute.LABEL: label, Attribute.ID: key_id}
        found = _certificates(session, {name: value for name, value in wanted.items() if value is not None})
        if len(found) != 1:
            raise KeyUnavailable("key_ambiguous" if found else "key_not_found", token=self.label)
        return found[0][0], Certificate(found[0][1])

    def _found(self) -> pkcs11.Token:
        """Look into every slot: one that fails, or holds another token, hides none of the others."""
        found = []
        try:
            for slot in pkcs11.lib(str(self._module)).get_slots(token_present=True):
                with contextlib.suppress(exceptions.PKCS11Error):
                    found += [token for token in (slot.get_token(),) if token.label == self.label]
        except (exceptions.PKCS11Error, RuntimeError, OSError) as error:
            raise KeyUnavailable("token_not_found", token=self.label) from error
        if len(found) != 1:
            raise KeyUnavailable("token_ambiguous" if found else "token_not_found", token=self.label)
        return found[0]

    def _is_there(self) -> bool:
        try:
            return bool(self._token.slot.get_token().serial == self._token.serial and self._found())
        except (exceptions.PKCS11Error, KeyUnavailable):
            return False


class TokenKeyPair:
    """A private key on a token, known by its id, with its public half."""

    def __init__(self, token: Token, identity: bytes, public_key: object) -> None:
        self._token, self.identity, self.public_key = token, identity, public_key
        self.algorithm = algorithm_of(public_key)

    def sign(self, data: bytes, digest: Digest = Digest.SHA256) -> bytes:
        """Return a signature that was checked against the public key before anyone gets it."""
        with self._token.session() as session:
            try:
                private_key = self.require(session)
            except KeyUnavailable as error:  # it was there when this pair was made
                raise self._token.gone() from error
            try:
                signature = self._signed_by(private_key, data, digest)
            except WRONG as error:
                raise self._token.refused() from error
        if not verifies(self.public_key, signature, data, digest):
            raise KeyUnavailable("key_and_certificate_differ", token=self._token.label)
        return signature

    def _signed_by(self, private_key: Any, data: bytes, digest: Digest) -> bytes:  # noqa: ANN401 - as ``require`` gives it
        pin = self._token.pin_for(private_key)
        if self.algorithm is KeyAlgorithm.RSA:
            return bytes(private_key.sign(data, mechanism=RSA_MECHANISMS[digest], **pin))
        # SoftHSM 2.6 has no ECDSA that hashes (signing.md B5); a longer hash is cut to fit (FIPS 186-5 6.4).
        size: int = self.public_key.key_size  # type: ignore[attr-defined]  # algorithm_of knows it is a curve's
        hashed = hashlib.new(digest.value, data).digest()[: size // 8]
        return bytes(encode_ecdsa_signature(private_key.sign(hashed, mechanism=Mechanism.ECDSA, **pin)))

    def require(self, session: pkcs11.Session) -> Any:  # noqa: ANN401 - what it can do depends on the token
        """Return the private key as an object of this session, or raise ``KeyUnavailable``."""
        wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: self.identity}
        found = next(iter(list(session.get_objects(wanted))), None)
        if not isinstance(found, pkcs11.PrivateKey):
            raise KeyUnavailable("key_not_found", token=self._token.label)
        return found


class TokenKey:
    """A ``SigningKey`` on a token."""

    def __init__(self, pair: TokenKeyPair, certificate: Certificate, chain: tuple[Certificate, ...]) -> None:
        self._pair, self._certificate, self._chain = pair, certificate, chain

    @property
    def certificate(self) -> Certificate:
        return self._certificate

    @property
    def chain(self) -> tuple[Certificate, ...]:
        return self._chain

    @property
    def algorithm(self) -> KeyAlgorithm:
        return self._pair.algorithm

    @property
    def signature_bytes(self) -> int:
        return signature_bytes(self._pair.public_key)

    def sign(self, data: bytes, digest: Digest = Digest.SHA256) -> bytes:
        return self._pair.sign(data, digest)


def refuse_near_lock(flags: TokenFlag, label: str) -> None:
    """Raise ``KeyLocked`` where the token is locked, or one more wrong PIN would lock it (PKCS#11, CK_TOKEN_INFO)."""
    if flags & TokenFlag.USER_PIN_LOCKED:
        raise KeyLocked("pin_locked", token=label)
    if flags & TokenFlag.USER_PIN_FINAL_TRY:
        raise KeyLocked("pin_final_try", token=label)


def tries_left(flags: TokenFlag) -> str:
    """Return what a token tells: none, one, few, or nothing yet (unknown)."""
    if flags & TokenFlag.USER_PIN_LOCKED:
        return "none"
    if flags & TokenFlag.USER_PIN_FINAL_TRY:
        return "one"
    return "few" if flags & TokenFlag.USER_PIN_COUNT_LOW else "unknown"


def _certificates(session: pkcs11.Session, wanted: dict[Attribute, object]) -> list[tuple[bytes, bytes]]:
    objects = session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE, **wanted})
    return [(bytes(one[Attribute.ID]), bytes(one[Attribute.VALUE])) for one in objects]


def _chain(certificate: Certificate, others: list[bytes]) -> tuple[Certificate, ...]:
    by_subject = {}
    for der in others:
        with contextlib.suppress(CertificateInvalid):  # tokens also hold objects of their makers
            one = Certificate(der)
            by_subject[one.parsed.subject] = one
    chain = []
    current = certificate
    while not current.is_self_signed and (parent := by_subject.pop(current.parsed.issuer, None)) is not None:
        chain.append(parent)
        current = parent
    return tuple(chain)
