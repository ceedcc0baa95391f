"""The searchable PDF/A-2b copy of a scan: the page's own image streams untouched, invisible text over them.

A page that is nothing but allowed images keeps them byte for byte; any other page is drawn from its pixels, so that
nothing a stranger wrote (scripts, fonts, forms) survives. One horizontal line of text per line read: pdftotext, pdfium
and pdfplumber then read back what was read (ocr.md 0). Pages stand upright, as they are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image, ImageCms

from ocr.raster import PageImage
from ocr.textlines import TextLine

JPEG_QUALITY = 85
FONT = Name("/F0")
LAST_OF_PLANE = 0xFFFF  # Identity-H has two bytes for a character
MIDDLE_GREY = 128
FONT_UNITS = 0.5  # the glyphless glyph is half as wide as it is high
FILTERS = {"/DCTDecode", "/CCITTFaxDecode", "/JBIG2Decode", "/FlateDecode"}
IMAGE_KEYS = ("/Width", "/Height", "/BitsPerComponent", "/Filter", "/Decode", "/DecodeParms", "/ColorSpace")
SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
HARMLESS = {
    "q", "Q", "cm", "Do", "gs", "w", "J", "j", "M", "d", "i", "ri", "BMC", "BDC", "EMC", "BT", "ET", "Td", "TD",
    "Tm", "T*", "Tf", "Tc", "Tw", "Tz", "TL", "Ts", "Tr",
}  # fmt: skip
INVISIBLE = 3  # the rendering mode of a text layer that someone else laid over the scan
Matrix = pikepdf.Matrix


@dataclass(frozen=True)
class PlacedImage:
    """An image and where it stands on the upright page, in points."""

    stream: Stream
    place: Matrix


class Archive:
    """Collects pages; ``finished`` gives the file."""

    def __init__(self, glyphless: Path) -> None:
        self._pdf = pikepdf.new()
        self._characters: set[str] = set()
        self._font = self._pdf.make_indirect(Dictionary())
        self._glyphless = glyphless

    def add(self, page: PageImage, images: Sequence[PlacedImage] | None, lines: Sequence[TextLine]) -> None:
        """Add an upright page with its own images, or with its pixels where those can't be kept."""
        width, height = page.width_px / page.dpi * 72, page.height_px / page.dpi * 72
        if images is None:
            images = [PlacedImage(self._pixels(page), Matrix(width, 0, 0, height, 0, 0))]
        resources = Dictionary(XObject=Dictionary(), Font=Dictionary())
        resources.Font[FONT] = self._font
        content = []
        for index, image in enumerate(images):
            resources.XObject[f"/Im{index}"] = image.stream
            numbers = " ".join(f"{value:.5f}" for value in image.place.shorthand)
            content.append(f"q {numbers} cm /Im{index} Do Q")
        content += [shown for line in lines if (shown := self._text(line, width, height))]
        self._pdf.pages.append(
            pikepdf.Page(
                Dictionary(
                    Type=Name.Page,
                    MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
                    Resources=resources,
                    Contents=self._pdf.make_stream("\n".join(content).encode()),
                )
            )
        )

    def images_of(self, source: pikepdf.Page, rotation_deg: int) -> list[PlacedImage] | None:
        """Return the images of a page that is nothing else, or None."""
        x0, y0, x1, y1 = (float(value) for value in source.cropbox)
        turn = (int(source.obj.get("/Rotate", 0)) + rotation_deg) % 360
        if "/UserUnit" in source.obj or turn % 90:
            return None
        upright = Matrix().translated(-x0, -y0) @ _turn(turn, x1 - x0, y1 - y0)
        placed = []
        try:
            for name, place in _drawn_images(source):
                stream = source.resources.XObject[name]
                if not _is_allowed(stream):
                    return None
                placed.append(PlacedImage(self._copied(stream), place @ upright))
        except (_OtherThings, KeyError, AttributeError, ValueError, TypeError, pikepdf.PdfError):
            return None
        return placed or None

    def jpeg(self, content: bytes, page: PageImage, orientation: int, rotation_deg: int) -> list[PlacedImage] | None:
        """Return a JPEG as it came, turned to stand upright, or None where it can't be kept."""
        with Image.open(BytesIO(content), formats=("JPEG",)) as image:
            if image.mode not in {"L", "RGB"} or orientation not in {1, 3, 6, 8}:  # the others are mirrored
                return None
            columns, rows = image.size
            space = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
        turn = ({1: 0, 3: 180, 6: 90, 8: 270}[orientation] + rotation_deg) % 360
        width, height = page.width_px / page.dpi * 72, page.height_px / page.dpi * 72
        if turn % 180:
            width, height = height, width
        stream = self._image(content, columns, rows, space, Name.DCTDecode)
        return [PlacedImage(stream, Matrix(width, 0, 0, height, 0, 0) @ _turn(turn, width, height))]

    def finished(self) -> bytes:
        """Return the whole file."""
        self._finish_font()
        profile = self._pdf.make_stream(_srgb(), N=3)
        self._pdf.Root.OutputIntents = Array(
            [
                Dictionary(
                    Type=Name.OutputIntent,
                    S=Name.GTS_PDFA1,
                    OutputConditionIdentifier=pikepdf.String("sRGB"),
                    DestOutputProfile=profile,
                )
            ]
        )
        with self._pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
            metadata["pdfaid:part"] = "2"
            metadata["pdfaid:conformance"] = "B"
        target = BytesIO()
        self._pdf.save(target, deterministic_id=True, min_version="1.7")
        return target.getvalue()

    def _text(self, line: TextLine, width: float, height: float) -> str:
        words = [word for word in line.words if word.text]
        if not words:
            return ""
        size = max(float(np.median([word.box.y1 - word.box.y0 for word in words])) * height * 0.9, 1.0)
        baseline = (1 - float(np.median([word.box.y1 for word in words]))) * height + size * 0.15
        shown = [f"BT 3 Tr {FONT} {size:.2f} Tf"]
        for word, following in zip(words, [*words[1:], None], strict=True):
            text = "".join(c for c in word.text if ord(c) <= LAST_OF_PLANE) + ("" if following is None else " ")
            self._characters.update(text)
            end = word.box.x1 if following is None else max(following.box.x0, word.box.x0 + 0.002)
            stretch = max((end - word.box.x0) * width / (len(text) * FONT_UNITS * size) * 100, 1.0)
            place = f"{stretch:.1f} Tz 1 0 0 1 {word.box.x0 * width:.2f} {baseline:.2f} Tm"
            shown.append(f"{place} <{text.encode('utf-16-be').hex()}> Tj")
        return " ".join([*shown, "ET"])

    def _pixels(self, page: PageImage) -> Stream:
        if page.is_bilevel:
            with BytesIO() as tiff:
                Image.fromarray(page.grey >= MIDDLE_GREY).save(
                    tiff, "TIFF", compression="group4", tiffinfo={278: page.height_px}
                )
                with Image.open(tiff, formats=("TIFF",)) as image:
                    offset, count = image.tag_v2[273][0], image.tag_v2[279][0]  # type: ignore[attr-defined]  # of TIFF only
                    white_is_zero = image.tag_v2[262] == 0  # type: ignore[attr-defined]  # of TIFF only
                content = tiff.getvalue()[offset : offset + count]
            stream = self._image(content, page.width_px, page.height_px, Name.DeviceGray, Name.CCITTFaxDecode, bits=1)
            stream.DecodeParms = Dictionary(
                K=-1, Columns=page.width_px, Rows=page.height_px, BlackIs1=not white_is_zero
            )
            return stream
        pixels = page.grey if page.rgb is None else cv2.cvtColor(page.rgb, cv2.COLOR_RGB2BGR)
        _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        space = Name.DeviceGray if page.rgb is None else Name.DeviceRGB
        return self._image(encoded.tobytes(), page.width_px, page.height_px, space, Name.DCTDecode)

    def _image(self, content: bytes, columns: int, rows: int, space: Name, packing: Name, *, bits: int = 8) -> Stream:
        return Stream(
            self._pdf,
            content,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=columns,
            Height=rows,
            BitsPerComponent=bits,
            ColorSpace=space,
            Filter=packing,
        )

    def _copied(self, stream: pikepdf.Object) -> Stream:
        copy = Stream(self._pdf, bytes(stream.read_raw_bytes()), Type=Name.XObject, Subtype=Name.Image)
        whole = self._pdf.copy_foreign(stream)
        for key in IMAGE_KEYS:
            if key in whole:
                copy[key] = whole[key]
        return self._pdf.make_indirect(copy)

    def _finish_font(self) -> None:
        pdf = self._pdf
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name.GlyphLessFont,
            Flags=5,
            FontBBox=Array([0, 0, 500, 1000]),
            ItalicAngle=0,
            Ascent=1000,
            Descent=-1,
            CapHeight=1000,
            StemV=80,
            FontFile2=pdf.make_stream(self._glyphless.read_bytes()),
        )
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name.GlyphLessFont,
            CIDSystemInfo=Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
            ),
            CIDToGIDMap=pdf.make_stream(b"\0\1" * 65536),
            DW=500,
            FontDescriptor=pdf.make_indirect(descriptor),
        )
        self._font.Type = Name.Font
        self._font.Subtype = Name.Type0
        self._font.BaseFont = Name.GlyphLessFont
        self._font.Encoding = Name("/Identity-H")
        self._font.DescendantFonts = Array([pdf.make_indirect(descendant)])
        self._font.ToUnicode = pdf.make_stream(_to_unicode(sorted(self._characters)))


class _OtherThings(Exception):
    """The page holds more than images."""


def _drawn_images(page: pikepdf.Page) -> list[tuple[str, Matrix]]:
    current, saved, drawn, mode = Matrix(), [], [], 0
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator not in HARMLESS and not (operator in SHOWS_TEXT and mode == INVISIBLE):
            raise _OtherThings
        if operator == "Tr":
            mode = int(instruction.operands[0])
        if operator == "q":
            saved.append(current)
        elif operator == "Q":
            current = saved.pop() if saved else Matrix()
        elif operator == "cm":
            current = Matrix(*(float(value) for value in instruction.operands)) @ current
        elif operator == "Do":
            drawn.append((str(instruction.operands[0]), current))
    if "/Annots" in page.obj and any(a.get("/Subtype") not in {"/Widget", "/Link"} for a in page.obj.Annots):
        raise _OtherThings  # notes and stamps are ink too
    return drawn


def _is_allowed(stream: pikepdf.Object) -> bool:
    if stream.get("/Subtype") != "/Image" or any(key in stream for key in ("/SMask", "/Mask", "/ImageMask")):
        return False
    packing = stream.get("/Filter")
    if isinstance(packing, Array):
        packing = packing[0] if len(packing) == 1 else None
    if packing is None or str(packing) not in FILTERS:
        return False
    space = stream.get("/ColorSpace")
    if isinstance(space, Array):
        if space[0] == "/Indexed":
            space = space[1]
        if isinstance(space, Array):
            return bool(space[0] == "/ICCBased" and int(space[1].N) in {1, 3}) or space[0] in {"/CalRGB", "/CalGray"}
    return space in {"/DeviceGray", "/DeviceRGB"}


def _turn(clockwise_deg: int, width: float, height: float) -> Matrix:
    """Return the turn of a page of this size that puts its lower left corner back to the origin."""
    return {
        0: Matrix(),
        90: Matrix(0, -1, 1, 0, 0, width),
        180: Matrix(-1, 0, 0, -1, width, height),
        270: Matrix(0, 1, -1, 0, height, 0),
    }[clockwise_deg]


def _srgb() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07ea00010001000000000000")  # the day it was made: else no two files are alike
    return bytes(profile)


def _to_unicode(characters: list[str]) -> bytes:
    codes = [f"<{ord(c):04X}> <{ord(c):04X}>" for c in characters]
    blocks = [codes[first : first + 100] for first in range(0, len(codes), 100)]  # the most that a block may hold
    mapped = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{mapped}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()
