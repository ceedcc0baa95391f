"""How a stored file is named: by a keyed hash of its owner and its bytes.

The name proves the bytes, tells a stranger nothing about them (a plain hash of a known form would), and differs
between owners, so that nothing is shared between two dossiers and one may be deleted without the other.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Self, cast
from uuid import UUID

from storage import envelope
from storage.errors import FileCorrupted, FileEmpty

BLOCK_SIZE_BYTES = 256 * 1024
SPOOL_SIZE_BYTES = 8 * 1024 * 1024  # larger files wait in an unlinked temporary file instead of memory
NAME_KEY_SIZE_BYTES = 32

_COMMUNE = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")
_KEY = re.compile(r"v1/(?P<commune>[^/]{1,64})/(?P<part>tray|office|[0-9a-f-]{36})/(?P<digest>[0-9a-f]{64})")


@dataclass(frozen=True)
class Owner:
    """Whose file it is: a dossier of a commune, its tray (not yet filed) or the office itself."""

    commune: str
    part: str

    def __post_init__(self) -> None:
        if len(self.commune) > 64 or not _COMMUNE.fullmatch(self.commune):  # noqa: PLR2004 - as in _KEY
            raise ValueError("a commune's short name is letters and digits, joined by dots or hyphens")
        if self.part not in {"tray", "office"} and str(UUID(self.part)) != self.part:
            raise ValueError("a file belongs to a dossier's id, to the tray or to the office")

    @classmethod
    def dossier(cls, commune: str, dossier_id: UUID) -> Self:
        return cls(commune, str(dossier_id))

    @classmethod
    def tray(cls, commune: str) -> Self:
        return cls(commune, "tray")

    @classmethod
    def office(cls, commune: str) -> Self:
        return cls(commune, "office")

    def __str__(self) -> str:
        return f"v1/{self.commune}/{self.part}"


@dataclass(frozen=True)
class FileKey:
    """The name of one stored file, ``v1/<commune>/<dossier id | tray | office>/<64 hex digits>``; goes into a row."""

    owner: Owner
    digest: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key back, or raise ``ValueError``: what passes can lead to no other place."""
        if not (found := _KEY.fullmatch(text)):
            raise ValueError("not the key of a stored file")
        return cls(Owner(found["commune"], found["part"]), found["digest"])

    @classmethod
    def found(cls, text: str) -> Self | None:
        """Read a name out of a listing; what others put beside our files has none."""
        try:
            return cls.parse(text)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.owner}/{self.digest}"


class NameKey:
    """The secret behind the names; lost, every file is still readable by its key but nothing can be checked."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < NAME_KEY_SIZE_BYTES:
            raise ValueError(f"a name key has at least {NAME_KEY_SIZE_BYTES} bytes")
        self._secret = secret

    def key(self, owner: Owner, content: BinaryIO) -> FileKey:
        """Name a file by its bytes from the beginning, and rewind it."""
        content.seek(0)
        mac = self._mac(owner)
        for block in _blocks(content):
            mac.update(block)
        content.seek(0)
        return FileKey(owner, mac.hexdigest())

    def copied(self, owner: Owner, content: BinaryIO, target: BinaryIO) -> FileKey:
        """Write the stored form of a file to ``target`` and name it in the same reading.

        One reading, so that a scan that a scanner is still writing can't be named by one state and stored in another.
        """
        content.seek(0)
        mac = self._mac(owner)
        target.write(envelope.HEADER)
        is_empty = True
        for block in _blocks(content):
            is_empty = False
            mac.update(block)
            target.write(block)
        if is_empty:
            raise FileEmpty("file_empty")
        return FileKey(owner, mac.hexdigest())

    def spooled(self, stored: Iterable[bytes], key: FileKey) -> BinaryIO:
        """Return the content behind a stored form, whole and checked, or raise ``FileCorrupted``."""
        mac = self._mac(key.owner)
        spool = new_spool()  # on an error the last reference goes, and the file with it: it has no name
        for block in envelope.content(stored, str(key)):
            mac.update(block)
            spool.write(block)
        if not hmac.compare_digest(mac.hexdigest(), key.digest):
            raise FileCorrupted("content_changed", key=str(key))
        spool.seek(0)
        return spool

    def _mac(self, owner: Owner) -> "hmac.HMAC":
        # The owner goes first and ends with a byte that no owner holds: no file can pose as another owner's.
        return hmac.new(self._secret, str(owner).encode() + b"\0", hashlib.sha256)


def new_spool() -> BinaryIO:
    """Return an empty private file: in memory while small, without a name on disk when large."""
    return cast("BinaryIO", SpooledTemporaryFile(max_size=SPOOL_SIZE_BYTES))


def _blocks(content: BinaryIO) -> Iterator[bytes]:
    while block := content.read(BLOCK_SIZE_BYTES):
        yield block
