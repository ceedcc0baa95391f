"""The engines of a test office, all real but the reader: store, printer, authority, keys, signer, verifier."""

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import settings
from certs.anchors import Store, TrustStores
from certs.authority import Authority, Names, Subject
from certs.timestamps import TimestampAuthority, TimestampClient
from dossiers.engines import Clock, Engines, FolderKind
from dossiers.models import Account, Unit
from dossiers.signers import KeyFolder, OfficeSigner
from printing.draw import Printer
from sandbox.zygote import Sandbox
from signing import Report
from signing import Role as SigningRole
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

    def verify(self, pdf: bytes) -> Report:
        return self.verifier.verify(pdf, at=self.clock.now())


def make_authority(folder: Path, clock: Clock) -> Authority:
    return Authority.create(folder, Names.of(OFFICE), clock.now)


@contextmanager
def wired(folder: Path, authority: Authority, clock: Clock, sandbox: Sandbox | None = None):
    """Give the engines over one data folder."""
    stores = TrustStores(()).with_certificates(Store.DEMO, [authority.root])
    (folder / "tsa").mkdir(exist_ok=True)
    stamps = TimestampAuthority(authority.timestamp_key, folder / "tsa", clock.now)
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
                timestamper=TimestampClient([stamps.answer], [authority.issuing.certificate], clock.now),
                evidence=authority.evidence,
                verify=at_clock.verify,
                clock=clock,
            ),
            verifier=at_clock,
            clock=clock,
            folder_kind=FolderKind.DEMO,
        )


def register_keys(folder: Path, authority: Authority, unit: Unit, official: Account) -> None:
    """Give the official and the office their keys; both open with the same invented secret."""
    keys = KeyFolder(folder / "keys")
    person = authority.issue("official", Subject(official.full_name, unit.name))
    keys.register(official.pk, SigningRole.OFFICIAL, person, SECRET)
    keys.register(unit.pk, SigningRole.SEAL, authority.issue("seal", Subject(unit.name, unit.name)), SECRET)
