"""The parent's end of one call: reads what the task says, within the limits of time and output."""

import json
import socket
import tempfile
import time
from collections.abc import Callable
from typing import BinaryIO, cast

from sandbox.channel import HEAD, NAME_LENGTH, Frame
from sandbox.errors import LimitReached, Refused, SandboxError, TaskFailed
from sandbox.values import Json, Limits, Reply

SPOOL_BYTES = 8 << 20


class Conversation:
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


def _error_from(answer: Json) -> SandboxError:
    if answer["kind"] == "refused":
        return Refused(answer["code"], **answer["parameters"])
    if answer["kind"] == "limit":
        return LimitReached(answer["limit"])
    return TaskFailed(answer["reason"])
