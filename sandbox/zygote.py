"""The parent's side of the sandbox: keeps the child process, makes calls, enforces what the kernel does not.

Time and output are watched here; address space, CPU and file sizes by the kernel in the child. A call may be made from
several threads at once. A child that died is replaced at the next call.
"""

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Self, cast

from sandbox.channel import HEAD, NAME_LENGTH, Frame
from sandbox.errors import LimitReached, Refused, SandboxError, TaskFailed
from sandbox.values import Json, Limits, Reply

ROOT = Path(__file__).resolve().parent.parent
SPOOL_BYTES = 8 << 20
ENVIRONMENT = {  # nothing of the caller's: no secret can leak into a task
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_THREAD_LIMIT": "1",  # Tesseract with more threads takes six times the CPU (ocr.md 4)
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class Sandbox:
    """A child process that has imported ``preload`` and runs their functions, one fork per call."""

    def __init__(self, preload: Sequence[str], limits: Limits | None = None) -> None:
        self._preload, self._limits = tuple(preload), limits or Limits()
        self._lock = threading.Lock()
        self._calls = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._scratch: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the child now, so that the first call does not wait for its imports."""
        with self._lock:
            self._ready()

    def close(self) -> None:
        """End the child and every task in it."""
        with self._lock:
            self._end()

    def call(
        self,
        task: str,
        *,
        files: Mapping[str, Path | BinaryIO] | None = None,
        arguments: Json = None,
        on_progress: Callable[[Json], None] | None = None,
        limits: Limits | None = None,
    ) -> Reply:
        """Run "module:function" on the files and return its answer.

        Raises ``Refused`` when the task says no, ``LimitReached`` when it wanted too much, ``TaskFailed`` otherwise.
        """
        limits = limits or self._limits
        files = files or {}
        call = next(self._calls)
        with ExitStack() as opened:
            descriptors = [_descriptor(file, opened) for file in files.values()]
            ours, theirs = socket.socketpair()
            opened.callback(ours.close)
            status_read, status_write = os.pipe()
            opened.callback(os.close, status_read)
            try:
                self._send({"call": call}, [theirs.fileno(), status_write, *descriptors])
            finally:
                theirs.close()
                os.close(status_write)
            order = {"task": task, "files": list(files), "arguments": arguments, "limits": asdict(limits)}
            payload = json.dumps(order).encode()
            conversation = _Conversation(ours, limits, on_progress)
            try:
                conversation.send(HEAD.pack(Frame.TASK.value, len(payload)) + payload)
                reply = conversation.listen()
            except BaseException:
                self._kill(call)
                raise
            return reply if reply is not None else _raise_for(int(os.read(status_read, 32) or b"9"))

    def _send(self, order: Json, descriptors: list[int]) -> None:
        with self._lock:
            try:
                socket.send_fds(self._ready(), [json.dumps(order).encode()], descriptors)
            except OSError:  # it died between two calls: once more with a new one
                self._end()
                socket.send_fds(self._ready(), [json.dumps(order).encode()], descriptors)

    def _kill(self, call: int) -> None:
        with self._lock:
            if self._control is not None:
                try:
                    self._control.send(json.dumps({"call": call, "kill": True}).encode())
                except OSError:
                    self._end()

    def _ready(self) -> socket.socket:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self._end()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._scratch = Path(tempfile.mkdtemp(prefix="moonseal-sandbox-"))
        log = self._scratch / "log"
        with theirs, log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "sandbox.server",
                    str(theirs.fileno()),
                    str(self._scratch),
                    *self._preload,
                ],
                pass_fds=[theirs.fileno()],
                env=ENVIRONMENT | {"TMPDIR": str(self._scratch)},
                cwd=self._scratch,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        self._control = ours
        if ours.recv(16) != b"ready":
            reason = log.read_text(errors="replace").strip().splitlines()[-1:]
            self._end()
            raise TaskFailed(f"the sandbox did not start: {' '.join(reason)}")
        return ours

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()  # the child sees it, ends its tasks and itself
        if self._process is not None:
            try:
                self._process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._control = self._process = self._scratch = None


class _Conversation:
    """Reads a task's frames within the limits of time and output."""

    def __init__(self, connection: socket.socket, limits: Limits, on_progress: Callable[[Json], None] | None) -> None:
        self._connection, self._limits, self._on_progress = connection, limits, on_progress
        self._deadline = time.monotonic() + limits.wall_s
        self._bytes_left = limits.output_bytes
        self._blobs: dict[str, BinaryIO] = {}

    def send(self, content: bytes) -> None:
        self._connection.settimeout(self._limits.wall_s)
        try:
            self._connection.sendall(content)
        except TimeoutError:
            raise LimitReached("wall_s") from None
        except OSError:  # it died before it read its task; listen() finds no answer
            return

    def listen(self) -> Reply | None:
        """Return the answer, or None when the task ended without one."""
        while (head := self._exactly(HEAD.size)) is not None:
            kind, length = HEAD.unpack(head)
            if length > self._bytes_left:
                raise LimitReached("output_bytes")
            self._bytes_left -= length
            payload = self._exactly(length)
            if payload is None:
                return None
            match Frame(kind):
                case Frame.PROGRESS if self._on_progress is not None:
                    self._on_progress(json.loads(payload))
                case Frame.BLOB:
                    self._keep(payload)
                case Frame.ANSWER:
                    for blob in self._blobs.values():
                        blob.seek(0)
                    return Reply(json.loads(payload), self._blobs)
                case Frame.ERROR:
                    raise _error_from(json.loads(payload))
                case _:
                    pass
        return None

    def _keep(self, payload: bytes) -> None:
        (name_length,) = NAME_LENGTH.unpack_from(payload)
        name = payload[NAME_LENGTH.size : NAME_LENGTH.size + name_length].decode()
        if name not in self._blobs:
            self._blobs[name] = cast("BinaryIO", tempfile.SpooledTemporaryFile(SPOOL_BYTES))  # ruff: ignore[open-file-with-context-handler] - given away
        blob = self._blobs[name]
        blob.write(memoryview(payload)[NAME_LENGTH.size + name_length :])

    def _exactly(self, count: int) -> bytes | None:
        content = bytearray()
        while len(content) < count:
            left_s = self._deadline - time.monotonic()
            if left_s <= 0:
                raise LimitReached("wall_s")
            self._connection.settimeout(left_s)
            try:
                part = self._connection.recv(min(count - len(content), 1 << 20))
            except TimeoutError:
                continue
            except ConnectionResetError:
                return None
            if not part:
                return None
            content += part
        return bytes(content)


def _descriptor(file: Path | BinaryIO, opened: ExitStack) -> int:
    if isinstance(file, Path):
        return opened.enter_context(file.open("rb")).fileno()
    try:
        descriptor = file.fileno()
    except OSError:  # in memory only
        spool = opened.enter_context(tempfile.TemporaryFile())  # ruff: ignore[open-file-with-context-handler] - closed by ``opened``
        shutil.copyfileobj(file, spool)
        spool.seek(0)
        descriptor = spool.fileno()
    return descriptor


def _error_from(answer: Json) -> SandboxError:
    if answer["kind"] == "refused":
        return Refused(answer["code"], **answer["parameters"])
    if answer["kind"] == "limit":
        return LimitReached(answer["limit"])
    return TaskFailed(answer["reason"])


def _raise_for(wait_status: int) -> Reply:
    code = os.waitstatus_to_exitcode(wait_status)
    if code in {-signal.SIGXCPU, -signal.SIGKILL}:  # SIGKILL follows where SIGXCPU was ignored
        raise LimitReached("cpu_s")
    raise TaskFailed(f"the task ended with {signal.Signals(-code).name if code < 0 else code}")
