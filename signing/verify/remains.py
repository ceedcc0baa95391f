"""Files without a signature to judge: what tells that there once was one, or that the rest of the file is missing."""

from collections.abc import Iterable
from typing import BinaryIO

from pyhanko.pdf_utils.reader import PdfFileReader

from signing.verify.limits import MOST_PAGES_SEARCHED
from signing.verify.proofs import members

CHUNK_BYTES = 1 << 20
LARGEST_UPDATE_BYTES = 8 << 20


def is_cut_off(stream: BinaryIO, size_bytes: int) -> bool:
    """Whether an update was begun after the last end and never finished: the rest of the file is missing."""
    stream.seek(max(0, size_bytes - LARGEST_UPDATE_BYTES))
    return b" obj" in stream.read().rpartition(b"%%EOF")[2]


def has_remains(stream: BinaryIO, reader: PdfFileReader) -> bool:
    before = b""
    stream.seek(0)
    while part := stream.read(CHUNK_BYTES):
        if b"/ByteRange" in before + part:
            return True
        before = part[-16:]
    try:
        return any(_is_signed_widget(one) for one in _annotations(reader))
    except Exception:  # ruff: ignore[blind-except] - pages of a damaged file; nothing was signed that we could find
        return False


def _annotations(reader: PdfFileReader) -> Iterable[object]:
    pages, seen = [reader.root["/Pages"]], 0
    while pages and seen < MOST_PAGES_SEARCHED:
        node = pages.pop()
        seen += 1
        pages += members(node, "/Kids")
        yield from members(node, "/Annots")


def _is_signed_widget(annotation: object) -> bool:
    get = getattr(annotation, "get", lambda _: None)
    return bool(get("/FT") == "/Sig" and get("/V") is not None)
