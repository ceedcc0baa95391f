"""What the authority did, append-only: one JSON line per act, each with the hash of the line before.

An entry is on the disk before the act it records is handed out. A line that was torn by a crash was never handed out
and is cut off at the next write; any other damage stops the authority (``RegisterDamaged``). A clock that stands
before the last entry stops it too.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from certs.errors import ClockWentBack, RegisterDamaged
from storage.durable import sync_folder

FIRST = "0" * 64
FILE_NAME = "register.jsonl"


@dataclass(frozen=True)
class Entry:
    number: int
    at: datetime
    kind: str
    details: Mapping[str, str]


class Register:
    """The register in one folder; several processes may write to it."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._path, self._clock = folder / FILE_NAME, clock
        self._read: tuple[tuple[int, int, int], list[Entry]] = ((0, 0, 0), [])  # the file as it was when last read

    def append(self, kind: str, **details: str) -> Entry:
        """Write one entry, durably, and return it."""
        with self._locked() as descriptor:
            content = _whole_lines(descriptor)
            entries = list(_entries(content))
            last_hash, last = entries[-1] if entries else (FIRST, None)
            now = self._clock().astimezone(UTC)
            if last is not None and now < last.at:
                raise ClockWentBack("clock_before_register", last=last.at.isoformat())
            entry = Entry(last.number + 1 if last else 1, now, kind, details)
            line = _line(entry, last_hash)
            os.ftruncate(descriptor, len(content))
            os.pwrite(descriptor, line, len(content))
            os.fsync(descriptor)
            if last is None:
                sync_folder(self._path.parent)
            return entry

    def entries(self) -> list[Entry]:
        """Return every entry, oldest first; raises ``RegisterDamaged`` at the first that does not fit."""
        with self._locked() as descriptor:
            found = os.fstat(descriptor)
            mark = (found.st_ino, found.st_size, found.st_mtime_ns)
            if mark != self._read[0]:
                self._read = mark, [entry for _, entry in _entries(_whole_lines(descriptor))]
            return list(self._read[1])

    def last_at(self) -> datetime | None:
        """Return when the last entry was made."""
        entries = self.entries()
        return entries[-1].at if entries else None

    @contextmanager
    def _locked(self) -> Generator[int]:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _whole_lines(descriptor: int) -> bytes:
    content = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
    return content[: content.rfind(b"\n") + 1]


def _line(entry: Entry, previous: str) -> bytes:
    body = {
        "n": entry.number,
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "details": dict(entry.details),
        "previous": previous,
    }
    return json.dumps(body | {"hash": _hash(body)}, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _hash(body: Mapping[str, object]) -> str:
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _entries(content: bytes) -> Iterator[tuple[str, Entry]]:
    previous = FIRST
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            body = json.loads(line)
            own = body.pop("hash")
            fits = own == _hash(body) and body["previous"] == previous and body["n"] == number
            entry = Entry(body["n"], datetime.fromisoformat(body["at"]), body["kind"], body["details"])
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise RegisterDamaged("register_damaged", entry=number) from error
        if not fits:
            raise RegisterDamaged("register_damaged", entry=number)
        previous = own
        yield own, entry
