"""What the odd inputs are made of: one small page of writing, and PDFs built byte by byte."""

import random
import zlib
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[3]
WORDS = "Đơn số 12"
SIZE = (620, 877)  # A4 at 75 dpi: small, so that reading it costs little


@cache
def page(mode="L"):
    """Return the page of writing in a mode of Pillow."""
    image = Image.new("L", SIZE, 250)
    font = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", 34)
    ImageDraw.Draw(image).text((90, 120), WORDS, font=font, fill=20)
    if mode == "P":
        return image.convert("RGB").quantize(8)
    if mode == "1":
        return image.point(lambda level: 255 * (level > 128)).convert("1")
    return image if mode == "L" else image.convert(mode)


def encoded(image, kind, **options):
    with BytesIO() as target:
        image.save(target, kind, **options)
        return target.getvalue()


@cache
def jpeg():
    return encoded(page(), "JPEG", quality=80)


def noise(length, seed=1):
    return random.Random(seed).randbytes(length)  # noqa: S311 - the same every time


def stream(content, **entries):
    """Return a stream object; entries are names of PDF without the slash."""
    said = {"Length": len(content)} | entries
    inner = " ".join(f"/{name} {value}" for name, value in said.items())
    return f"<< {inner} >>\nstream\n".encode() + content + b"\nendstream"


def image_stream(content, width=SIZE[0], height=SIZE[1], space="/DeviceGray", bits=8, **entries):
    said = {"Type": "/XObject", "Subtype": "/Image", "Width": width, "Height": height, "BitsPerComponent": bits}
    return stream(content, **said, **({"ColorSpace": space} if space else {}), **entries)


def raw_pdf(objects: Mapping[int, bytes], trailer="/Root 1 0 R", head=b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", tail=b""):
    """Return a PDF with these objects and a right table of them."""
    out = bytearray(head)
    places = {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max(objects) + 1
    return bytes(out) + f"trailer\n<< /Size {size} {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode() + tail


def one_page(image=None, **changes):
    """Return the objects of a PDF of one page that shows one image; changes replace objects by their names."""
    image = image if image is not None else image_stream(jpeg(), Filter="/DCTDecode")
    objects = {
        "catalog": b"<< /Type /Catalog /Pages 2 0 R >>",
        "pages": b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "page": b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /XObject << /Im0 5 0 R >> >> >>",
        "contents": stream(b"q 595 0 0 842 0 0 cm /Im0 Do Q"),
        "image": image,
    } | changes
    return dict(enumerate(objects.values(), start=1))


def page_with(entries, media="/MediaBox [0 0 595 842]"):
    return (
        f"<< /Type /Page /Parent 2 0 R {media} /Contents 4 0 R {entries} /Resources << /XObject << /Im0 5 0 R >> >> >>"
    ).encode()


@cache
def deflated_zeros(megabytes, levels=1):
    """Return zeros, packed once or several times over."""
    packer = zlib.compressobj(9)
    block = bytes(1 << 20)
    content = b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()
    for _ in range(levels - 1):
        content = zlib.compress(content, 9)
    return content


def writes(content):
    """Return a writer of these bytes, or of what a function (or what that returns) makes when it is called."""

    def write(path):
        made = content
        while callable(made):
            made = made()
        path.write_bytes(made)

    return write
