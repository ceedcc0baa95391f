"""Forms filled in by hand: typefaces of handwriting, each letter set a little off, turned and larger or smaller."""

import random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.forms.templates import Kind, TemplatePage
from samples.blanks import ROOT

DPI = 200
MM = DPI / 25.4
SMALLEST_PX = 8
PACKAGES = ROOT / "node_modules"
HANDS = {
    "patrick-hand": (PACKAGES / "@expo-google-fonts/patrick-hand/400Regular/PatrickHand_400Regular.ttf", 1.0),
    "dancing-script": (PACKAGES / "@expo-google-fonts/dancing-script/400Regular/DancingScript_400Regular.ttf", 1.0),
    "playwrite-vn": (PACKAGES / "@fontsource/playwrite-vn/files/playwrite-vn-latin-400-normal.woff", 0.72),
}
WORDS = {
    Kind.PERSON_NAME: ("Nguyễn Thị Hòa", "Phạm Văn Hùng", "LÊ QUỐC BẢO", "Trần Minh Khôi", "Đỗ Thị Bích"),
    Kind.PLACE: ("Thôn Tân Thành, xã Nguyệt Ấn, tỉnh Thanh Hóa", "Làng Mới, xã Ngọc Lặc, tỉnh Thanh Hóa"),
    Kind.AGENCY: ("Ủy ban nhân dân xã Nguyệt Ấn",),
    Kind.DATE: ("12/06/1985", "3/4/1990", "25/11/2026"),
    Kind.DATE_WORDS: ("Ngày mười hai tháng sáu năm một nghìn chín trăm tám mươi lăm",),
    Kind.TIME: ("08", "30"),
    Kind.NUMBER: ("02", "15"),
    Kind.PHONE: ("0912345678",),
    Kind.EMAIL: ("hoa.nguyen85@gmail.com",),
    Kind.IDENTITY_NUMBER: ("038185000123",),
    Kind.IDENTITY_PAPER: ("Căn cước số 038185000123 cấp ngày 12/06/2025",),
    Kind.SEX: ("Nam", "Nữ"),
    Kind.ETHNIC_GROUP: ("Kinh", "Mường"),
    Kind.NATIONALITY: ("Việt Nam",),
    Kind.RELATION: ("Con trai", "Bản thân"),
    Kind.MARITAL_STATUS: ("Chưa đăng ký kết hôn với ai",),
    Kind.TEXT: ("Bổ sung hồ sơ vay vốn ngân hàng", "Trích lục khai sinh"),
}


def filled_by_hand(blank: TemplatePage, hand: str, seed: int) -> tuple[Image.Image, list[str]]:
    """Return a page of a form with every field of one line filled in, and the names of these fields."""
    rng = random.Random(seed)
    page = Image.fromarray(blank.grey).resize((round(210 * MM), round(297 * MM)), Image.Resampling.LANCZOS)
    names = []
    for field in blank.fields:
        if field.kind is Kind.CHECKBOX or field.cells or field.rows > 1 or field.join != " ":
            continue
        box = field.boxes[0]
        text = rng.choice(WORDS[field.kind])
        room = (box.x1 - box.x0) * page.width - 4 * MM
        write(page, text, hand, (box.x0 * page.width + 2 * MM, box.y0 * page.height + 4.4 * MM, room), rng)
        names.append(field.name)
    noisy = np.asarray(page, dtype=np.float32) + np.random.default_rng(seed).normal(0, 3, (page.height, page.width))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), names


def write(page: Image.Image, text: str, hand: str, place: tuple[float, float, float], rng: random.Random) -> None:
    """Write one line with the wobble of a hand (a quarter of a millimetre); ``place`` is a point and the room there."""
    x, y, room = place
    path, scale = HANDS[hand]
    size = 15 * scale * DPI / 72
    while size > SMALLEST_PX and ImageFont.truetype(path, size).getlength(text) * 1.05 > room:
        size *= 0.94
    height, slope, drift = round(size * 3), rng.uniform(-0.012, 0.012), 0.0
    begun = x
    for letter in text:
        font = ImageFont.truetype(path, size * rng.uniform(0.93, 1.07))
        drift = 0.7 * drift + rng.gauss(0, 0.18 * MM)
        glyph = Image.new("L", (round(font.getlength(letter)) + height, height), 0)
        middle = (height // 2, height * 2 // 3)
        ImageDraw.Draw(glyph).text(middle, letter, font=font, fill=255, anchor="ls")
        glyph = glyph.rotate(rng.gauss(0, 2.5), Image.Resampling.BICUBIC, center=middle)
        page.paste(45, (round(x) - middle[0], round(y + drift + slope * (x - begun)) - middle[1]), glyph)
        x += font.getlength(letter) + rng.gauss(0, 0.06 * MM)
