"""One-page scans that show just what a test asks for, and their archive copies, made without the sandbox."""

import zlib
from io import BytesIO

import pikepdf
from PIL import Image, ImageDraw

from ocr.archive import Facts, archive_page, merge
from ocr.intake import take_in
from ocr.raster import page_image, turned
from ocr.textlines import TextLine
from ocr.values import DEBIAN_TESSDATA, Box, Caps, Word

FACTS = Facts(scan_sha256="a" * 64, reading_sha256="b" * 64)
GLYPHLESS = DEBIAN_TESSDATA / "pdf.ttf"
WIDTH, HEIGHT = 300, 400  # points; the images have twice as many pixels
GREY, RGB = pikepdf.Name.DeviceGray, pikepdf.Name.DeviceRGB

HELVETICA = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
NOTE = pikepdf.Dictionary(
    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=pikepdf.Array([20, 20, 90, 90]), F=4,
    C=pikepdf.Array([1, 0, 0]),
)  # fmt: skip


def picture(mode="L"):
    """Return a page that looks different from every side."""
    image = Image.new("RGB", (2 * WIDTH, 2 * HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((40, 60, 240, 160), fill="black")
    pen.polygon([(400, 100), (560, 100), (480, 300)], fill=(200, 30, 30) if mode == "RGB" else "black")
    pen.line((50, 700, 550, 720), fill="black", width=8)
    return image.convert(mode)


def encoded(kind, mode="L", **options):
    with BytesIO() as target:
        picture(mode).save(target, kind, **options)
        return target.getvalue()


def image_stream(pdf, content, packing, space=GREY, *, bits=8, size=(2 * WIDTH, 2 * HEIGHT), **more):
    return pikepdf.Stream(
        pdf, content, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=size[0], Height=size[1],
        ColorSpace=space, BitsPerComponent=bits, Filter=pikepdf.Name(packing), **more,
    )  # fmt: skip


def stencil(pdf):
    """Return a mask of one byte in which the left half paints."""
    mask = image_stream(pdf, zlib.compress(b"\x0f"), "/FlateDecode", bits=1, size=(8, 1), ImageMask=True)
    del mask.ColorSpace
    return mask


def scan_of(content=f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im0 Do Q", images=None, **page_entries):
    """Return a PDF of one page with this content over these images (by default one grey JPEG)."""
    with pikepdf.new() as pdf, BytesIO() as target:
        page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
        made = images(pdf) if images else {"Im0": image_stream(pdf, encoded("JPEG"), "/DCTDecode")}
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(**made))
        for key, value in page_entries.pop("resources", {}).items():
            page.Resources[key] = value
        page.Contents = pdf.make_stream(content.encode())
        for key, value in page_entries.items():
            page.obj[f"/{key}"] = value
        pdf.save(target)
        return target.getvalue()


LINES = (
    TextLine((Word("Độc", 0.9, Box(0.1, 0.1, 0.2, 0.12)), Word("lập", 0.9, Box(0.205, 0.1, 0.3, 0.12)))),
    TextLine((Word("Kỵ", 0.9, Box(0.1, 0.15, 0.2, 0.17)), Word("ừ", 0.9, Box(0.21, 0.15, 0.22, 0.17)))),
)
TEXT = "Độc lập Kỵ ừ"


def archive_copy(content, folder, lines=LINES, rotation_deg=0):
    """Return the archive copy of a scan of one page, made in the folder."""
    scan, rewritten = BytesIO(content), folder / "rewritten.pdf"
    intake = take_in(scan, Caps(least_side_pixels=1), None, rewritten)
    with rewritten.open("rb") if rewritten.exists() else scan as pages:
        page = turned(page_image(intake, pages, Caps(), 1), rotation_deg)
        part = archive_page(page, lines, rotation_deg, intake=intake, pages=pages)
    merge([BytesIO(part)], FACTS, glyphless=GLYPHLESS, target=folder / "copy.pdf")
    return folder / "copy.pdf"
