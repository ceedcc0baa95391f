"""Whom we trust, and for what: the trust stores stay apart, and each anchor has its dates.

An anchor is a decision of ours, not a property of a certificate. A store answers for one kind of signature only, so
that a public authority can never vouch for an official. The Government's roots come with the code (see the README
beside them); the other stores are folders that the wiring names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from certs.certificate import Certificate, certificates_of

OFFICIAL_DUTY = Path(__file__).parent / "data" / "official-duty"


class Store(StrEnum):
    """In the order of their weight: the file's weakest chain names the file's store."""

    OFFICIAL_DUTY = "official-duty"
    COMMUNE = "commune"
    PUBLIC = "public"
    DEMO = "demo"


@dataclass(frozen=True)
class Anchor:
    """A root we trust within a span of time; signatures proven outside it are not covered."""

    certificate: Certificate
    store: Store
    trusted_from: datetime
    trusted_until: datetime


@dataclass(frozen=True)
class TrustStores:
    """Anchors of all stores, and intermediates that help to build chains but are trusted for nothing."""

    anchors: tuple[Anchor, ...]
    intermediates: tuple[Certificate, ...] = ()

    def store_of(self, root: Certificate) -> Store | None:
        """Return the store that this very certificate is an anchor of."""
        return next((anchor.store for anchor in self.anchors if anchor.certificate.der == root.der), None)

    def with_certificates(self, store: Store, certificates: Iterable[Certificate]) -> "TrustStores":
        """Add certificates to a store: self-signed ones become anchors, others help to build chains."""
        certificates = tuple(certificates)
        anchors = tuple(Anchor(one, store, one.not_before, one.not_after) for one in certificates if one.is_self_signed)
        others = tuple(one for one in certificates if not one.is_self_signed)
        return TrustStores(self.anchors + anchors, self.intermediates + others)


NOBODY = TrustStores(())


def government() -> TrustStores:
    """Return the official-duty store that comes with the code."""
    return NOBODY.with_certificates(Store.OFFICIAL_DUTY, certificates_of(sorted(OFFICIAL_DUTY.glob("*.pem"))))
