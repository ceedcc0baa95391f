"""A PDF that only grows: what was there is read where it lies, what is new is kept apart.

So that a file of any size is signed in little memory, and that no byte of it can be changed, whatever a library tries:
what is signed stays signed because nothing writes to it.
"""

import hashlib
import io
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, cast

BLOCK_BYTES = 1 << 20


class _Raw(io.RawIOBase):
    """The base, then what was added; only the latter can be written."""

    def __init__(self, base: BinaryIO, added: bytes) -> None:
        super().__init__()
        self._base, self._at = base, 0
        self.base_bytes = base.seek(0, io.SEEK_END)
        self.added = bytearray(added)

    def readable(self) -> bool:  # noqa: PLR6301 - the interface of io
        return True

    def writable(self) -> bool:  # noqa: PLR6301 - the same
        return True

    def seekable(self) -> bool:  # noqa: PLR6301 - the same
        return True

    def fileno(self) -> int:
        """As long as nothing is added, the base itself may be handed to another process; raises ``OSError`` else."""
        return super().fileno() if self.added else self._base.fileno()

    def base_blocks(self) -> Iterator[bytes]:
        self._base.seek(0)
        while block := self._base.read(BLOCK_BYTES):
            yield block

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.base_bytes + len(self.added)}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io's stub says WriteableBuffer
        if self._at < self.base_bytes:
            self._base.seek(self._at)
            part = self._base.read(min(len(buffer), self.base_bytes - self._at))
        else:
            start = self._at - self.base_bytes
            part = bytes(self.added[start : start + len(buffer)])
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def write(self, content: memoryview) -> int:  # type: ignore[override]  # the same
        start = self._at - self.base_bytes
        if not 0 <= start <= len(self.added):
            raise io.UnsupportedOperation("only what is added may be written")
        self.added[start : start + len(content)] = content
        self._at += len(content)
        return len(content)


class Growth:
    """A PDF and what is added to it; ``stream`` reads both as one, and writes from the end of the base on."""

    def __init__(self, base: bytes | BinaryIO, added: bytes = b"") -> None:
        self._raw = _Raw(BytesIO(base) if isinstance(base, bytes) else base, added)
        self.stream = cast("BinaryIO", io.BufferedRandom(self._raw))
        self._digests: dict[str, hashlib._Hash] = {}

    def digest(self, algorithm: str, start: int, end: int) -> bytes:
        """Return the digest of everything but the bytes from ``start`` to ``end``, which stand in what is added.

        The base is hashed once, however many signatures and timestamps are added to it.
        """
        self.stream.flush()
        if (of_base := self._digests.get(algorithm)) is None:
            of_base = self._digests[algorithm] = hashlib.new(algorithm)
            for block in self._raw.base_blocks():
                of_base.update(block)
        found, added, before = of_base.copy(), memoryview(self._raw.added), self._raw.base_bytes
        found.update(added[: start - before])
        found.update(added[end - before :])
        return found.digest()

    @property
    def added(self) -> bytes:
        """What is to be appended to the base."""
        self.stream.flush()
        return bytes(self._raw.added)

    def parts(self) -> Iterator[bytes]:
        """Give base and addition in blocks."""
        self.stream.flush()
        self.stream.seek(0)
        while block := self.stream.read(BLOCK_BYTES):
            yield block

    def whole(self) -> bytes:
        """Return base and addition as one."""
        self.stream.flush()
        self.stream.seek(0)
        return self.stream.read()
