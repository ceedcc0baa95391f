"""The engines of a test office, all real but the reader: store, printer, authority, keys, signer, verifier."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import settings
from certs.anchors import Store, TrustStores
from certs.authority import Authority, Names, Subject
from certs.timestamps import TimestampAuthority, TimestampClient
from dossiers.archive import OfficeArchive
from dossiers.engines import Clock, Engines, FolderKind
from dossiers.models import Account, Unit
from dossiers.signers import KeyFolder, OfficeSigner
from printing.draw import Printer
from sandbox.zygote import Sandbox
from signing import Level, Report
from signing import Role as SigningRole
from signing.outside import Outside
from signing.verify.engine import Verifier
from storage import NameKey
from storage.local import LocalStore
from tests.dossiers.office import SECRET, PlainReader

OFFICE = "UBND xã Nguyệt Ấn"


@dataclass(frozen=True)
class VerifierAt:
    """The verifier as of the office's clock, so that the tests give the same answer in ten years."""

    verifier: Verifier
    clock: Clock

    def verify(self, pdf: bytes | BinaryIO, at: datetime | None = None) -> Report:
        return self.verifier.verify(pdf, at=at or self.clock.now())


def make_authority(folder: Path, clock: Clock) -> Authority:
    return Authority.create(folder, Names.of(OFFICE), clock.now)


@contextmanager
def wired(
    folder: Path,
    authority: Authority,
    clock: Clock,
    sandbox: Sandbox | None = None,
    margin: timedelta = timedelta(days=90),
):
    """Give the engines over one data folder."""
    stores = TrustStores(()).with_certificates(Store.DEMO, [authority.root])
    (folder / "tsa").mkdir(exist_ok=True)
    stamps = TimestampAuthority(authority.timestamp_key, folder / "tsa", clock.now)
    outside = Outside(
        TimestampClient([stamps.answer], [authority.issuing.certificate], clock.now),
        lambda _chain: authority.evidence(),
        (authority.issuer, authority.root),
        clock.now,
    )
    printer = Printer(settings.ASSETS / "fonts" / "tinos")
    with Verifier(stores, second_opinion=False, sandbox=sandbox) as verifier:
        at_clock = VerifierAt(verifier, clock)
        yield Engines(
            store=LocalStore(folder / "files", NameKey(b"a name key of thirty-two bytes..")),
            reader=PlainReader(),
            printer=printer,
            signer=OfficeSigner(
                keys=KeyFolder(folder / "keys"),
                marks=printer,
                outside=outside,
                evidence=authority.evidence,
                seal_level=Level.B_LTA,
                verify=at_clock.verify,
                clock=clock,
            ),
            verifier=at_clock,
            archive=OfficeArchive(outside, at_clock.verify, margin),
            clock=clock,
            folder_kind=FolderKind.DEMO,
        )


def register_number_key(folder: Path, authority: Authority, unit: Unit, records_clerk: Account) -> None:
    """Give the records clerk the key that number and date are written with after the official signed."""
    person = authority.issue("clerk", Subject(records_clerk.full_name, unit.name))
    KeyFolder(folder / "keys").register(records_clerk.pk, SigningRole.NUMBER, person, SECRET)


def register_keys(folder: Path, authority: Authority, unit: Unit, official: Account) -> None:
    """Give the official and the office their keys; both open with the same invented secret."""
    keys = KeyFolder(folder / "keys")
    person = authority.issue("official", Subject(official.full_name, unit.name))
    keys.register(official.pk, SigningRole.OFFICIAL, person, SECRET)
    keys.register(unit.pk, SigningRole.SEAL, authority.issue("seal", Subject(unit.name, unit.name)), SECRET)
