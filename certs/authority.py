"""The commune's own authority: a root, an issuing key, certificates by profile, lists and answers about them.

Every certificate stands in the register before anyone gets it; serial numbers are random (RFC 5280 4.1.2.2). Names
are set as UTF-8, so that Vietnamese letters stay what they are. Here the root's key lies in a file beside the issuing
key, which is right for a demonstration and for training; a real office takes it off-line (the ceremony comes with
`moonseal certs init`).
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from glob import escape
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certs.certificate import DOCUMENT_SIGNING, Certificate
from certs.errors import CertError, CertificateInvalid, KeyUnavailable
from certs.keys.file import FileKey, load_saved_key, save_key
from certs.register import Register
from certs.revocation import REASONS, Evidence, Revoked, make_crl, make_ocsp_answer

KEY_BITS = 3072  # good beyond 2030 (ETSI TS 119 312)
CRL_LIFE = timedelta(days=7)
OCSP_LIFE = timedelta(days=1)
ROOT_CRL_LIFE = timedelta(days=365)
LONGEST_NAME = 64  # letters (X.520, ub-common-name)
BACKDATED = timedelta(minutes=5)  # clocks of readers differ a little


@dataclass(frozen=True)
class Profile:
    """What a kind of certificate may be used for, and for how long."""

    days: int
    purposes: tuple[x509.ObjectIdentifier, ...]
    may_repudiate: bool = True  # False sets contentCommitment: the signature binds a person or an office
    no_check: bool = False  # RFC 6960 4.2.2.2.1: an OCSP responder's own certificate is not asked about


PROFILES = {
    "official": Profile(3 * 365, (DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION), may_repudiate=False),
    "clerk": Profile(3 * 365, (DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION), may_repudiate=False),
    "seal": Profile(3 * 365, (DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION), may_repudiate=False),
    "tsa": Profile(5 * 365, (ExtendedKeyUsageOID.TIME_STAMPING,)),
    "ocsp": Profile(90, (ExtendedKeyUsageOID.OCSP_SIGNING,), no_check=True),
}


@dataclass(frozen=True)
class Subject:
    """Who a certificate is about."""

    common_name: str
    organisation: str
    unit: str = ""
    country: str = "VN"

    def name(self) -> x509.Name:
        parts = [(NameOID.COUNTRY_NAME, self.country), (NameOID.ORGANIZATION_NAME, self.organisation)]
        if self.unit:
            parts.append((NameOID.ORGANIZATIONAL_UNIT_NAME, self.unit))
        parts.append((NameOID.COMMON_NAME, self.common_name))
        for _, value in parts:
            if not 1 <= len(value) <= LONGEST_NAME:
                raise CertificateInvalid("name_not_possible", name=value)
        # Not checked by the library: it counts bytes, X.520 counts letters, and ours take up to three bytes each.
        return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in parts])


@dataclass(frozen=True)
class Names:
    """The distinguished names of an authority's own keys."""

    root: Subject
    issuing: Subject
    timestamps: Subject
    answers: Subject

    @classmethod
    def of(cls, organisation: str) -> Self:
        return cls(
            root=Subject(f"Chứng thực gốc – {organisation}"[:LONGEST_NAME], organisation),
            issuing=Subject(f"Cấp chứng thư – {organisation}"[:LONGEST_NAME], organisation),
            timestamps=Subject(f"Dấu thời gian – {organisation}"[:LONGEST_NAME], organisation),
            answers=Subject(f"Trả lời trạng thái – {organisation}"[:LONGEST_NAME], organisation),
        )


class Authority:
    """An authority in a folder. ``create`` makes one whole or not at all; ``open`` takes it up again."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder, self._clock = folder, clock
        self.register = Register(folder, clock)
        self._keys: dict[str, FileKey] = {}

    @classmethod
    def create(cls, folder: Path, names: Names, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Self:
        """Make root, issuing, timestamp and answer keys; raises ``CertError`` where an authority already is."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(folder.parent):
            return cls._create(folder, names, clock)

    @classmethod
    def _create(cls, folder: Path, names: Names, clock: Callable[[], datetime]) -> Self:
        if folder.exists():
            raise CertError("authority_exists", folder=str(folder))
        for left in folder.parent.glob(f".{escape(folder.name)}.*.part"):  # by one that was killed: we are alone here
            shutil.rmtree(left)
        building = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
        building.mkdir(mode=0o700)
        try:
            made = cls(building, clock)
            root = made._make_root(names.root)
            made._keep("root", root)
            made._keep("issuing", made._make_issuing(root, names.issuing))
            made._keep("tsa", made.issue("tsa", names.timestamps))
            made._keep("ocsp", made.issue("ocsp", names.answers))
            building.rename(folder)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        return cls(folder, clock)

    @classmethod
    def open(cls, folder: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Self:
        """Take up an authority that was made before; raises ``KeyUnavailable`` where there is none."""
        if not (folder / "root.pem").is_file():
            raise KeyUnavailable("no_authority", folder=str(folder))
        return cls(folder, clock)

    @property
    def root(self) -> Certificate:
        return Certificate.from_pem_or_der((self.folder / "root.pem").read_bytes())

    @property
    def issuing(self) -> FileKey:
        return self._key("issuing")

    @property
    def timestamp_key(self) -> FileKey:
        return self._key("tsa")

    def issue(self, profile: str, subject: Subject, *, not_before: datetime | None = None) -> FileKey:
        """Make a key pair and its certificate; the register has it before the caller does."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        rules, issuer = PROFILES[profile], self.issuing
        start = not_before or self._clock() - BACKDATED
        end = min(start + timedelta(days=rules.days), issuer.certificate.not_after)
        builder = _builder(subject, issuer.certificate.parsed.subject, key.public_key(), start, end)
        builder = (
            builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(commitment=not rules.may_repudiate), critical=True)
            .add_extension(x509.ExtendedKeyUsage(rules.purposes), critical=profile == "tsa")
            .add_extension(_issuer_key_id(issuer.certificate), critical=False)
        )
        if rules.no_check:
            builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
        certificate = _signed(builder, issuer)
        self.register.append("issued", profile=profile, serial=certificate.serial, certificate=certificate.der.hex())
        return FileKey(key, certificate, (issuer.certificate, self.root))

    def revoke(self, certificate: Certificate, reason: str) -> Revoked:
        """Withdraw a certificate for good; a second call changes nothing."""
        if reason not in REASONS:
            raise CertificateInvalid("reason_unknown", reason=reason)
        if certificate.serial not in self._issued():
            raise CertificateInvalid("not_issued_here", serial=certificate.serial)
        if (already := self._revoked().get(certificate.serial)) is not None:
            return already
        entry = self.register.append("revoked", serial=certificate.serial, reason=reason)
        return Revoked(int(certificate.serial, 16), entry.at.replace(microsecond=0), reason)

    def crl(self) -> bytes:
        """Return a fresh list of the issuing key."""
        entry = self.register.append("crl", of="issuing")
        return make_crl(
            self.issuing,
            self._revoked().values(),
            number=entry.number,
            this_update=entry.at,
            next_update=entry.at + CRL_LIFE,
        )

    def root_crl(self) -> bytes:
        """Return a fresh list of the root: it answers for the issuing key."""
        entry = self.register.append("crl", of="root")
        return make_crl(
            self._key("root"), (), number=entry.number, this_update=entry.at, next_update=entry.at + ROOT_CRL_LIFE
        )

    def ocsp_answer(self, certificate: Certificate) -> bytes:
        """Return a signed answer about a certificate of ours."""
        if certificate.serial not in self._issued():
            raise CertificateInvalid("not_issued_here", serial=certificate.serial)
        now = self._clock()
        return make_ocsp_answer(
            self._key("ocsp"),
            certificate,
            self.issuing.certificate,
            self._revoked().get(certificate.serial),
            this_update=now,
            next_update=now + OCSP_LIFE,
        )

    def evidence(self) -> Evidence:
        """Return what a long-term signature by any of our certificates, and its timestamp, must carry."""
        certificates = (self.issuing.certificate.der, self.root.der, self.timestamp_key.certificate.der)
        return Evidence(certificates, (self.crl(), self.root_crl()))

    def _make_root(self, subject: Subject) -> FileKey:
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        start = self._clock() - BACKDATED
        builder = _builder(subject, subject.name(), key.public_key(), start, start + timedelta(days=25 * 365))
        builder = _as_authority(builder, path_length=1)
        certificate = Certificate(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))
        self.register.append("root", serial=certificate.serial, certificate=certificate.der.hex())
        (self.folder / "root.pem").write_bytes(certificate.pem())
        return FileKey(key, certificate)

    def _make_issuing(self, root: FileKey, subject: Subject) -> FileKey:
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        start = self._clock() - BACKDATED
        start = max(start, root.certificate.not_before)
        builder = _builder(
            subject, root.certificate.parsed.subject, key.public_key(), start, start + timedelta(days=10 * 365)
        )
        builder = _as_authority(builder, path_length=0).add_extension(_issuer_key_id(root.certificate), critical=False)
        certificate = _signed(builder, root)
        self.register.append("authority", serial=certificate.serial, certificate=certificate.der.hex())
        (self.folder / "issuing.pem").write_bytes(certificate.pem())
        return FileKey(key, certificate, (root.certificate,))

    def _keep(self, name: str, key: FileKey) -> None:
        save_key(self.folder, name, key)
        self._keys[name] = key

    def _key(self, name: str) -> FileKey:
        if name not in self._keys:
            self._keys[name] = load_saved_key(self.folder, name)
        return self._keys[name]

    def _issued(self) -> set[str]:
        return {entry.details["serial"] for entry in self.register.entries() if entry.kind == "issued"}

    def _revoked(self) -> dict[str, Revoked]:
        return {
            entry.details["serial"]: Revoked(
                int(entry.details["serial"], 16), entry.at.replace(microsecond=0), entry.details["reason"]
            )
            for entry in self.register.entries()
            if entry.kind == "revoked"
        }


@contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    """Hold a lock on a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _builder(
    subject: Subject, issuer: x509.Name, public_key: rsa.RSAPublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject.name())
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _as_authority(builder: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True).add_extension(
        _usage(authority=True), critical=True
    )


def _usage(*, commitment: bool = False, authority: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _issuer_key_id(issuer: Certificate) -> x509.AuthorityKeyIdentifier:
    own = issuer.parsed.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _signed(builder: x509.CertificateBuilder, issuer: FileKey) -> Certificate:
    return Certificate(builder.sign(issuer.private_key, hashes.SHA256()).public_bytes(Encoding.DER))
