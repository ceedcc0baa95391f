"""What every store promises; ``tests/storage/test_contract.py`` holds each of them to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from storage.keys import FileKey, Owner


@dataclass(frozen=True)
class Stored:
    """One file in a listing; ``stored_at`` is the store's own clock, good enough for an age in days."""

    key: FileKey
    stored_at: datetime


class FileStore(Protocol):
    """A file is written once, whole or not at all, and never changes. Safe to use from several threads and processes.

    A dossier's row may point at a file as soon as ``put`` has returned, never before: by then the bytes are durable.
    """

    def put(self, owner: Owner, content: BinaryIO) -> FileKey:
        """Store a file from its beginning; the same bytes of one owner give one key, so storing twice is harmless.

        Raises ``FileEmpty``; ``StorageUnavailable``, after which the file may or may not be there: put it again;
        ``FileCorrupted`` if other bytes than these lie under their key.
        """

    def opened(self, key: FileKey) -> BinaryIO:
        """Return a seekable private copy, checked whole before its first byte is given out.

        Raises ``FileNotStored``, ``FileCorrupted`` or ``StorageUnavailable``.
        """

    def stored(self, owner: Owner | None = None) -> Iterator[Stored]:
        """Every file, or one owner's, in the order of their keys."""

    def remove(self, key: FileKey) -> None:
        """Forget a file; one that is not there is no error. Only the sweep of orphans may call this."""
