"""Odd PDFs in what lies under the page: tables, trees and streams; what draws too much; pictures that say two sizes."""

import base64
import struct
import zlib

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.ocr.odd.images import resized
from tests.ocr.odd.parts import (
    SIZE,
    deflated_zeros,
    encoded,
    image_stream,
    jpeg,
    noise,
    one_page,
    page,
    page_with,
    raw_pdf,
    stream,
    writes,
)  # fmt: skip
from tests.ocr.odd.pdfs import G4_SAID, font, g4, media, pdf, saved
from tests.ocr.odd.pdfs_bad import many, tree

CAP_BYTES = 50 << 20
A4_IMAGE = b"q 595 0 0 842 0 0 cm /Im0 Do Q"
JBIG2_PAGE, JBIG2_REGION = 48, 38


def with_stream_table(objects, packed, index=""):
    """Return a PDF whose table of objects is a stream; ``packed`` says in which object stream the others lie."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    own, start = max([*objects, *packed]) + 1, len(out)
    places[own] = start
    rows = b""
    for number in range(own + 1):
        kind, first, second = (1, places[number], 0) if number in places else (2, *packed.get(number, (0, 0)))
        rows += struct.pack(">BIH", kind if number in places or number in packed else 0, first, second)
    more = {"Index": index} if index else {}
    out += b"%d 0 obj\n" % own
    out += stream(rows, Type="/XRef", W="[1 4 2]", Size=own + 1, Root="1 0 R", **more)
    return bytes(out) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def object_streams_in_a_ring():
    objects = one_page()
    del objects[1]
    return with_stream_table(objects, {1: (7, 0), 7: (8, 0), 8: (7, 0)})


def object_streams_extend_each_other():
    objects = one_page()
    del objects[1]
    objects[7] = stream(b"1 0 << /Type /Catalog /Pages 2 0 R >>", Type="/ObjStm", N=1, First=4, Extends="8 0 R")
    objects[8] = stream(b"9 0 null", Type="/ObjStm", N=1, First=4, Extends="7 0 R")
    return with_stream_table(objects, {1: (7, 0), 9: (8, 0)})


def updated_often(times):
    content = bytearray(raw_pdf(one_page()))
    at = content.rindex(b"startxref\n") + 10
    before = int(content[at : content.index(b"\n", at)])
    for _ in range(times):
        start = len(content)
        trailer = f"<< /Size 6 /Root 1 0 R /Prev {before} >>"
        content += f"xref\n0 0\ntrailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode()
        before = start
    return bytes(content)


def kids_in_a_ring():
    objects = one_page(pages=b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>")
    objects[6] = b"<< /Type /Pages /Parent 2 0 R /Kids [7 0 R 3 0 R] /Count 2 >>"
    objects[7] = b"<< /Type /Pages /Parent 6 0 R /Kids [6 0 R] /Count 1 >>"
    return raw_pdf(objects)


def kid_in_place():
    kid = page_with("", "/MediaBox [0 0 595 842]")
    return raw_pdf(one_page(pages=b"<< /Type /Pages /Kids [" + kid + b"] /Count 1 >>"))


def deep_tree(levels):
    objects = one_page(pages=b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>")
    for level in range(levels):
        kid = 11 + level if level < levels - 1 else 3
        parent = 9 + level if level else 2
        objects[10 + level] = f"<< /Type /Pages /Parent {parent} 0 R /Kids [{kid} 0 R] /Count 1 >>".encode()
    return raw_pdf(objects)


def forms(levels, content, last):
    """Return a page that draws a form that draws a form …; ``last`` is the content of the innermost."""
    objects = one_page(contents=stream(b"/Im0 Do"))
    objects[3] = page_with("").replace(b"/Im0 5 0 R", b"/Im0 10 0 R")
    for level in range(levels):
        is_last = level == levels - 1
        inner = f"<< /XObject << /Im0 {5 if is_last else 11 + level} 0 R >> >>"
        objects[10 + level] = stream(
            last if is_last else content,
            Type="/XObject", Subtype="/Form", BBox="[0 0 595 842]", Resources=inner,
        )  # fmt: skip
    return raw_pdf(objects)


def annotated(count):
    def change(opened):
        shown = opened.make_stream(b"0 0 9 9 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 9, 9]))
        opened.pages[0].obj.Annots = Array(
            opened.make_indirect(
                Dictionary(Subtype=Name.Stamp, Rect=[i % 500, 9, i % 500 + 3, 12], AP=Dictionary(N=shown))
            )
            for i in range(count)
        )

    return saved(change)


def full_of_words(count):
    def change(opened):
        opened.pages[0].Resources.Font = Dictionary(F0=font("Helvetica"))
        words = b"".join(b"1 0 0 1 %d %d Tm (a%d) Tj " % (9 + i % 570, 9 + i * 13 % 600, i) for i in range(count))
        opened.pages[0].contents_add(b"BT /F0 1 Tf " + words + b"ET")

    return saved(change)


def picture_as_letter():
    """Return a page whose picture is the one letter of a font, as some scanners' programs write it."""
    objects = one_page(contents=stream(b"BT /F0 1 Tf 0 0 Td (a) Tj ET"))
    objects[3] = page_with("").replace(b"/XObject", b"/Font << /F0 6 0 R >> /XObject")
    objects[6] = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 595 842] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 "
        b"/CharProcs << /a 7 0 R >> /Encoding << /Type /Encoding /Differences [97 /a] >> /Widths [595] >>"
    )
    rows = np.packbits(np.asarray(page("1")) == 0, axis=1).tobytes()
    inline = f"BI /W {SIZE[0]} /H {SIZE[1]} /BPC 1 /IM true /D [1 0] ID ".encode() + rows + b"\nEI"
    objects[7] = stream(b"595 0 0 0 595 842 d1 q 595 0 0 842 0 0 cm " + inline + b" Q")
    return raw_pdf(objects)


def letter_of_itself():
    objects = one_page(contents=stream(A4_IMAGE + b" BT /F0 30 Tf 60 60 Td (aaaa) Tj ET"))
    objects[3] = page_with("").replace(b"/XObject", b"/Font << /F0 6 0 R >> /XObject")
    objects[6] = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 "
        b"/CharProcs << /a 7 0 R >> /Encoding << /Type /Encoding /Differences [97 /a] >> /Widths [1] "
        b"/Resources << /Font << /F0 6 0 R >> >> >>"
    )
    objects[7] = stream(b"1 0 0 0 1 1 d1 BT /F0 1 Tf (aa) Tj ET 0 0 1 1 re f")
    return raw_pdf(objects)


def inline_picture():
    packed = zlib.compress(np.asarray(page()).tobytes())
    said = f"q 595 0 0 842 0 0 cm BI /W {SIZE[0]} /H {SIZE[1]} /BPC 8 /CS /G /F /Fl ID ".encode()
    return raw_pdf(one_page(contents=stream(said + packed + b"\nEI Q")))


def in_strips():
    """Return a page of one picture for each row, as some scanners' programs write it."""
    objects, names, content = one_page(), "", b""
    for row, pixels in enumerate(np.asarray(page())):
        objects[100 + row] = image_stream(pixels.tobytes(), SIZE[0], 1)
        names += f"/I{row} {100 + row} 0 R "
        content += f"q 595 0 0 {842 / SIZE[1]:.5f} 0 {842 * (1 - (row + 1) / SIZE[1]):.5f} cm /I{row} Do Q\n".encode()
    objects[3] = page_with("").replace(b"/Im0 5 0 R", names.encode())
    return raw_pdf(objects | {4: stream(content)})


def jbig2_of_60000():
    def segment(number, kind, content):
        return struct.pack(">IBBBI", number, kind, 0, 1, len(content)) + content

    sizes = struct.pack(">IIII", 60_000, 60_000, 0, 0)
    region = sizes + bytes(2) + struct.pack("8b", 3, -1, -3, -1, 2, -2, -2, -2) + noise(200)
    content = segment(0, JBIG2_PAGE, sizes + bytes(3)) + segment(1, JBIG2_REGION, region)
    return raw_pdf(one_page(image_stream(content, bits=1, Filter="/JBIG2Decode")))


def layered(*, is_hidden):
    def change(opened):
        layer = opened.make_indirect(Dictionary(Type=Name.OCG, Name="scan"))
        off = Array([layer] if is_hidden else [])
        opened.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer]), OFF=off))
        opened.pages[0].Resources.XObject.Im0.OC = layer

    return saved(change)


def starts_programs(opened):
    file = pikepdf.AttachedFileSpec(opened, b"x").obj
    opened.pages[0].obj.Annots = Array([
        opened.make_indirect(Dictionary(Subtype=Name.Link, Rect=[0, 0, 595, 842], A=Dictionary(S=Name.Launch, F="a"))),
        opened.make_indirect(Dictionary(Subtype=Name.RichMedia, Rect=[0, 0, 1, 1])),
        opened.make_indirect(Dictionary(Subtype=Name.FileAttachment, Rect=[9, 9, 30, 30], FS=file)),
    ])  # fmt: skip


def second_broken():
    objects = one_page(pages=b"<< /Type /Pages /Kids [3 0 R 6 0 R 3 0 R] /Count 3 >>")
    objects[6] = page_with("").replace(b"5 0 R", b"7 0 R")
    objects[7] = image_stream(noise(900), Filter="/DCTDecode")
    return raw_pdf(objects)


def of_size(size_bytes):
    """Return a writer of a scan that long: blanks lie before its first object, so its table leads nowhere."""

    def write(path):
        content = raw_pdf(one_page())
        path.write_bytes(content[:9] + b"%" + b" " * (size_bytes - len(content) - 2) + b"\n" + content[9:])

    return write


def packed_contents(content, filters):
    return pdf(contents=stream(content, Filter=filters))


def jpeg2000(mode, share=1.0):
    content = encoded(page(mode), "JPEG2000")
    return raw_pdf(one_page(image_stream(content[: int(len(content) * share)], space="", Filter="/JPXDecode")))


def picture(content, **said):
    return pdf(image=image_stream(content, **said))


LOCK_5 = pikepdf.Encryption(user="secret", owner="owner", R=5, aes=True, metadata=True)
GREY = np.asarray(page()).tobytes()
CASES = [
    ("object-streams-ring.pdf", "damaged", writes(object_streams_in_a_ring)),
    ("object-streams-extend.pdf", 1, writes(object_streams_extend_each_other)),
    ("table-index-giant.pdf", 1, writes(lambda: with_stream_table(one_page(), {}, index="[0 2000000000]"))),
    ("table-giant.pdf", 1, writes(lambda: raw_pdf(one_page()).replace(b"xref\n0 1\n", b"xref\n0 2147483647\n"))),
    ("size-giant.pdf", 1, writes(lambda: raw_pdf(one_page()).replace(b"/Size 6", b"/Size 2147483647"))),
    ("updated-20000-times.pdf", 1, writes(lambda: updated_often(20_000))),
    ("count-giant.pdf", 1, writes(tree("3 0 R", 2147483647))),
    ("count-negative.pdf", 1, writes(tree("3 0 R", -5))),
    ("kids-ring.pdf", "damaged", writes(kids_in_a_ring)),
    ("kids-missing.pdf", "pages_disagree", writes(tree("null 3 0 R 99 0 R", 3))),
    ("kid-in-place.pdf", 1, writes(kid_in_place)),
    ("tree-of-60.pdf", 1, writes(lambda: deep_tree(60))),
    ("tree-of-1000.pdf", "damaged", writes(lambda: deep_tree(1000))),
    ("annotations-20000.pdf", 1, writes(lambda: annotated(20_000))),
    ("words-100000.pdf", 1, writes(lambda: full_of_words(100_000))),
    ("forms-of-12.pdf", 1, writes(lambda: forms(12, b"/Im0 Do", A4_IMAGE))),
    ("forms-bomb.pdf", "page_limit_reached", writes(lambda: forms(9, b"/Im0 Do " * 10, b"0 0 9 9 re f"))),
    ("letter-of-itself.pdf", 1, writes(letter_of_itself)),
    ("picture-as-letter.pdf", 1, writes(picture_as_letter)),
    ("picture-inline.pdf", 1, writes(inline_picture)),
    ("picture-in-strips.pdf", 1, writes(in_strips)),
    ("picture-layer-shown.pdf", 1, writes(lambda: layered(is_hidden=False))),
    ("picture-layer-hidden.pdf", 1, writes(lambda: layered(is_hidden=True))),
    ("picture-elsewhere.pdf", "page_damaged", writes(picture(b"", Filter="/DCTDecode", F="(/etc/passwd)"))),
    ("picture-mask-of-itself.pdf", 1, writes(picture(jpeg(), Filter="/DCTDecode", SMask="5 0 R"))),
    ("image-jbig2-60000.pdf", "page_damaged", writes(jbig2_of_60000)),
    ("image-g4-wide.pdf", "page_damaged",
     writes(picture(g4(), bits=1, Filter="/CCITTFaxDecode", DecodeParms="<< /K -1 /Columns 1000000 >>"))),
    ("image-g4-rows-giant.pdf", 1, writes(picture(g4(), bits=1, Filter="/CCITTFaxDecode",
                                                  DecodeParms=G4_SAID.replace(str(SIZE[1]), "2000000000")))),
    ("image-jp2-cut.pdf", "page_damaged", writes(lambda: jpeg2000("L", 0.5))),
    ("image-jp2-alpha.pdf", 1, writes(lambda: jpeg2000("RGBA"))),
    ("image-jpeg-lies.pdf", "too_many_pixels", writes(lambda: raw_pdf(one_page(image_stream(
        resized(30_000, 30_000), Filter="/DCTDecode"))))),
    ("image-jpeg-cut.pdf", "page_damaged", writes(picture(jpeg()[: len(jpeg()) // 2], Filter="/DCTDecode"))),
    ("image-jpeg-without-end.pdf", 1, writes(picture(jpeg()[:-2], Filter="/DCTDecode"))),
    ("image-inverted.pdf", 1, writes(picture(bytes(255 - level for level in GREY), Decode="[1 0]"))),
    ("image-stencil.pdf", 1, writes(picture(np.packbits(np.asarray(page("1")) != 0, axis=1).tobytes(),
                                            bits=1, space="", ImageMask="true"))),
    ("image-3-bits.pdf", "page_damaged", writes(picture(GREY, bits=3))),
    ("image-predictor-giant.pdf", "page_damaged",
     writes(picture(zlib.compress(bytes(1000)), Filter="/FlateDecode",
                    DecodeParms="<< /Predictor 12 /Columns 999999999 /Colors 4 >>"))),
    ("image-packed-unknown.pdf", "page_damaged", writes(picture(jpeg(), Filter="/NobodyDecode"))),
    ("second-broken.pdf", "page_damaged", writes(second_broken)),
    ("media-14400.pdf", "page_too_large", writes(media("/MediaBox [0 0 14400 14400]"))),
    ("unit-tenth.pdf", 1, writes(media("/MediaBox [0 0 5950 8420]", "/UserUnit 0.1"))),
    ("crop-beside.pdf", 1, writes(media("/MediaBox [0 0 595 842]", "/Rotate 90 /CropBox [2000 2000 2595 2842]"))),
    ("crop-empty.pdf", 1, writes(media("/MediaBox [0 0 595 842]", "/CropBox [9 9 9 9]"))),
    ("crop-half-turned.pdf", 1, writes(media("/MediaBox [0 0 595 842]", "/Rotate 90 /CropBox [0 421 595 842]"))),
    ("rotate-of-words.pdf", 1, writes(media("/MediaBox [0 0 595 842]", "/Rotate /Up"))),
    ("rotate-90.0.pdf", 1, writes(media("/MediaBox [0 0 595 842]", "/Rotate 90.0"))),
    ("locked-5.pdf", "encrypted", writes(lambda: saved(encryption=LOCK_5))),
    ("locked-5-opened.pdf", 1, writes(lambda: saved(encryption=LOCK_5)), "secret"),
    ("not-locked.pdf", 1, writes(pdf()), "a password nobody needs"),
    ("starts-programs.pdf", 1, writes(lambda: saved(starts_programs))),
    ("linear-cut.pdf", "truncated", writes(lambda: saved(linearize=True)[:-40])),
    ("pages-bomb-40000.pdf", "too_many_pages", writes(lambda: many(40_000))),
    ("size-50-mb.pdf", 1, of_size(CAP_BYTES)),
    ("size-50-mb-and-a-byte.pdf", "too_large", of_size(CAP_BYTES + 1)),
    ("length-negative.pdf", 1, writes(pdf(contents=stream(A4_IMAGE, Length=-1)))),
    ("length-giant.pdf", 1, writes(pdf(contents=stream(A4_IMAGE, Length=99999999999)))),
    ("filters-1000.pdf", "damaged", writes(packed_contents(b"x", "[" + "/FlateDecode " * 1000 + "]"))),
    ("bomb-in-base-85.pdf", "stream_too_large", writes(packed_contents(
        base64.a85encode(deflated_zeros(300)) + b"~>", "[/ASCII85Decode /FlateDecode]"))),
    ("bomb-in-hexadecimal.pdf", "stream_too_large", writes(packed_contents(
        deflated_zeros(300).hex().encode() + b">", "[/ASCIIHexDecode /FlateDecode]"))),
    ("contents-50000.pdf", 1, writes(lambda: raw_pdf(one_page() | {
        3: page_with("").replace(b"/Contents 4 0 R", b"/Contents [4 0 R " + b"6 0 R " * 50_000 + b"]"),
        6: stream(b"q Q")}))),
    ("zeros-behind.pdf", 1, writes(lambda: raw_pdf(one_page(), tail=bytes(3_000_000)))),
    ("twice.pdf", 1, writes(lambda: raw_pdf(one_page()) * 2)),
]  # fmt: skip
