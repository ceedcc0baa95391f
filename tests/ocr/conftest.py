"""Scans drawn here, one property each, and one reader for all tests of this room (real Tesseract, real sandbox)."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.reader import ModelFolders, Reader

ROOT = Path(__file__).parents[2]
LINES = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "GIẤY ĐỀ NGHỊ HỖ TRỢ",
    "Kính gửi: Ủy ban nhân dân xã Nguyệt Ấn",
    "Tôi tên là Phạm Thị Vân, sinh ngày 12/06/1985",
    "Nơi cư trú: thôn Minh Thủy, xã Nguyệt Ấn, tỉnh Thanh Hóa",
    "Tôi cam đoan những lời khai trên đây là đúng sự thật",
)


@pytest.fixture(scope="session")
def reader():
    with Reader(models=ModelFolders(text=ROOT / "assets" / "tessdata")) as engine:
        yield engine


def drawn_page(lines=LINES, dpi=200):
    """Return a grey A4 page with these lines."""
    page = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 255)
    font = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", round(13 / 72 * dpi))
    for index, line in enumerate(lines):
        ImageDraw.Draw(page).text((dpi, dpi + index * dpi * 0.35), line, font=font, fill=20)
    return page


def jpeg(page, **options):
    with BytesIO() as target:
        page.save(target, "JPEG", quality=85, **options)
        return target.getvalue()


def pdf_of_jpegs(path, jpegs, dpi=200):
    """Write a PDF whose pages are nothing but these JPEGs, as scanners do."""
    with pikepdf.new() as pdf:
        for content in jpegs:
            with Image.open(BytesIO(content)) as image:
                columns, rows = image.size
                space = pikepdf.Name.DeviceGray if image.mode == "L" else pikepdf.Name.DeviceRGB
            size = columns / dpi * 72, rows / dpi * 72
            page = pdf.add_blank_page(page_size=size)
            stream = pikepdf.Stream(
                pdf, content, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=columns, Height=rows,
                ColorSpace=space, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
            )  # fmt: skip
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
            page.Contents = pdf.make_stream(f"q {size[0]} 0 0 {size[1]} 0 0 cm /Im0 Do Q".encode())
        pdf.save(path)
    return path
