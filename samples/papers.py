"""Other papers on the desk: seals and stamps, the copy of an identity card, a letter that is no declaration.

The seal has a star where a real one has its emblem, and says that it is a sample; the card has a grey shape for a face.
"""

import io
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random

import segno
from PIL import Image, ImageDraw, ImageFont

from samples.blanks import FONTS, SOURCES
from samples.fill import FILL_DPI, MM, POINT, FontsMissing, engine, font
from samples.people import Person

RED = (205, 32, 40)
A4_PX = (2480, 3508)
CARD_MM = (85.6, 54.0)
SEAL_MM = 36
QR_MM = 23
NEW_QR_MM = 18  # of cards from July 2024, on the back
OCR_B = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
MRZ_WEIGHTS = (7, 3, 1)
FOLDED = str.maketrans(
    "ÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬĐÈẺẼÉẸÊỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢÙỦŨÚỤƯỪỬỮỨỰỲỶỸÝỴ",
    "A" * 17 + "D" + "E" * 11 + "I" * 5 + "O" * 17 + "U" * 11 + "Y" * 5,
)


@cache
def _bold(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(
        FONTS / "Tinos_700Bold.ttf", size * POINT, layout_engine=ImageFont.Layout.BASIC
    )  # fmt: skip


@cache
def seal() -> Image.Image:
    """Return a round seal as red ink on nothing."""
    side = round((SEAL_MM + 2) * MM)
    image = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(image)
    middle, radius = side / 2, SEAL_MM / 2 * MM
    for share, width in ((1.0, 9), (0.93, 3), (0.62, 3)):
        r = radius * share
        draw.ellipse((middle - r, middle - r, middle + r, middle + r), outline=RED, width=width)
    _ring_text(image, "ỦY BAN NHÂN DÂN XÃ NGUYỆT ẤN", radius * 0.775, math.radians(-200), math.radians(20))
    _ring_text(image, "DẤU MẪU", radius * 0.775, math.radians(125), math.radians(55))
    star = []
    for corner in range(10):
        r = radius * (0.42 if corner % 2 == 0 else 0.17)
        angle = math.radians(corner * 36 - 90)
        star.append((middle + r * math.cos(angle), middle + r * math.sin(angle)))
    draw.polygon(star, outline=RED, width=5)
    return image


def _ring_text(image: Image.Image, text: str, radius: float, start: float, end: float) -> None:
    face, middle = _bold(9.5), image.width / 2
    reads_inward = end < start
    for index, letter in enumerate(text):
        angle = start + (end - start) * (index + 0.5) / len(text)
        glyph = Image.new("RGBA", (80, 80))
        ImageDraw.Draw(glyph).text((40, 52), letter, font=face, fill=RED, anchor="ms")
        turn = -math.degrees(angle) + (90 if reads_inward else -90)
        turned = glyph.rotate(turn, Image.Resampling.BICUBIC)
        x, y = middle + radius * math.cos(angle) - 40, middle + radius * math.sin(angle) - 40
        image.alpha_composite(turned, (round(x), round(y)))


@cache
def received_stamp() -> Image.Image:
    """Return the desk's stamp for incoming papers."""
    image = Image.new("RGBA", (round(50 * MM), round(22 * MM)))
    draw = ImageDraw.Draw(image)
    draw.rectangle((4, 4, image.width - 5, image.height - 5), outline=RED, width=6)
    lines = ("UBND XÃ NGUYỆT ẤN", "ĐẾN", "Số: ........  Ngày: ....../....../......")
    for line, y_mm, size in zip(lines, (6, 12, 18.5), (10, 12, 9), strict=True):
        draw.text((image.width / 2, y_mm * MM), line, font=_bold(size), fill=RED, anchor="ms")
    return image


def letter(data: Mapping[str, str]) -> list[Image.Image]:
    """Return a letter that asks for something else than any of the four declarations."""
    pages = engine().compile_png(SOURCES / "letter.typ", data, ppi=FILL_DPI)
    return [Image.open(io.BytesIO(page)).convert("RGB") for page in pages]


def qr_text(person: Person) -> str:
    """The seven fields of the chip card's QR code (domain.md 5.3): old address, without the words for its levels."""
    commune = person.commune
    levels = [name.split(" ", 1)[1] for name in (commune.old_commune, commune.old_district)]
    address = ", ".join((person.village, *levels, "Thanh Hóa"))
    issued, born = person.card_issued_on, person.birth_date
    return f"{person.number}||{person.full_name}|{born:%d%m%Y}|{person.sex}|{address}|{issued:%d%m%Y}"


def mrz_lines(person: Person) -> tuple[str, str, str]:
    """The machine-readable zone (ICAO 9303 TD1); the last digit of line 1 checks all twelve digits (law.md A11)."""
    short = person.number[-9:]
    born = f"{person.birth_date:%y%m%d}"
    until = f"{(person.birth_date.year + 60) % 100:02}{person.birth_date:%m%d}"
    first = f"IDVNM{short}{check_digit(short)}{person.number}<<{check_digit(person.number)}"
    second = f"{born}{check_digit(born)}{'F' if person.is_woman else 'M'}{until}{check_digit(until)}VNM"
    composite = check_digit(first[5:30] + second[:7] + second[8:15])
    surname, *given = person.full_name.upper().translate(FOLDED).split()
    return first, f"{second.ljust(29, '<')}{composite}", f"{surname}<<{'<'.join(given)}".ljust(30, "<")[:30]


def check_digit(text: str) -> int:
    values = (int(c, 36) if c != "<" else 0 for c in text)
    return sum(value * MRZ_WEIGHTS[index % 3] for index, value in enumerate(values)) % 10


def new_qr_text(person: Person, father: Person, mother: Person) -> str:
    """The same and more, as cards from July 2024 may say it: how exactly is not published (domain.md 5.4)."""
    return f"{qr_text(person)}|{father.full_name}|{mother.full_name}|{father.number}|{mother.number}|"


def card_copy(person: Person, rng: Random) -> Image.Image:
    """Return a page with a photocopy of both sides of a chip card."""
    front, back = _front(person), _back(person, font("cousine", 10.5))
    _paste_qr(front, qr_text(person), QR_MM)
    return _copied(front, back, rng)


def card_copy_in_ocr_b(person: Person, rng: Random, *, new_qr: str | None = None) -> Image.Image:
    """Return the same with the typeface of real cards below; with ``new_qr`` it is a card of 2024, the QR on its back.

    Raises ``FontsMissing`` without Debian's fonts-ocr-b.
    """
    if not OCR_B.is_file():
        raise FontsMissing(f"{OCR_B} is missing: apt-get install fonts-ocr-b")
    front, back = _front(person), _back(person, _ocr_b())
    if new_qr is None:
        _paste_qr(front, qr_text(person), QR_MM)
    else:
        _paste_qr(back, new_qr, NEW_QR_MM)
    return _copied(front, back, rng)


def _copied(front: Image.Image, back: Image.Image, rng: Random) -> Image.Image:
    page = Image.new("RGB", A4_PX, (255, 255, 255))
    left = round(rng.uniform(55, 65) * MM)
    page.paste(front, (left, round(40 * MM)))
    page.paste(back, (left, round(110 * MM)))
    return page


@cache
def _ocr_b() -> ImageFont.FreeTypeFont:
    """Return OCR-B at ten characters an inch (ICAO 9303)."""
    wide = ImageFont.truetype(OCR_B, 100).getlength("<" * 10) / 1000
    return ImageFont.truetype(OCR_B, 25.4 / 10 * MM / wide, layout_engine=ImageFont.Layout.BASIC)


def _card() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    size = (round(CARD_MM[0] * MM), round(CARD_MM[1] * MM))
    card = Image.linear_gradient("L").resize(size).point([226 + level // 16 for level in range(256)]).convert("RGB")
    draw = ImageDraw.Draw(card)
    draw.rounded_rectangle((2, 2, size[0] - 3, size[1] - 3), radius=round(3 * MM), outline=(120, 120, 120), width=3)
    return card, draw


def _front(person: Person) -> Image.Image:
    card, draw = _card()
    plain, small = font("arimo", 7.5), font("arimo", 5.5)

    def text(x_mm: float, y_mm: float, line: str, face: ImageFont.FreeTypeFont) -> None:
        draw.text((x_mm * MM, y_mm * MM), line, font=face, fill=(40, 40, 44), anchor="ls")

    text(5, 6, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", font("arimo", 6))
    text(5, 9, "Độc lập - Tự do - Hạnh phúc", small)
    text(12, 16, "CĂN CƯỚC CÔNG DÂN", _bold(9.5))
    draw.rectangle((4 * MM, 20 * MM, 22 * MM, 46 * MM), fill=(170, 170, 172))
    draw.ellipse((9 * MM, 24 * MM, 17 * MM, 34 * MM), fill=(120, 120, 122))
    draw.pieslice((6 * MM, 35 * MM, 20 * MM, 57 * MM), 180, 360, fill=(120, 120, 122))
    text(26, 22, f"Số / No.: {person.number}", _bold(9))
    text(26, 26.5, "Họ và tên / Full name:", small)
    text(26, 30.5, person.full_name.upper(), _bold(8.5))
    text(26, 35, f"Ngày sinh / Date of birth: {person.birth_date:%d/%m/%Y}", plain)
    text(26, 39, f"Giới tính / Sex: {person.sex}    Quốc tịch: Việt Nam", plain)
    text(26, 43, "Nơi thường trú / Place of residence:", small)
    commune = person.commune.old_address.replace("xã ", "").replace("huyện ", "").replace("tỉnh ", "")
    text(26, 46.5, person.village, plain)
    text(26, 50.5, commune, plain)
    return card


def _paste_qr(side: Image.Image, text: str, width_mm: float) -> None:
    code = io.BytesIO()
    segno.make(text, error="m", encoding="utf-8", boost_error=False).save(code, kind="png", scale=8, border=2)
    width = round(width_mm * MM)
    square = Image.open(code).convert("RGB").resize((width, width), Image.Resampling.BOX)
    side.paste(square, (side.width - width - round(2 * MM), round(1.5 * MM)))


def _back(person: Person, mrz_face: ImageFont.FreeTypeFont) -> Image.Image:
    card, draw = _card()
    issued = f"Ngày, tháng, năm / Date, month, year: {person.card_issued_on:%d/%m/%Y}"
    draw.text((6 * MM, 12 * MM), issued, font=font("arimo", 6.5), fill=(40, 40, 44), anchor="ls")
    draw.text((6 * MM, 18 * MM), person.card_issuer, font=font("arimo", 6.5), fill=(40, 40, 44), anchor="ls")
    draw.rounded_rectangle((8 * MM, 21 * MM, 21 * MM, 31 * MM), radius=20, outline=(90, 90, 90), width=4)
    for index, line in enumerate(mrz_lines(person)):
        at = (5 * MM, (40 + index * 4.5) * MM)
        draw.text(at, line, font=mrz_face, fill=(20, 20, 20), anchor="ls")
    return card
