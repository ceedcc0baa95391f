"""The commune's own authority: certificates by profile, what became of them, lists and answers about them.

Every certificate stands in the register before anyone gets it, and every act before its effect is seen. The root's key
lies beside the issuing one in a demonstration only; a real office founds its authority by a ceremony
(`certs.ceremony`), after which the root is off-line and only the list it signed is here. The issuing key may lie on a
token: then whoever opened it hands it to ``open``.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509

from certs.answers import CONFIGURATION, Answers, Configuration
from certs.certificate import Certificate
from certs.errors import CertificateInvalid, KeyUnavailable
from certs.founding import BACKDATED, Foundation, UncertifiedKey, whole_or_not
from certs.issuance import Order, certified, public_key_in, request
from certs.keys.file import FileKey
from certs.keys.protocol import SigningKey
from certs.profiles import PROFILES, Names, Subject
from certs.revocation import HOLD, REASONS, Revoked
from certs.standing import Issued, Standing
from storage.durable import write_durably

__all__ = ["Authority", "Names", "Subject"]
AT_NO_ADDRESS = Configuration()


class Authority(Answers):
    """An authority in a folder, founded by `certs.founding`."""

    @classmethod
    def create(
        cls,
        folder: Path,
        names: Names,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        configuration: Configuration = AT_NO_ADDRESS,
    ) -> Self:
        """Make all keys in files, for a demo or training; raises ``CertError`` where an authority already is."""
        with whole_or_not(folder) as building:
            write_durably(building / CONFIGURATION, configuration.to_json())
            made = cls(building, clock)
            root = made.foundation.root(names.root)
            made.keep("root", root)
            made.found_on_file(root, names)
        return cls(folder, clock)

    @property
    def foundation(self) -> Foundation:
        return Foundation(self.folder, self.register, self._clock)

    def found_on_file(self, root: FileKey, names: Names) -> None:
        """Make the issuing key in a file, certified by the root; then the keys of the services."""
        key = UncertifiedKey()
        wanted = request(key, key.public_key, names.issuing)
        made = self.foundation.issuing(root, names.issuing, wanted, self.configuration.addresses)
        self.keep("issuing", key.with_certificate(made, root.certificate))
        self.found_services(names)

    def found_services(self, names: Names) -> None:
        """Make the keys of timestamps and answers, which lie beside the service that uses them."""
        self.keep("tsa", self.issue("tsa", names.timestamps))
        self.keep("ocsp", self.issue("ocsp", names.answers))

    @classmethod
    def open(
        cls,
        folder: Path,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        issuing: SigningKey | None = None,
    ) -> Self:
        """Take up an authority that was founded before; raises ``KeyUnavailable`` where there is none."""
        if not (folder / "root.pem").is_file():
            raise KeyUnavailable("no_authority", folder=str(folder))
        return cls(folder, clock, issuing)

    def issue(self, profile: str, subject: Subject, *, not_before: datetime | None = None, renews: str = "") -> FileKey:
        """Make a key pair and its certificate; the register has it before the caller does."""
        key = UncertifiedKey()
        order = self._order(profile, subject, key.public_key, not_before)
        return key.with_certificate(self._certified(profile, order, renews), self.issuer, self.root)

    def certify(
        self, profile: str, subject: Subject, wanted: bytes, *, host_names: Sequence[str] = (), renews: str = ""
    ) -> Certificate:
        """Return the certificate for a request (PKCS#10) in ``wanted``; its names are ``subject``'s, not the request's.

        Raises ``CertificateInvalid``: not a request, one whose sender does not hold the key, or a key that is known.
        """
        order = self._order(profile, subject, public_key_in(wanted), None, host_names)
        spki = x509.SubjectKeyIdentifier.from_public_key(order.public_key)
        for one in self.issued().values():
            if x509.SubjectKeyIdentifier.from_public_key(one.certificate.parsed.public_key()) == spki:
                raise CertificateInvalid("key_known_already", serial=one.certificate.serial)
        return self._certified(profile, order, renews)

    def renew(self, serial: str) -> FileKey:
        """Give the same profile and name anew, with a new key made here.

        The old certificate stays good until it ends or is revoked; one that is not good is not renewed.
        """
        old = self._renewable(serial)
        return self.issue(old.profile, Subject.of(old.certificate.parsed.subject), renews=serial)

    def renew_by_request(self, serial: str, wanted: bytes) -> Certificate:
        """Do the same for a key that its holder keeps."""
        old = self._renewable(serial)
        names = _host_names(old.certificate)
        subject = Subject.of(old.certificate.parsed.subject)
        return self.certify(old.profile, subject, wanted, host_names=names, renews=serial)

    def renew_service(self, name: str) -> Certificate:
        """Give the key of timestamps or answers (``tsa``, ``ocsp``) a successor, and use it from now on."""
        old = self._file(name).certificate
        made = self.issue(name, Subject.of(old.parsed.subject), renews=old.serial)
        self.keep(name, made)
        return made.certificate

    def suspend(self, certificate: Certificate) -> Revoked:
        """Withdraw a certificate for a while."""
        return self.revoke(certificate, HOLD)

    def reinstate(self, certificate: Certificate) -> None:
        """End a suspension."""
        self._act("reinstated", certificate, Standing.GOOD)

    def revoke(self, certificate: Certificate, reason: str) -> Revoked:
        """Withdraw a certificate for good; a second call changes nothing."""
        if reason not in REASONS:
            raise CertificateInvalid("reason_unknown", reason=reason)
        kind, wanted = ("suspended", Standing.SUSPENDED) if reason == HOLD else ("revoked", Standing.REVOKED)
        after = self._act(kind, certificate, wanted, reason=reason)
        if after.revoked is None:
            raise AssertionError(kind)
        return after.revoked

    def _order(
        self,
        profile: str,
        subject: Subject,
        public_key: object,
        not_before: datetime | None,
        host_names: Sequence[str] = (),
    ) -> Order:
        if (rules := PROFILES.get(profile)) is None:
            raise CertificateInvalid("profile_unknown", profile=profile)
        start = max(not_before or self.now() - BACKDATED, self.issuer.not_before)
        end = min(start + timedelta(days=rules.days), self.issuer.not_after)
        return Order(rules, subject.name(), public_key, start, end, host_names)  # type: ignore[arg-type]  # checked by its maker

    def _certified(self, profile: str, order: Order, renews: str) -> Certificate:
        made = certified(order, self.issuer, self.issuing, self.configuration.addresses)
        more = {"renews": renews} if renews else {}
        self.register.append("issued", profile=profile, serial=made.serial, certificate=made.der.hex(), **more)
        return made

    def _renewable(self, serial: str) -> Issued:
        old = self.require(serial)
        if old.standing is not Standing.GOOD:
            raise CertificateInvalid("not_renewable", serial=serial, standing=old.standing.value)
        return old

    def _act(self, kind: str, certificate: Certificate, wanted: Standing, **details: str) -> Issued:
        serial = certificate.serial
        if self.require(serial).standing is not wanted:
            self.now()
            self.register.append(kind, serial=serial, **details)
        found = self.require(serial)
        if found.standing is not wanted:
            raise CertificateInvalid("not_possible_now", serial=serial, standing=found.standing.value)
        return found


def _host_names(certificate: Certificate) -> list[str]:
    try:
        found = certificate.parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(one.value) for one in found]
