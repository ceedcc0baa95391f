"""Puts the engines together for this data folder: the only place that knows which setting goes where.

Django must have been set up before (``commands.folder``), and the folder must be of a kind. The authority of a demo or
training folder is made here; a real office founds its own with ``moonseal setup``.
"""

import secrets
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from certs.anchors import Store, TrustStores, government
from certs.authority import Authority, Names
from certs.sources import Sources
from certs.statuses import kept_lists
from commands.installation import FONTS, models
from commands.outside import STATUSES, Given, allowed, known
from dossiers import engines, folder
from dossiers.archive import OfficeArchive
from dossiers.engines import Engines, FolderKind
from dossiers.errors import NotSetUp
from dossiers.signers import KeyFolder, OfficeSigner
from ocr.cache import Cache
from ocr.reader import Caps, Reader
from printing.draw import Printer
from signing import Level
from signing.outside import Outside
from signing.verify.engine import Verifier
from storage import FileStore, NameKey
from storage.durable import write_durably
from storage.keys import NAME_KEY_SIZE_BYTES
from storage.urls import store_at

ORGANISATION = {
    FolderKind.DEMO: "DEMO – Ủy ban nhân dân xã Nguyệt Ấn",
    FolderKind.TRAINING: "TẬP HUẤN – Ủy ban nhân dân xã Nguyệt Ấn",
}


class SystemClock:
    def now(self) -> datetime:  # noqa: PLR6301 - the protocol's shape
        return datetime.now(UTC)


@dataclass(frozen=True)
class Wired:
    """What a command gets: the engines of the steps, the reader behind them, the signer's keys and authority."""

    engines: Engines
    reader: Reader
    keys: KeyFolder
    authority: Authority

    @property
    def anchor(self) -> Path:
        """The root's certificate: what a reader must trust to verify our results."""
        return self.authority.folder / "root.pem"


@contextmanager
def wired() -> Generator[Wired]:
    """Set up the engines of this process, and end their sandboxes afterwards."""
    if (kind := folder.kind()) is None:
        raise NotSetUp("folder_not_set_up")
    clock, printer = SystemClock(), Printer(FONTS)
    authority = _authority(kind, clock)
    own = Store.COMMUNE if kind is FolderKind.REAL else Store.DEMO
    stores = government().with_certificates(own, (authority.root,))
    with (
        Reader(models(), _caps(), cache=_cache()) as reader,
        Verifier(stores, lambda: kept_lists(settings.DATA / STATUSES)) as verifier,
        closing(_sources(authority, stores, clock)) as sources,
    ):
        keys = KeyFolder(settings.DATA / "keys")
        outside = Outside(sources.timestamps, sources.proofs, sources.known, clock.now)
        level = Level(settings.RESULT_LEVEL)
        signer = OfficeSigner(keys, printer, outside, authority.evidence, level, verifier.verify, clock)
        archive = OfficeArchive(outside, verifier.verify, timedelta(days=settings.RENEW_DAYS))
        made = Engines(_store(), reader, printer, signer, verifier, archive, clock, kind)
        engines.set_up(made)
        yield Wired(made, reader, keys, authority)


def _caps() -> Caps:
    return Caps(size_bytes=settings.SCAN_MAX_BYTES, pages=settings.SCAN_PAGES_MAX, page_pixels=settings.PAGE_MAX_PIXELS)


def _authority(kind: FolderKind, clock: SystemClock) -> Authority:
    path = settings.DATA / "authority"
    if kind is not FolderKind.REAL and not path.exists():
        return Authority.create(path, Names.of(ORGANISATION[kind]), clock.now)
    return Authority.open(path, clock.now)


def _sources(authority: Authority, stores: TrustStores, clock: SystemClock) -> Sources:
    return Sources((authority,), allowed(Given()), known(stores), settings.DATA / STATUSES, clock.now)


def _cache() -> Cache:
    cache = Cache(settings.DATA / "cache", most_bytes=settings.CACHE_MAX_BYTES, days=settings.CACHE_DAYS)
    cache.sweep()
    return cache


def _store() -> FileStore:
    secret = settings.S3_SECRET_KEY_FILE
    url = (settings.DATA / "files").as_uri() if settings.FILES_URL == "local" else settings.FILES_URL
    return store_at(
        url,
        _name_key(),
        access_key=settings.S3_ACCESS_KEY,
        secret_key=Path(secret).read_text(encoding="utf-8").strip() if secret else "",
    )


def _name_key() -> NameKey:
    """Return the commune's key for the names of files; made once, since every name depends on it."""
    path = settings.DATA / "name-key"
    if not path.exists():
        write_durably(path, secrets.token_bytes(NAME_KEY_SIZE_BYTES), 0o600)
    return NameKey(path.read_bytes())
