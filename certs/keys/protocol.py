"""What every private key of the service can do: sign, and say whose it is. Nothing else ever leaves it."""

from enum import StrEnum
from typing import Protocol

from certs.certificate import Certificate


class KeyAlgorithm(StrEnum):
    RSA = "rsa"  # PKCS#1 v1.5, which every reader of PDFs knows
    ECDSA = "ecdsa"


class Digest(StrEnum):
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class SigningKey(Protocol):
    """A private key with its certificate. ``sign`` may block on a device; it is safe to call from several threads."""

    @property
    def certificate(self) -> Certificate: ...

    @property
    def chain(self) -> tuple[Certificate, ...]:
        """The certificates above, nearest first; the anchor may be missing."""

    @property
    def algorithm(self) -> KeyAlgorithm: ...

    @property
    def signature_bytes(self) -> int:
        """The most bytes one signature takes."""

    def sign(self, data: bytes, digest: Digest = Digest.SHA256) -> bytes:
        """Return the signature on ``data``, which is hashed with ``digest`` first."""
