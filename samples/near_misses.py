"""Pages for proving recognition: forms filled with anything, and pages that are almost a form of ours but none.

Drawn at FILL_DPI from the blanks of ``ocr/forms/data``; what a device makes of them is samples/degrade.py's.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from random import Random

from PIL import Image, ImageDraw, ImageFont, ImageOps

from ocr.forms.templates import Kind, TemplatePage
from samples.blanks import FONTS
from samples.fill import FILL_DPI, MM, POINT, TYPEFACES, font
from samples.papers import A4_PX

MARGIN_MM, PITCH_MM, ROWS_TOP_MM = 22, 6.2, 13
LONGEST_LABEL = 60
LOST = 0.15  # of a form's print, without which it is none
HEADING = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
TITLES = (
    "TỜ KHAI ĐĂNG KÝ GIÁM HỘ", "TỜ KHAI ĐĂNG KÝ NHẬN CHA, MẸ, CON", "TỜ KHAI ĐĂNG KÝ LẠI KẾT HÔN",
    "TỜ KHAI ĐĂNG KÝ CHẤM DỨT GIÁM HỘ", "TỜ KHAI ĐĂNG KÝ LẠI KHAI TỬ", "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG",
    "TỜ KHAI ĐỀ NGHỊ TRỢ GIÚP XÃ HỘI", "PHIẾU YÊU CẦU CHỨNG THỰC", "TỜ KHAI GHI VÀO SỔ VIỆC HỘ TỊCH",
)  # fmt: skip
WORDS = (
    "Nguyễn Thị Hòa", "thôn Tân Thành, xã Nguyệt Ấn, tỉnh Thanh Hóa", "038185000123", "12/06/1985", "Kinh", "Mường",
    "Việt Nam", "Căn cước công dân số 038201004567", "bản thân", "Bệnh viện Đa khoa khu vực Ngọc Lặc", "02", "Nữ",
)  # fmt: skip


def full_size(page: TemplatePage) -> Image.Image:
    """Return the blank at FILL_DPI, in colour."""
    return _unfilled(page).copy()


def filled_in(page: TemplatePage, rng: Random) -> Image.Image:
    """Return the form with any words in most of its slots; one in eight stays empty."""
    image = full_size(page)
    if rng.random() < 1 / 8:
        return image
    draw, name = ImageDraw.Draw(image), rng.choice(list(TYPEFACES))
    face, ink = font(name, TYPEFACES[name].size_pt), rng.choice(((25, 25, 30), (40, 44, 120)))
    for field in page.fields:
        for box in field.boxes:
            x0, y0, x1 = box.x0 * image.width, box.y0 * image.height, box.x1 * image.width
            if field.kind is Kind.CHECKBOX:
                if rng.random() < 0.5:  # noqa: PLR2004 - any box may be ticked
                    draw.line([(x0, y0), (x1, box.y1 * image.height)], fill=ink, width=6)
            elif rng.random() < 0.8:  # noqa: PLR2004 - people leave lines empty
                line = rng.choice(WORDS)
                while face.getlength(line) > max(x1 - x0, 60):
                    line = line[:-1]
                draw.text((x0 + MM, y0 + 4.5 * MM), line, font=face, fill=ink, anchor="ls")
    return image


def moved(page: TemplatePage, rng: Random) -> Image.Image:
    """Return an older version: from some row on everything stands a few millimetres lower, or a row is gone."""
    image = filled_in(page, rng)
    first_ends = min(text.box.y1 for text in page.texts)
    rows = sorted(text.box.y0 for text in page.texts if text.box.y0 >= first_ends)  # or the page as a whole would move
    at = round(image.height * rng.choice(rows[len(rows) // 6 : -len(rows) // 6]))
    by = round(rng.uniform(3, 12) * MM) * rng.choice((1, -1))
    below = image.crop((0, at, image.width, image.height - max(by, 0)))
    image.paste((255, 255, 255), (0, at, image.width, image.height))
    image.paste(below, (0, at + by))
    return image


def retitled(page: TemplatePage, rng: Random) -> Image.Image:
    """Return the form under another title, all else alike."""
    image = filled_in(page, rng)
    box = title_of(page)
    y0, y1 = round((box[1] - 0.004) * image.height), round((box[3] + 0.004) * image.height)
    image.paste((255, 255, 255), (0, y0, image.width, y1))
    face = _tinos("700Bold", 14)
    ImageDraw.Draw(image).text(
        (image.width / 2, (y0 + y1) / 2), rng.choice(TITLES), font=face, fill=(20,) * 3, anchor="mm"
    )
    return image


def halved(page: TemplatePage, rng: Random) -> Image.Image:
    """Return a copy of which nearly half lay beside the glass, and with it some of the print."""
    image = filled_in(page, rng)
    share = rng.uniform(0.42, 0.58)
    halves = [(0, 0, share, 1), (share, 0, 1, 1), (0, 0, 1, share), (0, share, 1, 1)]
    gone = rng.choice([half for half in halves if _print_in(half, page) > LOST])
    x0, y0, x1, y1 = gone
    place = round(x0 * image.width), round(y0 * image.height), round(x1 * image.width), round(y1 * image.height)
    image.paste((255, 255, 255), place)
    return image


def _print_in(part: tuple[float, ...], page: TemplatePage) -> float:
    """Return the share of a page's printed pieces that begin in a part of it."""
    x0, y0, x1, y1 = part
    return sum(x0 <= text.box.x0 < x1 and y0 <= text.box.y0 < y1 for text in page.texts) / len(page.texts)


def same_head(page: TemplatePage, rng: Random) -> Image.Image:
    """Return a page whose upper part is the form's and whose body is a letter's."""
    image = full_size(page)
    first, last = min(text.box.y0 for text in page.texts), max(text.box.y1 for text in page.texts)
    at = round(image.height * (first + (last - first) * rng.uniform(0.15, 0.4)))
    image.paste((255, 255, 255), (0, at, image.width, image.height))
    _paragraphs(image, at + 4 * MM, _vocabulary([page]), rng)
    return image


def title_of(page: TemplatePage) -> tuple[float, float, float, float]:
    """Return where the title stands: the longest line in capitals that is not the national heading."""
    capitals = [t for t in page.texts if t.value.isupper() and not t.value.startswith("CỘNG")]
    title = max(capitals or page.texts, key=lambda text: text.box.x1 - text.box.x0).box
    return title.x0, title.y0, title.x1, title.y1


def of_same_family(pages: Sequence[TemplatePage], rng: Random) -> Image.Image:
    """Return a form that does not exist, of the labels and the look of those that do."""
    image = Image.new("RGB", A4_PX, (255, 255, 255))
    printed = [text.value for page in pages for text in page.texts]
    labels = [text for text in printed if text.endswith(":") and len(text) < LONGEST_LABEL]
    body, y = _tinos("400Regular", 12.5), _heading(image)
    draw = ImageDraw.Draw(image)
    draw.text(
        (image.width / 2, y + 8 * MM), rng.choice(TITLES), font=_tinos("700Bold", 15), fill=(20,) * 3, anchor="mm"
    )
    y += 18 * MM
    while y < image.height - 30 * MM:
        label = rng.choice(labels or ["Họ, chữ đệm, tên:"])
        draw.text((MARGIN_MM * MM, y), label, font=body, fill=(20,) * 3, anchor="ls")
        start = MARGIN_MM * MM + body.getlength(label + " ")
        dots = "." * max(int((197 * MM - start) / body.getlength(".")), 0)
        draw.text((start, y), dots, font=body, fill=(20,) * 3, anchor="ls")
        y += PITCH_MM * MM
    return image


def contents(pages: Sequence[TemplatePage], rng: Random) -> Image.Image:
    """Return a table of contents: headings, dotted leaders, page numbers."""
    image = Image.new("RGB", A4_PX, (255, 255, 255))
    face, draw, vocabulary, y = _tinos("400Regular", 13), ImageDraw.Draw(image), _vocabulary(pages), 35 * MM
    draw.text((image.width / 2, 25 * MM), "MỤC LỤC", font=_tinos("700Bold", 15), fill=(20,) * 3, anchor="mm")
    for number in range(1, 30):
        heading = f"Điều {number}. {' '.join(rng.choices(vocabulary, k=rng.randint(3, 9)))} "
        dots = "." * max(int((185 * MM - MARGIN_MM * MM - face.getlength(heading)) / face.getlength(".")), 0)
        draw.text((MARGIN_MM * MM, y), f"{heading}{dots} {number * 2}", font=face, fill=(20,) * 3, anchor="ls")
        y += 8 * MM
    return image


def decree(pages: Sequence[TemplatePage], rng: Random) -> Image.Image:
    """Return a page of running text under the national heading."""
    image = Image.new("RGB", A4_PX, (255, 255, 255))
    _paragraphs(image, _heading(image) + 12 * MM, _vocabulary(pages), rng)
    return image


def table(pages: Sequence[TemplatePage], rng: Random) -> Image.Image:
    """Return a ruled table under the national heading."""
    image = Image.new("RGB", A4_PX, (255, 255, 255))
    draw, face, top = ImageDraw.Draw(image), _tinos("400Regular", 11), _heading(image) + 15 * MM
    vocabulary, columns = _vocabulary(pages), [22, 32, 80, 120, 160, 197]
    for row in range(24):
        y = top + row * 8 * MM
        for x0, x1 in pairwise(columns):
            draw.rectangle((x0 * MM, y, x1 * MM, y + 8 * MM), outline=(20,) * 3, width=3)
            words = " ".join(rng.choices(vocabulary, k=max((x1 - x0) // 16, 1)))
            draw.text((x0 * MM + MM, y + 5.6 * MM), words[: (x1 - x0) // 2], font=face, fill=(20,) * 3, anchor="ls")
    return image


ALTERED: Mapping[str, Callable[[TemplatePage, Random], Image.Image]] = {
    "older version": moved, "other title": retitled, "half of it": halved, "same head": same_head,
}  # fmt: skip
STRANGE: Mapping[str, Callable[[Sequence[TemplatePage], Random], Image.Image]] = {
    "same family": of_same_family, "contents": contents, "decree": decree, "table": table,
}  # fmt: skip


def shrunk_to_a5(image: Image.Image) -> Image.Image:
    """Return a small sheet as it lies in the corner of a big glass."""
    sheet = Image.new("RGB", A4_PX, (255, 255, 255))
    sheet.paste(ImageOps.contain(image, (A4_PX[1] // 2, A4_PX[0])), (0, 0))
    return sheet


@lru_cache(maxsize=32)
def _unfilled(page: TemplatePage) -> Image.Image:
    size = (round(page.width_mm * MM), round(page.height_mm * MM))
    return Image.fromarray(page.grey).resize(size, Image.Resampling.LANCZOS).convert("RGB")


@cache
def _tinos(weight: str, size_pt: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"Tinos_{weight}.ttf", size_pt * POINT, layout_engine=ImageFont.Layout.BASIC)


def _heading(image: Image.Image) -> float:
    draw, y = ImageDraw.Draw(image), ROWS_TOP_MM * MM + 4.6 * MM
    for line, size in zip(HEADING, (13, 13.5), strict=True):
        draw.text((image.width / 2, y), line, font=_tinos("700Bold", size), fill=(20,) * 3, anchor="ms")
        y += PITCH_MM * MM
    return y


def _vocabulary(pages: Sequence[TemplatePage]) -> list[str]:
    return [word for page in pages for text in page.texts for word in text.value.split() if word.strip(".:,")]


def _paragraphs(image: Image.Image, top: float, vocabulary: Sequence[str], rng: Random) -> None:
    draw, face, y = ImageDraw.Draw(image), _tinos("400Regular", 13), top
    while y < image.height - 20 * MM:
        line = rng.choice(vocabulary)
        while face.getlength(line) < 160 * MM:
            line += f" {rng.choice(vocabulary)}"
        draw.text((MARGIN_MM * MM, y), line, font=face, fill=(20,) * 3, anchor="ls")
        y += FILL_DPI * rng.choice((0.26, 0.26, 0.26, 0.45))
