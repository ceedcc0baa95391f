"""Odd TIFFs: chains that loop, counts that lie, every kind of pixel."""

import struct

import numpy as np
from PIL import ImageCms

from tests.ocr.odd.parts import SIZE, encoded, noise, page, writes

WIDTH, HEIGHT = SIZE
NEXT_AT = 8 + 2 + 10 * 12  # of the next directory's offset in what ``tiff`` makes


def tiff(pixels=None, *, bits=8, photometric=1, planes=1, more=(), following=0, order="<"):
    """Return a TIFF of one uncompressed strip; ``more`` are further entries (tag, type, count, value)."""
    pixels = np.asarray(page()).tobytes() if pixels is None else pixels
    entries = [
        (256, 4, 1, WIDTH), (257, 4, 1, HEIGHT), (258, 3, 1, bits), (259, 3, 1, 1), (262, 3, 1, photometric),
        (273, 4, 1, 400), (277, 3, 1, planes), (278, 4, 1, HEIGHT), (279, 4, 1, len(pixels)), (284, 3, 1, 1), *more,
    ]  # fmt: skip
    out = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    out += struct.pack(order + "H", len(entries))
    for tag, kind, count, value in sorted(entries):
        packed = struct.pack(order + "HH", value, 0) if kind == 3 and count == 1 else struct.pack(order + "I", value)
        out += struct.pack(order + "HHI", tag, kind, count) + packed
    out += struct.pack(order + "I", following)
    return out.ljust(400, b"\0") + pixels


def big_tiff():
    pixels = np.asarray(page()).tobytes()
    entries = [(256, WIDTH), (257, HEIGHT), (258, 8), (259, 1), (262, 1), (273, 400), (277, 1), (278, HEIGHT),
               (279, len(pixels))]  # fmt: skip
    out = b"II+\0" + struct.pack("<HHQ", 8, 0, 16) + struct.pack("<Q", len(entries))
    out += b"".join(struct.pack("<HHQQ", tag, 16, 1, value) for tag, value in entries) + struct.pack("<Q", 0)
    return out.ljust(400, b"\0") + pixels


def changed(at, value, content=None):
    content = bytearray(tiff() if content is None else content)
    struct.pack_into("<I", content, at, value)
    return bytes(content)


def entry_value(tag, value, content=None):
    """Return the TIFF with another value of one tag."""
    content = tiff() if content is None else content
    at = next(10 + 12 * index for index in range(12) if struct.unpack_from("<H", content, 10 + 12 * index)[0] == tag)
    return changed(at + 8, value, content)


def entry_count(tag, count):
    content = tiff()
    at = next(10 + 12 * index for index in range(12) if struct.unpack_from("<H", content, 10 + 12 * index)[0] == tag)
    return changed(at + 4, count, content)


def loop_of_two():
    content = tiff()
    second = len(content)
    return changed(NEXT_AT, second, content) + content[8:NEXT_AT] + struct.pack("<I", 8)


def chain(count):
    """Return a TIFF of so many pages; all show the same strip."""
    content = bytearray(tiff())
    directory = bytes(content[8:NEXT_AT])
    struct.pack_into("<I", content, NEXT_AT, len(content) if count > 1 else 0)
    for index in range(1, count):
        following = len(content) + len(directory) + 4 if index < count - 1 else 0
        content += directory + struct.pack("<I", following)
    return bytes(content)


def with_thumbnail():
    """Return a page, and behind it a smaller picture of it as a second directory."""
    content = bytearray(tiff())
    start = len(content)
    struct.pack_into("<I", content, NEXT_AT, start)
    small = tiff(more=[(254, 4, 1, 1)])
    return bytes(content) + small[8 : NEXT_AT + 12] + struct.pack("<I", 0)


def saved(image, **options):
    return encoded(image, "TIFF", **options)


def several(mode, count, **options):
    pages = [page().convert(mode)] * count
    return saved(pages[0], save_all=True, append_images=pages[1:], **options)


def deep(levels, dtype="<u2"):
    return (np.asarray(page()).astype(np.float64) / 255 * levels).astype(dtype).tobytes()


def lab():
    transform = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    return saved(ImageCms.applyTransform(page("RGB"), transform))


def damaged(content, start=0.3):
    first = int(len(content) * start)
    return content[:first] + noise(600) + content[first + 600 :]


def with_predictor():
    return saved(page("RGB"), compression="tiff_lzw", tiffinfo={317: 2})


G4 = {"compression": "group4"}
CASES = [
    ("one.tif", 1, writes(tiff)),
    ("three.tif", 3, writes(lambda: several("L", 3))),
    ("three-g4.tif", 3, writes(lambda: several("1", 3, **G4))),
    ("g3.tif", 1, writes(lambda: saved(page("1"), compression="group3"))),
    ("jpeg.tif", 1, writes(lambda: saved(page("RGB"), compression="jpeg"))),
    ("lzw.tif", 1, writes(lambda: saved(page("RGB"), compression="tiff_lzw"))),
    ("deflate.tif", 1, writes(lambda: saved(page(), compression="tiff_adobe_deflate"))),
    ("packbits.tif", 1, writes(lambda: saved(page("1"), compression="packbits"))),
    ("big-endian.tif", 1, writes(lambda: tiff(order=">"))),
    ("big.tif", 1, writes(big_tiff)),
    ("grey16.tif", 1, writes(lambda: tiff(deep(65535), bits=16))),
    ("grey12-in-16.tif", 1, writes(lambda: tiff(deep(4095), bits=16))),
    ("grey16-white-is-zero.tif", 1, writes(lambda: tiff((65535 - np.frombuffer(deep(65535), "<u2")).tobytes(),
                                                       bits=16, photometric=0))),
    ("floating.tif", 1, writes(lambda: tiff(deep(1, "<f4"), bits=32, more=[(339, 3, 1, 3)]))),
    ("white-is-zero.tif", 1, writes(lambda: tiff(bytes(255 - level for level in np.asarray(page()).tobytes()),
                                                 photometric=0))),
    ("cmyk.tif", 1, writes(lambda: saved(page("CMYK")))),
    ("lab.tif", 1, writes(lab)),
    ("alpha.tif", 1, writes(lambda: saved(page().convert("RGBA")))),
    ("palette.tif", 1, writes(lambda: saved(page("P")))),
    ("predictor.tif", 1, writes(with_predictor)),
    ("fax.tif", 1, writes(lambda: saved(page("1").resize((1728, 1143)), dpi=(204, 98), **G4))),
    ("turned.tif", 1, writes(lambda: saved(page().rotate(90, expand=True), tiffinfo={274: 6}))),
    ("with-thumbnail.tif", 1, writes(with_thumbnail)),
    ("dpi-none.tif", 1, writes(lambda: saved(page(), dpi=(0, 0)))),
    ("chain-loops.tif", "damaged", writes(lambda: changed(NEXT_AT, 8))),
    ("chain-loops-two.tif", "damaged", writes(loop_of_two)),
    ("chain-of-501.tif", "too_many_pages", writes(lambda: chain(501))),
    ("chain-of-10000.tif", "too_many_pages", writes(lambda: chain(10_000))),
    ("chain-leads-out.tif", "truncated", writes(lambda: changed(NEXT_AT, 90_000_000))),
    ("first-leads-out.tif", "truncated", writes(lambda: changed(4, 4_000_000_000))),
    ("no-directory.tif", "damaged", writes(lambda: changed(4, 0))),
    ("head-only.tif", "truncated", writes(b"II*\0")),
    ("entries-65535.tif", "damaged", writes(lambda: tiff()[:8] + b"\xff\xff" + tiff()[10:])),
    ("entries-none.tif", "damaged", writes(lambda: tiff()[:8] + b"\0\0" + bytes(400))),
    ("strip-leads-out.tif", "truncated", writes(lambda: entry_value(273, 90_000_000))),
    ("strips-too-many.tif", "damaged", writes(lambda: entry_count(273, 0x7FFFFFFF))),
    ("giant.tif", "too_many_pixels", writes(lambda: entry_value(256, 60_000, entry_value(257, 60_000)))),
    ("no-width.tif", "damaged", writes(lambda: entry_value(256, 0))),
    ("cut.tif", "truncated", writes(lambda: tiff()[:-5000])),
    ("lzw-damaged.tif", "damaged", writes(lambda: damaged(saved(page(), compression="tiff_lzw"), 0.05))),
    ("type-unknown.tif", "damaged", writes(lambda: tiff()[:12] + b"\x63\0" + tiff()[14:])),
]  # fmt: skip
