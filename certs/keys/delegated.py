"""Our keys as `cryptography` wants a private key to be, for its builders: they may lie on a token (signing.md B15)."""

from typing import Any, NoReturn, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from certs.errors import KeyUnavailable
from certs.keys.protocol import Digest

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
DIGEST_OF = {"sha256": Digest.SHA256, "sha384": Digest.SHA384, "sha512": Digest.SHA512}


class Signs(Protocol):
    def sign(self, data: bytes, digest: Digest = Digest.SHA256) -> bytes: ...


class Blank:
    """Signs nothing: a certificate with its signature can be looked over before the real key is used."""

    def sign(self, _data: bytes, _digest: Digest = Digest.SHA256) -> bytes:  # noqa: PLR6301 - the protocol's shape
        return bytes(64)


def as_private_key(key: Signs, public_key: object) -> PrivateKey:
    """Return an object that the builders of `cryptography` sign with; all else it refuses."""
    if isinstance(public_key, rsa.RSAPublicKey):
        return _Rsa(key, public_key)
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return _Ec(key, public_key)
    raise KeyUnavailable("key_algorithm_not_supported", found=type(public_key).__name__)


def _refused(_self: object, *_arguments: object) -> NoReturn:
    raise KeyUnavailable("key_stays_where_it_is")


class _Rsa(rsa.RSAPrivateKey):
    decrypt: Any = _refused
    private_numbers: Any = _refused
    private_bytes: Any = _refused

    def __init__(self, key: Signs, public_key: rsa.RSAPublicKey) -> None:
        self._key, self._public_key = key, public_key

    def sign(self, data: object, padding: object, algorithm: object) -> bytes:  # noqa: ARG002 - PKCS#1 v1.5 always
        return self._key.sign(bytes(data), _digest(algorithm))  # type: ignore[call-overload]  # any buffer

    def public_key(self) -> rsa.RSAPublicKey:
        return self._public_key

    @property
    def key_size(self) -> int:
        return self._public_key.key_size

    def __copy__(self) -> "_Rsa":
        return self

    def __deepcopy__(self, _memo: dict[object, object]) -> "_Rsa":
        return self


class _Ec(ec.EllipticCurvePrivateKey):
    exchange: Any = _refused
    private_numbers: Any = _refused
    private_bytes: Any = _refused

    def __init__(self, key: Signs, public_key: ec.EllipticCurvePublicKey) -> None:
        self._key, self._public_key = key, public_key

    def sign(self, data: object, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        return self._key.sign(bytes(data), _digest(signature_algorithm.algorithm))  # type: ignore[call-overload]  # any buffer

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public_key

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public_key.curve

    @property
    def key_size(self) -> int:
        return self._public_key.key_size

    def __copy__(self) -> "_Ec":
        return self

    def __deepcopy__(self, _memo: dict[object, object]) -> "_Ec":
        return self


def _digest(algorithm: object) -> Digest:
    if not isinstance(algorithm, hashes.HashAlgorithm):
        raise TypeError(type(algorithm).__name__)
    return DIGEST_OF[algorithm.name]
