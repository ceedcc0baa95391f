"""Private keys in files: PKCS#12, and PEM with its certificates. Loaded once; the key then stays in memory.

A wrong password is ``KeyLocked``, never None and never an empty key. The password is used here and kept nowhere.
"""

import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    pkcs12,
)

from certs.certificate import Certificate
from certs.errors import CertificateInvalid, KeyLocked, KeyUnavailable
from certs.keys.algorithms import HASHES, algorithm_of, signature_bytes
from certs.keys.protocol import Digest, KeyAlgorithm
from storage.durable import write_durably

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
LARGEST_FILE_BYTES = 1 << 20


class FileKey:
    """A key that was loaded from a file, or just made."""

    def __init__(self, private_key: PrivateKey, certificate: Certificate, chain: tuple[Certificate, ...] = ()) -> None:
        if _public(private_key) != _public(certificate.parsed):
            raise KeyUnavailable("key_and_certificate_differ")
        self._private_key, self._certificate, self._chain = private_key, certificate, chain
        self._algorithm = algorithm_of(private_key.public_key())

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
        return signature_bytes(self._private_key.public_key())

    @property
    def private_key(self) -> PrivateKey:
        """For `certs.authority`, which signs certificates and lists with it."""
        return self._private_key

    def sign(self, data: bytes, digest: Digest = Digest.SHA256) -> bytes:
        if isinstance(self._private_key, rsa.RSAPrivateKey):
            return self._private_key.sign(data, padding.PKCS1v15(), HASHES[digest])
        return self._private_key.sign(data, ec.ECDSA(HASHES[digest]))


def load_key(path: Path, password: bytes | None) -> FileKey:
    """Return the key in a .p12/.pfx or .pem file.

    Raises ``KeyUnavailable`` (no such file, no key in it) or ``KeyLocked`` (wrong password).
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as error:
        raise KeyUnavailable("key_file_unreadable", path=path.name) from error
    if len(content) > LARGEST_FILE_BYTES:
        raise KeyUnavailable("key_file_too_large", path=path.name)
    return _from_pem(content, password, path.name) if b"-----BEGIN" in content else _from_p12(content, password, path)


def save_key(folder: Path, name: str, key: FileKey) -> Path:
    """Write NAME.p12 under a password of its own in NAME.password, both for their owner only; return the key's path.

    A password that is there already is used again, so that a kill in between never parts a key from its password.
    """
    path = folder / f"{name}.password"
    if not path.exists():
        write_durably(path, secrets.token_urlsafe(24).encode(), 0o600)
    write_durably(folder / f"{name}.p12", p12_of(key, path.read_bytes()), 0o600)
    return folder / f"{name}.p12"


def load_saved_key(folder: Path, name: str) -> FileKey:
    """Return a key that ``save_key`` wrote."""
    try:
        password = (folder / f"{name}.password").read_bytes()
    except OSError as error:
        raise KeyUnavailable("key_file_unreadable", path=f"{name}.password") from error
    return load_key(folder / f"{name}.p12", password)


def p12_of(key: FileKey, password: bytes) -> bytes:
    """Return the key and its certificates as PKCS#12, encrypted with AES-256."""
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(50_000)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(password)
    )
    chain = [one.parsed for one in key.chain]
    return pkcs12.serialize_key_and_certificates(
        key.certificate.common_name.encode(), key.private_key, key.certificate.parsed, chain, encryption
    )


def _from_p12(content: bytes, password: bytes | None, path: Path) -> FileKey:
    if not content.startswith(b"\x30"):
        raise KeyUnavailable("not_a_key_file", path=path.name)
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(content, password)
    except ValueError as error:  # the library tells a wrong password and a damaged file apart by words only
        if "password" in str(error).lower():
            raise KeyLocked("wrong_password", path=path.name) from error
        raise KeyUnavailable("not_a_key_file", path=path.name) from error
    return _checked(key, certificate, chain, path.name)


def _from_pem(content: bytes, password: bytes | None, name: str) -> FileKey:
    encrypted = b"ENCRYPTED" in content
    try:
        key = load_pem_private_key(content, password if encrypted else None)
    except TypeError as error:  # encrypted, and no password given
        raise KeyLocked("wrong_password", path=name) from error
    except ValueError as error:
        if encrypted:
            raise KeyLocked("wrong_password", path=name) from error
        raise KeyUnavailable("not_a_key_file", path=name) from error
    try:
        certificates = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise KeyUnavailable("no_certificate_beside_key", path=name) from error
    own = [one for one in certificates if _public(one) == _public(key)]
    return _checked(key, own[0] if own else None, [one for one in certificates if one not in own], name)


def _checked(key: object, certificate: x509.Certificate | None, chain: list[x509.Certificate], name: str) -> FileKey:
    if certificate is None:
        raise KeyUnavailable("no_certificate_beside_key", path=name)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyUnavailable("key_algorithm_not_supported", found=type(key).__name__.removesuffix("PrivateKey"))
    ours, above = Certificate(certificate.public_bytes(Encoding.DER)), []
    by_subject = {one.subject: one for one in chain}
    current = certificate
    while (parent := by_subject.pop(current.issuer, None)) is not None:  # nearest first, whatever the file's order
        above.append(Certificate(parent.public_bytes(Encoding.DER)))
        current = parent
    try:
        return FileKey(key, ours, tuple(above))
    except CertificateInvalid as error:
        raise KeyUnavailable("not_a_key_file", path=name) from error


def _public(holder: object) -> bytes:
    key = holder.public_key()  # type: ignore[attr-defined]  # certificates and private keys alike have it
    return bytes(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
