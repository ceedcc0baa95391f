"""The one way out of the sandbox: frames on a socket. Both ends of the wall use this module.

A frame is one letter for its kind, eight bytes of length (big-endian), and as many bytes. The side that reads never
trusts the length: it is checked against what is left of the limit before a byte is taken in.
"""

import json
import socket
import struct
from collections.abc import Mapping
from enum import Enum

from sandbox.values import Json

HEAD = struct.Struct(">cQ")
NAME_LENGTH = struct.Struct(">H")
CHUNK_BYTES = 1 << 20


class Frame(Enum):
    TASK = b"T"
    PROGRESS = b"P"
    BLOB = b"B"  # two bytes of length, the blob's name, then the next of its bytes
    ANSWER = b"A"
    ERROR = b"E"


class Channel:
    """What a task may say while it runs; its return value is the answer."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def progress(self, value: Json) -> None:
        """Tell the caller how far the task is; nothing waits for it."""
        self.send(Frame.PROGRESS, json.dumps(value).encode())

    def blob(self, name: str, content: bytes | memoryview) -> None:
        """Add bytes to the blob of this name; several calls append."""
        head = NAME_LENGTH.pack(len(name.encode())) + name.encode()
        view = memoryview(content)
        for first in range(0, max(len(view), 1), CHUNK_BYTES):
            self.send(Frame.BLOB, head + view[first : first + CHUNK_BYTES])

    def send(self, kind: Frame, payload: bytes) -> None:
        self._connection.sendall(HEAD.pack(kind.value, len(payload)) + payload)


def error_of(kind: str, **details: str | Mapping[str, str | float]) -> bytes:
    """Return the payload of an ERROR frame."""
    return json.dumps({"kind": kind, **details}).encode()
