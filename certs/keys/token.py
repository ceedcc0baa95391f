"""Private keys on PKCS#11 tokens and HSMs; the only module that imports pkcs11.

One login per token, then pooled sessions: a login belongs to the process, not to a session. A wrong PIN is never
tried again by itself, because a token locks after a few; what the token says about tries left goes into the error.
The PIN is handed to the token and kept nowhere.
"""

import hashlib
import queue
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_to_bytes

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11.exceptions import PinIncorrect, PinLenRange, PinLocked, PKCS11Error, UserAlreadyLoggedIn
from pkcs11.util.ec import encode_ecdsa_signature

from certs.certificate import Certificate
from certs.errors import CertificateInvalid, KeyLocked, KeyUnavailable
from certs.keys.protocol import Digest, KeyAlgorithm

# One use at a time: real tokens do not sign in parallel, more sessions bring no speed (signing.md C), and SoftHSM 2.6
# fails now and then when two sessions look for objects at once.
MOST_SESSIONS = 1
RSA_MECHANISMS = {
    Digest.SHA256: Mechanism.SHA256_RSA_PKCS,
    Digest.SHA384: Mechanism.SHA384_RSA_PKCS,
    Digest.SHA512: Mechanism.SHA512_RSA_PKCS,
}


class Token:
    """A token of one module, by its label. Sessions are opened as they are needed and used again."""

    def __init__(self, module: Path, label: str) -> None:
        self.label = label
        try:
            self._token = pkcs11.lib(str(module)).get_token(token_label=label)
        except (PKCS11Error, RuntimeError, OSError) as error:
            raise KeyUnavailable("token_not_found", token=label) from error
        self._idle: queue.LifoQueue[pkcs11.Session] = queue.LifoQueue()
        self._room = threading.Semaphore(MOST_SESSIONS)
        self._lock = threading.Lock()
        self._is_open = False
        self._refused: bytes | None = None

    def login(self, pin: str) -> None:
        """Log in once; raises ``KeyLocked`` with what the token tells about tries left."""
        with self._lock:
            if self._is_open:
                return
            if self._refused == _fingerprint(pin):
                raise KeyLocked("wrong_pin_not_retried", token=self.label)
            try:
                self._idle.put(self._token.open(user_pin=pin))
            except UserAlreadyLoggedIn:  # by another part of this process
                self._idle.put(self._token.open())
            except (PinIncorrect, PinLenRange) as error:
                self._refused = _fingerprint(pin)
                raise KeyLocked("wrong_pin", token=self.label, tries=self._tries()) from error
            except PinLocked as error:
                raise KeyLocked("pin_locked", token=self.label) from error
            except PKCS11Error as error:
                raise KeyUnavailable("token_failed", token=self.label) from error
            self._is_open = True

    def key(self, *, label: str | None = None, key_id: bytes | None = None) -> "TokenKey":
        """Return the key of the certificate with this label or id; raises ``KeyUnavailable``."""
        wanted: dict[Attribute, object] = {Attribute.CLASS: ObjectClass.CERTIFICATE}
        if label is not None:
            wanted[Attribute.LABEL] = label
        if key_id is not None:
            wanted[Attribute.ID] = key_id
        with self.session() as session:
            found = [(bytes(one[Attribute.ID]), bytes(one[Attribute.VALUE])) for one in session.get_objects(wanted)]
            others = [
                bytes(one[Attribute.VALUE]) for one in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
            ]
        if len(found) != 1:
            raise KeyUnavailable("key_not_found" if not found else "key_ambiguous", token=self.label)
        identity, der = found[0]
        return TokenKey(self, identity, Certificate(der), _chain(Certificate(der), others))

    @contextmanager
    def session(self) -> Generator[pkcs11.Session]:
        """Lend a session; a token that was pulled out is ``KeyUnavailable``."""
        if not self._is_open:
            raise KeyLocked("pin_needed", token=self.label)
        with self._room:
            try:
                try:
                    session = self._idle.get_nowait()
                except queue.Empty:
                    session = self._token.open()
                yield session
            except PKCS11Error as error:  # the session is not used again
                raise KeyUnavailable("token_failed", token=self.label) from error
            self._idle.put(session)

    def close(self) -> None:
        """Close every session; with the last one the token forgets the login."""
        with self._lock:
            while not self._idle.empty():
                self._idle.get_nowait().close()
            self._is_open = False

    def _tries(self) -> str:
        flags = self._token.flags
        if flags & TokenFlag.USER_PIN_LOCKED:
            return "none"
        if flags & TokenFlag.USER_PIN_FINAL_TRY:
            return "one"
        return "few" if flags & TokenFlag.USER_PIN_COUNT_LOW else "unknown"


class TokenKey:
    """A ``SigningKey`` on a token: found by the id of its certificate."""

    def __init__(self, token: Token, identity: bytes, certificate: Certificate, chain: tuple[Certificate, ...]) -> None:
        self._token, self._identity, self._certificate, self._chain = token, identity, certificate, chain
        with token.session() as session:
            key = self._key(session)
            self._algorithm = KeyAlgorithm.RSA if key.key_type is KeyType.RSA else KeyAlgorithm.ECDSA
            self._bytes = key.key_length // 8 if self._algorithm is KeyAlgorithm.RSA else 2 * 66 + 9

    @property
    def certificate(self) -> Certificate:
        return self._certificate

    @property
    def chain(self) -> tuple[Certificate, ...]:
        return self._chain

    @property
    def algorithm(self) -> KeyAlgorithm:
        return self._algorithm

    @property
    def signature_bytes(self) -> int:
        return self._bytes

    def sign(self, data: bytes, digest: Digest = Digest.SHA256) -> bytes:
        with self._token.session() as session:
            key = self._key(session)
            if self._algorithm is KeyAlgorithm.RSA:
                return bytes(key.sign(data, mechanism=RSA_MECHANISMS[digest]))
            # SoftHSM 2.6 has no ECDSA that hashes (signing.md B5)
            hashed = hashlib.new(digest.value, data).digest()
            return bytes(encode_ecdsa_signature(key.sign(hashed, mechanism=Mechanism.ECDSA)))

    def _key(self, session: pkcs11.Session) -> Any:  # ruff: ignore[any-type] - what it can do depends on the token
        wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: self._identity}
        found = next(iter(session.get_objects(wanted)), None)
        if not isinstance(found, pkcs11.PrivateKey):
            raise KeyUnavailable("key_not_found", token=self._token.label)
        return found


def parts_of_uri(uri: str) -> dict[str, str]:
    """Return the attributes of a PKCS#11 URI (RFC 7512), path and query together; raises ``KeyUnavailable``."""
    scheme, _, rest = uri.partition(":")
    if scheme != "pkcs11":
        raise KeyUnavailable("not_a_pkcs11_uri")
    path, _, query = rest.partition("?")
    try:
        pairs = [part.split("=", 1) for part in path.split(";") if part]
        parts = {name: unquote_to_bytes(value).decode() for name, value in pairs}
    except ValueError as error:
        raise KeyUnavailable("not_a_pkcs11_uri") from error
    return parts | {name: values[0] for name, values in parse_qs(query).items()}


def _chain(certificate: Certificate, others: list[bytes]) -> tuple[Certificate, ...]:
    by_subject = {}
    for der in others:
        try:
            one = Certificate(der)
            by_subject[one.parsed.subject] = one
        except CertificateInvalid:  # some tokens hold objects of their makers that are no certificates
            continue
    chain = []
    current = certificate
    while not current.is_self_signed and (parent := by_subject.pop(current.parsed.issuer, None)) is not None:
        chain.append(parent)
        current = parent
    return tuple(chain)


def _fingerprint(pin: str) -> bytes:
    return hashlib.sha256(pin.encode()).digest()
