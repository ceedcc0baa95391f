"""``moonseal watch DIR``: scans that a scanner or a share puts into a folder go to the dossiers their receipts name.

The original is never deleted: it is moved into ``da-nhan`` (taken in) once every part of it is filed, or into the tray
``khay-cho`` beside a text that says why not. Rows are written before the file moves, so a process that is killed finds
the file where it was and the parts it filed known (dossiers.arrivals). The folder is looked at again and again instead
of waiting for its events: scanners write to network shares, where the kernel tells of none.
"""

import errno
import fcntl
import logging
import os
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections

from commands.console import Console
from commands.files import shortened, shown, write_whole
from commands.sentences import both
from commands.wiring import wired
from dossiers import arrivals, folder
from dossiers.arrivals import Outcome
from dossiers.intake import Upload, media_type
from ocr import Digitized, EngineFailed, Kind, OcrError
from ocr.reader import Reader
from ocr.sorting import Part, split
from storage.durable import FULL

TAKEN, TRAY = "da-nhan", "khay-cho"
REASON = ".ly-do.txt"
UNFINISHED_NAMES = (".part", ".partial", ".filepart", ".tmp", ".crdownload", ".download")
UNFINISHED_CODES = {"empty", "truncated", "damaged", "page_damaged"}  # what half a file looks like
POLL_S = 1.0
PATIENCE_S = 60.0  # for a file that looks cut off, since its last change
TRIES = 3  # of a file that breaks the engine or us
REFUSED = {Outcome.NO_SUCH_RECEIPT: "tray_no_such_receipt", Outcome.TOO_LATE: "tray_too_late"}

log = logging.getLogger(__name__)


def watch(path: Path, *, once: bool) -> int:
    """Watch until stopped, or until all that is there was dealt with; 1 with the reason when refused."""
    console, stop = Console(), threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    signal.signal(signal.SIGIO, signal.SIG_IGN)  # what the kernel sends to the holder of a lease
    if not path.is_dir():
        console.say(both("watch_no_folder", path=path))
        return 1
    if folder.kind() is None:
        console.say(both("folder_not_set_up"))
        return 1
    call_command("migrate", verbosity=0)
    with _alone(path) as is_alone:
        if not is_alone:
            console.say(both("watch_taken_by_another", path=path))
            return 1
        with wired() as ready:
            watched = Watch(path, ready.reader, console, stop)
            watched.tell_tray()
            console.say(both("watch_begins", path=path, tray=TRAY, taken=TAKEN))
            while not stop.is_set() and (watched.look() or not once):
                stop.wait(watched.rest_s)
    return 0


@dataclass(frozen=True)
class _Seen:
    """How a file looked, and since when; its name says nothing."""

    size_bytes: int
    changed_ns: int
    inode: int
    since_s: float

    def is_still(self, found: os.stat_result) -> bool:
        return (self.size_bytes, self.changed_ns, self.inode) == (found.st_size, found.st_mtime_ns, found.st_ino)


class _Stopped(Exception):
    """Somebody wants us to end while a file is read; what was read of it is kept."""


class Watch:
    """One folder that is watched."""

    def __init__(self, path: Path, reader: Reader, console: Console, stop: threading.Event) -> None:
        self._path, self._reader, self._console, self._stop = path, reader, console, stop
        self._seen: dict[Path, _Seen] = {}
        self._tries: Counter[Path] = Counter()
        self._trouble = ""

    @property
    def rest_s(self) -> float:
        """How long to wait before the next look."""
        return PATIENCE_S if self._trouble else POLL_S

    def look(self) -> bool:
        """Take in what is whole; return whether a file is left that may become so."""
        close_old_connections()
        try:
            found = {path: path.stat() for path in sorted(self._path.iterdir()) if _may_be_a_scan(path)}
        except OSError as error:  # a file was taken away between two looks, or the folder with its share
            return self._rest("" if self._path.is_dir() else error.strerror or "")
        self._seen = {path: self._as_seen(path, facts) for path, facts in found.items()}
        for path in found:
            if not self._stop.is_set() and self._is_whole(path) and (trouble := self._take_safely(path)):
                return self._rest(trouble)
        self._trouble = ""
        return any(self._tries[path] < TRIES and path.exists() for path in found)

    def _rest(self, trouble: str) -> bool:
        """Wait for better times, and say why when it is new: it is no fault of a file. Returns True."""
        if trouble and trouble != self._trouble:
            self._console.say(both("watch_trouble", reason=trouble))
        self._trouble = trouble
        return True

    def tell_tray(self) -> None:
        """Say what waits in the tray, and why; a text whose file somebody took away goes."""
        texts = sorted((self._path / TRAY).glob(f"*{REASON}"))
        for text in texts:
            if not text.with_name(text.name.removesuffix(REASON)).exists():
                text.unlink()
        texts = [text for text in texts if text.exists()]
        if texts:
            self._console.say(both("watch_tray_holds", count=len(texts)))
        for text in texts:
            self._console.say(f"  {shown(text.name.removesuffix(REASON))}: {text.read_text(encoding='utf-8').strip()}")

    def _as_seen(self, path: Path, facts: os.stat_result) -> _Seen:
        before = self._seen.get(path)
        if before is not None and before.is_still(facts):
            return before
        del self._tries[path]
        return _Seen(facts.st_size, facts.st_mtime_ns, facts.st_ino, time.monotonic())

    def _is_whole(self, path: Path) -> bool:
        if time.monotonic() - self._seen[path].since_s < settings.WATCH_SETTLE_S or self._tries[path] >= TRIES:
            return False
        try:
            return not _is_written(path)
        except OSError:  # taken away, or not for us to read: who takes it in will know
            return True

    def _take_safely(self, path: Path) -> str:
        """Take a file in; whatever it does to us, the next one gets its turn. Returns what the machine lacks for it."""
        try:
            self._take(path)
        except (_Stopped, FileNotFoundError):  # it stays for the next time; somebody took it away
            return ""
        except Exception as error:  # ruff: ignore[blind-except] - a file must not end the watch
            if isinstance(error, OSError) and error.errno in FULL:
                return error.strerror or ""
            if isinstance(error, OcrError) and error.code == "disk_full":
                return both(error.code, **error.parameters)
            log.error("a watched file could not be taken in: %s", type(error).__name__)  # ruff: ignore[error-instead-of-exception] - a traceback may hold what was read
            try:
                self._put_off(path, type(error).__name__)
            except OSError as failure:  # not even the tray takes it
                self._console.say(both("watch_stays", name=shown(path.name), reason=failure.strerror))
        return ""

    def _take(self, path: Path) -> None:
        try:
            with path.open("rb") as file, _without_name(file) as copy:
                read = self._reader.digitize(copy, on_progress=self._heed_stop)
                problems = self._filed(path.name, copy, read)
        except PermissionError:
            problems = [both("not_readable")]
        except EngineFailed as error:
            if error.code == "disk_full":
                raise
            self._put_off(path, error.code)
            return
        except OcrError as error:
            if error.code in UNFINISHED_CODES and _age_s(path) < PATIENCE_S:
                return
            problems = [both(error.code, **error.parameters)]
        else:
            self._reader.forget(read.sha256)
        if not self._seen[path].is_still(path.stat()):
            return  # another file has its name by now
        if problems:
            self._into_tray(path, problems)
        else:
            _moved(path, self._path / TAKEN)

    def _heed_stop(self, _step: Mapping[str, object]) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _filed(self, name: str, copy: Path, read: Digitized) -> list[str]:
        """File every part that can be; return why the others can't, as sentences."""
        if read.kind is Kind.SIGNED:
            return [both("tray_signed")]
        parts = split(read.pages)
        problems = [problem for part in parts if (problem := _problem_of(part))]
        to_file = [(n, part) for n, part in enumerate(parts) if part.pages and (part.code or part.is_new)]
        contents = self._cut(copy, read, [part.pages for _, part in to_file])
        for (number, part), content in zip(to_file, contents, strict=True):
            if part.is_new:
                self._new_into_tray(
                    shortened(Path(name).stem, f"-{number + 1}-{read.sha256[:8]}.pdf", len(REASON)), part, content
                )
                continue
            upload = Upload(f"{Path(name).stem}.pdf", BytesIO(content))
            outcome = arrivals.add(arrivals.Part(read.sha256, number, part.code or "", upload))
            pages = _numbers(part.pages)
            if outcome in REFUSED:
                problems.append(both(REFUSED[outcome], pages=pages))
            else:
                self._console.say(both(f"watch_{outcome}", name=shown(name), pages=pages))
        return problems

    def _new_into_tray(self, name: str, part: Part, content: bytes) -> None:
        """Put a dossier that has no receipt into the tray as a file of its own; after a kill its name is the same."""
        target = self._path / TRAY / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        if not target.exists():
            reason = both("tray_new_dossier", pages=_numbers(part.pages))
            write_whole(target.with_name(name + REASON), f"{reason}\n".encode())
            write_whole(target, content)
            self._console.say(both("watch_in_tray", name=shown(name)))

    def _cut(self, scan: Path, read: Digitized, parts: Sequence[Sequence[int]]) -> list[bytes]:
        """Return the parts as PDFs: of a PDF its own pages, of pictures those of the searchable copy."""
        if not parts:
            return []
        with scan.open("rb") as file:
            is_pdf = media_type(file) == "application/pdf"
        if is_pdf:
            return self._reader.cut(scan, parts)
        with _without_name(BytesIO(read.pdf)) as copy:
            return self._reader.cut(copy, parts)

    def _put_off(self, path: Path, reason: str) -> None:
        self._tries[path] += 1
        if self._tries[path] < TRIES:
            self._console.say(both("watch_later", name=shown(path.name), reason=reason))
        else:
            self._into_tray(path, [both("engine_failed")])

    def _into_tray(self, path: Path, problems: Sequence[str]) -> None:
        """Write the reason, then move the file: no file without its reason, whenever we are killed."""
        target = _free_name(self._path / TRAY, path.name)
        write_whole(target.with_name(target.name + REASON), "\n".join([*problems, ""]).encode())
        path.rename(target)
        del self._tries[path]
        self._console.say(both("watch_in_tray", name=shown(path.name)))
        for problem in problems:
            self._console.say(f"  {problem}")


def _may_be_a_scan(path: Path) -> bool:
    """Whether this is a file that came to be taken in: no folder, link, hidden file or download under way."""
    is_under_way = path.name.startswith((".", "~")) or path.name.lower().endswith(UNFINISHED_NAMES)
    return not is_under_way and not path.is_symlink() and path.is_file()


def _is_written(path: Path) -> bool:
    """Whether a process has the file open to write it; where the kernel does not say, no."""
    with path.open("rb") as file:
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as error:
            return error.errno == errno.EAGAIN
    return False


def _age_s(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _problem_of(part: Part) -> str | None:
    if part.is_new:
        return None
    if part.code is None:
        return both("tray_no_sheet", pages=_numbers(part.pages if part.sheet is None else (part.sheet, *part.pages)))
    return None if part.pages else both("tray_sheet_alone", pages=part.sheet)


def _numbers(pages: Sequence[int]) -> str:
    return ", ".join(map(str, pages))


def _moved(path: Path, target: Path) -> None:
    path.rename(_free_name(target, path.name))


def _free_name(target: Path, name: str) -> Path:
    """Return a name that nothing has there yet; only one process watches, so nobody takes it meanwhile."""
    target.mkdir(mode=0o700, exist_ok=True)
    stem, ending, again = Path(name).stem, Path(name).suffix, 2
    free = target / shortened(stem, ending, len(REASON))
    while free.exists():
        free, again = target / shortened(stem, f"-{again}{ending}", len(REASON)), again + 1
    return free


@contextmanager
def _alone(path: Path) -> Generator[bool]:
    """Hold the folder for this process; tell whether it was free. A process that dies lets go."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _without_name(content: IO[bytes]) -> Generator[Path]:
    """Give a copy that has a path in this process only: it cannot change meanwhile, and no kill leaves it behind."""
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(content, copy)
        copy.flush()
        yield Path(f"/proc/self/fd/{copy.fileno()}")
