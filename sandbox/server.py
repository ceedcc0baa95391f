"""The child process: imports the engines once, opens nothing, and forks for every task.

Started by ``sandbox.zygote`` as ``python -m sandbox.server``, inside bubblewrap where that can run; talks on the socket
given as its first argument. A task is a function ``(files, arguments, channel) -> answer`` named "module:function" in a
module that was preloaded. Whatever it does to its process dies with it (``sandbox.cells``).
"""

import errno
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import BinaryIO, NoReturn

from sandbox.cells import Cells, Folders, Namespaces, Task, tried
from sandbox.channel import HEAD, Channel, Frame, error_of
from sandbox.errors import Refused
from sandbox.values import Confinement, Json, Limits

KILLED_FIRST = "1000"  # when memory is short, rather a task than the service
TICKED_SHARE = 0.5  # the kernel counts the limit by ticks, which run ahead of what was used on a busy machine
CRASHES = {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGTRAP, signal.SIGILL}
WATCH_S = 0.4  # how often is looked at what the kernel does not watch
ORDER_BYTES, DESCRIPTORS = 1 << 12, 32  # of one order at most
LIMIT_OF_ERROR = {
    errno.EFBIG: "file_bytes",
    errno.ENOSPC: "scratch_bytes",
    errno.EMFILE: "open_files",
    errno.EAGAIN: "processes",
    errno.ENOMEM: "memory_bytes",
}


class Server:
    def __init__(self, control: socket.socket, cells: Cells, *, watches: bool) -> None:
        self._control, self._cells, self._watches = control, cells, watches
        self._running: dict[int, Task] = {}  # by call
        self._selector = selectors.DefaultSelector()
        self._watched_at = time.monotonic()

    def serve(self) -> None:
        """Fork for each call until the parent is gone; then end every task."""
        self._selector.register(self._control, selectors.EVENT_READ, None)
        while True:
            for key, _ in self._selector.select(WATCH_S if self._watching() else None):
                if key.data is not None:
                    self._reap(key.data, "")
                elif not self._obey():
                    for task in self._running.values():
                        self._cells.end(task.pid)
                    return
            if self._watching() and time.monotonic() - self._watched_at >= WATCH_S:
                for call, limit in self._cells.overdrawn(self._running).items():
                    self._reap(call, limit)
                self._watched_at = time.monotonic()

    def _watching(self) -> bool:
        return self._watches and bool(self._running)

    def _obey(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, ORDER_BYTES, DESCRIPTORS)
        if not message:
            return False
        order = json.loads(message)
        call = order["call"]
        if "kill" in order:
            if call in self._running:
                self._cells.end(self._running[call].pid)
        else:
            self._start(call, descriptors, Limits(**order["limits"]))
        return True

    def _start(self, call: int, descriptors: list[int], limits: Limits) -> None:
        connection, status, *files = descriptors
        if not self._running:
            self._watched_at = time.monotonic()
        try:
            pid = self._cells.fork(call)
        except OSError as error:  # the machine is full: this call fails, the next may not
            _tell(status, f"failed {error.strerror}")
        else:
            if pid == 0:
                _close_all_but({connection, *files})
                _run(self._cells, call, limits, socket.socket(fileno=connection), files)
            self._running[call] = Task(pid, status, limits)
            self._selector.register(os.pidfd_open(pid), selectors.EVENT_READ, call)
        for descriptor in (connection, *files):
            os.close(descriptor)

    def _reap(self, call: int, limit: str) -> None:
        task = self._running.pop(call)
        self._cells.end(task.pid)  # what it started must not outlive it
        _, wait_status, used = os.wait4(task.pid, 0)
        if wait_status == signal.SIGKILL and used.ru_utime + used.ru_stime >= task.limits.cpu_s * TICKED_SHARE:
            limit = limit or "cpu_s"
        if wait_status in CRASHES and used.ru_maxrss * 1024 > task.limits.memory_bytes // 2:
            limit = limit or "memory_bytes"  # an engine that gets no more memory crashes
        for key in list(self._selector.get_map().values()):
            if key.data == call:
                self._selector.unregister(key.fileobj)
                os.close(key.fd)
        self._cells.clean(call)
        _tell(task.status, f"limit {limit}" if limit else f"ended {wait_status}")


def _tell(status: int, how: str) -> None:
    try:
        os.write(status, how.encode())
    except BrokenPipeError:  # the caller has its answer and asks no more
        pass
    finally:
        os.close(status)


def _close_all_but(kept: set[int]) -> None:
    """Close what belongs to the server and to other tasks, and whatever could be written to."""
    os.dup2(1, 2)  # 1 is /dev/null: no library's words about the document reach the log
    last = 2
    for descriptor in sorted(kept):
        os.closerange(last + 1, descriptor)
        last = descriptor
    os.closerange(last + 1, os.sysconf("SC_OPEN_MAX"))


def _run(cells: Cells, call: int, limits: Limits, connection: socket.socket, descriptors: list[int]) -> NoReturn:
    """Do one task and end this process, whatever happens."""
    channel = Channel(connection)
    try:
        cells.enter(call, limits)
        task = json.loads(_first_frame(connection))
        files: dict[str, BinaryIO] = {
            name: os.fdopen(descriptor, "rb") for name, descriptor in zip(task["files"], descriptors, strict=True)
        }
        module, function = task["task"].split(":")
        answer: Json = getattr(sys.modules[module], function)(files, task["arguments"], channel)
        channel.send(Frame.ANSWER, json.dumps(answer).encode())
    except BaseException as error:  # ruff: ignore[blind-except] - the wall: whatever it is, it becomes an answer and ends here
        try:
            channel.send(Frame.ERROR, _describe(error))
        except OSError:
            os._exit(1)
    os._exit(0)


def _first_frame(connection: socket.socket) -> bytes:
    _, length = HEAD.unpack(_exactly(connection, HEAD.size))
    return _exactly(connection, length)


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(count - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _describe(error: BaseException) -> bytes:
    if isinstance(error, Refused):
        return error_of("refused", code=error.code, parameters=error.parameters)
    if isinstance(error, MemoryError):
        return error_of("limit", limit="memory_bytes")
    if isinstance(error, OSError) and error.errno in LIMIT_OF_ERROR:
        return error_of("limit", limit=LIMIT_OF_ERROR[error.errno])
    # Never the message: it may quote the document.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return error_of("failed", reason=f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}")


def main() -> None:
    """Get into the cell's outer walls, say so, import the engines, say so, and serve."""
    control, confinement, scratch, *preload = sys.argv[1:]
    full = confinement == Confinement.FULL
    try:
        Path("/proc/self/oom_score_adj").write_text(KILLED_FIRST, encoding="ascii")  # inherited by every task
        cells: Cells = Namespaces() if full else Folders(Path(scratch))
        tried(cells)
    except OSError as error:
        sys.exit(str(error))
    connection = socket.socket(fileno=int(control))
    connection.send(b"inside")
    gc.disable()  # an eighth of the imports' time, and nothing of them is let go
    for module in preload:
        importlib.import_module(module)
    gc.freeze()  # else each task's collections would touch, and so copy, what the engines keep
    gc.enable()
    connection.send(b"ready")
    Server(connection, cells, watches=not full).serve()
    if not full:
        shutil.rmtree(scratch, ignore_errors=True)  # the parent may have been killed
    os._exit(0)  # to take the engines down piece by piece costs a sixth of loading them


if __name__ == "__main__":
    main()
