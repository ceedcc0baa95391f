"""The verifier as others call it: hands each file to a fresh process of the sandbox and brings the report back.

A stranger's bytes are never parsed in the caller's process, and nothing ever goes out to a network. Whatever happens
in there, the answer is a report.
"""

import hashlib
import logging
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Self

from certs.anchors import TrustStores
from sandbox.errors import LimitReached, SandboxError
from sandbox.values import Json, Limits
from sandbox.zygote import Sandbox
from signing.values import Report, Trust, Verdict
from signing.verify.json import unpacked
from signing.verify.sentences import Unread, unread_sentences

TASK_MODULE = "signing.verify.task"
LIMITS = Limits(cpu_s=60, wall_s=90, output_bytes=8 << 20)
POLICY_NAME = "moonseal-1"
CHUNK_BYTES = 1 << 20
LOG = logging.getLogger(__name__)
NO_OPINION = (" (Không có công cụ kiểm tra thứ hai trên máy này.)", " (No second tool to check with on this machine.)")


class Verifier:
    """Verifies files against trust stores; several threads may call it. Close it, or use it as a context."""

    def __init__(
        self,
        stores: TrustStores,
        crls: Sequence[bytes] | Callable[[], Sequence[bytes]] = (),
        *,
        second_opinion: bool = True,
        sandbox: Sandbox | None = None,
    ) -> None:
        """``crls`` are revocation lists in DER, or what gives the newest of them for each file."""
        self._stores, self._second_opinion = stores, second_opinion
        self._crls = crls if callable(crls) else lambda: crls
        self._owns_sandbox = sandbox is None
        self._sandbox = sandbox or Sandbox(preload=(TASK_MODULE,), limits=LIMITS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        if self._owns_sandbox:
            self._sandbox.close()

    def verify(self, pdf: Path | BinaryIO | bytes, at: datetime | None = None) -> Report:
        """Return the report of one file, judged as of ``at`` (now, if not given)."""
        moment = at or datetime.now(UTC)
        file = BytesIO(pdf) if isinstance(pdf, bytes) else pdf
        try:
            digest = _digest(file)
            reply = self._sandbox.call(f"{TASK_MODULE}:verify", files={"pdf": file}, arguments=self._arguments(moment))
            report = unpacked(reply.value["report"])
        except OSError:  # gone, a folder, or not ours to read
            return _unread(Unread.NOT_FOUND, "", moment)
        except LimitReached:
            return _unread(Unread.STOPPED, digest, moment)
        except (SandboxError, ValueError, KeyError, TypeError) as error:
            LOG.warning("verification broke off: %s", error)  # names the place, never the content
            return _unread(Unread.DAMAGED, digest, moment)
        if report.sha256 != digest:  # it changed while it was looked at
            return _unread(Unread.NOT_FOUND, digest, moment)
        if reply.value["opinion"] == "missing":
            vietnamese, english = NO_OPINION
            report = replace(report, message_vi=report.message_vi + vietnamese, message_en=report.message_en + english)
        return report

    def _arguments(self, at: datetime) -> Json:
        return {
            "at": at.isoformat(),
            "crls": [_text(one) for one in self._crls()],
            "second_opinion": self._second_opinion,
            "anchors": [
                {
                    "der": _text(one.certificate.der),
                    "store": one.store.value,
                    "from": one.trusted_from.isoformat(),
                    "until": one.trusted_until.isoformat(),
                }
                for one in self._stores.anchors
            ],
            "intermediates": [_text(one.der) for one in self._stores.intermediates],
        }


def _unread(unread: Unread, digest: str, at: datetime) -> Report:
    vietnamese, english = unread_sentences(unread)
    moment = at.isoformat(timespec="seconds")
    return Report(digest, POLICY_NAME, moment, Verdict.UNREADABLE, None, vietnamese, english, Trust.NONE, ())


def _digest(file: Path | BinaryIO) -> str:
    digest = hashlib.sha256()
    if isinstance(file, Path):
        with file.open("rb") as opened:
            while part := opened.read(CHUNK_BYTES):
                digest.update(part)
        return digest.hexdigest()
    file.seek(0)
    while part := file.read(CHUNK_BYTES):
        digest.update(part)
    file.seek(0)
    return digest.hexdigest()


def _text(content: bytes) -> str:
    return b64encode(content).decode()
