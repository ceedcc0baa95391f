"""Odd JPEGs and PNGs."""

import struct
import zlib

import numpy as np
from PIL import Image, ImageChops, PngImagePlugin

from tests.ocr.odd.parts import SIZE, encoded, jpeg, noise, one_page, page, raw_pdf, writes

SOF = 0xFFC0


def with_exif(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(page(), "JPEG", exif=exif)


def with_segment(marker, content):
    return jpeg()[:2] + struct.pack(">HH", marker, len(content) + 2) + content + jpeg()[2:]


def huge_exif():
    """Return a picture whose notes are far larger than itself, in twenty segments."""
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + struct.pack("<HHII", 0x9286, 7, 65_000, 26)
    body = exif + bytes(4)
    segment = struct.pack(">HH", 0xFFE1, 65_002) + body + noise(65_000 - len(body))
    return jpeg()[:2] + segment * 20 + jpeg()[2:]


def resized(width, height):
    """Return the JPEG with another size in its header."""
    content = bytearray(jpeg())
    at = content.index(struct.pack(">H", SOF))
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def without_adobe():
    content = encoded(ImageChops.invert(page("CMYK")), "JPEG")  # Pillow writes all CMYK as Adobe does
    at = content.index(b"\xff\xee")
    length = struct.unpack(">H", content[at + 2 : at + 4])[0]
    return content[:at] + content[at + 2 + length :]


def damaged_scan():
    content = bytearray(jpeg())
    for index in range(len(content) // 2, len(content) // 2 + 40):
        content[index] = content[index] ^ 0x55 if content[index] != 0xFF else 0xFE
    return bytes(content)


def two_pictures():
    first, second = page("RGB"), page("RGB").rotate(180)
    return encoded(first, "MPO", save_all=True, append_images=[second])


def jpeg_and_pdf():
    """Return a JPEG with a whole PDF in its comment: by its first bytes it is a picture."""
    pdf = raw_pdf(one_page())
    return with_segment(0xFFFE, pdf)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width, height, data, *, bits=8, colour=0, more=b""):
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = chunk(b"IHDR", head) + more + (chunk(b"IDAT", data) if data is not None else b"") + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def bomb():
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(30_001 * 100)) for _ in range(300)) + packer.flush()
    return png_of(30_000, 30_000, rows)


def rows_of(pixels):
    return zlib.compress(b"".join(b"\0" + row.tobytes() for row in pixels))


def grey16():
    deep = np.asarray(page()).astype(">u2") * 257
    return png_of(*SIZE, rows_of(deep), bits=16)


def colour16():
    deep = np.asarray(page("RGB")).astype(">u2") * 257
    return png_of(*SIZE, rows_of(deep.reshape(SIZE[1], -1)), bits=16, colour=2)


def with_alpha(mode):
    image = page().convert(mode)
    image.putalpha(page().point(lambda level: 255 if level < 128 else 0))
    return encoded(image, "PNG")


def palette_with_hole():
    image = page("P").copy()
    return encoded(image, "PNG", transparency=image.getpixel((5, 5)))


def moving():
    return encoded(page(), "PNG", save_all=True, append_images=[page().rotate(180)] * 3)


def text_bomb():
    text = zlib.compress(bytes(200 << 20), 9)
    note = chunk(b"zTXt", b"Comment\0\0" + text)
    return png_of(*SIZE, rows_of(np.asarray(page())), more=note)


def broken_profile():
    info = PngImagePlugin.PngInfo()
    info.add(b"iCCP", b"name\0\0" + noise(60))
    return encoded(page(), "PNG", pnginfo=info)


PNG = encoded(page(), "PNG")
CASES = [
    *((f"turned-{turn}.jpg", 1, writes(lambda turn=turn: with_exif(turn))) for turn in range(1, 9)),
    ("turned-99.jpg", 1, writes(lambda: with_exif(99))),
    ("notes-huge.jpg", 1, writes(huge_exif)),
    ("notes-broken.jpg", 1, writes(lambda: with_segment(0xFFE1, b"Exif\0\0II*\0\xff\xff\xff\x7f" + noise(40)))),
    ("notes-cut.jpg", 1, writes(lambda: with_segment(0xFFE1, b"Exif\0\0"))),
    ("cmyk-adobe.jpg", 1, writes(lambda: encoded(page("CMYK"), "JPEG"))),
    ("cmyk-plain.jpg", 1, writes(without_adobe)),
    ("progressive.jpg", 1, writes(lambda: encoded(page("RGB"), "JPEG", progressive=True))),
    ("dpi-none.jpg", 1, writes(jpeg)),
    ("dpi-one.jpg", 1, writes(lambda: encoded(page(), "JPEG", dpi=(1, 1)))),
    ("dpi-65535.jpg", 1, writes(lambda: encoded(page(), "JPEG", dpi=(65535, 65535)))),
    *((f"cut-{part}.jpg", "truncated", writes(lambda part=part: jpeg()[: len(jpeg()) * part // 100]))
      for part in (10, 60, 97)),
    ("head-only.jpg", "truncated", writes(b"\xff\xd8\xff\xe0")),
    ("scan-damaged.jpg", 1, writes(damaged_scan)),
    ("giant.jpg", "too_many_pixels", writes(lambda: resized(65_000, 65_000))),
    ("long.jpg", "too_many_pixels", writes(lambda: resized(60, 40_000))),
    ("no-size.jpg", "damaged", writes(lambda: resized(0, 0))),
    ("one-pixel.jpg", "too_small", writes(lambda: encoded(Image.new("L", (1, 1)), "JPEG"))),
    ("two-pictures.jpg", 1, writes(two_pictures)),
    ("called-a.pdf", 1, writes(jpeg)),
    ("and-zip.jpg", 1, writes(lambda: jpeg() + b"PK\3\4" + noise(400))),
    ("and-pdf.jpg", 1, writes(jpeg_and_pdf)),
    ("black-white.png", 1, writes(lambda: encoded(page("1"), "PNG"))),
    ("palette.png", 1, writes(lambda: encoded(page("P"), "PNG"))),
    ("palette-hole.png", 1, writes(palette_with_hole)),
    ("alpha.png", 1, writes(lambda: with_alpha("RGBA"))),
    ("alpha-grey.png", 1, writes(lambda: with_alpha("LA"))),
    ("grey16.png", 1, writes(grey16)),
    ("colour16.png", 1, writes(colour16)),
    ("moving.png", 1, writes(moving)),
    ("profile-broken.png", 1, writes(broken_profile)),
    ("text-bomb.png", "damaged", writes(text_bomb)),
    ("pixel-bomb.png", "too_many_pixels", writes(bomb)),
    ("long.png", "too_many_pixels", writes(lambda: png_of(100, 50_000, b""))),
    ("no-width.png", "damaged", writes(lambda: png_of(0, 100, b""))),
    ("one-pixel.png", "too_small", writes(lambda: png_of(1, 1, zlib.compress(b"\0\0")))),
    ("no-data.png", "damaged", writes(lambda: png_of(*SIZE, None))),
    ("bytes-wrong.png", "damaged", writes(lambda: png_of(*SIZE, noise(3000)))),
    ("more-than-said.png", 1, writes(lambda: png_of(*SIZE, zlib.compress(bytes(8 << 20), 9)))),
    *((f"cut-{part}.png", "truncated", writes(lambda part=part: PNG[: len(PNG) * part // 100]))
      for part in (2, 50, 98)),
    ("called-a.jpg", 1, writes(PNG)),
]  # fmt: skip
