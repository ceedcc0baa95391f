"""PDFs that must be refused, and some that only look as if: loops, bombs, two documents in one, locks that stay shut.

A size that is no size is drawn as Letter by every viewer, and so here.
"""

import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.ocr.odd.parts import (
    SIZE,
    deflated_zeros,
    image_stream,
    jpeg,
    noise,
    one_page,
    page_with,
    raw_pdf,
    stream,
    writes,
)  # fmt: skip
from tests.ocr.odd.pdfs import image, locked, media, pdf, saved


def many(count):
    """Return a PDF of many pages that share all they have."""
    objects = one_page()
    kids = " ".join(f"{number} 0 R" for number in range(6, 6 + count))
    objects[2] = f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode()
    return raw_pdf(objects | dict.fromkeys(range(6, 6 + count), objects[3]))


def tree(kids, count=1):
    return pdf(pages=f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode())


def laughs():
    """Return few nodes that each hold ten times the next: a million pages in a kilobyte."""
    objects = one_page()
    for level in range(6):
        kids = " ".join([f"{11 + level} 0 R"] * 10)
        objects[10 + level] = f"<< /Type /Pages /Parent 2 0 R /Kids [{kids}] /Count {10 ** (6 - level)} >>".encode()
    objects[16] = page_with("")
    objects[2] = b"<< /Type /Pages /Kids [10 0 R] /Count 1000000 >>"
    return raw_pdf(objects)


def two_documents():
    """Return a file whose table leads to one page, and whose rebuilt objects (the last of each number) to two."""
    honest = raw_pdf(one_page())
    other = b"2 0 obj\n<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>\nendobj\n"
    at = honest.index(b"xref\n")
    return honest[:at] + other + honest[at:].replace(b"startxref\n%d" % at, b"startxref\n%d" % (at + len(other)))


def count_lies():
    return tree("3 0 R 3 0 R", 1)()


def prev_loop():
    content = raw_pdf(one_page())
    at = content.rindex(b"xref\n0 1")
    return content.replace(b"/Root 1 0 R >>", b"/Root 1 0 R /Prev %d >>" % at)


def object_stream_of_itself():
    objects = one_page()
    inner = b"7 0 << /Type /Catalog /Pages 2 0 R >>"
    objects[7] = stream(inner, Type="/ObjStm", N=1, First=4, Extends="7 0 R")
    return raw_pdf(objects)


def nested(opening, closing, depth):
    return pdf(catalog=b"<< /Type /Catalog /Pages 2 0 R /Deep " + opening * depth + closing * depth + b" >>")


def packed(megabytes, levels):
    filters = "/FlateDecode" if levels == 1 else "[" + "/FlateDecode " * levels + "]"
    return pdf(contents=stream(deflated_zeros(megabytes, levels), Filter=filters))


def inline(width, height):
    return pdf(contents=stream(f"q 595 0 0 842 0 0 cm BI /W {width} /H {height} /BPC 8 /CS /G ID x EI Q".encode()))


def with_mask(width, height):
    objects = one_page(image_stream(jpeg(), Filter="/DCTDecode", SMask="6 0 R"))
    objects[6] = image_stream(b"x", width, height)
    return raw_pdf(objects)


def draws_itself():
    form = stream(b"/Im0 Do", Type="/XObject", Subtype="/Form", BBox="[0 0 9 9]",
                  Resources="<< /XObject << /Im0 5 0 R >> >>")  # fmt: skip
    return raw_pdf(one_page(form))


def locked_for(opened_by="Adobe.PubSec"):
    content = raw_pdf(one_page(), trailer=f"/Root 1 0 R /Encrypt << /Filter /{opened_by} /V 4 /R 4 /P -4 >>")
    return content.replace(b"/Size 6", b"/Size 6 /ID [<00> <00>]")


def xfa(opened):
    opened.Root.NeedsRendering = True
    opened.Root.AcroForm = Dictionary(Fields=Array([]), XFA=opened.make_stream(b"<xdp/>"))


def portfolio(opened):
    opened.attachments["a.pdf"] = pikepdf.AttachedFileSpec(opened, b"%PDF-1.4")
    opened.Root.Collection = Dictionary(Type=Name.Collection)


def lying_jp2():
    sizes = b"\xff\x4f\xff\x51" + (41).to_bytes(2, "big") + b"\0\0" + b"\0\0\x75\x30" * 2 + bytes(8)
    return image(sizes + noise(300), space="", Filter="/JPXDecode")()


WHOLE = raw_pdf(one_page(image_stream(noise(SIZE[0] * SIZE[1]))))
CASES = [
    ("media-giant.pdf", "page_too_large", writes(media("/MediaBox [0 0 612 2147483647]"))),
    ("media-beyond-numbers.pdf", 1, writes(media("/MediaBox [0 0 1e300 1e300]"))),
    ("media-empty.pdf", "damaged", writes(media("/MediaBox [0 0 0 0]"))),
    ("media-of-words.pdf", 1, writes(media("/MediaBox [(a) (b) (c) (d)]"))),
    ("media-of-three.pdf", 1, writes(media("/MediaBox [0 0 595]"))),
    ("unit-giant.pdf", "page_too_large", writes(media("/MediaBox [0 0 595 842]", "/UserUnit 10000"))),
    ("unit-negative.pdf", "damaged", writes(media("/MediaBox [0 0 595 842]", "/UserUnit -1"))),
    ("pages-none.pdf", "damaged", writes(tree("", 0))),
    ("pages-501.pdf", "too_many_pages", writes(lambda: many(501))),
    ("pages-10000.pdf", "too_many_pages", writes(lambda: many(10_000))),
    ("pages-loop.pdf", "damaged", writes(tree("2 0 R"))),
    ("pages-of-nothing.pdf", "damaged", writes(tree("99 0 R"))),
    ("pages-a-million.pdf", "damaged", writes(laughs)),
    ("pages-counted-wrong.pdf", "pages_disagree", writes(count_lies)),
    ("two-documents.pdf", 1, writes(two_documents)),
    ("prev-loops.pdf", 1, writes(prev_loop)),
    ("length-of-itself.pdf", 1, writes(pdf(contents=stream(b"q Q", Length="4 0 R")))),
    ("object-stream-of-itself.pdf", 1, writes(object_stream_of_itself)),
    ("arrays-deep.pdf", 1, writes(nested(b"[", b"]", 100))),
    ("arrays-deeper.pdf", "damaged", writes(nested(b"[", b"]", 100_000))),
    ("dictionaries-deeper.pdf", "damaged", writes(nested(b"<< /a ", b">>", 20_000))),
    ("bomb-once.pdf", "stream_too_large", writes(packed(1000, 1))),
    ("bomb-twice.pdf", "stream_too_large", writes(packed(1000, 2))),
    ("bomb-thrice.pdf", "stream_too_large", writes(packed(1000, 3))),
    ("image-giant.pdf", "too_many_pixels", writes(pdf(image=image_stream(b"", 30_000, 30_000)))),
    ("image-long.pdf", "too_many_pixels", writes(pdf(image=image_stream(b"", 100, 100_000)))),
    ("image-mask-giant.pdf", "too_many_pixels", writes(lambda: with_mask(60_000, 60_000))),
    ("image-jp2-lies.pdf", "too_many_pixels", writes(lying_jp2)),
    ("image-inline-giant.pdf", 1, writes(inline(60_000, 60_000))),
    ("image-no-size.pdf", "page_damaged", writes(pdf(image=image_stream(b"", 0, 0)))),
    ("image-jpeg-wrong.pdf", "page_damaged", writes(pdf(image=image_stream(noise(900), Filter="/DCTDecode")))),
    ("image-jp2-wrong.pdf", "page_damaged", writes(pdf(image=image_stream(noise(900), Filter="/JPXDecode")))),
    ("image-jbig2-wrong.pdf", "page_damaged",
     writes(pdf(image=image_stream(noise(900), bits=1, Filter="/JBIG2Decode")))),
    ("image-g4-wrong.pdf", 1, writes(pdf(image=image_stream(noise(900), bits=1, Filter="/CCITTFaxDecode")))),
    ("image-flate-wrong.pdf", "page_damaged", writes(pdf(image=image_stream(noise(900), Filter="/FlateDecode")))),
    ("draws-itself.pdf", 1, writes(draws_itself)),
    ("locked.pdf", "encrypted", writes(lambda: locked("secret", "owner"))),
    ("locked-guessed.pdf", "wrong_password", writes(lambda: locked("secret", "owner")), "guess"),
    ("locked-for-one.pdf", "encrypted_for_certificate", writes(locked_for)),
    ("locked-unknown.pdf", "damaged", writes(lambda: locked_for("Nobody.Knows"))),
    ("dynamic-form.pdf", "dynamic_form", writes(lambda: saved(xfa))),
    ("portfolio.pdf", "portfolio", writes(lambda: saved(portfolio))),
    *((f"cut-{part}.pdf", "truncated", writes(lambda part=part: WHOLE[: len(WHOLE) * part // 100]))
      for part in (1, 50, 95)),
    ("head-only.pdf", "truncated", writes(b"%PDF-1.7\n")),
    ("head-too-late.pdf", "not_a_scan", writes(lambda: noise(2000) + raw_pdf(one_page()))),
    ("packed-wrong.pdf", 1, writes(pdf(contents=stream(zlib.compress(b"q Q")[:-6] + noise(9), Filter="/FlateDecode")))),
    ("catalog-missing.pdf", "damaged", writes(pdf(catalog=b"<< >>"))),
]  # fmt: skip
