"""Odd HEICs: an iPhone's photo turned, with alpha, several in one, cut, damaged, claiming a giant size."""

from io import BytesIO

import pillow_heif
from PIL import Image

from tests.ocr.odd.parts import noise, page, writes


def heic(*images, **options):
    heif = pillow_heif.HeifFile()
    for image in images or (page("RGB"),):
        heif.add_from_pillow(image)
    with BytesIO() as target:
        heif.save(target, format="HEIF", quality=60, **options)
        return target.getvalue()


def sized(width, height):
    """Return the photo with another size in its properties."""
    content = heic()
    at = content.index(b"ispe") + 8
    return content[:at] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + content[at + 8 :]


def turned():
    image = page("RGB").rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6
    image.info["exif"] = exif.tobytes()
    return heic(image)


def damaged():
    content = heic()
    at = content.index(b"mdat") + 4
    return content[:at] + noise(len(content) - at)


CASES = [
    ("photo.heic", 1, writes(heic)),
    ("photo-called-a.jpg", 1, writes(heic)),
    ("grey.heic", 1, writes(lambda: heic(page()))),
    ("alpha.heic", 1, writes(lambda: heic(page().convert("RGBA")))),
    ("turned.heic", 1, writes(turned)),
    ("two.heic", 2, writes(lambda: heic(page("RGB"), page("RGB").rotate(180)))),
    ("cut-50.heic", "truncated", writes(lambda: heic()[: len(heic()) // 2])),
    ("cut-95.heic", "truncated", writes(lambda: heic()[: len(heic()) * 95 // 100])),
    ("head-only.heic", "truncated", writes(lambda: heic()[:32])),
    ("size-lies.heic", "damaged", writes(lambda: sized(30_000, 30_000))),
    ("bytes-wrong.heic", "damaged", writes(damaged)),
]
