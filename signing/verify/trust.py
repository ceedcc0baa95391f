"""Whether a certificate leads to an anchor of ours, at a given time, for its purpose, and not revoked (RFC 5280 6).

Each trust store is asked by itself, in the order of their weight, so that no chain is ever put together from two.
Nothing is fetched. Lists made after a certificate's end prove nothing about it, since an issuer may drop it from them
(RFC 5280 3.3), and are left out.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
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

TOLERANCE = timedelta(seconds=1)  # tokens and lists tell whole seconds: revoked in the same one is revoked


@dataclass(frozen=True)
class Known:
    """Certificates and proofs at hand that are trusted for nothing by themselves."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    def __add__(self, other: "Known") -> "Known":
        return Known(self.certificates + other.certificates, self.crls + other.crls, self.ocsps + other.ocsps)

    def encoded(self) -> list[bytes]:
        return [bytes(one.dump()) for one in (*self.certificates, *self.crls, *self.ocsps)]

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

    def with_only(self, embedded: Known) -> "Judge":
        """Return a judge with the same stores who sees other proofs than the file's last."""
        other = copy(self)
        other._embedded, other._ours = embedded, Known()  # noqa: SLF001 - its own kind
        return other

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
            if found.is_trusted and not purpose_fits:
                found = Chain(Cause.PURPOSE, store, path=found.path)
            if found.is_trusted:
                return found
            if best.cause is Cause.NO_CHAIN:
                best = found
        return best

    def _in_store(
        self, store: Store, certificate: x509.Certificate, helpers: Sequence[x509.Certificate], moment: datetime
    ) -> Chain:
        """Look for a chain with proofs that came with the file, then with ours as well, then without any."""
        roots = self._roots(store, moment)
        if not roots:
            return Chain(Cause.NO_CHAIN)

        def chain(proofs: Known, mode: str) -> Chain:
            return _chain(store, certificate, roots, helpers, moment, _in_time(proofs, certificate), mode)

        embedded = chain(self._embedded, "require") if self._embedded.says_anything() else None
        if embedded is not None and embedded.cause not in {Cause.GOOD, Cause.REVOCATION_UNKNOWN}:
            return embedded
        is_embedded = embedded is not None and embedded.cause is Cause.GOOD
        if self._ours.says_anything():  # newer lists may know of a revocation that the embedded ones are too old for
            both = chain(self._embedded + self._ours, "require")
            if both.cause is not Cause.REVOCATION_UNKNOWN:
                return replace(both, is_embedded=is_embedded)
        if embedded is not None and is_embedded:
            return replace(embedded, is_embedded=True)
        found = chain(Known(), "soft-fail")
        if found.cause is Cause.GOOD:
            return replace(found, cause=Cause.REVOCATION_UNKNOWN, revocation=Revocation.UNKNOWN)
        return found

    def _roots(self, store: Store, moment: datetime) -> list[x509.Certificate]:
        return [
            root
            for anchor, root in self._anchors
            if anchor.store is store and anchor.trusted_from <= moment <= anchor.trusted_until
        ]


def _chain(  # ruff: ignore[too-many-positional-arguments, too-many-return-statements] - one question, all of its terms
    store: Store,
    certificate: x509.Certificate,
    roots: list[x509.Certificate],
    helpers: Sequence[x509.Certificate],
    moment: datetime,
    proofs: Known,
    revocation_mode: str,
) -> Chain:
    """Ask the library once, and say its answer in our words."""
    try:
        path = _path(certificate, roots, helpers, moment, proofs, revocation_mode)
    except RevokedError:
        return Chain(Cause.REVOKED, store, Revocation.REVOKED)
    except InsufficientRevinfoError:
        return Chain(Cause.REVOCATION_UNKNOWN, store, Revocation.UNKNOWN)
    except (ExpiredError, NotYetValidError):
        return Chain(Cause.EXPIRED, store)
    except DisallowedAlgorithmError:
        return Chain(Cause.ALGORITHM, store)
    except PathBuildingError:
        return Chain(Cause.NO_CHAIN)
    except (PathError, ValidationError):
        return Chain(Cause.CHAIN, store)
    return Chain(Cause.GOOD, store, Revocation.GOOD, path=tuple(path))


def _path(  # ruff: ignore[too-many-positional-arguments] - the same
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
        moment=moment if revocation_mode == "soft-fail" else moment + TOLERANCE,
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
