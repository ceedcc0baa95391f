"""PDFs that come in: checked, stripped of what acts, and written anew; everything later reads the rewritten file.

Two engines that open the same bytes may see two different documents (security.md 0.2): qpdf, which rewrites, and
pdfium, which draws, must count the same pages in the original and in what was written.
"""

import math
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # has no types

from ocr.guard import check_pixels, malformed_as
from ocr.values import Caps
from sandbox import Refused

MM_PER_POINT = 25.4 / 72
TAIL_BYTES = 1024
LETTER = (0, 0, 612, 792)  # what every viewer shows where no size is said
ACTS = ("/OpenAction", "/AA", "/Names", "/AcroForm", "/AF", "/Collection")
PACKED_MOST = 1000  # times its length a stream can unpack to at most, once over
CHUNK_BYTES = 1 << 20
DCT = (["/DCTDecode"], ["/DCT"])
JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # the markers behind which the size stands
FILL = 0xFF
WHITE = b"\0\t\n\f\r "
JP2_SIZES = b"\xff\x4f\xff\x51"  # the codestream's own head, followed by its sizes


def rewrite(scan: BinaryIO, caps: Caps, password: str | None, rewritten: Path) -> tuple[int, bool]:
    """Write the PDF anew; return its pages and whether it is signed. Raises ``Refused``."""
    has_end = b"%%EOF" in _tail(scan)
    with malformed_as("damaged" if has_end else "truncated"):
        with _opened(scan, password) as pdf:
            page_count = len(pdf.pages)
            if not has_end and pdf.get_warnings():  # qpdf guessed the table of objects: pages may be missing
                raise Refused("truncated")
            _check_kind(pdf)
            _check_pages(pdf, caps)
            _check_streams(pdf, caps)
            is_signed = _is_signed(pdf)
            for name in ACTS:
                if name in pdf.Root:
                    del pdf.Root[name]
            pdf.save(rewritten, encryption=False, fix_metadata_version=False)
        scan.seek(0)
        for source, key in ((scan, password), (rewritten, None)):
            with pypdfium2.PdfDocument(source, password=key) as other:
                if len(other) != page_count:
                    raise Refused("pages_disagree", one=page_count, other=len(other))
    return page_count, is_signed


def _tail(scan: BinaryIO) -> bytes:
    """Return the last bytes that are not the zeros with which some senders fill up a block."""
    end = scan.seek(0, os.SEEK_END)
    while end > 0:
        begin = max(end - CHUNK_BYTES, 0)
        scan.seek(begin)
        if content := scan.read(end - begin).rstrip(b"\0"):
            end = begin + len(content)
            break
        end = begin
    scan.seek(max(end - TAIL_BYTES, 0))
    return scan.read(min(TAIL_BYTES, end))


def _opened(scan: BinaryIO, password: str | None) -> pikepdf.Pdf:
    scan.seek(0)
    try:  # mapped: through a file of Python qpdf looks for a lost table thirty times as long
        return pikepdf.open(scan, password=password or "", suppress_warnings=True, access_mode=pikepdf.AccessMode.mmap)
    except pikepdf.PasswordError:
        raise Refused("wrong_password" if password else "encrypted") from None
    except pikepdf.PdfError:
        scan.seek(0)
        if b"/Adobe.PubSec" in scan.read():
            raise Refused("encrypted_for_certificate") from None
        raise


def _check_kind(pdf: pikepdf.Pdf) -> None:
    """Refuse files whose pages are only a cover: what they hold is not on the pages."""
    if "/Collection" in pdf.Root:
        raise Refused("portfolio")
    if bool(pdf.Root.get("/NeedsRendering", False)) and "/XFA" in pdf.Root.get("/AcroForm", {}):
        raise Refused("dynamic_form")


def _check_pages(pdf: pikepdf.Pdf, caps: Caps) -> None:
    if len(pdf.pages) == 0:
        raise Refused("damaged")
    if len(pdf.pages) > caps.pages:
        raise Refused("too_many_pages", cap="pages", limit=caps.pages, found=len(pdf.pages))
    for page in pdf.pages:
        if _inherited(page.obj, "/MediaBox") is None:
            page.obj.MediaBox = pikepdf.Array(LETTER)
        unit = float(page.obj.get("/UserUnit", 1))
        if not (math.isfinite(unit) and unit > 0):
            raise Refused("damaged")
        media = [float(value) for value in page.mediabox]
        if not _overlap(media, [float(value) for value in page.cropbox]):
            page.obj.CropBox = page.mediabox  # a crop that leaves nothing over was a slip
        for box in (media, [float(value) for value in page.cropbox]):
            _check_box(box, unit, caps)
        if unit != 1:
            _unfold_unit(pdf, page, unit)


def _inherited(node: pikepdf.Object, name: str) -> pikepdf.Object | None:
    for _ in range(64):  # a tree deeper than that is none
        if name in node:
            return node[name]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    raise Refused("damaged")


def _check_box(corners: list[float], unit: float, caps: Caps) -> None:
    x0, y0, x1, y1 = corners
    across, down = abs(x1 - x0) * unit, abs(y1 - y0) * unit
    side_mm = max(across, down) * MM_PER_POINT
    if not side_mm <= caps.page_side_mm:
        raise Refused("page_too_large", cap="page_side_mm", limit=caps.page_side_mm, found=round(min(side_mm, 1e12)))
    if min(across, down) < 1:
        raise Refused("damaged")


def _overlap(one: list[float], other: list[float]) -> bool:
    return all(
        max(min(one[at], one[at + 2]), min(other[at], other[at + 2]))
        < min(max(one[at], one[at + 2]), max(other[at], other[at + 2]))
        for at in (0, 1)
    )


def _unfold_unit(pdf: pikepdf.Pdf, page: pikepdf.Page, unit: float) -> None:
    """Write the page in points: pdfium and others leave its unit out of account."""
    for name in ("/MediaBox", "/CropBox"):
        if (box := _inherited(page.obj, name)) is not None:
            page.obj[name] = pikepdf.Array([float(value) * unit for value in box])
    del page.obj["/UserUnit"]
    page.contents_add(pdf.make_stream(f"q {unit:.6f} 0 0 {unit:.6f} 0 0 cm".encode()), prepend=True)
    page.contents_add(pdf.make_stream(b"Q"))


def _check_streams(pdf: pikepdf.Pdf, caps: Caps) -> None:
    for thing in pdf.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        filters = _filters(thing)
        if thing.get("/Subtype") == "/Image":
            check_pixels(int(thing.get("/Width", 0)), int(thing.get("/Height", 0)), caps)
            if "/JPXDecode" in filters:
                _check_jp2(thing.read_raw_bytes(), caps)
            if filters[:1] in DCT:
                _check_jpeg(thing.read_raw_bytes(), caps)
        packings = sum(name in {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW"} for name in filters)
        if packings and int(thing.get("/Length", 0)) * PACKED_MOST**packings > caps.stream_bytes:
            _check_unpacked(thing, filters, caps)


def _filters(thing: pikepdf.Stream) -> list[str]:
    said = thing.get("/Filter")
    if said is None:
        return []
    return [str(said)] if isinstance(said, pikepdf.Name) else [str(name) for name in said]


def _check_jp2(content: bytes, caps: Caps) -> None:
    """Check the sizes that the picture itself says; those of its dictionary may be others."""
    at = content.find(JP2_SIZES)
    if at >= 0 and len(content) >= at + 24:
        right, below, left, above = (int.from_bytes(content[at + k : at + k + 4], "big") for k in (8, 12, 16, 20))
        check_pixels(max(right - left, 0), max(below - above, 0), caps)


def _check_jpeg(content: bytes, caps: Caps) -> None:
    """Do the same for a JPEG."""
    at = 2
    while content[at : at + 1] == b"\xff" and len(content) >= at + 9:
        marker = content[at + 1]
        if marker in JPEG_FRAMES:
            rows, columns = (int.from_bytes(content[at + k : at + k + 2], "big") for k in (5, 7))
            check_pixels(columns, rows, caps)
            return
        at += 1 if marker == FILL else 2 + int.from_bytes(content[at + 2 : at + 4], "big")


def _check_unpacked(thing: pikepdf.Stream, filters: list[str], caps: Caps) -> None:
    """Unpack a stream that could be a bomb, a piece at a time and without keeping it."""
    pieces: Iterator[bytes] = iter([thing.read_raw_bytes()])
    for name in filters:
        if name in {"/FlateDecode", "/Fl"}:
            pieces = _inflated(pieces)
        elif name in {"/ASCII85Decode", "/A85"}:
            pieces = iter([_of_ascii85(b"".join(pieces))])
        elif name in {"/ASCIIHexDecode", "/AHx"}:
            pieces = iter([_of_hexadecimal(b"".join(pieces))])
        else:
            break  # pictures end the chain; LZW packs at most 1,400 times and is caught by the limits of the task
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > caps.stream_bytes:
            raise Refused("stream_too_large", cap="stream_bytes", limit=caps.stream_bytes, found=total)


def _of_ascii85(content: bytes) -> bytes:
    """Return what is written in base 85; the last few bytes may be others."""
    digits = content.partition(b"~>")[0].translate(None, WHITE).replace(b"z", b"!!!!!")
    groups = np.frombuffer(digits + b"!" * (-len(digits) % 5), np.uint8).reshape(-1, 5).astype(np.int64) - ord("!")
    return bytes((groups @ np.array([85**4, 85**3, 85**2, 85, 1])).astype(">u4").tobytes())


def _of_hexadecimal(content: bytes) -> bytes:
    digits = content.partition(b">")[0].translate(None, WHITE)
    try:
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    except ValueError:
        return b""


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    for piece in packed:
        left = piece
        while left and not unpacker.eof:
            try:
                yield unpacker.decompress(left, CHUNK_BYTES)
            except zlib.error:  # what comes after is garbage to every reader
                return
            left = unpacker.unconsumed_tail


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    dictionaries = (thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary))
    return any("/ByteRange" in thing and "/Contents" in thing for thing in dictionaries)
