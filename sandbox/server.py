"""The child process: imports the engines once, opens nothing, and forks for every task.

Started by ``sandbox.zygote`` as ``python -m sandbox.server``; talks on the socket given as its first argument. A task
is a function ``(files, arguments, channel) -> answer`` named "module:function" in a module that was preloaded.
Whatever it does to its process dies with it: limits, an own process group, a scratch folder that is removed.
"""

import contextlib
import errno
import importlib
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import BinaryIO, NoReturn

from sandbox.channel import HEAD, Channel, Frame, error_of
from sandbox.errors import Refused
from sandbox.values import Json, Limits

GRACE_S = 2  # between the signal that says "CPU limit" and the kill


class Server:
    def __init__(self, control: socket.socket, scratch: Path) -> None:
        self._control, self._scratch = control, scratch
        self._running: dict[int, tuple[int, int]] = {}  # call id -> pid, status pipe
        self._selector = selectors.DefaultSelector()

    def serve(self) -> None:
        """Fork for each call until the parent is gone; then end every task."""
        self._selector.register(self._control, selectors.EVENT_READ, None)
        while True:
            for key, _ in self._selector.select():
                if key.data is not None:
                    self._reap(*key.data)
                elif not self._obey():
                    for pid, _ in self._running.values():
                        _kill_group(pid)
                    shutil.rmtree(self._scratch, ignore_errors=True)  # the parent may have been killed
                    return

    def _obey(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, 1 << 12, 32)
        if not message:
            return False
        order = json.loads(message)
        call = order["call"]
        if "kill" in order:
            if call in self._running:
                _kill_group(self._running[call][0])
        else:
            self._start(call, descriptors)
        return True

    def _start(self, call: int, descriptors: list[int]) -> None:
        connection, status, *files = descriptors
        folder = self._scratch / str(call)
        folder.mkdir(mode=0o700)
        pid = os.fork()
        if pid == 0:
            self._control.close()
            _run(socket.socket(fileno=connection), files, folder)
        os.close(connection)
        for descriptor in files:
            os.close(descriptor)
        self._running[call] = pid, status
        self._selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (call, pid))

    def _reap(self, call: int, pid: int) -> None:
        _kill_group(pid)  # its own children must not outlive it
        _, wait_status = os.waitpid(pid, 0)
        _, status = self._running.pop(call)
        for key in list(self._selector.get_map().values()):
            if key.data == (call, pid):
                self._selector.unregister(key.fileobj)
                os.close(key.fd)
        shutil.rmtree(self._scratch / str(call), ignore_errors=True)
        with contextlib.suppress(BrokenPipeError):  # the caller has its answer and asks no more
            os.write(status, str(wait_status).encode())
        os.close(status)


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:  # it had no time to make its own group
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _run(connection: socket.socket, descriptors: list[int], folder: Path) -> NoReturn:
    """Do one task and end this process, whatever happens."""
    channel = Channel(connection)
    try:
        os.setpgid(0, 0)
        os.chdir(folder)
        task = json.loads(_first_frame(connection))
        _limit(Limits(**task["limits"]))
        for descriptor in descriptors:
            os.lseek(descriptor, 0, os.SEEK_SET)
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


def _limit(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.address_space_bytes, limits.address_space_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + GRACE_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _describe(error: BaseException) -> bytes:
    if isinstance(error, Refused):
        return error_of("refused", code=error.code, parameters=error.parameters)
    if isinstance(error, MemoryError):
        return error_of("limit", limit="address_space_bytes")
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return error_of("limit", limit="file_bytes")
    # Never the message: it may quote the document.
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return error_of("failed", reason=f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}")


def main() -> None:
    control, scratch, *preload = sys.argv[1:]
    for module in preload:
        importlib.import_module(module)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    connection = socket.socket(fileno=int(control))
    connection.send(b"ready")
    Server(connection, Path(scratch)).serve()


if __name__ == "__main__":
    main()
