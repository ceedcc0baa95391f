"""What an authority says of its certificates: its list, its answers, and what signatures carry with them.

Nothing is given out by a clock that stands before the last entry or token. Without the issuing key at hand (it lies on
a token that nobody opened), answers about single certificates still are exact, and the last list is handed out.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from certs.certificate import Certificate
from certs.errors import CertError, CertificateInvalid, ClockWentBack, KeyUnavailable
from certs.keys.file import FileKey, load_saved_key, save_key
from certs.keys.protocol import SigningKey
from certs.profiles import Addresses
from certs.register import Entry, Register
from certs.revocation import Asked, Evidence, make_crl, make_ocsp_answer
from certs.standing import CHANGES, Issued, issued
from certs.timestamps import TimestampAuthority, last_token_at, refusal
from storage.durable import write_durably

CRL_LIFE = timedelta(days=7)
CRL_USED = timedelta(hours=1)  # one list serves so long, unless something changes
OCSP_LIFE = timedelta(days=1)
ROOT_CRL_LIFE = timedelta(days=365)
CONFIGURATION = "authority.json"


@dataclass(frozen=True)
class Configuration:
    """What an authority was founded with."""

    url: str = ""  # where its lists and answers are published; empty: nowhere, and its certificates name no address
    issuing_uri: str = ""  # the PKCS#11 address of the issuing key; empty: a file

    @property
    def addresses(self) -> Addresses | None:
        return Addresses(self.url) if self.url else None

    def to_json(self) -> bytes:
        return json.dumps({"url": self.url, "issuing_uri": self.issuing_uri}).encode()


class Answers:
    """The speaking half of an authority in a folder."""

    def __init__(self, folder: Path, clock: Callable[[], datetime], issuing: SigningKey | None = None) -> None:
        self.folder, self._clock = folder, clock
        self.register = Register(folder, clock)
        self._files: dict[str, tuple[int, FileKey]] = {}  # each as its file was at that time
        self._issuing = issuing
        path = folder / CONFIGURATION
        self.configuration = Configuration(**json.loads(path.read_bytes())) if path.exists() else Configuration()

    @property
    def root(self) -> Certificate:
        return Certificate.from_pem_or_der((self.folder / "root.pem").read_bytes())

    @property
    def issuer(self) -> Certificate:
        """The issuing key's certificate, whether the key is at hand or not."""
        return Certificate.from_pem_or_der((self.folder / "issuing.pem").read_bytes())

    @property
    def issuing(self) -> SigningKey:
        """The issuing key; raises ``KeyLocked`` or ``KeyUnavailable`` where it is not at hand."""
        if self._issuing is None:
            if not (self.folder / "issuing.p12").exists():
                raise KeyUnavailable("issuing_key_needed")
            self._issuing = self._file("issuing")
        if self._issuing.certificate.der != self.issuer.der:
            raise KeyUnavailable("issuing_key_of_another")
        return self._issuing

    def use(self, issuing: SigningKey) -> None:
        """Take the issuing key from a token that was opened."""
        self._issuing = issuing

    @property
    def timestamp_key(self) -> FileKey:
        return self._file("tsa")

    @property
    def answering_key(self) -> FileKey:
        return self._file("ocsp")

    def now(self) -> datetime:
        """Return the time, or raise ``ClockWentBack`` where it stands before what was done already."""
        now = self._clock()
        if (last := self.register.last_at()) is not None and now < last:
            raise ClockWentBack("clock_before_register", last=last.isoformat())
        if (last := last_token_at(self.folder)) is not None and now.replace(microsecond=0) < last:
            raise ClockWentBack("clock_before_last_token", last=last.isoformat())
        return now

    def issued(self) -> dict[str, Issued]:
        """Return every certificate that was given out, by its serial number."""
        return issued(self.register.entries())

    def require(self, serial: str) -> Issued:
        """Return what was issued under a serial number, or raise ``CertificateInvalid``."""
        found = self.issued().get(serial)
        if found is None:
            raise CertificateInvalid("not_issued_here", serial=serial)
        return found

    def crl(self) -> bytes:
        """Return the list of the issuing key: the last one while it is new and nothing changed, else a fresh one."""
        kept = self._kept_list()
        if kept is not None:
            return kept
        key = self.issuing
        self.now()
        entry = self.register.append("crl", of="issuing")
        revoked = [one.revoked for one in self.issued().values() if one.revoked is not None]
        made = make_crl(key, revoked, number=entry.number, this_update=entry.at, next_update=entry.at + CRL_LIFE)
        write_durably(self.folder / "issuing.crl", made)
        return made

    def published_crl(self) -> bytes:
        """Return what may be handed to readers: as ``crl``; without the key at hand the last list, even an old one."""
        try:
            return self.crl()
        except KeyUnavailable:
            path = self.folder / "issuing.crl"
            if not path.exists():
                raise
            return path.read_bytes()

    def root_crl(self) -> bytes:
        """Return the root's list, which answers for the issuing key; fresh where the root's key is at hand."""
        path = self.folder / "root.crl"
        if not (self.folder / "root.p12").exists():
            return path.read_bytes()
        now = self.now()
        if path.exists() and now - x509.load_der_x509_crl(path.read_bytes()).last_update_utc < CRL_USED:
            return path.read_bytes()
        made = self.sign_root_crl(self._file("root"))
        write_durably(path, made)
        return made

    def sign_root_crl(self, root: FileKey) -> bytes:
        """Make a list of the root's that revokes nothing: an issuing key that fell is revoked by a new ceremony."""
        entry = self.register.append("crl", of="root")
        return make_crl(root, (), number=entry.number, this_update=entry.at, next_update=entry.at + ROOT_CRL_LIFE)

    def ocsp_answer(self, certificate: Certificate) -> bytes:
        """Return a signed answer about a certificate of ours."""
        self.require(certificate.serial)
        return self.answer_about(Asked.about(certificate, self.issuer))

    def answer_about(self, asked: Asked) -> bytes:
        """Return a signed answer to a question: good, revoked, or unknown (RFC 6960 2.2) where we issued no such."""
        now = self.now()
        found = self.issued().get(f"{asked.serial:X}")
        return make_ocsp_answer(
            self._in_force("ocsp", now),
            asked,
            found.revoked if found else None,
            is_known=found is not None,
            this_update=now,
            life=OCSP_LIFE,
        )

    def timestamp(self, question: bytes) -> bytes:
        """Return the answer to a timestamp request, both in DER; one that cannot be served is told so (RFC 3161)."""
        try:
            key = self._in_force("tsa", self.now())
            return TimestampAuthority(key, self.folder, self._clock).answer(question)
        except CertError:
            return refusal("time_not_available")

    def evidence(self) -> Evidence:
        """Return what a long-term signature by any of our certificates, and its timestamp, must carry.

        Raises ``KeyUnavailable`` where the last list has ended and the issuing key, on its token, is not at hand.
        """
        certificates = (self.issuer.der, self.root.der, self.timestamp_key.certificate.der)
        issued = self.published_crl()
        if (ends := x509.load_der_x509_crl(issued).next_update_utc) is not None and ends <= self.now():
            raise KeyUnavailable("issuing_key_needed")
        return Evidence(certificates, (issued, self.root_crl()))

    def keep(self, name: str, key: FileKey) -> None:
        """Save a key of the authority's own under a password of its own."""
        path = save_key(self.folder, name, key)
        self._files[name] = path.stat().st_mtime_ns, key

    def _kept_list(self) -> bytes | None:
        path = self.folder / "issuing.crl"
        if not path.exists():
            return None
        content, now = path.read_bytes(), self.now()
        found = x509.load_der_x509_crl(content)
        number = found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        is_new = found.last_update_utc <= now < found.last_update_utc + CRL_USED
        return content if is_new and not _changed_since(self.register.entries(), number) else None

    def _file(self, name: str) -> FileKey:
        """Return a key of the authority's own, read anew when another process replaced it."""
        path = self.folder / f"{name}.p12"
        changed = path.stat().st_mtime_ns if path.exists() else 0
        if name not in self._files or self._files[name][0] != changed:
            self._files[name] = changed, load_saved_key(self.folder, name)
        return self._files[name][1]

    def _in_force(self, name: str, now: datetime) -> FileKey:
        key = self._file(name)
        if not key.certificate.not_before <= now <= key.certificate.not_after:
            raise KeyUnavailable("service_key_ended", serial=key.certificate.serial)
        return key


def _changed_since(entries: Sequence[Entry], number: int) -> bool:
    return any(entry.kind in CHANGES for entry in entries[number:])
