"""Which bytes a signature really covers: our own check, because pyHanko's answer is not enough (signing.md 0.1, B9).

Four numbers; the gap between the two ranges is exactly the signature's own bytes in hex and nothing else; the file cut
off where the ranges end is a whole PDF that holds the same field with the same signature. Whoever passes these can
still have changed the file afterwards: that is for `changes`.
"""

import io
import os
import re
from typing import BinaryIO, cast

from asn1crypto.parser import peek  # type: ignore[import-untyped]  # asn1crypto has no types
from pyhanko.pdf_utils.crypt import AuthStatus
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, extract_contents

from signing.verify.limits import DECODE_LIMITS

NUMBERS = 4
TAIL_BYTES = 64
REACH_BYTES = 1 << 16
# ISO 32000-1 7.5.5; one end of line may follow, since most writers set it, and not one byte more.
ANY_END = re.compile(rb"startxref\s{1,4}(\d{1,12})\s{1,4}%%EOF(?:\r\n|\n|\r)?")
END = re.compile(ANY_END.pattern + rb"\Z")
HEX_LOWER = re.compile(rb"[0-9a-f]+\Z")
HEX_UPPER = re.compile(rb"[0-9A-F]+\Z")
LONG_FORM = 0x80
SEQUENCE = b"\x30"


class NotCovered(Exception):
    """The message says which of the conditions does not hold; for operators."""


class Window(io.RawIOBase):
    """The first bytes of a file as a file of its own, without a copy."""

    def __init__(self, stream: BinaryIO, size_bytes: int) -> None:
        super().__init__()
        self._stream, self._size, self._at = stream, size_bytes, 0

    def readable(self) -> bool:  # ruff: ignore[no-self-use] - the interface of a file
        return True

    def seekable(self) -> bool:  # ruff: ignore[no-self-use] - the same
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("before the first byte")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # any writable buffer
        self._stream.seek(self._at)
        content = self._stream.read(min(len(buffer), max(0, self._size - self._at)))
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)


def cut_off(stream: BinaryIO, size_bytes: int) -> BinaryIO:
    """Return the first bytes of a file as a file of its own."""
    return cast("BinaryIO", io.BufferedReader(Window(stream, size_bytes)))


def last_end(stream: BinaryIO, size_bytes: int) -> int:
    """Return where the last proper end of a document stands near the end of the file; the file's if there is none."""
    start = max(0, size_bytes - REACH_BYTES)
    stream.seek(start)
    found = list(ANY_END.finditer(stream.read()))
    return start + found[-1].end() if found else size_bytes


def unlocked(reader: PdfFileReader) -> bool:
    """Whether the file opens without a password, as it does in every reader when its password is empty."""
    try:
        return not reader.encrypted or reader.decrypt("").status is not AuthStatus.FAILED
    except (PdfError, TypeError, ValueError):  # it opens by certificate, or not at all
        return False


def covered_bytes(stream: BinaryIO, size_bytes: int, signature: EmbeddedPdfSignature) -> int:
    """Return where the covered revision ends; raises ``NotCovered``."""
    numbers = list(signature.byte_range)
    if len(numbers) != NUMBERS or any(type(one.real if hasattr(one, "real") else one) is not int for one in numbers):
        raise NotCovered("the byte range is not four whole numbers")
    start, first, second, rest = (int(one) for one in numbers)
    end = second + rest
    if start != 0 or first <= 0 or second <= first or rest <= 0 or end > size_bytes:
        raise NotCovered("the byte range does not lie in the file")
    _check_written_range(stream, first, second, numbers)
    _check_gap(stream, first, second, signature.pkcs7_content)
    if end < size_bytes:  # else the reader at hand has read just these bytes
        _check_revision(stream, end, signature)
    return end


def check_end(stream: BinaryIO, size_bytes: int) -> None:
    """Raise ``NotCovered`` unless the file ends where a revision ends, with at most one end of line after it."""
    stream.seek(max(0, size_bytes - TAIL_BYTES))
    if END.search(stream.read(TAIL_BYTES)) is None:
        raise NotCovered("bytes stand after the end of the document")


def _check_written_range(stream: BinaryIO, first: int, second: int, numbers: list[int]) -> None:
    """The numbers stand in the covered bytes as plain digits, close to the gap: no second reader reads others."""
    plain = rb"/ByteRange\s*\[\s*%d\s+%d\s+%d\s+%d\s*\]" % tuple(int(one) for one in numbers)
    stream.seek(max(0, first - REACH_BYTES))
    before = stream.read(min(first, REACH_BYTES))
    stream.seek(second)
    after = stream.read(REACH_BYTES)
    if re.search(plain, before) is None and re.search(plain, after) is None:
        raise NotCovered("the byte range is not written plainly beside the signature")


def _check_gap(stream: BinaryIO, first: int, second: int, contents: bytes) -> None:
    stream.seek(first)
    gap = stream.read(second - first)
    digits = gap[1:-1]
    if (
        gap[:1] != b"<"
        or gap[-1:] != b">"
        or len(digits) % 2
        or not (
            HEX_LOWER.match(digits) or HEX_UPPER.match(digits)  # one case: a digit changed in case only is a change
        )
    ):
        raise NotCovered("the gap holds more than the signature")
    raw = bytes.fromhex(digits.decode())
    if raw != bytes(contents):
        raise NotCovered("the gap is not the signature that the field names")
    if raw[_der_size(raw) :].strip(b"\x00"):
        raise NotCovered("bytes are hidden behind the signature")


def _der_size(raw: bytes) -> int:
    """Return how long the first DER value is; indefinite lengths are as long as everything."""
    if raw[:1] != SEQUENCE or len(raw) == 1:
        raise NotCovered("the signature is not CMS")
    if raw[1] < LONG_FORM:
        return 2 + raw[1]
    count = raw[1] - LONG_FORM
    if count == 0:  # BER with an end mark
        try:
            return int(peek(raw))
        except ValueError as error:
            raise NotCovered("the signature has no end") from error
    return 2 + count + int.from_bytes(raw[2 : 2 + count])


def _check_revision(stream: BinaryIO, end: int, signature: EmbeddedPdfSignature) -> None:
    window = cut_off(stream, end)
    check_end(window, end)
    reader = PdfFileReader(window, strict=False, decode_limits=DECODE_LIMITS)
    if not unlocked(reader) or reader.total_revisions - 1 != signature.signed_revision:
        raise NotCovered("the covered bytes hold another revision")
    for name, value, _ in enumerate_sig_fields(reader, filled_status=True):
        if name != signature.field_name or value is None:
            continue
        again = value.get_object()
        if list(again.raw_get("/ByteRange")) == list(signature.byte_range) and extract_contents(again) == bytes(
            signature.pkcs7_content
        ):
            return
    raise NotCovered("the covered bytes do not hold this signature in this field")
