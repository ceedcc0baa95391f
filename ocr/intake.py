"""What may come in: the type by content, the caps, and one safe rewrite of a PDF.

Nothing is rendered or decoded here. Every refusal has a code of its own; reader.py makes our errors of them:
empty, not_a_scan, truncated, damaged, encrypted, wrong_password, pages_disagree; too_large, too_many_pages,
too_many_pixels and page_too_large with the cap's name. Two engines that open the original bytes may see two different
documents (security.md 0.2), so a PDF is rewritten once and everything later reads the rewritten file.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # has no types
from PIL import Image

from ocr.values import Caps
from sandbox import Refused

MM_PER_POINT = 25.4 / 72
HEAD_BYTES = 1024  # readers accept %PDF- anywhere in the first kilobyte
IMAGE_FORMATS = ("JPEG", "PNG", "TIFF")


class FileType(StrEnum):
    PDF = "pdf"
    TIFF = "tiff"
    JPEG = "jpeg"
    PNG = "png"


@dataclass(frozen=True)
class Intake:
    """A scan that was let in."""

    file_type: FileType
    page_count: int
    is_signed: bool


def take_in(scan: BinaryIO, caps: Caps, password: str | None, rewritten: Path) -> Intake:
    """Return what the scan is, or raise ``Refused``; a PDF is written anew into ``rewritten``, images stay as is."""
    size_bytes = scan.seek(0, os.SEEK_END)
    scan.seek(0)
    if size_bytes == 0:
        raise Refused("empty")
    if size_bytes > caps.size_bytes:
        raise Refused("too_large", cap="size_bytes", limit=caps.size_bytes, found=size_bytes)
    match file_type_of(scan.read(HEAD_BYTES)):
        case None:
            raise Refused("not_a_scan")
        case FileType.PDF:
            return _take_pdf(scan, caps, password, rewritten)
        case image_type:
            return Intake(image_type, _count_frames(scan, caps), is_signed=False)


def file_type_of(head: bytes) -> FileType | None:
    if head.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if head[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}:
        return FileType.TIFF
    return FileType.PDF if b"%PDF-" in head else None


@contextmanager
def malformed_as(code: str) -> Generator[None]:
    """Turn whatever a parser throws at a stranger's file into one refusal."""
    try:
        yield
    except (Refused, MemoryError):
        raise
    except Exception as error:  # parsers raise undocumented exceptions (security.md 0.6)
        raise Refused(code) from error


def opened_image(scan: BinaryIO) -> Image.Image:
    """Return the image, not yet decoded; Pillow gets only the formats we take."""
    Image.MAX_IMAGE_PIXELS = None  # our own cap is checked frame by frame
    scan.seek(0)
    return Image.open(scan, formats=IMAGE_FORMATS)


def check_pixels(width_px: int, height_px: int, caps: Caps) -> None:
    if width_px * height_px > caps.page_pixels:
        raise Refused("too_many_pixels", cap="page_pixels", limit=caps.page_pixels, found=width_px * height_px)


def _count_frames(scan: BinaryIO, caps: Caps) -> int:
    with malformed_as("truncated"), opened_image(scan) as image:
        for index in range(caps.pages + 1):  # not n_frames: a directory that loops never ends
            try:
                image.seek(index)
            except EOFError:
                return index
            check_pixels(*image.size, caps)
            if image.format != "TIFF":
                return 1
    raise Refused("too_many_pages", cap="pages", limit=caps.pages, found=caps.pages + 1)


def _take_pdf(scan: BinaryIO, caps: Caps, password: str | None, rewritten: Path) -> Intake:
    scan.seek(-min(HEAD_BYTES, scan.seek(0, os.SEEK_END)), os.SEEK_END)
    has_end = b"%%EOF" in scan.read()
    scan.seek(0)
    with malformed_as("damaged" if has_end else "truncated"):
        try:
            pdf = pikepdf.open(scan, password=password or "", suppress_warnings=True)
        except pikepdf.PasswordError:
            raise Refused("wrong_password" if password else "encrypted") from None
        with pdf:
            page_count = len(pdf.pages)
            if not has_end and pdf.get_warnings():  # qpdf guessed the table of objects: pages may be missing
                raise Refused("truncated")
            _check_pages(pdf, caps)
            is_signed = _is_signed(pdf)
            for name in ("/OpenAction", "/AA", "/Names", "/AcroForm"):  # nothing that acts, no second look
                if name in pdf.Root:
                    del pdf.Root[name]
            pdf.save(rewritten, encryption=False, fix_metadata_version=False)
        with pypdfium2.PdfDocument(rewritten) as other:
            if len(other) != page_count:
                raise Refused("pages_disagree", one=page_count, other=len(other))
    return Intake(FileType.PDF, page_count, is_signed)


def _check_pages(pdf: pikepdf.Pdf, caps: Caps) -> None:
    if len(pdf.pages) == 0:
        raise Refused("damaged")
    if len(pdf.pages) > caps.pages:
        raise Refused("too_many_pages", cap="pages", limit=caps.pages, found=len(pdf.pages))
    for page in pdf.pages:
        unit = float(page.obj.get("/UserUnit", 1))
        for box in (page.mediabox, page.cropbox):
            x0, y0, x1, y1 = (float(value) for value in box)
            side_mm = max(abs(x1 - x0), abs(y1 - y0)) * unit * MM_PER_POINT
            if not side_mm <= caps.page_side_mm:
                raise Refused("page_too_large", cap="page_side_mm", limit=caps.page_side_mm, found=round(side_mm))
            if min(abs(x1 - x0), abs(y1 - y0)) < 1:
                raise Refused("damaged")
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image":
            check_pixels(int(thing.get("/Width", 0)), int(thing.get("/Height", 0)), caps)


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    dictionaries = (thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary))
    return any("/ByteRange" in thing and "/Contents" in thing for thing in dictionaries)
