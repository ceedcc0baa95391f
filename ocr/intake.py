"""What may come in: the type by content, the caps, and one safe rewrite of a PDF.

Nothing is rendered or decoded here. Every refusal has a code of its own; reader.py makes our errors of them: empty,
those of filetype.py, truncated, damaged, encrypted, wrong_password, encrypted_for_certificate, pages_disagree,
dynamic_form, portfolio; too_large, too_many_pages, too_many_pixels, too_small, page_too_large, stream_too_large with
the cap's name, its value and what was found.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ocr.filetype import HEAD_BYTES, FileType, file_type_of
from ocr.pdfintake import rewrite
from ocr.pictures import frames_of
from ocr.values import Caps
from sandbox import Refused


@dataclass(frozen=True)
class Intake:
    """A scan that was let in; ``frames`` says of each page of an image file where it is found (pictures.py)."""

    file_type: FileType
    page_count: int
    is_signed: bool
    frames: tuple[int, ...] = ()


def take_in(scan: BinaryIO, caps: Caps, password: str | None, rewritten: Path) -> Intake:
    """Return what the scan is, or raise ``Refused``; a PDF is written anew into ``rewritten``, images stay as is."""
    size_bytes = scan.seek(0, os.SEEK_END)
    scan.seek(0)
    if size_bytes == 0:
        raise Refused("empty")
    if size_bytes > caps.size_bytes:
        raise Refused("too_large", cap="size_bytes", limit=caps.size_bytes, found=size_bytes)
    file_type = file_type_of(scan.read(HEAD_BYTES))
    if file_type is FileType.PDF:
        page_count, is_signed = rewrite(scan, caps, password, rewritten)
        return Intake(file_type, page_count, is_signed)
    frames = frames_of(scan, file_type, caps)
    return Intake(file_type, len(frames), is_signed=False, frames=frames)
