"""Whether a certificate leads to an anchor of ours, at a given time, for its purpose, and not revoked (RFC 5280 6).

Each trust store is asked by itself, in the order of their weight, so that no chain is ever put together from two.
Paths are found by `links`, the rules of RFC 5280 6.1 are the library's, revocation is `standing`'s. Nothing is fetched.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

from asn1crypto import x509  # type: ignore[import-untyped]  # asn1crypto has no types
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    NotYetValidError,
    PathError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, CertRevTrustPolicy
from pyhanko_certvalidator.registry import CertificateRegistry, SimpleTrustManager
from pyhanko_certvalidator.validate import async_validate_path

from certs.anchors import Store, TrustStores
from certs.certificate import Certificate
from certs.errors import CertificateInvalid
from signing.signer import finished
from signing.values import Revocation
from signing.verify.algorithms import POLICY
from signing.verify.causes import Cause
from signing.verify.links import Link, paths
from signing.verify.standing import TOLERANCE, Proofs, Standing, standing

NOT_ASKED = CertRevTrustPolicy(NO_REVOCATION)
EMPTY = CertificateRegistry()  # the path is given: the library finds none, and fetches nothing


@dataclass(frozen=True)
class Known:
    """Certificates and, in DER, proofs at hand that are trusted for nothing by themselves."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def __add__(self, other: "Known") -> "Known":
        return Known(self.certificates + other.certificates, self.crls + other.crls, self.ocsps + other.ocsps)

    def encoded(self) -> list[bytes]:
        return [*(bytes(one.dump()) for one in self.certificates), *self.crls, *self.ocsps]


@dataclass(frozen=True)
class Chain:
    """What was found; ``cause`` is GOOD for a certificate to rely on at that time."""

    cause: Cause
    store: Store | None = None
    revocation: Revocation = Revocation.NOT_CHECKED
    is_embedded: bool = False  # all of the proof of revocation came with the file
    path: tuple[Link, ...] = field(default=(), repr=False)

    @property
    def is_trusted(self) -> bool:
        """About the certificate, its purpose and its anchor; revocation is told apart (interfaces.md)."""
        return self.store is not None and self.cause in {Cause.GOOD, Cause.REVOCATION_UNKNOWN}


class Judge:
    """Asks the trust stores; ``embedded`` came with the file, ``ours`` from the caller and our own store."""

    def __init__(self, stores: TrustStores, embedded: Known, ours: Known) -> None:
        self._ours = Proofs(
            [one for one in ours.crls if one not in embedded.crls],
            [one for one in ours.ocsps if one not in embedded.ocsps],
        )
        self._anchors = stores.anchors
        self._helpers = tuple(Link(one.der) for one in stores.intermediates)
        self._take(embedded)

    def _take(self, embedded: Known) -> None:
        self._embedded = Proofs(embedded.crls, embedded.ocsps)
        self._beside = tuple(Link(one.dump()) for one in embedded.certificates)

    def with_only(self, embedded: Known) -> "Judge":
        """Return a judge with the same stores who sees other proofs than the file's last."""
        other = copy(self)
        other._ours = Proofs((), ())  # noqa: SLF001 - its own kind
        other._take(embedded)  # noqa: SLF001 - the same
        return other

    def known_certificates(self) -> list[bytes]:
        """Return every certificate at hand, in DER."""
        return [one.der for one in (*self._beside, *self._helpers)] + [one.certificate.der for one in self._anchors]

    def judge(
        self,
        certificate: x509.Certificate,
        beside: Iterable[x509.Certificate],
        moment: datetime,
        *,
        for_time: bool = False,
    ) -> Chain:
        """Return the best answer of the stores."""
        leaf = Link(certificate.dump())
        try:
            ours = Certificate(leaf.der)
            purpose_fits = ours.may_stamp_time if for_time else ours.may_sign_documents
        except CertificateInvalid:
            return Chain(Cause.CHAIN)
        helpers = [*(Link(one.dump()) for one in beside), *self._beside, *self._helpers]
        best = Chain(Cause.NO_CHAIN)
        for store in Store:
            found = self._in_store(store, leaf, helpers, moment)
            if found.is_trusted and not purpose_fits:
                found = Chain(Cause.PURPOSE, store, path=found.path)
            if found.is_trusted:
                return found
            if best.cause is Cause.NO_CHAIN:
                best = found
        return best

    def _in_store(self, store: Store, leaf: Link, helpers: Sequence[Link], moment: datetime) -> Chain:
        """Return what the first path says that nothing speaks against, else what the first says."""
        roots = [
            Link(one.certificate.der)
            for one in self._anchors
            if one.store is store and one.trusted_from <= moment <= one.trusted_until
        ]
        first: Chain | None = None
        for path in paths(leaf, filter(_is_readable, helpers), roots) if roots else ():
            cause = _judged(path, moment)
            found = self._looked_up(path, store, moment) if cause is Cause.GOOD else Chain(cause, store)
            if found.cause is Cause.GOOD:
                return found
            first = first or found
        return first or Chain(Cause.NO_CHAIN)

    def _looked_up(self, path: Sequence[Link], store: Store, moment: datetime) -> Chain:
        """Look every certificate of a path up but its root, the highest first (RFC 5280 6.1.3 a 3)."""
        chain = Chain(Cause.GOOD, store, Revocation.GOOD, path=tuple(path))
        for number, (issuer, one) in enumerate(pairwise(path), start=2):
            found = standing(one, issuer, moment, (self._embedded, self._ours))
            if found is Standing.REVOKED:
                cause = Cause.REVOKED if number == len(path) else Cause.REVOKED_AUTHORITY
                return replace(chain, cause=cause, revocation=Revocation.REVOKED)
            if found is Standing.SUSPENDED:
                return replace(chain, cause=Cause.SUSPENDED, revocation=Revocation.UNKNOWN)
            if found is Standing.UNKNOWN:
                chain = replace(chain, cause=Cause.REVOCATION_UNKNOWN, revocation=Revocation.UNKNOWN)
        if chain.cause is not Cause.GOOD or not self._embedded:
            return chain
        alone = (standing(one, issuer, moment, (self._embedded,)) for issuer, one in pairwise(path))
        return replace(chain, is_embedded=all(one is Standing.GOOD for one in alone))


def _judged(path: Sequence[Link], moment: datetime) -> Cause:
    """Ask the library whether a path keeps the rules of RFC 5280 6.1, and say its answer in our words."""
    root, *others = (one.as_the_library_reads_it for one in path)
    if not others:
        in_force = path[0].parsed.not_valid_before_utc <= moment <= path[0].parsed.not_valid_after_utc
        return Cause.GOOD if in_force else Cause.EXPIRED
    context = ValidationContext(
        trust_manager=SimpleTrustManager(),  # type: ignore[no-untyped-call]  # pyHanko's
        certificate_registry=EMPTY,
        moment=moment,
        allow_fetching=False,
        revinfo_policy=NOT_ASKED,
        time_tolerance=TOLERANCE,
        algorithm_usage_policy=POLICY,
    )
    try:
        finished(async_validate_path(context, ValidationPath(CertTrustAnchor(root), others[:-1], others[-1])))
    except (ExpiredError, NotYetValidError):
        return Cause.EXPIRED
    except DisallowedAlgorithmError:
        return Cause.ALGORITHM
    except (PathError, ValidationError):
        return Cause.CHAIN
    return Cause.GOOD


def _is_readable(link: Link) -> bool:
    try:
        _ = link.parsed.subject, link.parsed.issuer
    except ValueError:
        return False
    return True
