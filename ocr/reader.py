"""The facade of this room: a ``Reader`` owns one sandbox and reads scans in it, several at once if asked.

No byte of a scan is parsed on this side; it is only copied and hashed. What comes back is made into our value types,
and what went wrong into our errors.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Generator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import IO, Self, cast

from ocr.cache import Cache, KeptScan
from ocr.edition import edition
from ocr.errors import CapExceeded, EngineFailed, OcrError, ScanUnreadable
from ocr.forms.drafted import DraftedField, FormDraft
from ocr.scanwork import Progress, ScanWork
from ocr.values import Caps, Digitized, ModelFolders
from sandbox import LimitReached, Refused, SandboxError
from sandbox.zygote import Sandbox
from storage.durable import FULL

__all__ = ["Caps", "ModelFolders", "Reader"]

CHUNK_BYTES = 1 << 20


class Reader:
    """Reads scans. Keep one for many scans: its first call waits for the engines to be imported.

    ``jobs`` is how many pages are read at once, over all scans; as many as there are cores unless told otherwise.
    ``cache`` keeps what was read, but nothing of scans that need a password.
    """

    def __init__(
        self, models: ModelFolders, caps: Caps | None = None, *, jobs: int | None = None, cache: Cache | None = None
    ) -> None:
        self._models, self._caps, self._cache = models, caps or Caps(), cache
        self._jobs = jobs or len(os.sched_getaffinity(0))
        self._sandbox = Sandbox(preload=("ocr.engine", "ocr.forms.drafting"), folders=(models.text, models.numbers))
        self._pool = ThreadPoolExecutor(self._jobs, thread_name_prefix="page")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the sandbox and whatever still runs in it."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._sandbox.close()
        self._pool.shutdown(wait=True)
        self._sandbox.close()  # a page that was just beginning may have started it again

    def digitize(
        self,
        scan: Path,
        *,
        form: str = "auto",
        password: str | None = None,
        on_progress: Progress | None = None,
    ) -> Digitized:
        """Return what the scan says. Raises ``ScanUnreadable``, ``CapExceeded`` or ``EngineFailed``.

        ``form`` limits the forms looked for to one code. ``on_progress`` is called in this thread, in the order of the
        pages: ``stage`` of ``page``, of how many ``pages``, and how many are ``done``.
        """
        with tempfile.TemporaryFile() as copy, _our_errors():
            sha256 = _copied(scan, cast("IO[bytes]", copy), self._caps)
            kept = self._kept(sha256, form, password)
            work = ScanWork(self._sandbox, self._pool, self._jobs, self._caps, self._models, kept)
            return work.digitize(cast("IO[bytes]", copy), sha256, form, password, on_progress)

    def forget(self, scan_sha256: str) -> None:
        """Let go what is kept of a scan whose reading is stored elsewhere now."""
        if self._cache is not None:
            self._cache.forget(scan_sha256)

    def sweep(self) -> None:
        """Let go what was kept for too long; cheap, for whoever runs for days."""
        if self._cache is not None:
            self._cache.sweep()

    def cut(self, pdf: Path, parts: Sequence[Sequence[int]]) -> list[bytes]:
        """Return pages of a PDF, numbered from 1, as PDFs of their own, one for each part."""
        arguments = {"parts": [list(numbers) for numbers in parts], "caps": asdict(self._caps)}
        with tempfile.TemporaryFile() as copy, _our_errors():
            _copied(pdf, cast("IO[bytes]", copy), self._caps)
            reply = self._sandbox.call("ocr.engine:cut", files={"pdf": copy}, arguments=arguments)
            return [reply.blobs[str(index)].read() for index in range(len(parts))]

    def page_png(self, pdf: Path, number: int, width_px: int = 1200) -> bytes:
        """Return a page of a PDF drawn as it is seen, marks of signatures included; ``number`` counts from 1."""
        arguments = {"number": number, "width_px": width_px, "caps": asdict(self._caps)}
        with tempfile.TemporaryFile() as copy, _our_errors():
            _copied(pdf, cast("IO[bytes]", copy), self._caps)
            reply = self._sandbox.call("ocr.engine:draw_page", files={"pdf": copy}, arguments=arguments)
            return reply.blobs["png"].read()

    def draft_form(self, scan: Path, code: str, version: str, today: date, *, is_print: bool = False) -> FormDraft:
        """Return the first draft of a template from one blank scan; raises as ``digitize`` does.

        ``is_print``: the form is known, and this is the draft of another print of it.
        """
        arguments = {
            "caps": asdict(self._caps),
            "models": {"text": str(self._models.text)},
            "code": code,
            "version": version,
            "today": today.isoformat(),
            "is_print": is_print,
        }
        with tempfile.TemporaryFile() as copy, _our_errors():
            _copied(scan, cast("IO[bytes]", copy), self._caps)
            reply = self._sandbox.call("ocr.forms.drafting:draft", files={"scan": copy}, arguments=arguments)
            fields = tuple(
                DraftedField(**{**field, "doubts": tuple(field["doubts"])}) for field in reply.value["fields"]
            )
            files = {name: blob.read() for name, blob in reply.blobs.items()}
            return FormDraft(tuple(reply.value["pages"]), fields, files, tuple(reply.value["lost"]))

    def _kept(self, sha256: str, form: str, password: str | None) -> KeptScan:
        if self._cache is None or password is not None:  # what needs a password must not lie here without one
            return KeptScan(None, sha256, {})
        way = {"edition": edition(self._models), "form": form, "caps": str(self._caps)}
        return KeptScan(self._cache, sha256, way)


def _copied(scan: Path, target: IO[bytes], caps: Caps) -> str:
    """Copy the scan, so that what was hashed is what is read; return its SHA-256."""
    try:
        found = scan.stat()
        if stat.S_ISDIR(found.st_mode):
            raise ScanUnreadable("folder")
        if not stat.S_ISREG(found.st_mode):  # reading a pipe or a device might never end
            raise ScanUnreadable("not_a_scan")
        if found.st_size > caps.size_bytes:
            raise CapExceeded("too_large", cap="size_bytes", limit=caps.size_bytes, found=found.st_size)
        file = scan.open("rb")
    except FileNotFoundError:
        raise ScanUnreadable("not_found") from None
    except OSError as error:
        raise ScanUnreadable("not_readable") from error
    digest, size_bytes = hashlib.sha256(), 0
    with file:
        while chunk := _next_chunk(file):
            size_bytes += len(chunk)
            if size_bytes > caps.size_bytes:  # it grows while it is read
                raise CapExceeded("too_large", cap="size_bytes", limit=caps.size_bytes, found=size_bytes)
            digest.update(chunk)
            target.write(chunk)
    target.flush()
    return digest.hexdigest()


def _next_chunk(file: IO[bytes]) -> bytes:
    try:
        return file.read(CHUNK_BYTES)
    except OSError as error:  # a bad sector, a share that went away
        raise ScanUnreadable("not_readable") from error


@contextmanager
def _our_errors() -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise EngineFailed("disk_full", folder=tempfile.gettempdir()) from error
        raise
    except Refused as refusal:
        kind: type[OcrError] = CapExceeded if "cap" in refusal.parameters else ScanUnreadable
        raise kind(refusal.code, **refusal.parameters) from None
    except LimitReached as stopped:
        raise CapExceeded("limit_reached", cap=stopped.limit) from stopped
    except (SandboxError, CancelledError) as failure:
        raise EngineFailed("engine_failed") from failure
