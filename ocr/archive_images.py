"""The images of a page of the archive copy: its own where they can be kept byte for byte, else its pixels.

A page of a PDF keeps its images when it draws nothing else that can be seen. What is kept of an image is listed here by
key; what PDF/A-2 forbids (CMYK without a profile, LZW, JPEG 2000 that we did not check) sends the page to its pixels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from io import BytesIO
from struct import Struct
from typing import Any, BinaryIO

import cv2
import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name, Stream
from PIL import Image

from ocr.archive_walk import OtherThings, Walk
from ocr.raster import PageImage

JPEG_QUALITY = 85
MIDDLE_GREY = 128
FILTERS = {
    "/DCTDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/FlateDecode", "/RunLengthDecode", "/ASCII85Decode",
    "/ASCIIHexDecode",
}  # fmt: skip
IMAGE_KEYS = (
    "/Width", "/Height", "/BitsPerComponent", "/Filter", "/Decode", "/DecodeParms", "/ColorSpace", "/ImageMask",
    "/Matte",
)  # fmt: skip
UPRIGHT_TURNS = {1: 0, 3: 180, 6: 90, 8: 270}  # by EXIF orientation, in degrees clockwise; the others are mirrored
GROUP4 = 4
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
PNG_HEAD, PNG_CHUNK = Struct(">IIBBBBB"), Struct(">I4s")
PNG_RGB, PNG_PALETTE = 2, 3
PNG_COLOURS = {0: 1, PNG_RGB: 3, PNG_PALETTE: 1}  # samples of a pixel; those with alpha are drawn on white
PROFILE_CLASSES = {b"scnr", b"mntr", b"prtr", b"spac"}
PROFILE_SPACES = {1: b"GRAY", 3: b"RGB "}
PROFILE_HEAD = 128
NEWEST_PROFILE = 4


class TiffTag(IntEnum):
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIP_AT = 273
    ORIENTATION = 274
    ROWS_PER_STRIP = 278
    STRIP_BYTES = 279
    T6_OPTIONS = 293


@dataclass(frozen=True)
class PlacedImage:
    """An image and where it stands on the upright page, in points; ``fill`` is the colour of a stencil."""

    stream: Stream
    place: Matrix
    fill: str = ""


@dataclass(frozen=True)
class PageImages:
    """All that a page shows, and its size in points."""

    images: tuple[PlacedImage, ...]
    width_pt: float
    height_pt: float


def images_of_pdf_page(target: pikepdf.Pdf, source: pikepdf.Page, rotation_deg: int) -> PageImages:
    """Return the images of a page that shows nothing else, as copies in ``target``; or raise ``OtherThings``."""
    x0, y0, x1, y1 = (float(value) for value in source.cropbox)
    x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    turn = (_said_turn(source.obj) + rotation_deg) % 360
    if "/UserUnit" in source.obj or turn % 90:
        raise OtherThings
    if any(a.get("/Subtype") not in {"/Widget", "/Link"} for a in source.obj.get("/Annots", ())):
        raise OtherThings  # notes and stamps are ink too
    walk = Walk((x0, y0, x1, y1))
    try:
        walk.through(source, source.resources)
        if not all(_may_be_kept(shown.stream) for shown in walk.shown):
            raise OtherThings
        upright = Matrix().translated(-x0, -y0) @ turn_of(turn, x1 - x0, y1 - y0)
        placed = tuple(
            PlacedImage(_copied(target, shown.stream), shown.place @ upright, shown.fill) for shown in walk.shown
        )
    except (KeyError, AttributeError, ValueError, TypeError, IndexError, pikepdf.PdfError) as error:
        raise OtherThings from error
    if not placed:
        raise OtherThings
    width, height = x1 - x0, y1 - y0
    return PageImages(placed, *((height, width) if turn % 180 else (width, height)))


def image_of_jpeg(
    target: pikepdf.Pdf, content: bytes, page: PageImage, orientation: int, rotation_deg: int
) -> PageImages:
    """Return a JPEG as it came, turned to stand upright, or raise ``OtherThings``."""
    with Image.open(BytesIO(content), formats=("JPEG",)) as image:
        if image.mode not in {"L", "RGB"} or orientation not in UPRIGHT_TURNS:
            raise OtherThings
        columns, rows = image.size
        space = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
    stream = _image(target, content, columns, rows, space, Name.DCTDecode)
    return _on_its_sheet(page, stream, (UPRIGHT_TURNS[orientation] + rotation_deg) % 360)


def image_of_png(
    target: pikepdf.Pdf, content: bytes, page: PageImage, orientation: int, rotation_deg: int
) -> PageImages:
    """Return a PNG's own compressed rows, turned to stand upright, or raise ``OtherThings``."""
    chunks = _png_chunks(content)
    head = chunks.get(b"IHDR", b"")
    if len(head) != PNG_HEAD.size or orientation not in UPRIGHT_TURNS:
        raise OtherThings
    columns, rows, bits, colour, _, _, interlaced = PNG_HEAD.unpack(head)
    if interlaced or b"tRNS" in chunks or colour not in PNG_COLOURS:
        raise OtherThings
    space: pikepdf.Object = Name.DeviceRGB if colour == PNG_RGB else Name.DeviceGray
    if colour == PNG_PALETTE:
        palette = chunks.get(b"PLTE", b"")[: 3 << bits]
        space = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)])
    parameters = Dictionary(Predictor=15, Colors=PNG_COLOURS[colour], BitsPerComponent=bits, Columns=columns)
    stream = _image(
        target, chunks.get(b"IDAT", b""), columns, rows, space, Name.FlateDecode, bits=bits, parameters=parameters
    )
    return _on_its_sheet(page, stream, (UPRIGHT_TURNS[orientation] + rotation_deg) % 360)


def image_of_tiff(
    target: pikepdf.Pdf, image: Image.Image, content: BinaryIO, page: PageImage, rotation_deg: int
) -> PageImages:
    """Return the one strip of a page in Group 4, or raise ``OtherThings``."""
    tags: Mapping[int, Any] = image.tag_v2  # type: ignore[attr-defined]  # of TIFF only
    strips, sizes = tags.get(TiffTag.STRIP_AT, ()), tags.get(TiffTag.STRIP_BYTES, ())
    plain = {TiffTag.COMPRESSION: GROUP4, TiffTag.FILL_ORDER: 1, TiffTag.ORIENTATION: 1, TiffTag.T6_OPTIONS: 0}
    if any(tags.get(tag, usual if tag != TiffTag.COMPRESSION else 0) != usual for tag, usual in plain.items()):
        raise OtherThings
    if len(strips) != 1 or len(sizes) != 1 or image.mode != "1":
        raise OtherThings
    content.seek(strips[0])
    is_white_zero = tags.get(TiffTag.PHOTOMETRIC) == 0
    stream = _group4(target, content.read(sizes[0]), *image.size, is_white_zero=is_white_zero)
    return _on_its_sheet(page, stream, rotation_deg)


def image_of_pixels(target: pikepdf.Pdf, page: PageImage) -> PageImages:
    """Return the page as it was drawn: Group 4 of pages in black and white, else JPEG."""
    return _on_its_sheet(page, _group4_of_pixels(target, page) if page.is_bilevel else _jpeg(target, page), 0)


def turn_of(clockwise_deg: int, width: float, height: float) -> Matrix:
    """Return the turn of a page of this size that puts its lower left corner back to the origin."""
    return {
        0: Matrix(),
        90: Matrix(0, -1, 1, 0, 0, width),
        180: Matrix(-1, 0, 0, -1, width, height),
        270: Matrix(0, 1, -1, 0, height, 0),
    }[clockwise_deg]


def _said_turn(page: pikepdf.Object) -> int:
    """Return by how many degrees the page is shown turned; what is no number turns nothing."""
    node: pikepdf.Object | None = page
    for _ in range(50):  # a tree of pages deeper than this is a trap
        if node is None or "/Rotate" in node:
            break
        node = node.get("/Parent")
    try:
        return 0 if node is None else int(node.get("/Rotate", 0))
    except (TypeError, ValueError):
        return 0


def _may_be_kept(stream: pikepdf.Object, *, is_mask: bool = False) -> bool:
    packing = stream.get("/Filter")
    filters = list(packing) if isinstance(packing, Array) else [packing]
    if not filters or any(str(name) not in FILTERS for name in filters):
        return False
    if stream.get("/ImageMask"):
        return not any(key in stream for key in ("/SMask", "/Mask"))
    for key in ("/SMask", "/Mask"):
        mask = stream.get(key)
        if isinstance(mask, Stream) and (is_mask or not _may_be_kept(mask, is_mask=True)):
            return False
    if is_mask:
        return bool(stream.get("/ColorSpace") == "/DeviceGray")
    return _is_plain(stream.get("/ColorSpace"))


def _is_plain(space: pikepdf.Object | None) -> bool:
    """Whether a colour space is grey or RGB, of the device or with a profile that PDF/A-2 takes (6.2.4.2)."""
    if isinstance(space, Array) and space[0] == "/Indexed":
        space = space[1]
    if not isinstance(space, Array):
        return space in {"/DeviceGray", "/DeviceRGB"}
    if space[0] in {"/CalRGB", "/CalGray"}:
        return True
    if space[0] != "/ICCBased":
        return False
    head = bytes(space[1].read_bytes()[:PROFILE_HEAD])
    return (
        len(head) == PROFILE_HEAD
        and head[36:40] == b"acsp"
        and head[8] <= NEWEST_PROFILE
        and head[12:16] in PROFILE_CLASSES
        and head[16:20] == PROFILE_SPACES.get(int(space[1].N))
    )


def _copied(target: pikepdf.Pdf, stream: pikepdf.Object) -> Stream:
    """Return the image with its bytes as they are and nothing but the keys that we know."""
    copy = Stream(target, bytes(stream.read_raw_bytes()), Type=Name.XObject, Subtype=Name.Image)
    whole = target.copy_foreign(stream)
    for key in IMAGE_KEYS:
        if key in whole:
            copy[key] = whole[key]
    for key in ("/SMask", "/Mask"):
        if key in stream:
            copy[key] = _copied(target, stream[key]) if isinstance(stream[key], Stream) else whole[key]
    return target.make_indirect(copy)


def _png_chunks(content: bytes) -> dict[bytes, bytes]:
    """Return the chunks by name, those of one name joined; what is cut off ends the list."""
    chunks: dict[bytes, list[bytes]] = {}
    at = len(PNG_MAGIC)
    while at + PNG_CHUNK.size <= len(content):
        length, name = PNG_CHUNK.unpack_from(content, at)
        at += PNG_CHUNK.size
        chunks.setdefault(name, []).append(content[at : at + length])
        at += length + 4  # the chunk's check sum
    return {name: b"".join(parts) for name, parts in chunks.items()}


def _on_its_sheet(page: PageImage, stream: Stream, clockwise_deg: int) -> PageImages:
    """Return the image filling the upright page, turned by so much."""
    width, height = page.width_px / page.dpi * 72, page.height_px / page.dpi * 72
    own = (height, width) if clockwise_deg % 180 else (width, height)
    place = Matrix(own[0], 0, 0, own[1], 0, 0) @ turn_of(clockwise_deg, *own)
    return PageImages((PlacedImage(stream, place),), width, height)


def _jpeg(target: pikepdf.Pdf, page: PageImage) -> Stream:
    pixels = page.grey if page.rgb is None else cv2.cvtColor(page.rgb, cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    space = Name.DeviceGray if page.rgb is None else Name.DeviceRGB
    return _image(target, encoded.tobytes(), page.width_px, page.height_px, space, Name.DCTDecode)


def _group4_of_pixels(target: pikepdf.Pdf, page: PageImage) -> Stream:
    with BytesIO() as tiff:
        Image.fromarray(page.grey >= MIDDLE_GREY).save(
            tiff, "TIFF", compression="group4", tiffinfo={TiffTag.ROWS_PER_STRIP: page.height_px}
        )
        with Image.open(tiff, formats=("TIFF",)) as image:
            return image_of_tiff(target, image, tiff, page, 0).images[0].stream


def _group4(target: pikepdf.Pdf, content: bytes, columns: int, rows: int, *, is_white_zero: bool) -> Stream:
    parameters = Dictionary(K=-1, Columns=columns, Rows=rows, BlackIs1=not is_white_zero)
    return _image(target, content, columns, rows, Name.DeviceGray, Name.CCITTFaxDecode, bits=1, parameters=parameters)


def _image(  # noqa: PLR0917 - an image dictionary has as many entries
    target: pikepdf.Pdf,
    content: bytes,
    columns: int,
    rows: int,
    space: pikepdf.Object,
    packing: Name,
    *,
    bits: int = 8,
    parameters: Dictionary | None = None,
) -> Stream:
    stream = Stream(
        target,
        content,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=columns,
        Height=rows,
        BitsPerComponent=bits,
        ColorSpace=space,
        Filter=packing,
    )
    if parameters is not None:
        stream.DecodeParms = parameters
    return stream
