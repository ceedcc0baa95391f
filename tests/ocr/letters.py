"""Letters of a commune's office, drawn here: own wording, invented people, a head in two columns, a list, leaders.

``letter`` gives the page and its text in reading order; ``WORSE`` what scanners and cameras do to it.
"""

import random
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parents[2] / "assets" / "fonts" / "tinos"
DPI = 300
PEOPLE = ("Lò Thị Mến", "Hà Văn Thưởng", "Quách Đình Khuê", "Vi Thị Nhuần", "Bùi Xuân Tỏa", "Đinh Ngọc Diệu")
VILLAGES = ("thôn Đồng Chiềng", "thôn Quyết Thắng", "bản Mường Tưởng", "khu phố Hữu Nghị", "thôn Thượng Lũng")
SUBJECTS = (
    "V/v rà soát hộ gia đình cần hỗ trợ sửa chữa nhà ở",
    "V/v tổ chức lấy ý kiến về phương án mở rộng đường liên thôn",
    "V/v chấn chỉnh việc tiếp nhận và trả hồ sơ tại bộ phận một cửa",
)
SENTENCES = (
    "Thực hiện kế hoạch công tác quý này, Ủy ban nhân dân xã đề nghị các thôn khẩn trương thống kê và gửi danh sách.",
    "Việc kiểm tra phải bảo đảm công khai, đúng đối tượng, không bỏ sót những trường hợp đặc biệt khó khăn.",
    "Trưởng thôn chịu trách nhiệm về tính chính xác của số liệu và báo cáo trước ngày 15 hằng tháng.",
    "Những hồ sơ chưa đủ giấy tờ thì hướng dẫn người dân bổ sung một lần, bằng phiếu có chữ ký của người tiếp nhận.",
    "Trường hợp có vướng mắc, đề nghị phản ánh kịp thời về bộ phận văn phòng để được xem xét, giải quyết.",
    "Kinh phí thực hiện trích từ nguồn dự phòng, mức chi không vượt quá quy định hiện hành.",
)


class _Sheet:
    def __init__(self, size_pt: float) -> None:
        self.page = Image.new("L", (round(8.27 * DPI), round(11.69 * DPI)), 250)
        self.pen = ImageDraw.Draw(self.page)
        self.lines: list[str] = []
        self.y = round(0.8 * DPI)
        self._size_pt = size_pt

    def font(self, style: str = "400Regular", by: float = 0.0) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(FONTS / f"Tinos_{style}.ttf", round((self._size_pt + by) / 72 * DPI))

    def put(self, x: float, text: str, style: str = "400Regular", *, middle: bool = False) -> None:
        self.pen.text((round(x * DPI), self.y), text, font=self.font(style), fill=25, anchor="ma" if middle else "la")

    def down(self, lines: float = 1.0) -> None:
        self.y += round(lines * self._size_pt * 1.45 / 72 * DPI)

    def paragraph(self, text: str, x: float = 1.1, width: float = 6.4) -> None:
        row: list[str] = []
        for word in text.split():
            if self.font().getlength(" ".join([*row, word])) > width * DPI:
                self.line(x, " ".join(row))
                row = []
            row.append(word)
        self.line(x, " ".join(row))

    def line(self, x: float, text: str) -> None:
        self.put(x, text)
        self.lines.append(text)
        self.down()

    def leader(self, x: float, label: str, value: str) -> None:
        """Draw a label and a value on a dotted line."""
        self.put(x, label)
        begin = x + self.font().getlength(f"{label} ") / DPI
        self.put(begin + 0.15, value)
        dots = "." * round((7.4 - begin) * DPI / self.font().getlength("."))
        self.pen.text((round(begin * DPI), self.y + 3), dots, font=self.font(), fill=60)
        self.lines.append(f"{label} {value}")
        self.down(1.15)


def letter(seed: int, size_pt: float = 13.0) -> tuple[Image.Image, str]:
    """Return a page of 300 dpi and its text."""
    pick, sheet = random.Random(seed), _Sheet(size_pt)  # noqa: S311 - invented letters
    left = ("ỦY BAN NHÂN DÂN", "XÃ TÂN THƯỢNG", f"Số: {pick.randint(11, 99)}/UBND-VP", pick.choice(SUBJECTS)[:32])
    right = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
    for index in range(4):
        sheet.put(2.1, left[index], "700Bold" if index < 2 else "400Regular", middle=True)
        if index < len(right):
            sheet.put(5.45, right[index], "700Bold", middle=True)
        sheet.down()
    sheet.lines += [f"{left[0]} {right[0]}", f"{left[1]} {right[1]}", *left[2:]]  # by rows, as all readers of PDF do
    sheet.down(0.6)
    sheet.line(2.6, "Kính gửi: Trưởng các thôn, bản trong xã")
    for sentence in pick.sample(SENTENCES, 3):
        sheet.paragraph(sentence)
    for number, sentence in enumerate(pick.sample(SENTENCES, 2), start=1):
        sheet.paragraph(f"{number}. {sentence}", 1.3, 6.1)
    sheet.leader(1.1, "Họ và tên người liên hệ:", pick.choice(PEOPLE))
    sheet.leader(1.1, "Nơi cư trú:", pick.choice(VILLAGES))
    sheet.leader(1.1, "Ngày tiếp nhận:", f"{pick.randint(10, 28)}/{pick.randint(10, 12)}/2026")
    sheet.paragraph(pick.choice(SENTENCES))
    return sheet.page, "\n".join(sheet.lines)


def _skewed(page: Image.Image) -> Image.Image:
    return page.rotate(-2.1, fillcolor=250, resample=Image.Resampling.BICUBIC)


def _noisy(page: Image.Image) -> Image.Image:
    grey = np.asarray(page, dtype=np.float32)
    shade = np.linspace(1.0, 0.86, grey.shape[1], dtype=np.float32)[None, :]
    noise = np.random.default_rng(3).normal(0, 9, grey.shape).astype(np.float32)
    return Image.fromarray(np.clip(cv2.GaussianBlur(grey, (0, 0), 1.0) * shade + noise, 0, 255).astype(np.uint8))


def _resized(page: Image.Image, dpi: int) -> Image.Image:
    return page.resize((page.width * dpi // DPI, page.height * dpi // DPI), Image.Resampling.LANCZOS)


def _photo(page: Image.Image) -> Image.Image:
    """Take the page from a little aside, its edges on the picture."""
    grey = cv2.copyMakeBorder(np.asarray(page), 60, 60, 60, 60, cv2.BORDER_CONSTANT, value=(70,))
    height, width = grey.shape
    seen = np.array([[70, 40], [width - 20, 80], [width - 70, height - 30], [25, height - 75]], dtype=np.float32)
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(whole, seen)
    return Image.fromarray(
        np.asarray(cv2.warpPerspective(grey, matrix, (width, height), borderValue=70), dtype=np.uint8)
    )


WORSE: Mapping[str, tuple[int, Callable[[Image.Image], Image.Image]]] = {  # resolution, and what was done
    "clean 300 dpi": (300, lambda page: page),
    "scan 200 dpi": (200, lambda page: _noisy(_resized(page, 200))),
    "scan 150 dpi": (150, lambda page: _noisy(_resized(page, 150))),
    "black and white 200 dpi": (
        200,
        lambda page: _resized(page, 200).point(lambda grey: 255 * (grey > 140)).convert("1"),
    ),
    "skewed 2.1°": (200, lambda page: _resized(_skewed(page), 200)),
    "on its head": (200, lambda page: _resized(page, 200).rotate(180)),
    "on its left side": (200, lambda page: _resized(page, 200).rotate(90, expand=True)),
    "on its right side": (200, lambda page: _resized(page, 200).rotate(270, expand=True)),
    "photo from aside": (200, lambda page: _photo(_resized(page, 200))),
}


def png(page: Image.Image, dpi: int) -> bytes:
    with BytesIO() as target:
        page.save(target, "PNG", dpi=(dpi, dpi), compress_level=1)
        return target.getvalue()
