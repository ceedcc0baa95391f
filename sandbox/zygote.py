"""The parent's side of the sandbox: keeps the child process, makes calls, enforces what the kernel does not.

The child stands behind bubblewrap's walls where this machine lets it; else tasks have their limits and their filter of
system calls only, and ``Sandbox.confinement`` says so. Time and output are watched here; the rest by the kernel. A call
may be made from several threads at once. A child that died is replaced at the next call.
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
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Self, cast

from sandbox import walls
from sandbox.cells import SCRATCH
from sandbox.channel import HEAD, Frame
from sandbox.conversation import Conversation
from sandbox.errors import LimitReached, TaskFailed
from sandbox.filter import LIBRARY
from sandbox.values import Confinement, Json, Limits, Reply, Weakness

ROOT = Path(__file__).resolve().parent.parent
STATUS_BYTES, STEP_BYTES = 256, 16
DIED = "failed the sandbox died"
ENVIRONMENT = {  # nothing of the caller's: no secret can leak into a task
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_THREAD_LIMIT": "1",  # Tesseract with more threads takes six times the CPU (ocr.md 4)
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # a page of a scan takes megabytes: a fifth of the page faults
}


class Sandbox:
    """A child process that has imported ``preload`` and runs their functions, one fork per call."""

    def __init__(self, preload: Sequence[str], limits: Limits | None = None, *, folders: Sequence[Path] = ()) -> None:
        """``folders`` are what tasks read besides our code and the system's programs: models, fonts."""
        self._preload, self._limits, self._folders = tuple(preload), limits or Limits(), tuple(folders)
        self._lock = threading.Lock()
        self._calls = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._scratch: Path | None = None
        self._confinement: Confinement | None = None  # not known before the first start
        self._weakness: Weakness | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the child now, so that the first call does not wait for its imports."""
        with self._lock:
            self._ready()

    def confinement(self) -> tuple[Confinement, Weakness | None]:
        """Return what stands round the tasks here and, where it is not everything, why. Starts the child if need be."""
        with self._lock:
            self._ready()
            return self._confinement or Confinement.LIMITS_ONLY, self._weakness

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
                self._send({"call": call, "limits": asdict(limits)}, [theirs.fileno(), status_write, *descriptors])
            finally:
                theirs.close()
                os.close(status_write)
            order = {"task": task, "files": list(files), "arguments": arguments}
            payload = json.dumps(order).encode()
            conversation = Conversation(ours, limits, on_progress)
            try:
                conversation.send(HEAD.pack(Frame.TASK.value, len(payload)) + payload)
                reply = conversation.listen()
            except BaseException:
                self._kill(call)
                raise
            return reply if reply is not None else _raise_for(os.read(status_read, STATUS_BYTES).decode() or DIED)

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
        if self._confinement is not Confinement.LIMITS_ONLY:
            visible = walls.seen(ROOT, ENVIRONMENT["PYTHONPATH"], self._folders)
            found = walls.weakness(visible) or self._start(Confinement.FULL, visible)
            if found is not None and self._confinement is Confinement.FULL:  # it was, so it never becomes less
                raise TaskFailed(f"the sandbox lost its walls: {found.code} {found.detail}")
            self._confinement = Confinement.LIMITS_ONLY if found else Confinement.FULL
            self._weakness = found
        if self._control is None and (found := self._start(Confinement.LIMITS_ONLY, ())) is not None:
            raise TaskFailed(f"the sandbox did not start: {found.detail}")
        return cast("socket.socket", self._control)

    def _start(self, confinement: Confinement, visible: Sequence[Path]) -> Weakness | None:
        """Start the child and wait for its imports; what kept it from being confined is returned."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        full = confinement is Confinement.FULL
        self._control = ours
        self._scratch = None if full else Path(tempfile.mkdtemp(prefix="moonseal-sandbox-"))
        folder = str(self._scratch or SCRATCH)
        program = [sys.executable, "-P", "-m", "sandbox.server", str(theirs.fileno()), confinement, folder]
        program += self._preload
        with theirs, tempfile.TemporaryFile() as log:
            self._process = subprocess.Popen(
                walls.command(program, visible) if full else program,
                pass_fds=[theirs.fileno()],
                env=ENVIRONMENT | {"TMPDIR": folder},
                cwd=self._scratch or "/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                process_group=0,  # Ctrl+C is the parent's to handle
            )
            theirs.close()
            steps = [ours.recv(STEP_BYTES), ours.recv(STEP_BYTES)]
            if steps == [b"inside", b"ready"]:
                return None
            self._end()
            log.seek(0)
            reason = " ".join(log.read().decode(errors="replace").strip().splitlines()[-1:])
        if steps[0] == b"inside":
            raise TaskFailed(f"the sandbox did not start: {reason}")
        return Weakness("filter_missing" if LIBRARY in reason else "not_allowed", reason)

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


def _descriptor(file: Path | BinaryIO, opened: ExitStack) -> int:
    if isinstance(file, Path):
        return opened.enter_context(file.open("rb")).fileno()
    try:
        descriptor = file.fileno()
    except OSError:  # in memory only
        spool = opened.enter_context(tempfile.TemporaryFile())  # ruff: ignore[open-file-with-context-handler] - closed by ``opened``
        shutil.copyfileobj(file, spool)
        spool.flush()
        descriptor = spool.fileno()
    # Opened anew: not to be written to, and with a place of its own, since several tasks may read one file at once.
    descriptor = os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY | os.O_CLOEXEC)
    opened.callback(os.close, descriptor)
    return descriptor


def _raise_for(how: str) -> Reply:
    kind, _, detail = how.partition(" ")
    if kind == "limit":
        raise LimitReached(detail)
    if kind != "ended":
        raise TaskFailed(f"the task did not start: {detail}")
    code = os.waitstatus_to_exitcode(int(detail))
    raise TaskFailed(f"the task ended with {signal.Signals(-code).name if code < 0 else code}")
