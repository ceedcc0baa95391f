"""The pages of a TIFF, found by walking its chain of directories ourselves: loops end, caps hold, offsets are checked.

Libraries follow the chain wherever it leads (Debian's Tesseract never came back from one that loops, security.md D.4).
Each page is then opened by itself, as if its directory were the first, so that page 500 costs no more than page 1.
"""

import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from ocr.guard import check_pixels
from ocr.values import Caps
from sandbox import Refused

SUBFILE, WIDTH, HEIGHT, STRIP_AT, STRIP_BYTES, TILE_AT, TILE_BYTES = 254, 256, 257, 273, 279, 324, 325
COMPRESSION, PHOTOMETRIC = 259, 262
DECODED = {1, 2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32809, 32946, 34925, 50000}  # the compressions that our libtiff has
OF_CAMERAS = {32803, 34892}  # photometric: the bare sensor
REDUCED = 1  # bit of the subfile type: a smaller picture of another page, as viewers keep them
FORMATS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # the types that numbers of ours have
ENTRIES_MAX = 4096  # tags of one directory
PARTS_MAX = 1 << 20  # strips or tiles of one page


@dataclass(frozen=True)
class _Layout:
    order: str
    count: str
    entry: str
    offset: str


CLASSIC, BIG = ("H", "HHI4s", "I"), ("Q", "HHQ8s", "Q")


def page_offsets(scan: BinaryIO, caps: Caps) -> tuple[int, ...]:
    """Return where the directory of each page begins, in order; raises ``Refused``."""
    size_bytes = scan.seek(0, os.SEEK_END)
    scan.seek(0)
    head = scan.read(16)
    layout = _Layout(">" if head[:2] == b"MM" else "<", *(BIG if b"+" in head[:4] else CLASSIC))
    at_first = 8 if b"+" in head[:4] else 4
    try:
        (following,) = struct.unpack_from(layout.order + layout.offset, head, at_first)
        seen: set[int] = set()
        found = []
        while following:
            if following in seen:
                raise Refused("damaged")  # the chain bites its tail: what else is wrong nobody knows
            seen.add(following)
            entries, offset = _directory(scan, following, layout), following
            following = _number(scan.read(struct.calcsize(layout.offset)), layout)
            if _is_page(entries, scan, layout, size_bytes, caps):
                found.append(offset)
            if len(seen) > 2 * caps.pages or len(found) > caps.pages:
                raise Refused("too_many_pages", cap="pages", limit=caps.pages, found=len(seen))
    except struct.error:
        raise Refused("truncated") from None
    if not found:
        raise Refused("damaged")
    return tuple(found)


class OnePage:
    """A TIFF whose header leads to one directory; everything else is read from the file itself."""

    def __init__(self, scan: BinaryIO, offset: int) -> None:
        self._scan = scan
        scan.seek(0)
        head = scan.read(16)
        order = ">" if head[:2] == b"MM" else "<"
        is_big = b"+" in head[:4]
        where = struct.pack(order + ("Q" if is_big else "I"), offset)
        self._head = head[: 8 if is_big else 4] + where
        scan.seek(0)

    def read(self, size: int = -1) -> bytes:
        at = self._scan.tell()
        content = self._scan.read(size)
        if at >= len(self._head) or not content:
            return content
        mine = self._head[at : at + len(content)]
        return mine + content[len(mine) :]

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._scan.seek(offset, whence)

    def tell(self) -> int:
        return self._scan.tell()

    def fileno(self) -> int:
        return self._scan.fileno()


def _directory(scan: BinaryIO, offset: int, layout: _Layout) -> Mapping[int, tuple[int, int, bytes]]:
    """Return the type, count and value of each tag; the file is left at the offset of the next directory."""
    scan.seek(offset)
    (count,) = struct.unpack(layout.order + layout.count, scan.read(struct.calcsize(layout.count)))
    if count > ENTRIES_MAX:
        raise Refused("damaged")
    form = struct.Struct(layout.order + layout.entry)
    content = scan.read(form.size * count)
    entries = (form.unpack_from(content, index * form.size) for index in range(count))
    return {tag: (kind, number, value) for tag, kind, number, value in entries}


def _number(content: bytes, layout: _Layout) -> int:
    if not content:
        return 0  # nothing where the next offset should be: writers that stop there mean the end
    return int(struct.unpack(layout.order + layout.offset, content)[0])


def _is_page(
    entries: Mapping[int, tuple[int, int, bytes]], scan: BinaryIO, layout: _Layout, size_bytes: int, caps: Caps
) -> bool:
    def values(tag: int) -> tuple[int, ...]:
        return _values(entries[tag], scan, layout) if tag in entries else ()

    if SUBFILE in entries and values(SUBFILE)[:1] and values(SUBFILE)[0] & REDUCED:
        return False
    if not values(WIDTH) or not values(HEIGHT):
        raise Refused("damaged")
    if (packing := next(iter(values(COMPRESSION)), 1)) not in DECODED:
        raise Refused("picture_of_other_kind", format=f"TIFF {packing}")
    if OF_CAMERAS & {*values(PHOTOMETRIC)}:
        raise Refused("picture_of_other_kind", format="RAW")
    check_pixels(values(WIDTH)[0], values(HEIGHT)[0], caps)
    for at, lengths in ((STRIP_AT, STRIP_BYTES), (TILE_AT, TILE_BYTES)):
        ends = [start + length for start, length in zip(values(at), values(lengths), strict=False)]
        if ends and max(ends) > size_bytes:
            raise Refused("truncated")
    return True


def _values(entry: tuple[int, int, bytes], scan: BinaryIO, layout: _Layout) -> tuple[int, ...]:
    kind, count, value = entry
    if kind not in FORMATS or count > PARTS_MAX:
        raise Refused("damaged")
    form = struct.Struct(f"{layout.order}{count}{FORMATS[kind]}")
    if form.size > len(value):
        here = scan.tell()
        scan.seek(struct.unpack(layout.order + layout.offset, value)[0])
        value = scan.read(form.size)
        scan.seek(here)
    return tuple(int(number) for number in form.unpack_from(value))
