"""pyHanko's ideas of a signer and a timestamper, made of ours: it lays out the PDF, and never sees a key.

pyHanko's own signer parses and checks the private key again for every signature, twice (signing.md 0.3); here the
signature is made outside, over what pyHanko has laid out (`signing.ready`).
"""

from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import TypeVar, cast

from asn1crypto import cms  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import x509 as asn1_x509
from pyhanko.sign import Signer
from pyhanko.sign.timestamps import TimeStamper

from certs.certificate import Certificate
from certs.keys.protocol import Digest
from certs.timestamps import Token

Result = TypeVar("Result")


class Holder(Signer):
    """Whose signature it will be; pyHanko asks for the certificate, and must not ask for more."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(signing_cert=parsed(certificate.der), embed_roots=False)

    async def async_sign_raw(  # noqa: PLR6301 - pyHanko's interface
        self, *_unused: object, **_more: object
    ) -> bytes:
        raise AssertionError("signatures are made outside of pyHanko")


class Stamper(TimeStamper):
    """Hands pyHanko the tokens that ``certs`` asked for and checked; nothing goes out from here."""

    def __init__(self, stamp: Callable[[bytes, Digest], Token]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko's
        self._stamp = stamp

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
