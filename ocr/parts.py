"""Parts of a file as files of their own, so that what lies on disk need not be whole in memory."""

import io
import os
from collections.abc import Sequence
from typing import BinaryIO, cast


class Part(io.RawIOBase):
    """A run of bytes of an open file, as a file of its own."""

    def __init__(self, file: BinaryIO, first: int, length: int) -> None:
        super().__init__()
        self._descriptor, self._first, self._length, self._at = file.fileno(), first, length, 0

    def readable(self) -> bool:  # noqa: PLR6301 - the protocol's shape
        return True

    def seekable(self) -> bool:  # noqa: PLR6301 - the same
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        return self._at

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer)).cast("B")
        wanted = max(min(len(view), self._length - self._at), 0)
        content = os.pread(self._descriptor, wanted, self._first + self._at)
        view[: len(content)] = content
        self._at += len(content)
        return len(content)


def parts_of(file: BinaryIO, lengths: Sequence[int]) -> list[BinaryIO]:
    """Return the parts that lie one after the other in the file."""
    firsts = [sum(lengths[:index]) for index in range(len(lengths))]
    return [cast("BinaryIO", Part(file, first, length)) for first, length in zip(firsts, lengths, strict=True)]
