"""The searchable PDF/A-2b copy of a scan: the page's own image streams untouched, invisible text over them.

A page is made by itself (``archive_page``), the file is merged from them at the end; the parts have no font yet, so
that it stands in the file once. Nothing of a stranger's survives but images: no scripts, fonts, forms. Pages stand
upright, as they are shown. The same pages and facts give the same bytes. What of ISO 19005-2 is checked: docs/pdfa.md.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import ImageCms

from ocr.archive_images import (
    PageImages,
    image_of_jpeg,
    image_of_pixels,
    image_of_png,
    image_of_tiff,
    images_of_pdf_page,
)
from ocr.archive_walk import OtherThings
from ocr.filetype import FileType
from ocr.intake import Intake
from ocr.pictures import opened as picture_opened
from ocr.pictures import orientation_of
from ocr.raster import PageImage
from ocr.textlines import TextLine

FONT = Name("/F0")
GLYPH_WIDTH = 500  # of the glyphless font, in thousandths of its height
LAST_OF_PLANE = 0xFFFF  # Identity-H has two bytes for a character
NOT_CHARACTERS = {0x0000, 0xFEFF, 0xFFFE, 0xFFFF}  # what ToUnicode must not lead to (ISO 19005-2, 6.2.11.7.2)
SURROGATES = range(0xD8, 0xE0)  # high bytes
LEAST_GAP = 0.1  # between two words, of the height of the line
WIDEST_GAP = 0.5  # the same: what is wider pdftotext takes for the gap between two columns
WIDEST_LETTER = 0.8  # the same, of a word made wider to bridge a gap; above twice it pdfium joins lines
LEAST_SIDE_PT = 3.0  # the smallest page that PDF/A-2 knows (6.1.13)
KEPT_FILES = {FileType.JPEG: image_of_jpeg, FileType.PNG: image_of_png}
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:moonseal="urn:moonseal:archive:1">
<moonseal:scanSha256>{scan}</moonseal:scanSha256><moonseal:readingSha256>{reading}</moonseal:readingSha256>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Moonseal archive copy</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:moonseal:archive:1</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>moonseal</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>scanSha256</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>SHA-256 of the scan as it came, in hexadecimal</pdfaProperty:description></rdf:li>
<rdf:li rdf:parseType="Resource"><pdfaProperty:name>readingSha256</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>SHA-256 of what was read, canonical JSON, in hexadecimal</pdfaProperty:description></rdf:li>
</rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True)
class Facts:
    """What the copy says of where it came from: digests in hexadecimal."""

    scan_sha256: str
    reading_sha256: str


def archive_page(
    page: PageImage, lines: Sequence[TextLine], rotation_deg: int, *, intake: Intake, pages: BinaryIO
) -> bytes:
    """Return one upright page as a PDF whose font ``merge`` brings.

    ``pages`` is the rewritten PDF, or the image as it came; ``rotation_deg`` is how far the page was turned clockwise.
    """
    with ExitStack() as opened:
        pdf = opened.enter_context(pikepdf.new())
        try:
            shown = _own_images(pdf, page, rotation_deg, intake, opened, pages)
        except OtherThings:
            shown = image_of_pixels(pdf, page)
        pdf.pages.append(_drawn(pdf, shown, lines))
        target = BytesIO()
        pdf.save(target, static_id=True)
        return target.getvalue()


def _own_images(  # noqa: PLR0917 - the page, and where its images come from
    pdf: pikepdf.Pdf, page: PageImage, rotation_deg: int, intake: Intake, opened: ExitStack, pages: BinaryIO
) -> PageImages:
    if intake.file_type is FileType.PDF:
        source = opened.enter_context(pikepdf.open(pages))
        return images_of_pdf_page(pdf, source.pages[page.number - 1], rotation_deg)
    if intake.file_type is FileType.TIFF:
        with picture_opened(pages, FileType.TIFF, intake.frames[page.number - 1]) as image:
            return image_of_tiff(pdf, image, pages, page, rotation_deg)
    if intake.file_type not in KEPT_FILES:
        raise OtherThings
    with picture_opened(pages, intake.file_type, 0) as image:
        orientation = orientation_of(image)
    pages.seek(0)
    return KEPT_FILES[intake.file_type](pdf, pages.read(), page, orientation, rotation_deg)


def merge(pages: Sequence[BinaryIO], facts: Facts, *, glyphless: Path, target: Path) -> None:
    """Write the pages as one file; ``glyphless`` is the font of the text layer, Tesseract's pdf.ttf."""
    with ExitStack() as opened:
        pdf = opened.enter_context(pikepdf.new())
        font = _font(pdf, glyphless)
        for part in pages:
            pdf.pages.extend(opened.enter_context(pikepdf.open(part)).pages)
        for page in pdf.pages:
            page.obj.Resources.Font = Dictionary({str(FONT): font})
        pdf.Root.OutputIntents = Array(
            [
                Dictionary(
                    Type=Name.OutputIntent,
                    S=Name.GTS_PDFA1,
                    OutputConditionIdentifier=pikepdf.String("sRGB"),
                    DestOutputProfile=pdf.make_stream(_srgb(), N=3),
                )
            ]
        )
        xmp = XMP.format(scan=facts.scan_sha256, reading=facts.reading_sha256).encode()
        pdf.Root.Metadata = pdf.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)
        pdf.save(target, deterministic_id=True, min_version="1.7")


def _drawn(pdf: pikepdf.Pdf, shown: PageImages, lines: Sequence[TextLine]) -> pikepdf.Page:
    width, height = max(shown.width_pt, LEAST_SIDE_PT), max(shown.height_pt, LEAST_SIDE_PT)
    drawn, content = Dictionary(), []
    for index, image in enumerate(shown.images):
        drawn[f"/Im{index}"] = image.stream
        numbers = " ".join(f"{value:.5f}" for value in image.place.shorthand)
        content.append(f"q {image.fill} {numbers} cm /Im{index} Do Q")
    content += [text for line in lines if (text := _text(line, width, height))]
    return pikepdf.Page(
        Dictionary(
            Type=Name.Page,
            MediaBox=Array([0, 0, round(width, 3), round(height, 3)]),
            Resources=Dictionary(XObject=drawn),
            Contents=pdf.make_stream("\n".join(content).encode()),
        )
    )


def _text(line: TextLine, width: float, height: float) -> str:
    """Return the operators of one line: all its words on one level, wide gaps bridged so that it stays one line."""
    words = [word for word in line.words if word.text]
    if not words:
        return ""
    size = max(median(word.box.y1 - word.box.y0 for word in words) * height * 0.9, 1.0)
    baseline = (1 - median(word.box.y1 for word in words)) * height + size * 0.15
    shown, free = [f"BT 3 Tr {FONT} {size:.2f} Tf"], 0.0
    for word, following in zip(words, [*words[1:], None], strict=True):
        text = "".join(c for c in word.text if ord(c) <= LAST_OF_PLANE)
        begin = max(word.box.x0 * width, free)  # a reader sorts by place: what overlaps would change places
        if following is None:
            end = max(word.box.x1 * width, begin + 1)
        else:
            free = max(following.box.x0 * width, begin + 2 * LEAST_GAP * size)
            end = free - min(max(free - word.box.x1 * width, LEAST_GAP * size), WIDEST_GAP * size)
            end = min(end, max(word.box.x1 * width, begin + len(text) * WIDEST_LETTER * size))
        shown.append(f"1 0 0 1 {begin:.2f} {baseline:.2f} Tm {_stretched(text, end - begin, size)}")
        if following is not None:
            shown.append(_stretched(" ", free - end, size))
    return " ".join([*shown, "ET"])


def _stretched(text: str, width: float, size: float) -> str:
    stretch = max(width / (max(len(text), 1) * GLYPH_WIDTH / 1000 * size) * 100, 1.0)
    return f"{stretch:.1f} Tz <{text.encode('utf-16-be').hex()}> Tj"


def _font(pdf: pikepdf.Pdf, glyphless: Path) -> pikepdf.Object:
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
        FontFile2=pdf.make_stream(glyphless.read_bytes()),
    )
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.GlyphLessFont,
        CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0),
        CIDToGIDMap=pdf.make_stream(b"\0\1" * (LAST_OF_PLANE + 1)),
        DW=GLYPH_WIDTH,
        FontDescriptor=pdf.make_indirect(descriptor),
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name.GlyphLessFont,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_stream(_to_unicode()),
        )
    )


def _to_unicode() -> bytes:
    """Return the map in which every code is its own character."""
    ranges = []
    for high in (byte for byte in range(0x100) if byte not in SURROGATES):
        first, end = high << 8, (high + 1) << 8
        for gap in (*sorted(code for code in NOT_CHARACTERS if first <= code < end), end):
            if first < gap:
                ranges.append(f"<{first:04X}> <{gap - 1:04X}> <{first:04X}>")
            first = gap + 1
    blocks = [ranges[start : start + 100] for start in range(0, len(ranges), 100)]  # the most that a block may hold
    mapped = "\n".join(f"{len(block)} beginbfrange\n" + "\n".join(block) + "\nendbfrange" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{mapped}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def _srgb() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes.fromhex("07ea00010001000000000000")  # the day it was made: else no two files are alike
    return bytes(profile)
