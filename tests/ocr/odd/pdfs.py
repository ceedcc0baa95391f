"""Odd PDFs that are nevertheless scans: odd boxes, odd pictures, things that act, locks that open."""

import zlib
from io import BytesIO

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from tests.ocr.odd.images import jpeg_and_pdf
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


def pdf(**changes):
    return lambda: raw_pdf(one_page(**changes))


def media(entry, more=""):
    return pdf(page=page_with(more, media=entry))


def inherited():
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] /Rotate 180 >>"
    return raw_pdf(one_page(pages=pages, page=page_with("", media="")))


def saved(change=None, **options):
    """Return the plain scan, changed by a function, as qpdf writes it."""
    with pikepdf.open(BytesIO(raw_pdf(one_page()))) as opened, BytesIO() as target:
        if change is not None:
            change(opened)
        opened.save(target, **options)
        return target.getvalue()


def locked(user, owner, level=6):
    return saved(encryption=pikepdf.Encryption(user=user, owner=owner, R=level, aes=level > 3, metadata=level > 3))


def acts(opened):
    opened.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert('hello')")
    opened.Root.AA = Dictionary(WC=Dictionary(S=Name.Launch, F="calc.exe"))
    opened.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", opened.Root.OpenAction])))
    opened.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.URI, URI="http://127.0.0.1/"))


def attaches(opened):
    opened.attachments["note.txt"] = pikepdf.AttachedFileSpec(opened, b"not a page")


def asks(opened):
    field = opened.make_indirect(Dictionary(FT=Name.Tx, T="name", Subtype=Name.Widget, Rect=[10, 10, 90, 30]))
    opened.Root.AcroForm = Dictionary(Fields=Array([field]))
    opened.pages[0].obj.Annots = Array([field])


def is_signed(opened):
    signature = opened.make_indirect(
        Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=[0, 1, 2, 3], Contents=b"\0" * 40)
    )
    field = opened.make_indirect(Dictionary(FT=Name.Sig, T="Seal", V=signature, Subtype=Name.Widget, Rect=[0, 0, 0, 0]))
    opened.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)


def font(name):
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(f"/{name}"), Encoding=Name.WinAnsiEncoding)


def writes_over(operators, name="Helvetica"):
    def change(opened):
        opened.pages[0].Resources.Font = Dictionary(F0=font(name))
        opened.pages[0].contents_add(operators)

    return change


def image(content, **said):
    return pdf(image=image_stream(content, **said))


def raw_pixels(mode):
    return np.asarray(page(mode)).tobytes()


def g4():
    tiff = encoded(page("1"), "TIFF", compression="group4")
    with Image.open(BytesIO(tiff)) as opened:
        assert isinstance(opened, TiffImageFile)
        start, length = opened.tag_v2[273][0], opened.tag_v2[279][0]
    return tiff[start : start + length]


def updated():
    first = raw_pdf(one_page())
    start = len(first)
    body = b"4 0 obj\n" + stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q % again") + b"\nendobj\n"
    table = start + len(body)
    at_first = first.rindex(b"startxref\n") + 10
    before = int(first[at_first : first.index(b"\n", at_first)])
    return (
        first
        + body
        + (
            f"xref\n4 1\n{start:010d} 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R /Prev {before} >>\n"
            f"startxref\n{table}\n%%EOF\n"
        ).encode()
    )


def without_table():
    content = raw_pdf(one_page())
    return content[: content.index(b"xref\n")] + b"trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


G4_SAID = f"<< /K -1 /Columns {SIZE[0]} /Rows {SIZE[1]} >>"
HELLO = b"BT /F0 12 Tf 60 60 Td (Signed by somebody at some time) Tj ET"
LEGACY = b"BT /F0 30 Tf 60 700 Td (C\xe9ng ho\xb5) Tj ET"
CASES = [
    ("plain.pdf", 1, writes(pdf())),
    ("called-a.tif", 1, writes(pdf())),
    ("media-missing.pdf", 1, writes(media(""))),
    ("media-inherited.pdf", 1, writes(inherited)),
    ("media-reversed.pdf", 1, writes(media("/MediaBox [595 842 0 0]"))),
    ("media-negative.pdf", 1, writes(media("/MediaBox [-100 -100 495 742]"))),
    ("media-half-points.pdf", 1, writes(media("/MediaBox [0.5 0.5 595.25 841.9]"))),
    ("crop-outside.pdf", 1, writes(media("/MediaBox [0 0 595 842]", "/CropBox [-50 -50 900 1200]"))),
    ("unit-two.pdf", 1, writes(media("/MediaBox [0 0 595 842]", "/UserUnit 2"))),
    *((f"rotate-{turn}.pdf", 1, writes(media("/MediaBox [0 0 595 842]", f"/Rotate {turn}")))
      for turn in (90, 180, 270, -90, 450, 45)),
    ("acts.pdf", 1, writes(lambda: saved(acts))),
    ("attaches.pdf", 1, writes(lambda: saved(attaches))),
    ("asks.pdf", 1, writes(lambda: saved(asks))),
    ("signed.pdf", 1, writes(lambda: saved(is_signed))),
    ("stamp-with-words.pdf", 1, writes(lambda: saved(writes_over(HELLO)))),
    ("text-hidden.pdf", 1, writes(lambda: saved(writes_over(b"BT 3 Tr /F0 30 Tf 60 700 Td (hidden text) Tj ET")))),
    ("text-legacy.pdf", 1, writes(lambda: saved(writes_over(LEGACY, ".VnTime")))),
    ("locked-owner-only.pdf", 1, writes(lambda: locked("", "owner"))),
    ("locked-opened.pdf", 1, writes(lambda: locked("bí mật", "owner")), "bí mật"),
    ("locked-rc4-opened.pdf", 1, writes(lambda: locked("secret", "owner", 3)), "secret"),
    ("locked-by-owner-opened.pdf", 1, writes(lambda: locked("secret", "owner")), "owner"),
    ("linear.pdf", 1, writes(lambda: saved(linearize=True))),
    ("objects-packed.pdf", 1, writes(lambda: saved(object_stream_mode=pikepdf.ObjectStreamMode.generate))),
    ("updated.pdf", 1, writes(updated)),
    ("table-missing.pdf", 1, writes(without_table)),
    ("end-missing.pdf", 1, writes(lambda: raw_pdf(one_page()).replace(b"%%EOF\n", b""))),
    ("junk-before.pdf", 1, writes(lambda: b"\0junk " * 100 + raw_pdf(one_page()))),
    ("junk-behind.pdf", 1, writes(lambda: raw_pdf(one_page(), tail=noise(900)))),
    ("version-2.pdf", 1, writes(lambda: raw_pdf(one_page(), head=b"%PDF-2.0\n"))),
    ("and-zip.pdf", 1, writes(lambda: raw_pdf(one_page(), tail=b"PK\3\4" + noise(200) + b"PK\5\6" + bytes(18)))),
    ("and-jpeg.pdf", 1, writes(jpeg_and_pdf)),
    ("image-g4.pdf", 1, writes(lambda: image(g4(), bits=1, Filter="/CCITTFaxDecode", DecodeParms=G4_SAID))),
    ("image-jp2.pdf", 1, writes(lambda: image(encoded(page(), "JPEG2000"), space="", Filter="/JPXDecode"))),
    ("image-cmyk.pdf", 1, writes(lambda: image(raw_pixels("CMYK"), space="/DeviceCMYK"))),
    ("image-cmyk-jpeg.pdf", 1, writes(lambda: image(encoded(page("CMYK"), "JPEG"), space="/DeviceCMYK",
                                                    Filter="/DCTDecode", Decode="[1 0 1 0 1 0 1 0]"))),
    ("image-16-bits.pdf", 1, writes(lambda: image((np.asarray(page()).astype(">u2") * 257).tobytes(), bits=16))),
    ("image-1-bit.pdf", 1, writes(lambda: image(page("1").tobytes(), bits=1))),
    ("image-lab.pdf", 1, writes(lambda: image(raw_pixels("RGB"), space="[/Lab << /WhitePoint [0.95 1 1.09] >>]"))),
    ("image-indexed.pdf", 1, writes(lambda: image(bytes(level < 128 for level in raw_pixels("L")),
                                                  space="[/Indexed /DeviceGray 1 <FF00>]"))),
    ("image-packed-twice.pdf", 1, writes(lambda: image(zlib.compress(jpeg()),
                                                       Filter="[/FlateDecode /DCTDecode]"))),
    ("image-more-than-said.pdf", 1, writes(lambda: image(zlib.compress(raw_pixels("L") + bytes(64 << 20)),
                                                         Filter="/FlateDecode"))),
    ("image-black.pdf", "page_damaged", writes(lambda: image(deflated_zeros(1), Filter="/FlateDecode"))),
    ("pages-40.pdf", 40, writes(lambda: saved(lambda opened: [opened.add_blank_page() for _ in range(39)]))),
]  # fmt: skip
