"""``moonseal certs …``: the commune's own authority, and the register of who has which certificate. Without Django.

A PIN or a part of a password is asked for or read from a file, never an argument; it stays in this process.
"""

import getpass
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from certs.anchors import government
from certs.answers import Configuration
from certs.authority import Authority, Subject
from certs.ceremony import RECORD, Plan, hold, open_root, renew_root_list
from certs.certificate import Certificate, certificates_of
from certs.errors import CertError, CertificateInvalid, KeyUnavailable
from certs.inventory import AUTHORITY, REGISTRATIONS, Holding, kept_in
from certs.issuance import request
from certs.keys.file import FileKey, p12_of
from certs.keys.protocol import KeyAlgorithm
from certs.keys.token import Token
from certs.keys.uri import address_in
from certs.registrations import Registrations
from commands.certs_app import FOLDER_VARIABLE
from commands.console import Console
from commands.files import write_whole
from commands.folder import configured_folder, folder_to_serve
from commands.keys import now, secret
from commands.sentences import both
from storage.durable import write_durably

NEW_KEY_BITS = 3072
SHOWN_DAYS = "%Y-%m-%d"


@dataclass(frozen=True)
class Place:
    """The authority's folder, and the issuing key where it lies on a token."""

    folder: Path | None
    issuing_key: str | None
    pin_file: Path | None

    @property
    def path(self) -> Path:
        if self.folder is not None:
            return self.folder
        served = folder_to_serve() / AUTHORITY
        return served if served.exists() else configured_folder() / AUTHORITY

    def opened(self) -> Authority:
        """Return the authority, its issuing key opened where one was named; raises ``CertError``."""
        made = Authority.open(self.path, now)
        if self.issuing_key:
            address = address_in(self.issuing_key)
            made.use(_logged_in(self.issuing_key, self.pin_file).key(label=address.label, key_id=address.key_id))
        return made


def _told(work: Callable[[Console], None]) -> int:
    """Run one command; 1 with the reason when it is refused."""
    console = Console()
    try:
        work(console)
    except CertError as error:
        console.say(both(error.code, **error.parameters))
        return 1
    except OSError as error:
        console.say(both("file_error", reason=error.strerror or ""))
        return 1
    return 0


@dataclass(frozen=True)
class Founding:
    """What ``init`` was told."""

    organisation: str
    place: str
    medium: Path
    custodians: Sequence[str]
    witnesses: Sequence[str]
    url: str
    part_files: Sequence[Path]


def init(place: Place, told: Founding) -> int:
    """Hold the ceremony."""

    def work(console: Console) -> None:
        token = None if place.issuing_key is None else _logged_in(place.issuing_key, place.pin_file)
        plan = Plan(
            told.organisation,
            told.place,
            tuple(told.custodians),
            tuple(told.witnesses),
            Configuration(told.url.rstrip("/")),
            token,
        )
        record = hold(place.path, told.medium, plan, _parts(told.custodians, told.part_files), now)
        console.say(record)
        console.say(both("authority_founded", folder=str(place.path), record=str(told.medium / RECORD)))

    return _told(work)


@dataclass(frozen=True)
class Wanted:
    """Where the new key is: in a request, to be made on a token, or (neither) to be made in a file."""

    request: Path | None
    token: str | None
    token_pin_file: Path | None
    out: Path
    password_file: Path | None


def issue(place: Place, profile: str, name: tuple[str, str, str], host_names: Sequence[str], wanted: Wanted) -> int:
    """Give one certificate; ``name`` is the common name, the organisation and the unit (may be empty)."""

    def work(console: Console) -> None:
        own, subject = place.opened(), Subject(*name)

        def certify(content: bytes) -> Certificate:
            return own.certify(profile, subject, content, host_names=host_names)

        _give(console, wanted, subject, certify, lambda: own.issue(profile, subject))

    return _told(work)


def renew(place: Place, serial: str, wanted: Wanted) -> int:
    """Give the same again with a new key; of the authority's own services (tsa, ocsp), the key here is replaced."""

    def work(console: Console) -> None:
        own = place.opened()
        old = own.require(serial.upper())
        if old.certificate.der in {own.timestamp_key.certificate.der, own.answering_key.certificate.der}:
            made = own.renew_service(old.profile)
            console.say(_issued_sentence(made, own.folder / f"{old.profile}.p12"))
            return
        subject = Subject.of(old.certificate.parsed.subject)
        _give(
            console,
            wanted,
            subject,
            lambda content: own.renew_by_request(serial.upper(), content),
            lambda: own.renew(serial.upper()),
        )

    return _told(work)


def _give(
    console: Console,
    wanted: Wanted,
    subject: Subject,
    certify: Callable[[bytes], Certificate],
    make: Callable[[], FileKey],
) -> None:
    if wanted.request is not None:
        made = certify(wanted.request.read_bytes())
        path = wanted.out / f"{made.serial}.pem"
        write_whole(path, made.pem())
    elif wanted.token is not None:
        token = _logged_in(wanted.token, wanted.token_pin_file)
        label = address_in(wanted.token).label or subject.common_name
        pair = token.make_key(label, KeyAlgorithm.RSA, NEW_KEY_BITS)
        made = certify(request(pair, pair.public_key, subject))
        token.store(made, pair.identity, label)
        path = Path(wanted.token)
    else:
        password = secret(wanted.password_file, "Mật khẩu cho tệp khóa / password for the key file: ")
        key = make()
        made, path = key.certificate, wanted.out / f"{key.certificate.serial}.p12"
        wanted.out.mkdir(parents=True, exist_ok=True)
        write_durably(path, p12_of(key, password.encode()), 0o600)
    console.say(_issued_sentence(made, path))


def change(place: Place, serial: str, reason: str | None) -> int:
    """Revoke or suspend for a reason, or reinstate (no reason)."""

    def work(console: Console) -> None:
        own = Authority.open(place.path, now)
        certificate = own.require(serial.upper()).certificate
        if reason is None:
            own.reinstate(certificate)
        else:
            own.revoke(certificate, reason)
        after = own.require(serial.upper())
        console.say(
            both("standing_changed", serial=certificate.serial, holder=certificate.common_name, standing=after.standing)
        )
        try:
            own.crl()
        except KeyUnavailable as error:  # readers of answers know it already, readers of lists do not
            console.say(both("list_to_renew", reason=both(error.code, **error.parameters)))

    return _told(work)


def crl(place: Place, out: Path, medium: Path | None, part_files: Sequence[Path], custodians: Sequence[str]) -> int:
    """Write the issuing key's list, or with the medium the root's."""

    def work(console: Console) -> None:
        own = place.opened()
        if medium is None:
            name, content = "issuing.crl", own.crl()
        else:
            name, content = "root.crl", renew_root_list(own, open_root(medium, _parts(custodians, part_files)))
        write_whole(out / name, content)
        console.say(both("list_written", path=str(out / name)))

    return _told(work)


def import_certificates(place: Place, files: Sequence[Path], person: str) -> int:
    """Register certificates of the Government's authorities for a person."""

    def work(console: Console) -> None:
        stores = government()
        issuers = [*stores.intermediates, *(anchor.certificate for anchor in stores.anchors)]
        for certificate in certificates_of(files):
            _registrations(place).add(certificate, person, getpass.getuser(), issuers)
            console.say(
                both(
                    "certificate_registered",
                    serial=certificate.serial,
                    holder=certificate.common_name,
                    person=person,
                )
            )

    return _told(work)


def unregister(place: Place, serial: str) -> int:
    """Say that registered certificates of this number are nobody's any more: who held them left, or gave them back."""

    def work(console: Console) -> None:
        registrations = _registrations(place)
        found = [one for one in registrations.all() if one.certificate.serial == serial.upper()]
        if not found:
            raise CertificateInvalid("not_registered", serial=serial.upper())
        for one in found:
            registrations.remove(one.certificate, getpass.getuser())
            console.say(
                both("certificate_unregistered", serial=one.certificate.serial, holder=one.certificate.common_name)
            )

    return _told(work)


def show(place: Place, *, as_json: bool) -> int:
    """Print who has which certificate until when."""

    def work(_console: Console) -> None:
        for holding in kept_in(place.path, place.path.parent / REGISTRATIONS, now):
            print(json.dumps(_fields(holding), ensure_ascii=False) if as_json else _line(holding))  # noqa: T201 - the answer

    return _told(work)


def serve(place: Place, host: str, port: int) -> int:
    """Answer OCSP, lists and RFC 3161 over HTTP until stopped. The folder goes to the server's process, no PIN does."""

    def work(console: Console) -> None:
        Authority.open(place.path, now).now()
        os.environ[FOLDER_VARIABLE] = str(place.path.resolve())
        console.say(f"http://{host}:{port}/ocsp · /tsa · /issuing.crl · /root.crl  (Ctrl+C: dừng / stop)")
        Granian(
            "commands.certs_app:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            blocking_threads=4,
            websockets=False,
            log_access=False,
            log_level=LogLevels.warning,
        ).serve()

    return _told(work)


def _registrations(place: Place) -> Registrations:
    return Registrations(place.path.parent / REGISTRATIONS, now)


def _logged_in(uri: str, pin_file: Path | None) -> Token:
    address = address_in(uri)
    token = Token(address.module, address.token)
    token.login(secret(pin_file, f"PIN {address.token}: "))
    return token


def _parts(custodians: Sequence[str], files: Sequence[Path]) -> list[str]:
    if files:
        return [secret(path, "") for path in files]
    return [secret(None, f"{name}, phần mật khẩu / part of the password: ") for name in custodians]


def _issued_sentence(made: Certificate, path: Path) -> str:
    until = made.not_after.strftime(SHOWN_DAYS)
    return both("certificate_issued", serial=made.serial, holder=made.common_name, until=until, path=str(path))


def _fields(holding: Holding) -> dict[str, object]:
    certificate = holding.certificate
    return {
        "kind": holding.kind,
        "holder": holding.holder,
        "organisation": certificate.organisation,
        "person": holding.person,
        "serial": certificate.serial,
        "issuer": certificate.issuer_name,
        "until": certificate.not_after.isoformat(),
        "days_left": holding.days_left,
        "standing": holding.standing,
        "warn_days": holding.warn_days,
    }


def _line(holding: Holding) -> str:
    until = holding.certificate.not_after.strftime(SHOWN_DAYS)
    whom = holding.holder if not holding.person else f"{holding.holder} → {holding.person}"
    line = f"{until}  {holding.kind:10}  {holding.standing:9}  {holding.certificate.serial:40}  {whom}"
    if holding.warn_days == 0:
        return f"{line}  ! hết hạn / ended"
    return line if holding.warn_days is None else f"{line}  ! còn {holding.days_left} ngày / days left"
