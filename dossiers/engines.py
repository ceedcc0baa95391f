"""What the steps need from the rooms below, and from the machine: handed in once by whoever wires the service.

``set_up`` is called by service.py (or a test) before the first step; there is no other global. The protocols are narrow
on purpose: a step sees a reader, a printer, a signer and a verifier, never their engines.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from dossiers.errors import NotSetUp
from ocr import Digitized
from printing.values import Drawn
from signing.values import Report, Role
from storage import FileStore


class FolderKind(StrEnum):
    """What a data folder is, for ever; the values are those of ``printing.fields``."""

    DEMO = "demo"
    TRAINING = "training"
    REAL = "real"


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the time in UTC."""


class Reader(Protocol):
    def digitize(
        self,
        scan: Path,
        *,
        form: str = "auto",
        password: str | None = None,
        on_progress: Callable[[Any], None] | None = None,
    ) -> Digitized: ...

    def page_png(self, pdf: Path, number: int, width_px: int = 1200) -> bytes: ...

    def forget(self, scan_sha256: str) -> None:
        """Let go what is kept of a scan whose reading is stored."""

    def sweep(self) -> None:
        """Let go what was kept for too long."""


class Printer(Protocol):
    def draw(self, template: str, data: Mapping[str, object]) -> Drawn: ...


class OpenedKey(Protocol):
    """A registered key whose holder gave the secret; for one signature, or for a batch of them."""

    @property
    def certificate_sha256(self) -> str: ...

    def sign(self, pdf: bytes, mark: Mapping[str, str]) -> bytes:
        """Return the PDF with one signature more, the earlier bytes untouched; raises a ``SigningError``.

        ``pdf`` has its fields prepared and is what the person saw; ``printing`` draws the picture from ``mark``.
        """


class Signer(Protocol):
    """Holds the registered keys of the office; uses them only for a person who gave the secret."""

    def opened(self, account_id: UUID, unit_id: UUID, role: Role, secret: str) -> AbstractContextManager[OpenedKey]:
        """Lend the key. A certificate that must not sign now is refused before the secret is looked at.

        Raises ``CertificateNotAccepted`` or ``KeyUnavailable``.
        """


class Verifier(Protocol):
    def verify(self, pdf: bytes) -> Report: ...


class Archive(Protocol):
    """Keeps signed files provable, by timestamps alone; both methods raise a ``SigningError``."""

    @property
    def margin(self) -> timedelta:
        """How long before its end a protection is renewed."""

    def protected_until(self, pdf: bytes) -> datetime | None:
        """Return when the newest timestamp's certificate or algorithm ends; None where there is no timestamp."""

    def renewed(self, pdf: bytes) -> tuple[bytes, Report] | None:
        """Return the file with its next timestamp, verified; None where it is not due."""


@dataclass(frozen=True)
class Engines:
    store: FileStore
    reader: Reader
    printer: Printer
    signer: Signer
    verifier: Verifier
    archive: Archive
    clock: Clock
    folder_kind: FolderKind


_wired: list[Engines] = []


def set_up(engines: Engines) -> None:
    """Wire the engines for this process; a second call replaces them."""
    _wired[:] = [engines]


def current() -> Engines:
    """Return what was wired, or raise ``NotSetUp``."""
    if not _wired:
        raise NotSetUp("engines_not_wired")
    return _wired[0]
