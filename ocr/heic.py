"""The only module that decodes HEIC, the photos of iPhones; it runs in the sandbox and nowhere else.

libheif turns the picture as the file says and lays no other picture over it; sizes are known before a pixel is decoded.
"""

import os
from typing import BinaryIO

import pillow_heif
from PIL import Image

from ocr.guard import check_pixels, malformed_as
from ocr.values import Caps
from sandbox import Refused

pillow_heif.options.DECODE_THREADS = 1
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False


def count_pictures(scan: BinaryIO, caps: Caps) -> int:
    """Return how many pictures the file holds, none of them decoded; raises ``Refused``."""
    with malformed_as("truncated" if _is_cut(scan) else "damaged"):
        heif = _opened(scan)
        if len(heif) > caps.pages:
            raise Refused("too_many_pages", cap="pages", limit=caps.pages, found=len(heif))
        for picture in heif:
            check_pixels(*picture.size, caps)
        return len(heif)


def picture_of(scan: BinaryIO, index: int) -> Image.Image:
    """Return one picture, decoded and upright."""
    with malformed_as("truncated" if _is_cut(scan) else "damaged"):
        picture: Image.Image = _opened(scan)[index].to_pillow()
        return picture


def _opened(scan: BinaryIO) -> pillow_heif.HeifFile:
    scan.seek(0)
    return pillow_heif.open_heif(scan, convert_hdr_to_8bit=True, bgr_mode=False)


def _is_cut(scan: BinaryIO) -> bool:
    """Whether a box of the file ends behind the file's end."""
    size_bytes, at = scan.seek(0, os.SEEK_END), 0
    while at + 8 <= size_bytes:
        scan.seek(at)
        head = scan.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length == 0:  # to the end of the file
            return False
        if length < 8:  # noqa: PLR2004 - not even its own head
            return False
        at += length
    return at != size_bytes
