"""pyHanko's idea of a signer, made of ours: it lays out the PDF, and never sees a key.

pyHanko's own signer parses and checks the private key again for every signature, twice (signing.md 0.3); here the
signature is made outside, over what pyHanko has laid out (`signing.ready`).
"""

from collections.abc import Coroutine
from functools import lru_cache
from typing import TypeVar, cast

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]  # asn1crypto has no types
from pyhanko.sign import Signer

from certs.certificate import Certificate

Result = TypeVar("Result")


class Holder(Signer):
    """Whose signature it will be; pyHanko asks for the certificate, and must not ask for more."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(signing_cert=parsed(certificate.der), embed_roots=False)

    async def async_sign_raw(  # noqa: PLR6301 - pyHanko's interface
        self, *_unused: object, **_more: object
    ) -> bytes:
        raise AssertionError("signatures are made outside of pyHanko")


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
