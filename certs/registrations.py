"""Which person a certificate of another authority belongs to (the Government's, above all): said once by a person.

A certificate is known by its serial number and its issuer, never by the name in it (domain.md 7.4). What was said is
kept append-only.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from certs.certificate import Certificate
from certs.chains import issued
from certs.errors import CertificateInvalid
from certs.fitness import require_fit
from certs.register import Entry, Register


@dataclass(frozen=True)
class Registration:
    """``person`` is the administrator's word for who it is: an account's id in the service."""

    certificate: Certificate
    person: str
    by: str
    at: datetime


class Registrations:
    """Kept in a register of their own, in a folder of their own."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._register, self._clock = Register(folder, clock), clock

    def add(self, certificate: Certificate, person: str, by: str, issuers: Iterable[Certificate]) -> Registration:
        """Register a certificate that one of ``issuers`` gave.

        Raises ``CertificateInvalid`` (a stranger's, or already another person's) or ``CertificateNotFit``.
        """
        if not any(issued(certificate, issuer) for issuer in issuers):
            raise CertificateInvalid("issuer_not_trusted", issuer=certificate.issuer_name)
        require_fit(certificate, (), at=self._clock())
        current = self.of(certificate)
        if current is not None and current.person != person:
            raise CertificateInvalid("registered_for_another", serial=certificate.serial)
        if current is not None:
            return current
        entry = self._register.append(
            "registered", id=_identity(certificate), person=person, by=by, certificate=certificate.der.hex()
        )
        return _registration(entry)

    def remove(self, certificate: Certificate, by: str) -> None:
        """Say that it is nobody's any more: the person left, or the token was given back."""
        if self.of(certificate) is None:
            raise CertificateInvalid("not_registered", serial=certificate.serial)
        self._register.append("removed", id=_identity(certificate), by=by)

    def of(self, certificate: Certificate) -> Registration | None:
        """Return whose certificate it is, as far as anybody said."""
        return self._current().get(_identity(certificate))

    def all(self) -> list[Registration]:
        return list(self._current().values())

    def _current(self) -> dict[str, Registration]:
        found: dict[str, Registration] = {}
        for entry in self._register.entries():
            if entry.kind == "registered":
                found[entry.details["id"]] = _registration(entry)
            else:
                found.pop(entry.details["id"], None)
        return found


def _registration(entry: Entry) -> Registration:
    certificate = Certificate(bytes.fromhex(entry.details["certificate"]))
    return Registration(certificate, entry.details["person"], entry.details["by"], entry.at)


def _identity(certificate: Certificate) -> str:
    issuer = hashlib.sha256(certificate.parsed.issuer.public_bytes()).hexdigest()
    return f"{certificate.serial}/{issuer}"
