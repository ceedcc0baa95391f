"""Whether a certificate leads to an anchor of ours, at a given time, for its purpose, and not revoked (RFC 5280 6).

Each trust store is asked by itself, in the order of their weight, so that no chain is ever put together from two.
Nothing is fetched. Lists made after a certificate's end prove nothing about it, since an issuer may drop it from them
(RFC 5280 3.3), and are left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asn1crypto import crl, ocsp, x509  # type: ignore[import-untyped]  # asn1crypto has no types
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    NotYetValidError,
    PathBuildingError,
    PathError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath

from certs.anchors import Store, TrustStores
from certs.certificate import Certificate
from certs.errors import CertificateInvalid
from signing.signer import finished
from signing.values import Revocation
from signing.verify.algorithms import POLICY
from signing.verify.causes import Cause

TOLERANCE = timedelta(seconds=1)


@dataclass(frozen=True)
class Known:
    """Certificates and proofs at hand that are trusted for nothing by themselves."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    def __add__(self, other: "Known") -> "Known":
        return Known(
            self.certificates + other.certificates, self.crls + other.crls, self.ocsps + other.ocsps
        )

    def says_anything(self) -> bool:
        return bool(self.crls or self.ocsps)


@dataclass(frozen=True)
class Chain:
    """What was found; ``cause`` is GOOD for a certificate to rely on at that time."""

    cause: Cause
    store: Store | None = None
    revocation: Revocation = Revocation.NOT_CHECKED
    is_embedded: bool = False  # all of the proof of revocation came with the file
    path: tuple[x509.Certificate, ...] = field(default=(), repr=False)

    @property
    def is_trusted(self) -> bool:
        """About the certificate, its purpose and its anchor; revocation is told apart (interfaces.md)."""
        return self.store is not None and self.cause in {Cause.GOOD, Cause.REVOCATION_UNKNOWN}


class Judge:
    """Asks the trust stores; ``embedded`` came with the file, ``ours`` from the caller and our own store."""

    def __init__(self, stores: TrustStores, embedded: Known, ours: Known) -> None:
        self._embedded, self._ours = embedded, ours
        self._helpers = tuple(x509.Certificate.load(one.der) for one in stores.intermediates)
        self._anchors = [(one, x509.Certificate.load(one.certificate.der)) for one in stores.anchors]

    def known_certificates(self) -> list[x509.Certificate]:
        return [*self._embedded.certificates, *self._helpers, *(root for _, root in self._anchors)]

    def judge(
        self,
        certificate: x509.Certificate,
        beside: Iterable[x509.Certificate],
        moment: datetime,
        *,
        for_time: bool = False,
        among: Iterable[Store] = tuple(Store),
    ) -> Chain:
        """Return the best answer of the stores."""
        try:
            ours = Certificate(certificate.dump())
            purpose_fits = ours.may_stamp_time if for_time else ours.may_sign_documents
        except CertificateInvalid:
            return Chain(Cause.CHAIN)
        helpers = (*beside, *self._embedded.certificates, *self._helpers)
        best = Chain(Cause.NO_CHAIN)
        for store in among:
            found = self._in_store(store, certificate, helpers, moment)
            if found.cause is Cause.GOOD and not purpose_fits:
                found = Chain(Cause.PURPOSE, store, path=found.path)
            if found.cause is Cause.GOOD:
                return self._with_revocation(found, store, helpers, moment)
            if best.cause is Cause.NO_CHAIN:
                best = found
        return best

    def _in_store(
        self, store: Store, certificate: x509.Certificate, helpers: Sequence[x509.Certificate], moment: datetime
    ) -> Chain:
        roots = self._roots(store, moment)
        if not roots:
            return Chain(Cause.NO_CHAIN)
        try:
            path = _path(certificate, roots, helpers, moment, Known(), "soft-fail")
        except (ExpiredError, NotYetValidError):
            return Chain(Cause.EXPIRED, store)
        except DisallowedAlgorithmError:
            return Chain(Cause.ALGORITHM, store)
        except PathBuildingError:
            return Chain(Cause.NO_CHAIN)
        except (PathError, ValidationError):
            return Chain(Cause.CHAIN, store)
        return Chain(Cause.GOOD, store, path=tuple(path))

    def _with_revocation(
        self, found: Chain, store: Store, helpers: Sequence[x509.Certificate], moment: datetime
    ) -> Chain:
        certificate, roots = found.path[-1], self._roots(store, moment)
        outcome = Chain(Cause.REVOCATION_UNKNOWN, store, Revocation.UNKNOWN, path=found.path)
        for proofs, is_embedded in ((self._embedded, True), (self._embedded + self._ours, False)):
            if not proofs.says_anything() or certificate.dump() == found.path[0].dump():
                continue
            try:
                _path(certificate, roots, helpers, moment, _in_time(proofs, certificate), "require")
            except RevokedError:
                return Chain(Cause.REVOKED, store, Revocation.REVOKED, path=found.path)
            except (InsufficientRevinfoError, PathError, ValidationError):
                continue
            # Newer lists of ours may know of a revocation that the embedded ones are too old for.
            outcome = Chain(Cause.GOOD, store, Revocation.GOOD, outcome.is_embedded or is_embedded, found.path)
        return outcome

    def _roots(self, store: Store, moment: datetime) -> list[x509.Certificate]:
        return [
            root
            for anchor, root in self._anchors
            if anchor.store is store and anchor.trusted_from <= moment <= anchor.trusted_until
        ]


def _path(
    certificate: x509.Certificate,
    roots: list[x509.Certificate],
    helpers: Sequence[x509.Certificate],
    moment: datetime,
    proofs: Known,
    revocation_mode: str,
) -> ValidationPath:
    context = ValidationContext(
        trust_roots=roots,
        other_certs=list(helpers),
        moment=moment,
        allow_fetching=False,
        crls=list(proofs.crls),
        ocsps=list(proofs.ocsps),
        revocation_mode=revocation_mode,
        retroactive_revinfo=True,
        time_tolerance=TOLERANCE,
        algorithm_usage_policy=POLICY,
    )
    validator = CertificateValidator(certificate, intermediate_certs=[], validation_context=context)
    return finished(validator.async_validate_path())


def _in_time(proofs: Known, certificate: x509.Certificate) -> Known:
    end = certificate.not_valid_after
    lists = tuple(one for one in proofs.crls if one["tbs_cert_list"]["this_update"].native <= end)
    return Known(proofs.certificates, lists, proofs.ocsps)
