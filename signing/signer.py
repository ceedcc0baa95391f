"""pyHanko's ideas of a signer and a timestamper, made of ours: a key that was loaded once, tokens that were checked.

pyHanko's own signer parses and checks the private key again for every signature, twice (signing.md 0.3); this one
hands the bytes to the key and nothing else.
"""

from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import TypeVar, cast

from asn1crypto import cms  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import x509 as asn1_x509
from pyhanko.sign import Signer
from pyhanko.sign.timestamps import TimeStamper

from certs.keys.protocol import Digest, SigningKey
from certs.timestamps import Token
from signing.cms import signed_data

Result = TypeVar("Result")


class KeySigner(Signer):
    """Signs with a ``SigningKey``; the chain without its root goes into the signature."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        super().__init__(signing_cert=parsed(key.certificate.der), embed_roots=False)

    async def async_sign(
        self, data_digest: bytes, digest_algorithm: str, *_unused: object, timestamper: object = None, **_more: object
    ) -> cms.ContentInfo:
        if digest_algorithm != Digest.SHA256.value:
            raise AssertionError(digest_algorithm)
        stamp = timestamper.token if isinstance(timestamper, Stamper) else None
        return cms.ContentInfo.load(signed_data(self._key, data_digest, stamp))

    async def async_sign_raw(  # ruff: ignore[no-self-use] - pyHanko's interface
        self, *_unused: object, **_more: object
    ) -> bytes:
        raise AssertionError("pyHanko asks for whole signatures only")


class Stamper(TimeStamper):
    """Hands pyHanko the tokens that ``certs`` asked for and checked; nothing goes out from here."""

    def __init__(self, stamp: Callable[[bytes, Digest], Token]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko's
        self._stamp = stamp

    def token(self, digest: bytes) -> bytes:
        """Return a token over a SHA-256 digest in DER."""
        return self._stamp(digest, Digest.SHA256).der

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        return cms.ContentInfo.load(self._stamp(message_digest, Digest(md_algorithm)).der)


@lru_cache(maxsize=256)
def parsed(der: bytes) -> asn1_x509.Certificate:
    """Return asn1crypto's view of a certificate; parsing the same few again and again is most of a batch's time."""
    return asn1_x509.Certificate.load(der)


def finished(work: Coroutine[object, None, Result]) -> Result:
    """Run a coroutine that never really waits, also inside a running event loop, without the cost of one."""
    try:
        work.send(None)
    except StopIteration as result:
        return cast("Result", result.value)
    work.close()
    raise AssertionError("signing waited for something outside")
