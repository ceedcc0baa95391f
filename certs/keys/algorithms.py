"""Which keys we take: RSA from 2048 to 4096 bits and the curves P-256 and P-384, and what their signatures are.

RSA signs with PKCS#1 v1.5, which every reader of PDFs knows (signing.md B1); other curves are refused, because
poppler calls their signatures corrupted.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from certs.errors import KeyUnavailable
from certs.keys.protocol import Digest, KeyAlgorithm

SMALLEST_RSA_BITS, LARGEST_RSA_BITS = 2048, 4096
CURVES = {"secp256r1": "P-256", "secp384r1": "P-384"}
HASHES = {Digest.SHA256: hashes.SHA256(), Digest.SHA384: hashes.SHA384(), Digest.SHA512: hashes.SHA512()}
INTEGERS_IN_DER_BYTES = 9  # what a SEQUENCE of two INTEGERs adds to their bytes, at most


def algorithm_of(public_key: object) -> KeyAlgorithm:
    """Return the algorithm of a key that we take; raises ``KeyUnavailable`` for any other."""
    if isinstance(public_key, rsa.RSAPublicKey):
        if SMALLEST_RSA_BITS <= public_key.key_size <= LARGEST_RSA_BITS:
            return KeyAlgorithm.RSA
        raise KeyUnavailable("key_algorithm_not_supported", found=f"RSA-{public_key.key_size}")
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        if public_key.curve.name in CURVES:
            return KeyAlgorithm.ECDSA
        raise KeyUnavailable("key_algorithm_not_supported", found=public_key.curve.name)
    raise KeyUnavailable("key_algorithm_not_supported", found=type(public_key).__name__.removesuffix("PublicKey"))


def signature_bytes(public_key: object) -> int:
    """Return the most bytes that one signature by this key takes."""
    if isinstance(public_key, rsa.RSAPublicKey):
        return public_key.key_size // 8
    if isinstance(public_key, ec.EllipticCurvePublicKey):
        return 2 * ((public_key.key_size + 7) // 8) + INTEGERS_IN_DER_BYTES
    return 0


def verifies(public_key: object, signature: bytes, data: bytes, digest: Digest) -> bool:
    """Whether ``signature`` is this key's over ``data``."""
    try:
        if isinstance(public_key, rsa.RSAPublicKey):
            public_key.verify(signature, data, padding.PKCS1v15(), HASHES[digest])
            return True
        if isinstance(public_key, ec.EllipticCurvePublicKey):
            public_key.verify(signature, data, ec.ECDSA(HASHES[digest]))
            return True
    except InvalidSignature:
        return False
    return False
