"""A checker of what a signature may break of PDF/A-2 (ISO 19005-2): docs/pdfa-signed.md lists the clauses.

Written against the standard, not against the writer. What the drawn paper holds besides is Typst's own claim.
"""

import re
from collections.abc import Iterator
from io import BytesIO

import pikepdf
from asn1crypto import cms  # type: ignore[import-untyped]  # asn1crypto has no types

CLAUSES = {
    "6.1.3": "every trailer has an ID and the first half never changes; no Encrypt; nothing follows the last %%EOF",
    "6.1.7.1": "no stream leads to another file; every length is right (qpdf's own check)",
    "6.1.12": "a permissions dictionary holds no more than UR3 and DocMDP",
    "6.2.2": "names that an appearance uses stand in its own resources",
    "6.2.3": "an output intent stands that colours of the appearances are covered by",
    "6.2.4.3": "device colours of the appearances are grey or RGB",
    "6.2.5": "graphics states of the appearances have no transfer functions or halftone phases",
    "6.2.10": "their blend modes are those of ISO 32000-1",
    "6.2.11.4": "every font of an appearance is embedded",
    "6.3.1": "annotations are widgets of signature fields",
    "6.3.2": "each is printed, and neither invisible, hidden, without view nor toggled",
    "6.3.3": "each that takes room has a normal appearance, one stream, and no other",
    "6.4.1": "neither widgets nor fields have actions; NeedAppearances is not true",
    "6.4.2": "no XFA, no NeedsRendering",
    "6.4.3": "a signature covers its file but for its own value, which is one signer's PKCS #7 with his certificate",
    "6.5": "no actions, no JavaScript",
    "6.6.2": "XMP and Info are byte for byte those of the drawn paper",
    "6.8": "no embedded files",
    "6.9": "no optional content",
}
PRINTED, NEVER = 4, 1 | 2 | 32 | 256  # Print; Invisible, Hidden, NoView, ToggleNoView
BLEND_MODES = {
    "/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten", "/ColorDodge", "/ColorBurn",
    "/HardLight", "/SoftLight", "/Difference", "/Exclusion", "/Hue", "/Saturation", "/Color", "/Luminosity",
}  # fmt: skip
RESOURCE_OF = {"Do": "/XObject", "gs": "/ExtGState", "Tf": "/Font", "cs": "/ColorSpace", "CS": "/ColorSpace"}
DEVICES = {"/DeviceGray", "/DeviceRGB"}


def faults(signed: bytes, drawn: bytes) -> list[str]:
    """Return what is wrong, each with the number of its clause; ``drawn`` is the paper before any field was added."""
    return [f"{clause}: {said}" for clause, said in _found(signed, drawn)]


def _found(signed: bytes, drawn: bytes) -> Iterator[tuple[str, str]]:
    yield from _file(signed)
    with pikepdf.open(BytesIO(signed)) as pdf, pikepdf.open(BytesIO(drawn)) as before:
        yield from _whole(pdf)
        if _metadata(pdf) != _metadata(before):
            yield "6.6.2", "metadata"
        for page in pdf.pages:
            for widget in page.get("/Annots", pikepdf.Array()):
                yield from _widget(widget, signed)


def _file(content: bytes) -> Iterator[tuple[str, str]]:
    if not re.search(rb"%%EOF\r?\n?\Z", content):
        yield "6.1.3", "bytes after the end"
    if b"/Encrypt" in content:
        yield "6.1.3", "encrypted"
    with_updates = len(re.findall(rb"startxref", content))
    halves = re.findall(rb"/ID\s*\[\s*(<[0-9A-Fa-f]+>|\([^)]*\))", content)
    if len(halves) != with_updates or len({_plain(half) for half in halves}) != 1:
        yield "6.1.3", "identifiers"


def _plain(text: bytes) -> bytes:
    return bytes.fromhex(text[1:-1].decode()) if text.startswith(b"<") else text[1:-1]


def _whole(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    root, form = pdf.Root, pdf.Root.AcroForm
    yield from (("6.1.7.1", problem) for problem in pdf.check_pdf_syntax())
    if not set(root.get("/Perms", pikepdf.Dictionary()).keys()) <= {"/UR3", "/DocMDP"}:
        yield "6.1.12", "permissions"
    intents = [one for one in root.get("/OutputIntents", ()) if one.get("/S") == "/GTS_PDFA1"]
    if len(intents) != 1 or intents[0].DestOutputProfile.N != 3:
        yield "6.2.3", "output intent"
    if form.get("/NeedAppearances"):
        yield "6.4.1", "NeedAppearances"
    names = root.get("/Names", pikepdf.Dictionary())
    for clause, place, keys in (
        ("6.4.2", form, ["/XFA"]), ("6.4.2", root, ["/NeedsRendering"]), ("6.5", root, ["/OpenAction", "/AA"]),
        ("6.5", names, ["/JavaScript"]), ("6.8", root, ["/AF"]), ("6.8", names, ["/EmbeddedFiles"]),
        ("6.9", root, ["/OCProperties"]),
    ):  # fmt: skip
        yield from ((clause, key) for key in keys if key in place)
    yield from _objects(pdf)


def _objects(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and any(key in thing for key in ("/F", "/FFilter")):
            yield "6.1.7.1", "external stream"
        if isinstance(thing, pikepdf.Dictionary) and (thing.get("/S") == "/JavaScript" or "/JS" in thing):
            yield "6.5", "JavaScript"


def _metadata(pdf: pikepdf.Pdf) -> tuple[bytes, dict[str, str]]:
    info = pdf.trailer.get("/Info", pikepdf.Dictionary())
    return pdf.Root.Metadata.read_bytes(), {key: str(info[key]) for key in info.keys()}  # noqa: SIM118 - no mapping


def _widget(widget: pikepdf.Object, content: bytes) -> Iterator[tuple[str, str]]:
    if widget.Subtype != "/Widget" or widget.FT != "/Sig":
        yield "6.3.1", str(widget.Subtype)
        return
    flags = int(widget.get("/F", 0))
    if not flags & PRINTED or flags & NEVER:
        yield "6.3.2", f"flags {flags}"
    if "/A" in widget or "/AA" in widget:
        yield "6.4.1", "action"
    left, bottom, right, top = (float(one) for one in widget.Rect)
    if (right - left) * (top - bottom):
        states = widget.get("/AP", pikepdf.Dictionary())
        if set(states.keys()) != {"/N"} or not isinstance(states.N, pikepdf.Stream):
            yield "6.3.3", str(widget.T)
        else:
            yield from _appearance(states.N)
    if "/V" in widget:
        yield from _signature(widget.V, content)


def _signature(value: pikepdf.Object, content: bytes) -> Iterator[tuple[str, str]]:
    start, first, second, rest = (int(one) for one in value.ByteRange)
    gap = content[first:second]
    whole = (
        start == 0,
        gap[:1] == b"<",
        gap[-1:] == b">",
        content[second + rest - 6 : second + rest].strip()[-5:] == b"%%EOF",
    )
    signed = cms.ContentInfo.load(bytes.fromhex(gap[1:-1].decode()))["content"]
    if not all(whole) or len(signed["signer_infos"]) != 1 or not len(signed["certificates"]):
        yield "6.4.3", str(value.SubFilter)


def _appearance(form: pikepdf.Object) -> Iterator[tuple[str, str]]:
    resources = form.get("/Resources", pikepdf.Dictionary())
    for instruction in pikepdf.parse_content_stream(form):
        operator, operands = str(instruction.operator), list(instruction.operands)
        if operator in {"k", "K"}:
            yield "6.2.4.3", "CMYK"
        used = {str(operands[0])} - DEVICES if operator in RESOURCE_OF else set()
        if not used <= set(resources.get(RESOURCE_OF.get(operator, "/X"), pikepdf.Dictionary()).keys()):
            yield "6.2.2", f"{operator} {used}"
    yield from _resources(resources)


def _resources(resources: pikepdf.Object) -> Iterator[tuple[str, str]]:
    for state in _values(resources, "/ExtGState"):
        if any(key in state for key in ("/TR", "/TR2", "/HTP")):
            yield "6.2.5", "graphics state"
        if str(state.get("/BM", "/Normal")) not in BLEND_MODES:
            yield "6.2.10", str(state.BM)
    for font in _values(resources, "/Font"):
        for one in font.get("/DescendantFonts", [font]):
            if not any(key in one.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                yield "6.2.11.4", str(font.BaseFont)
    for inner in _values(resources, "/XObject"):
        if inner.get("/Subtype") == "/Form":
            yield from _appearance(inner)


def _values(resources: pikepdf.Object, kind: str) -> Iterator[pikepdf.Object]:
    group = resources.get(kind, pikepdf.Dictionary())
    yield from (group[name] for name in group.keys())  # noqa: SIM118 - pikepdf iterates otherwise
