"""One authority, one official, one seal for all tests of signing: real keys and certificates, made once."""

import io
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from certs.anchors import NOBODY, Store, TrustStores
from certs.authority import Authority, Names, Subject
from certs.keys.file import FileKey
from certs.revocation import Evidence
from certs.timestamps import TimestampAuthority, TimestampClient
from signing.fields import prepare
from signing.sign import sign
from signing.values import Level, Report, Role
from signing.verify.examination import examine

logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # it tells every damaged byte at length
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
OFFICE = "Ủy ban nhân dân xã Nguyệt Ấn"


@dataclass(frozen=True)
class Place:
    page: int
    x0: float
    y0: float
    x1: float
    y1: float


PLACES = {"Official": Place(0, 300, 100, 416, 165), "Seal": Place(0, 240, 80, 342, 182)}


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class World:
    """Everything that signing needs, and the verifier's engine called without the sandbox."""

    authority: Authority
    official: FileKey
    seal: FileKey
    timestamps: TimestampClient
    evidence: Evidence

    @property
    def stores(self) -> TrustStores:
        return NOBODY.with_certificates(Store.DEMO, [self.authority.root])

    def verify(self, pdf: bytes, crls: tuple[bytes, ...] = (), at: datetime | None = None) -> Report:
        return examine(io.BytesIO(pdf), self.stores, crls, at or now() + timedelta(seconds=1))

    def officially_signed(self, pdf: bytes, level: Level = Level.B_LT, **more: Any) -> bytes:
        return self._sign(pdf, self.official, Role.OFFICIAL, level, **more)

    def sealed(self, pdf: bytes, level: Level = Level.B_LT, **more: Any) -> bytes:
        return self._sign(pdf, self.seal, Role.SEAL, level, verify=self.verify, **more)

    def _sign(self, pdf: bytes, key: FileKey, role: Role, level: Level, **more: Any) -> bytes:
        given: dict[str, Any] = {
            "role": role,
            "level": level,
            "at": now(),
            "timestamper": self.timestamps,
            "evidence": self.evidence,
        }
        return sign(pdf, key, **given | more)


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    folder: Path = tmp_path_factory.mktemp("world")
    authority = Authority.create(folder / "authority", Names.of(OFFICE))
    own_timestamps = TimestampAuthority(authority.timestamp_key, folder, now)
    return World(
        authority,
        authority.issue("official", Subject("Đặng Thị Ngọc Hương", OFFICE)),
        authority.issue("seal", Subject(OFFICE, OFFICE)),
        TimestampClient([own_timestamps.answer], [authority.issuing.certificate], now),
        authority.evidence(),
    )


def drawn(text: str = "Giay xac nhan") -> bytes:
    """A plain PDF of two pages."""
    pdf = pikepdf.new()
    for number in (1, 2):
        page = pdf.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(font)))
        page.Contents = pdf.make_stream(f"BT /F1 24 Tf 72 700 Td ({text}, {number}) Tj ET".encode())
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def mark(colour: str) -> bytes:
    """A one-page PDF to stand in a field."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(100, 60))
    page.Contents = pdf.make_stream(f"{colour} RG 4 w 8 8 84 44 re S".encode())
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


@pytest.fixture(scope="session")
def plain() -> bytes:
    return drawn()


@pytest.fixture(scope="session")
def prepared(plain) -> bytes:
    return prepare(plain, PLACES)


@pytest.fixture(scope="session")
def signed(world, prepared) -> bytes:
    return world.officially_signed(prepared, mark_pdf=mark("0 0 1"))


@pytest.fixture(scope="session")
def sealed(world, signed) -> bytes:
    return world.sealed(signed, mark_pdf=mark("1 0 0"))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory) -> FileKey:
    """A key of an authority that nobody trusts."""
    other = Authority.create(tmp_path_factory.mktemp("stranger") / "authority", Names.of("Xã khác"))
    return other.issue("official", Subject("Người Lạ", "Xã khác"))


@pytest.fixture(scope="session")
def revoked(world) -> FileKey:
    """An official's key that was withdrawn after ``world.evidence`` was made."""
    key = world.authority.issue("official", Subject("Lò Văn Pá", OFFICE))
    world.authority.revoke(key.certificate, "cessation_of_operation")
    return key


@pytest.fixture(scope="session")
def keys(world) -> dict[str, FileKey]:
    answers = world.authority.issue("ocsp", Subject("Trả lời trạng thái", OFFICE))
    return {"official": world.official, "tsa": world.authority.timestamp_key, "ocsp": answers}


@pytest.fixture(scope="session")
def encrypted(plain) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


@pytest.fixture
def make_key(world):
    """Make a key of the commune for one test."""
    return lambda profile, **more: world.authority.issue(profile, Subject("Lương Thị Mây", OFFICE), **more)
