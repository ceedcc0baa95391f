"""A checker of the clauses of ISO 19005-2 (PDF/A-2b) that the archive copy can touch; docs/pdfa.md lists them.

It is written against the standard, not against the writer: pikepdf opens the file, everything else is looked at here.
What no clause here names is only claimed.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree as ET  # noqa: S405 - our own file

import pikepdf
from fontTools.ttLib import TTFont

CLAUSES = {
    "6.1.2": "the header stands at byte 0, the comment after it has four bytes above 127",
    "6.1.3": "the trailer has an ID, no Encrypt; nothing follows the last %%EOF",
    "6.1.7.1": "no stream leads to another file; every length is right (qpdf's own check)",
    "6.1.7.2": "no LZW and no Crypt filter, only those of ISO 32000-1 table 6",
    "6.1.10": "no inline images",
    "6.1.12": "no permissions dictionary",
    "6.1.13": "limits: pages of 3 to 14,400 units, q nested 28 deep, names of 127 bytes, integers of 32 bits",
    "6.2.2": "content uses operators of ISO 32000-1 and names that its own resources have",
    "6.2.3": "one GTS_PDFA1 output intent whose ICC profile is RGB and of a known version",
    "6.2.4.2": "embedded ICC profiles have as many components as they say",
    "6.2.4.3": "device colour is grey or RGB, as the output intent covers",
    "6.2.5": "graphics states have no transfer functions or halftone phases",
    "6.2.8": "images have no Alternates, no OPI, no Interpolate true",
    "6.2.8.3": "no JPEG 2000",
    "6.2.9": "no form XObjects, reference XObjects or PostScript",
    "6.2.10": "no transparency groups and no blend modes",
    "6.2.11.2": "fonts are of a known type with all their entries",
    "6.2.11.3": "a composite font's system, CIDToGIDMap and CMap agree",
    "6.2.11.4": "every font is embedded",
    "6.2.11.5": "widths in the font dictionary are those of the font program",
    "6.2.11.7.2": "every code shown has a Unicode value, none of them U+0000, U+FEFF or U+FFFE (asked by 2u only)",
    "6.3": "no annotations",
    "6.4": "no interactive form, no XFA",
    "6.5": "no actions, no JavaScript",
    "6.6.2.1": "the catalog's Metadata is well-formed XMP in UTF-8, its packet header without bytes or encoding",
    "6.6.2.3": "every property outside the known schemas is described by an extension schema",
    "6.6.3": "no Info dictionary that could disagree with the XMP",
    "6.6.4": "pdfaid:part is 2 and pdfaid:conformance is B",
    "6.8": "no embedded files",
    "6.9": "no optional content",
    "6.10": "no alternate presentations or transitions",
    "6.11": "no document requirements",
}
FILTERS = {
    "/ASCIIHexDecode", "/ASCII85Decode", "/FlateDecode", "/RunLengthDecode", "/CCITTFaxDecode", "/JBIG2Decode",
    "/DCTDecode", "/JPXDecode",
}  # fmt: skip
OPERATORS = {
    "b", "B", "b*", "B*", "BDC", "BMC", "BT", "BX", "c", "cm", "CS", "cs", "d", "d0", "d1", "Do", "DP", "EMC", "ET",
    "EX", "f", "F", "f*", "G", "g", "gs", "h", "i", "j", "J", "K", "k", "l", "m", "M", "MP", "n", "q", "Q", "re", "RG",
    "rg", "ri", "s", "S", "SC", "sc", "SCN", "scn", "sh", "T*", "Tc", "Td", "TD", "Tf", "Tj", "TJ", "TL", "Tm", "Tr",
    "Ts", "Tw", "Tz", "v", "w", "W", "W*", "y", "'", '"',
}  # fmt: skip
ACTIONS = ("/OpenAction", "/AA", "/A", "/JS", "/JavaScript")
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
KNOWN_SCHEMAS = {
    "http://www.aiim.org/pdfa/ns/id/", "http://www.aiim.org/pdfa/ns/extension/", "http://purl.org/dc/elements/1.1/",
    "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/pdf/1.3/",
}  # fmt: skip


def faults(content: bytes) -> list[str]:
    """Return what is wrong, each with the number of its clause; empty of a file that keeps all of ``CLAUSES``."""
    return [f"{clause}: {said}" for clause, said in _found(content)]


def _found(content: bytes) -> Iterator[tuple[str, str]]:
    yield from _file(content)
    with pikepdf.open(BytesIO(content)) as pdf:
        yield from _whole(pdf)
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream):
                yield from _stream(thing)
            for within in _with_its_parts(thing):
                yield from _dictionary(within)
        for page in pdf.pages:
            yield from _page(page)
        yield from _metadata(pdf)


def _with_its_parts(thing: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Return the object and all dictionaries that stand in it directly."""
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        parts = [thing[key] for key in thing.keys()]  # noqa: SIM118 - a stream is no mapping
    else:
        parts = list(thing) if isinstance(thing, pikepdf.Array) else []
    for part in parts:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _with_its_parts(part)


def _file(content: bytes) -> Iterator[tuple[str, str]]:
    if not re.match(rb"%PDF-1\.[0-7]\r?\n%[^\r\n]*[\x80-\xff]{4}", content):
        yield "6.1.2", "header"
    if not re.search(rb"%%EOF\r?\n?\Z", content):
        yield "6.1.3", "bytes after the end"


def _whole(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    root = pdf.Root
    if "/ID" not in pdf.trailer or "/Encrypt" in pdf.trailer:
        yield "6.1.3", "no ID, or encrypted"
    yield from (("6.1.7.1", problem) for problem in pdf.check_pdf_syntax())
    for clause, entry in (
        ("6.1.12", "/Perms"), ("6.4", "/AcroForm"), ("6.8", "/AF"), ("6.9", "/OCProperties"), ("6.11", "/Requirements"),
    ):  # fmt: skip
        if entry in root:
            yield clause, entry
    for key in root.get("/Names", pikepdf.Dictionary()).keys():  # noqa: SIM118 - pikepdf iterates otherwise
        yield {"/EmbeddedFiles": "6.8", "/JavaScript": "6.5", "/AlternatePresentations": "6.10"}.get(key, "6.1.12"), key
    if "/Info" in pdf.trailer:
        yield "6.6.3", "Info"
    intents = list(root.get("/OutputIntents", ()))
    if [str(intent.get("/S")) for intent in intents] != ["/GTS_PDFA1"]:
        yield "6.2.3", "output intents"
        return
    profile = intents[0].DestOutputProfile
    head = bytes(profile.read_bytes()[:128])
    if profile.N != 3 or head[36:40] != b"acsp" or head[8] > 4 or head[12:20] not in {b"mntrRGB ", b"prtrRGB "}:
        yield "6.2.3", "profile"


def _stream(stream: pikepdf.Stream) -> Iterator[tuple[str, str]]:
    if any(key in stream for key in ("/F", "/FFilter", "/FDecodeParms")):
        yield "6.1.7.1", "external stream"
    packing = stream.get("/Filter", pikepdf.Array())
    for name in packing if isinstance(packing, pikepdf.Array) else [packing]:
        if str(name) == "/JPXDecode":
            yield "6.2.8.3", "JPEG 2000"
        elif str(name) not in FILTERS:
            yield "6.1.7.2", str(name)
    if stream.get("/Subtype") == "/Image":
        if stream.get("/Interpolate") or any(key in stream for key in ("/Alternates", "/OPI")):
            yield "6.2.8", "image"
        if not stream.get("/ImageMask"):
            yield from _colour(stream.get("/ColorSpace"))
    elif stream.get("/Type") == "/XObject" or stream.get("/Subtype") in {"/Form", "/PS"}:
        yield "6.2.9", str(stream.get("/Subtype"))


def _colour(space: pikepdf.Object | None) -> Iterator[tuple[str, str]]:
    if isinstance(space, pikepdf.Array) and space[0] == "/Indexed":
        yield from _colour(space[1])
    elif isinstance(space, pikepdf.Array) and space[0] == "/ICCBased":
        head = bytes(space[1].read_bytes()[:20])
        if {b"GRAY": 1, b"RGB ": 3}.get(head[16:20]) != space[1].N:
            yield "6.2.4.2", "profile"
    elif str(space[0] if isinstance(space, pikepdf.Array) else space) not in {
        "/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB", "/Lab"
    }:  # fmt: skip
        yield "6.2.4.3", str(space)


def _dictionary(thing: pikepdf.Object) -> Iterator[tuple[str, str]]:
    for key in thing.keys():  # noqa: SIM118 - a stream is no mapping
        if len(key.encode()) > 128:
            yield "6.1.13", "long name"
        value = thing[key]
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**31 - 1:
            yield "6.1.13", "large integer"
    yield from (("6.5", key) for key in ACTIONS if key in thing)
    if thing.get("/Type") == "/ExtGState" or any(key in thing for key in ("/TR", "/TR2", "/HTP")):
        yield from (("6.2.5", key) for key in ("/TR", "/TR2", "/HTP") if key in thing)
        if thing.get("/BM", "/Normal") != "/Normal":
            yield "6.2.10", "blend mode"
    if thing.get("/S") == "/Transparency":
        yield "6.2.10", "group"
    if thing.get("/Type") == "/Filespec" or "/EF" in thing:
        yield "6.8", "file specification"
    if thing.get("/Type") == "/Font" and thing.get("/Subtype") == "/Type0":
        yield from _font(thing)
    elif thing.get("/Type") == "/Font" and thing.get("/Subtype") != "/CIDFontType2":
        yield "6.2.11.2", str(thing.get("/Subtype"))


def _font(font: pikepdf.Object) -> Iterator[tuple[str, str]]:
    descendant = font.DescendantFonts[0]
    if not {"/BaseFont", "/Encoding"} <= set(font.keys()) or descendant.get("/Subtype") != "/CIDFontType2":
        yield "6.2.11.2", "entries"
    if font.Encoding != "/Identity-H" or not isinstance(descendant.get("/CIDToGIDMap"), pikepdf.Stream):
        yield "6.2.11.3", "encoding or map"
        return
    if "/FontFile2" not in descendant.FontDescriptor:
        yield "6.2.11.4", "not embedded"
        return
    program = TTFont(BytesIO(descendant.FontDescriptor.FontFile2.read_bytes()))
    glyphs = descendant.CIDToGIDMap.read_bytes()
    used = {int.from_bytes(glyphs[at : at + 2], "big") for at in range(0, len(glyphs), 2)}
    names = program.getGlyphOrder()
    widths = {program["hmtx"][names[glyph]][0] * 1000 / program["head"].unitsPerEm for glyph in used}
    if "/W" in descendant or any(abs(width - int(descendant.DW)) > 1 for width in widths):
        yield "6.2.11.5", f"{widths}"
    if "/ToUnicode" not in font or not _leads_well(font.ToUnicode.read_bytes()):
        yield "6.2.11.7.2", "ToUnicode"


def _leads_well(cmap: bytes) -> bool:
    """Whether the map has no forbidden value, blocks of at most 100, ranges within one high byte."""
    for block in re.findall(rb"beginbfrange\n(.*?)\nendbfrange", cmap, re.DOTALL):
        ranges = [[int(number, 16) for number in re.findall(rb"<(\w+)>", line)] for line in block.splitlines()]
        if len(ranges) > 100:
            return False
        for first, last, value in ranges:
            reached = range(value, value + last - first + 1)
            if first >> 8 != last >> 8 or any(wrong in reached for wrong in (0, 0xFEFF, 0xFFFE)):
                return False
    return b"beginbfrange" in cmap


def _page(page: pikepdf.Page) -> Iterator[tuple[str, str]]:
    if any(not 3 <= float(side) <= 14_400 for side in page.mediabox[2:]):
        yield "6.1.13", "page size"
    for clause, key in (("6.3", "/Annots"), ("6.2.10", "/Group"), ("6.10", "/PresSteps"), ("6.10", "/Trans")):
        if key in page.obj:
            yield clause, key
    depth = 0
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        yield from _operator(operator, list(instruction.operands), page.obj.Resources)
        depth += {"q": 1, "Q": -1}.get(operator, 0)
        if depth > 28:
            yield "6.1.13", "q"


def _operator(operator: str, operands: list[pikepdf.Object], resources: pikepdf.Object) -> Iterator[tuple[str, str]]:
    if operator == "INLINE IMAGE":
        yield "6.1.10", "inline image"
    elif operator not in OPERATORS:
        yield "6.2.2", operator
    if operator == "Tf" and str(operands[0]) not in resources.get("/Font", pikepdf.Dictionary()):
        yield "6.2.2", "font"
    if operator == "Do" and str(operands[0]) not in resources.XObject:
        yield "6.2.2", "image"
    if operator in {"k", "K"}:
        yield "6.2.4.3", "CMYK"


def _metadata(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    stream = pdf.Root.get("/Metadata")
    if stream is None or stream.get("/Subtype") != "/XML":
        yield "6.6.2.1", "no metadata"
        return
    packet = stream.read_bytes().decode("utf-8")
    if re.match(r"<\?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"\?>", packet) is None:
        yield "6.6.2.1", "packet header"
    tree = ET.fromstring(packet.partition("?>")[2])  # noqa: S314 - our own file
    said = {element.tag: element.text for element in tree.iter()}
    identity = "{http://www.aiim.org/pdfa/ns/id/}"
    if (said.get(f"{identity}part"), said.get(f"{identity}conformance")) != ("2", "B"):
        yield "6.6.4", "identification"
    described = {
        (element.findtext(f"{SCHEMA}namespaceURI"), name.text)
        for element in tree.iter(f"{RDF}li")
        for name in element.iter("{http://www.aiim.org/pdfa/ns/property#}name")
        if element.find(f"{SCHEMA}namespaceURI") is not None
    }
    for description in tree.iter(f"{RDF}Description"):
        for element in description:
            schema, _, name = element.tag[1:].partition("}")
            if schema not in KNOWN_SCHEMAS and (schema, name) not in described:
                yield "6.6.2.3", element.tag


SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
