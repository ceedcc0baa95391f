"""The facade of this room: a ``Reader`` owns one sandbox and reads scans in it, several at once if asked.

No byte of a scan is parsed on this side; it is only hashed. What comes back is made into our value types, and what
went wrong into our errors.
"""

import hashlib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from io import BufferedReader
from pathlib import Path
from typing import Any, Self

from ocr.errors import CapExceeded, EngineFailed, OcrError, ScanUnreadable
from ocr.values import (
    Box,
    Caps,
    Check,
    Code,
    Decision,
    Digitized,
    FieldReading,
    FormMatch,
    Kind,
    ModelFolders,
    PageClass,
    PageReading,
    Source,
    Word,
)
from sandbox import Json, LimitReached, Limits, Refused, SandboxError
from sandbox.zygote import Sandbox

__all__ = ["Caps", "ModelFolders", "Reader"]

LIMITS = Limits(cpu_s=1800, wall_s=3600)  # five hundred pages; one page never takes more than seconds
CAP_CODES = {"too_large", "too_many_pages", "too_many_pixels", "page_too_large"}
Progress = Callable[[Mapping[str, object]], None]


class Reader:
    """Reads scans. Keep one for many scans: its first call waits for the engines to be imported."""

    def __init__(self, models: ModelFolders, caps: Caps | None = None, limits: Limits = LIMITS) -> None:
        self._models, self._caps = models, caps or Caps()
        self._sandbox = Sandbox(preload=("ocr.engine",), limits=limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the sandbox and whatever still runs in it."""
        self._sandbox.close()

    def digitize(
        self,
        scan: Path,
        *,
        form: str = "auto",
        procedure: str | None = None,
        password: str | None = None,
        on_progress: Progress | None = None,
    ) -> Digitized:
        """Return what the scan says. Raises ``ScanUnreadable``, ``CapExceeded`` or ``EngineFailed``.

        ``form`` limits the forms looked for to one code. ``procedure`` is what was declared; it changes nothing here,
        a scan filed wrongly is read as what it is.
        """
        arguments = {
            "form": form,
            "password": password,
            "caps": asdict(self._caps),
            "models": {"text": str(self._models.text), "numbers": str(self._models.numbers)},
        }
        with _opened(scan) as file, _our_errors(procedure):
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            reply = self._sandbox.call(
                "ocr.engine:digitize", files={"scan": file}, arguments=arguments, on_progress=on_progress
            )
            return _digitized(reply.value, sha256, reply.blobs["pdf"].read())

    def page_png(self, pdf: Path, number: int, width_px: int = 1200) -> bytes:
        """Return a page of a PDF drawn as it is seen, marks of signatures included; ``number`` counts from 1."""
        arguments = {"number": number, "width_px": width_px, "caps": asdict(self._caps)}
        with _opened(pdf) as file, _our_errors(None):
            reply = self._sandbox.call("ocr.engine:draw_page", files={"pdf": file}, arguments=arguments)
            return reply.blobs["png"].read()


@contextmanager
def _opened(scan: Path) -> Generator[BufferedReader]:
    try:
        file = scan.open("rb")
    except IsADirectoryError:
        raise ScanUnreadable("folder") from None
    except FileNotFoundError:
        raise ScanUnreadable("not_found") from None
    except OSError as error:
        raise ScanUnreadable("not_readable") from error
    with file:
        yield file


@contextmanager
def _our_errors(_procedure: str | None) -> Generator[None]:
    try:
        yield
    except Refused as refusal:
        kind: type[OcrError] = CapExceeded if refusal.code in CAP_CODES else ScanUnreadable
        raise kind(refusal.code, **refusal.parameters) from None
    except LimitReached as stopped:
        raise CapExceeded("limit_reached", cap=stopped.limit) from stopped
    except SandboxError as failure:
        raise EngineFailed("engine_failed") from failure


def _digitized(answer: Json, sha256: str, pdf: bytes) -> Digitized:
    form = answer["form"]
    return Digitized(
        sha256=sha256,
        kind=Kind(answer["kind"]),
        pages=tuple(_page(page) for page in answer["pages"]),
        form=None if form is None else FormMatch(**form),
        fields={name: _field(reading) for name, reading in answer["fields"].items()},
        pdf=pdf,
        times=answer["times"],
    )


def _page(page: Mapping[str, Any]) -> PageReading:
    return PageReading(
        **{
            **page,
            "page_class": PageClass(page["page_class"]),
            "warnings": tuple(page["warnings"]),
            "words": tuple(Word(word["text"], word["confidence"], Box(**word["box"])) for word in page["words"]),
            "codes": tuple(Code(code["kind"], code["text"], Box(**code["box"])) for code in page["codes"]),
        }
    )


def _field(reading: Mapping[str, Any]) -> FieldReading:
    return FieldReading(
        **{
            **reading,
            "box": Box(**reading["box"]),
            "source": Source(reading["source"]),
            "decision": Decision(reading["decision"]),
            "checks": {name: Check(outcome) for name, outcome in reading["checks"].items()},
            "problems": tuple(reading["problems"]),
        }
    )
