"""A ``FileStore`` over one folder of this machine: the default, one folder to back up.

A name appears only when the bytes behind it are on the disk: written under a temporary name, flushed, linked (which
never overwrites), and the folder flushed too. Files are 0600 and folders 0700, for they hold people's papers.
"""

import errno
import os
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from storage.errors import FileNotStored, StorageUnavailable
from storage.keys import BLOCK_SIZE_BYTES, FileKey, NameKey, Owner
from storage.store import Stored

_ABANDONED_AFTER_S = 24 * 3600  # no writing takes a day: its process was killed
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class LocalStore:
    def __init__(self, folder: Path, names: NameKey) -> None:
        self._folder, self._names = folder, names
        self._unfinished = folder / "unfinished"
        with _our_errors():
            _make_durably(self._unfinished)
            self._clear_abandoned()

    def put(self, owner: Owner, content: BinaryIO) -> FileKey:
        with _our_errors(), NamedTemporaryFile(dir=self._unfinished) as writing:  # 0600; gone at the end, come what may
            key = self._names.copied(owner, content, cast("BinaryIO", writing))
            writing.flush()
            os.fsync(writing.fileno())
            place = self._place(key)
            _make_durably(place.parent)
            try:
                os.link(writing.name, place)  # refuses to overwrite, also in a race
            except FileExistsError:
                self.opened(key).close()  # raises FileCorrupted
            _flush(place.parent)  # also when it was there: the one who linked it may not have come so far
        return key

    def opened(self, key: FileKey) -> BinaryIO:
        with _our_errors():
            try:
                stored = self._place(key).open("rb")
            except FileNotFoundError as error:
                raise FileNotStored("file_not_stored", key=str(key)) from error
            with stored:
                return self._names.spooled(iter(lambda: stored.read(BLOCK_SIZE_BYTES), b""), key)

    def stored(self, owner: Owner | None = None) -> Iterator[Stored]:
        with _our_errors():
            for place in sorted((self._folder / (str(owner) if owner else "v1")).rglob("*"), key=str):
                if place.is_file() and (key := FileKey.found(place.relative_to(self._folder).as_posix())):
                    yield Stored(key, datetime.fromtimestamp(place.stat().st_mtime, UTC))

    def remove(self, key: FileKey) -> None:
        with _our_errors(), suppress(FileNotFoundError):
            self._place(key).unlink()
            _flush(self._place(key).parent)

    def _place(self, key: FileKey) -> Path:
        return self._folder / str(key)

    def _clear_abandoned(self) -> None:
        for left in self._unfinished.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > _ABANDONED_AFTER_S:
                    left.unlink()


def _make_durably(folder: Path) -> None:
    """Make a folder and its parents, each written into its parent before anything is put there."""
    if folder.is_dir():
        return
    _make_durably(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _flush(folder.parent)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _our_errors() -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:
        code = "storage_full" if error.errno in _FULL else "storage_unavailable"
        raise StorageUnavailable(code, reason=os.strerror(error.errno or errno.EIO)) from error
