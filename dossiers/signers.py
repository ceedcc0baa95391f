"""The office's registered keys, and the ``Signer`` that uses them for a person who gave the secret.

A key belongs to an account in a role, the seal to the unit; it is registered once, by id, never found by a name in a
certificate. Every signature is timestamped and brings its revocation data (PAdES B-LT); the seal, with which a result
is complete, mostly an archive timestamp as well (B-LTA). The private keys themselves live in ``certs``: here is only
which file or token is whose.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol
from uuid import UUID

from certs.certificate import Certificate
from certs.errors import CertError, CertificateNotFit, KeyLocked
from certs.fitness import require_fit
from certs.keys.file import FileKey, load_key, p12_of
from certs.revocation import Evidence
from dossiers.engines import Clock
from signing import CertificateNotAccepted, KeyUnavailable, Level, Report, Role
from signing.growth import Growth
from signing.longterm import sign_long
from signing.outside import Outside
from storage.durable import write_durably

LEVEL = Level.B_LT  # also the official's: what comes after it is verified at once, without any network
MARK_OF = {Role.OFFICIAL: "signature", Role.NUMBER: "number", Role.SEAL: "seal"}


class Marks(Protocol):
    def mark(self, kind: str, data: Mapping[str, object]) -> bytes: ...


class KeyFolder:
    """Registered keys as files: ``<account or unit id>-<role>.p12`` under the person's secret, and the certificate."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def register(self, owner_id: UUID, role: Role, key: FileKey, secret: str) -> None:
        """Keep the key under the secret; an older one of the same owner and role is replaced."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_durably(self._path(owner_id, role, "p12"), p12_of(key, secret.encode()), 0o600)
        write_durably(self._path(owner_id, role, "cer"), key.certificate.der, 0o600)

    def certificate(self, owner_id: UUID, role: Role) -> Certificate:
        """Return the certificate without any secret; raises ``KeyUnavailable``."""
        try:
            return Certificate.from_pem_or_der(self._path(owner_id, role, "cer").read_bytes())
        except OSError as error:
            raise KeyUnavailable("no_key_registered", role=role.value) from error

    def key(self, owner_id: UUID, role: Role, secret: str) -> FileKey:
        """Return the key, opened with the secret; raises ``KeyUnavailable``."""
        try:
            return load_key(self._path(owner_id, role, "p12"), secret.encode())
        except KeyLocked as error:
            raise KeyUnavailable("wrong_secret", role=role.value) from error
        except CertError as error:
            raise KeyUnavailable("no_key_registered", role=role.value) from error

    def _path(self, owner_id: UUID, role: Role, suffix: str) -> Path:
        return self._folder / f"{owner_id}-{role.value}.{suffix}"


@dataclass(frozen=True)
class OfficeSigner:
    """A ``dossiers.engines.Signer`` over registered key files."""

    keys: KeyFolder
    marks: Marks
    outside: Outside
    evidence: Callable[[], Evidence]  # our own authority's lists of the moment: who must not sign now
    seal_level: Level
    verify: Callable[[bytes], Report]
    clock: Clock

    @contextmanager
    def opened(self, account_id: UUID, unit_id: UUID, role: Role, secret: str) -> Generator["Opened"]:
        owner = unit_id if role is Role.SEAL else account_id
        certificate = self.keys.certificate(owner, role)
        try:
            require_fit(certificate, (), at=self.clock.now(), evidence=self.evidence())
        except CertificateNotFit as error:
            raise CertificateNotAccepted(error.code, **error.parameters) from error
        yield Opened(self, self.keys.key(owner, role, secret), role)


@dataclass(frozen=True)
class Opened:
    """One key in memory for as long as its holder's batch lasts; the secret itself is kept nowhere."""

    signer: OfficeSigner
    key: FileKey
    role: Role

    @property
    def certificate_sha256(self) -> str:
        return self.key.certificate.fingerprint

    def sign(self, pdf: bytes, mark: Mapping[str, str]) -> bytes:
        signer, growth = self.signer, Growth(pdf)
        sign_long(
            growth,
            self.key,
            signer.outside,
            verify=partial(signer.verify, pdf),
            role=self.role,
            level=signer.seal_level if self.role is Role.SEAL else LEVEL,
            at=signer.clock.now(),
            mark_pdf=signer.marks.mark(MARK_OF[self.role], mark),
        )
        return growth.whole()
