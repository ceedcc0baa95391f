"""Whom a reader of the sound files trusts: the two roots of the cast, with the authorities below them at hand."""

from certs.anchors import NOBODY, Store, TrustStores
from tests.signing.sound.make.cast import Cast


def anchors_of(cast: Cast) -> dict[str, bytes]:
    """Return certificates in DER by name: self-signed ones become anchors, the others help to build chains."""
    holders = {"vietnamese-root": cast.vietnamese.root, "plain-root": cast.plain.root}
    between = {"vietnamese-issuing": cast.vietnamese.issuing, "plain-issuing": cast.plain.issuing}
    return {name: holder.der for name, holder in (holders | between).items()}


def stores_of(cast: Cast) -> TrustStores:
    roots = [cast.vietnamese.root, cast.plain.root, cast.vietnamese.issuing, cast.plain.issuing]
    return NOBODY.with_certificates(Store.COMMUNE, [one.as_certificate for one in roots])
