"""Odd TIFFs of every kind of pixel and of packing, built tag by tag."""

import struct
import zlib

import numpy as np
from PIL import Image

from tests.ocr.odd.parts import SIZE, deflated_zeros, encoded, noise, page, writes
from tests.ocr.odd.tiffs import saved, several, tiff

WIDTH, HEIGHT = SIZE
BYTE, SHORT, LONG, LONG8 = 1, 3, 4, 16
LETTERS = {BYTE: "B", SHORT: "H", LONG: "I", LONG8: "Q"}
STRIPS, TILES = (273, 279), (324, 325)
TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip
GREY = np.asarray(page())


def built(tags, parts, where=STRIPS, *, is_big=False, order="<"):
    """Return a TIFF of these tags (type and values, by number) with its strips or tiles; values lie behind all."""
    offset, size, kind_of_place = ("Q", 8, LONG8) if is_big else ("I", 4, LONG)
    start = 16 if is_big else 8
    at, lengths = where
    places = [start + 4096 + sum(map(len, parts[:index])) for index in range(len(parts))]
    said = {
        256: (LONG, [WIDTH]), 257: (LONG, [HEIGHT]), 258: (SHORT, [8]), 259: (SHORT, [1]), 262: (SHORT, [1]),
        277: (SHORT, [1]), 278: (LONG, [HEIGHT]), at: (kind_of_place, places),
        lengths: (LONG, [len(part) for part in parts]),
    } | tags  # fmt: skip
    directory, kept = struct.pack(order + ("Q" if is_big else "H"), len(said)), b""
    behind = start + len(directory) + len(said) * (4 + 2 * size) + size
    for tag, (kind, values) in sorted(said.items()):
        value = struct.pack(f"{order}{len(values)}{LETTERS[kind]}", *values)
        if len(value) > size:
            kept, value = kept + value, struct.pack(order + offset, behind + len(kept))
        directory += struct.pack(f"{order}HH{offset}", tag, kind, len(values)) + value.ljust(size, b"\0")
    head = {"<": b"II", ">": b"MM"}[order] + struct.pack(order + ("HHHQ" if is_big else "HI"),
                                                         *((43, 8, 0, start) if is_big else (42, start)))  # fmt: skip
    return (head + directory + bytes(size) + kept).ljust(start + 4096, b"\0") + b"".join(parts)


def coloured(bits, *, photometric=2, mode="RGB", more=()):
    pixels = np.asarray(page(mode)).astype(f"<u{bits // 8}") * (257 if bits > 8 else 1)
    planes = pixels.shape[2]
    tags = {258: (SHORT, [bits] * planes), 262: (SHORT, [photometric]), 277: (SHORT, [planes])}
    return built(tags | dict(more), [pixels.tobytes()])


def planar(bits):
    plane = (GREY.astype(f"<u{bits // 8}") * (257 if bits > 8 else 1)).tobytes()
    tags = {258: (SHORT, [bits] * 3), 262: (SHORT, [2]), 277: (SHORT, [3]), 284: (SHORT, [2])}
    return built(tags, [plane] * 3)


def few_bits(bits, *, photometric=1, fill_order=1, rows=HEIGHT):
    levels = GREY >> (8 - bits)
    levels = levels if photometric else (1 << bits) - 1 - levels
    packed = np.packbits(
        np.unpackbits(levels[..., None], axis=2)[:, :, 8 - bits :].reshape(HEIGHT, -1),
        axis=1, bitorder="big" if fill_order == 1 else "little",
    )  # fmt: skip
    tags = {258: (SHORT, [bits]), 262: (SHORT, [photometric]), 266: (SHORT, [fill_order]), 278: (LONG, [rows])}
    return built(tags, [packed[row : row + rows].tobytes() for row in range(0, HEIGHT, rows)])


def tiled(width, height, *, is_packed=False, **options):
    tiles = []
    for top in range(0, HEIGHT, height):
        for left in range(0, WIDTH, width):
            tile = np.zeros((height, width), np.uint8)
            piece = GREY[top : top + height, left : left + width]
            tile[: piece.shape[0], : piece.shape[1]] = piece
            tiles.append(zlib.compress(tile.tobytes()) if is_packed else tile.tobytes())
    tags = {259: (SHORT, [8 if is_packed else 1]), 322: (LONG, [width]), 323: (LONG, [height])}
    return built(tags, tiles, TILES, **options)


def said_tile(side):
    tags = {259: (SHORT, [8]), 322: (LONG, [side]), 323: (LONG, [side])}
    return built(tags, [zlib.compress(noise(400))], TILES)


def packed_as(number, content, **tags):
    return built({259: (SHORT, [number])} | {int(tag[1:]): value for tag, value in tags.items()}, [content])


def old_jpeg():
    """Return a JPEG in a TIFF in the manner of 1992, which no scanner should use any more."""
    content = encoded(page("RGB"), "JPEG")
    tags = {
        258: (SHORT, [8] * 3), 259: (SHORT, [6]), 262: (SHORT, [6]), 277: (SHORT, [3]), 512: (SHORT, [1]),
        513: (LONG, [8 + 4096]), 514: (LONG, [len(content)]),
    }  # fmt: skip
    return built(tags, [content])


def turned(orientation, mode="L", **options):
    image = page(mode).transpose(TURNED[orientation])
    return saved(image, tiffinfo={274: orientation}, dpi=(75, 75), **options)


def of_sizes():
    pages = [page().copy(), page().resize((877, 620)), page("1").copy(), page("RGB").copy()]
    return encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])


def second_damaged():
    content = bytearray(several("L", 2, compression="tiff_lzw"))
    content[-3000:-1500] = noise(1500)
    return bytes(content)


CASES = [
    ("tiled.tif", 1, writes(lambda: tiled(256, 256))),
    ("tiled-packed.tif", 1, writes(lambda: tiled(256, 256, is_packed=True))),
    ("tiled-big.tif", 1, writes(lambda: tiled(256, 256, is_big=True))),
    ("tiles-wide.tif", 1, writes(lambda: tiled(16384, 16))),
    ("tile-giant.tif", "damaged", writes(lambda: said_tile(1 << 20))),
    ("tile-of-none.tif", "damaged", writes(lambda: said_tile(0))),
    ("big-of-the-other-order.tif", "picture_of_other_kind", writes(lambda: built({}, [GREY.tobytes()], is_big=True,
                                                                                order=">"))),
    ("planes.tif", 1, writes(lambda: planar(8))),
    ("planes-16.tif", 1, writes(lambda: planar(16))),
    ("colour-16.tif", 1, writes(lambda: coloured(16))),
    ("cmyk-16.tif", 1, writes(lambda: coloured(16, photometric=5, mode="CMYK"))),
    ("ycbcr.tif", 1, writes(lambda: coloured(8, photometric=6, mode="YCbCr", more={530: (SHORT, [1, 1])}.items()))),
    ("cmyk-deflate.tif", 1, writes(lambda: saved(page("CMYK"), compression="tiff_adobe_deflate"))),
    ("two-bits.tif", 1, writes(lambda: few_bits(2))),
    ("four-bits.tif", 1, writes(lambda: few_bits(4))),
    ("four-bits-white-is-zero.tif", 1, writes(lambda: few_bits(4, photometric=0))),
    ("one-bit-white-is-zero.tif", 1, writes(lambda: few_bits(1, photometric=0))),
    ("one-bit-filled-backwards.tif", 1, writes(lambda: few_bits(1, fill_order=2))),
    ("strips-of-one-row.tif", 1, writes(lambda: few_bits(1, rows=1))),
    ("thirty-two-bits.tif", 1, writes(lambda: tiff((GREY.astype("<u4") * 0x01010101).tobytes(), bits=32))),
    ("half-floating.tif", "damaged", writes(lambda: tiff((GREY / 255).astype("<f2").tobytes(), bits=16,
                                                         more=[(339, 3, 1, 3)]))),
    *((f"turned-{turn}.tif", 1, writes(lambda turn=turn: turned(turn))) for turn in (2, 3, 4, 5, 7, 8)),
    ("turned-6-g4.tif", 1, writes(lambda: turned(6, "1", compression="group4"))),
    ("turned-99.tif", 1, writes(lambda: saved(page(), tiffinfo={274: 99}))),
    ("old-jpeg.tif", 1, writes(old_jpeg)),
    ("strip-bomb.tif", 1, writes(lambda: packed_as(8, deflated_zeros(1000)))),
    ("rows-giant.tif", 1, writes(lambda: built({278: (LONG, [0xFFFFFFFF])}, [GREY.tobytes()]))),
    ("lengths-of-zero.tif", 1, writes(lambda: built({279: (LONG, [0])}, [GREY.tobytes()]))),
    ("points-at-itself.tif", 1, writes(lambda: built({330: (LONG, [8]), 34665: (LONG, [8])}, [GREY.tobytes()]))),
    ("packed-as-webp.tif", "picture_of_other_kind", writes(lambda: packed_as(50001, noise(900)))),
    ("packed-as-nobody-does.tif", "picture_of_other_kind", writes(lambda: packed_as(12345, noise(900)))),
    ("raw-of-a-camera.dng", "picture_of_other_kind",
     writes(lambda: packed_as(1, GREY.tobytes(), t262=(SHORT, [32803]), t33421=(SHORT, [2, 2])))),
    ("sizes-differ.tif", 4, writes(of_sizes)),
    ("second-damaged.tif", "page_damaged", writes(second_damaged)),
    ("pages-600-g4.tif", "too_many_pages", writes(lambda: several("1", 600, compression="group4"))),
    ("junk-behind.tif", 1, writes(lambda: tiff() + noise(5000))),
]  # fmt: skip
