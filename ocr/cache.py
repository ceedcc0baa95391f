"""What was read of a scan already, kept on disk for a while, so that work that was cut short goes on where it stopped.

One folder for each scan, named by its digest, one file for each stage. A file is put in place whole; its digest and its
key stand in it, and one that is damaged, cut short or lies in another's place is no more than a miss: it is read again.
All of it is personal data: only its owner may read it, it is let go when its scan is filed, when it was not used for
some days, and, longest unused first, when there is too much of it. A cache that can't be written never stops the work.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from sandbox.values import Json

MAGIC = b"moonseal cache 1\n"
DIGEST_BYTES = 32
LENGTH_BYTES = 8
CHUNK_BYTES = 1 << 20
DAY_S = 24 * 3600
SWEEP_S = 3600  # at most so often
PART = ".part"

Key = Mapping[str, str | int]  # "stage" names the stage; all else is what its result depends on

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """What was kept: a JSON value, and bytes that ``blob`` is placed at the beginning of."""

    value: Json
    blob: BinaryIO


class Cache:
    """Keeps results under ``folder``: at most ``most_bytes`` of them, none longer than ``days`` after its last use."""

    def __init__(self, folder: Path, *, most_bytes: int, days: int) -> None:
        self._folder, self._most_bytes, self._days = folder, most_bytes, days
        self._swept_at_s = 0.0

    def get(self, scan_sha256: str, key: Key) -> Kept | None:
        """Return what was kept under this key, or None; the caller closes its blob."""
        path = self._path(scan_sha256, key)
        try:
            file = path.open("rb")
        except OSError:
            return None
        try:
            value = _checked(file, key)
        except (OSError, ValueError, KeyError, TypeError):
            file.close()
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)  # the sweep asks when it was last used
        return Kept(value, file)

    def put(self, scan_sha256: str, key: Key, value: Json, blob: IO[bytes] | None = None) -> None:
        """Keep a value and the rest of ``blob``, which is left where it was."""
        path = self._path(scan_sha256, key)
        try:
            for folder in (self._folder, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, part = tempfile.mkstemp(suffix=PART, dir=path.parent)  # for its owner only
            try:
                with os.fdopen(descriptor, "wb") as file:
                    _write(file, key, value, blob)
                Path(part).replace(path)
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise
        except OSError as error:
            log.warning("the cache could not be written: %s", error.strerror)

    def forget(self, scan_sha256: str) -> None:
        """Let go what was kept of a scan."""
        shutil.rmtree(self._folder / scan_sha256, ignore_errors=True)

    def forget_stages(self, scan_sha256: str, stage: str) -> None:
        """Let go one stage of a scan, whatever it depended on."""
        for path in (self._folder / scan_sha256).glob(f"{stage}-*"):
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Let go what is too old or too much; called often, it looks once an hour."""
        if time.monotonic() - self._swept_at_s < SWEEP_S and self._swept_at_s:
            return
        self._swept_at_s = time.monotonic()
        oldest_s, left_bytes = time.time() - self._days * DAY_S, self._most_bytes
        for used_at_s, size_bytes, folder in sorted(self._scans(), reverse=True):
            left_bytes -= size_bytes
            if used_at_s < oldest_s or left_bytes < 0:
                shutil.rmtree(folder, ignore_errors=True)

    def _scans(self) -> list[tuple[float, int, Path]]:
        """Return when each scan was last used, how much is kept of it, and where."""
        found = []
        with suppress(OSError):  # nothing kept yet, or nowhere to keep it
            for folder in self._folder.iterdir():
                with suppress(OSError):  # another process sweeps too
                    facts = [path.stat() for path in folder.iterdir()] or [folder.stat()]
                    found.append((max(one.st_mtime for one in facts), sum(one.st_size for one in facts), folder))
        return found

    def _path(self, scan_sha256: str, key: Key) -> Path:
        return self._folder / scan_sha256 / f"{key['stage']}-{hashlib.sha256(_plain(key)).hexdigest()[:32]}"


class KeptScan:
    """What the cache holds of one scan that is read in one way; without a cache, nothing."""

    def __init__(self, cache: Cache | None, scan_sha256: str, way: Key) -> None:
        self._cache, self._sha256, self._way = cache, scan_sha256, way

    def get(self, stage: str, number: int = 0) -> Kept | None:
        """Return a stage of the scan, or of one of its pages."""
        return None if self._cache is None else self._cache.get(self._sha256, self._key(stage, number))

    def put(self, stage: str, value: Json, blob: IO[bytes] | None = None, *, number: int = 0) -> None:
        """Keep a stage of the scan, or of one of its pages."""
        if self._cache is not None:
            self._cache.put(self._sha256, self._key(stage, number), value, blob)

    def forget(self, *stages: str) -> None:
        """Let go what a later stage holds as well."""
        if self._cache is not None:
            for stage in stages:
                self._cache.forget_stages(self._sha256, stage)

    def _key(self, stage: str, number: int) -> Key:
        return {**self._way, "scan": self._sha256, "stage": stage, "number": number}


def _plain(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _write(file: BinaryIO, key: Key, value: Json, blob: IO[bytes] | None) -> None:
    head = _plain({"key": dict(key), "value": value})
    head = len(head).to_bytes(LENGTH_BYTES, "big") + head
    digest = hashlib.sha256(head)
    file.write(MAGIC + bytes(DIGEST_BYTES) + head)
    if blob is not None:
        begin = blob.tell()
        try:
            while chunk := blob.read(CHUNK_BYTES):
                digest.update(chunk)
                file.write(chunk)
        finally:
            blob.seek(begin)  # on a full disk, too: what could not be kept is still to be used
    file.seek(len(MAGIC))
    file.write(digest.digest())


def _checked(file: BinaryIO, key: Key) -> Json:
    """Return the value of a file that is whole and of this key, its blob next to be read; raises ``ValueError``."""
    if file.read(len(MAGIC)) != MAGIC:
        raise ValueError("another kind of file")
    said = file.read(DIGEST_BYTES)
    if hashlib.file_digest(file, "sha256").digest() != said:  # type: ignore[arg-type]  # every open file has readinto
        raise ValueError("damaged")
    file.seek(len(MAGIC) + DIGEST_BYTES)
    length = int.from_bytes(file.read(LENGTH_BYTES), "big")
    head = json.loads(file.read(length))
    if head["key"] != dict(key):
        raise ValueError("of another key")
    return head["value"]
