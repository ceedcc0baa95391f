"""Invented people: names, dates, addresses and identity numbers that could be, of nobody that is.

An identity number always agrees with its person (``number_fits``: 3 digits province or country of the birth
registration, 1 digit century and sex, 2 digits year of birth, 6 random). Places come from dated lists.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

PLACES = Path(__file__).resolve().parent / "places"
TODAY = date(2026, 11, 20)  # a fixed day: the same seed gives the same people in any year
TWO_LEVELS_SINCE = date(2025, 7, 1)  # from then on an address has no district
CHIP_CARDS_SINCE, NEW_CARDS_SINCE = date(2021, 1, 25), date(2024, 7, 1)
CENTURY = 100
HOME_DISTRICTS = ("Huyện Ngọc Lặc", "Huyện Cẩm Thủy", "Huyện Thọ Xuân", "Huyện Lang Chánh", "Huyện Yên Định")
PROVINCE_CODES = {"Thanh Hóa": "038", "Nghệ An": "040", "Ninh Bình": "037", "Hà Nội": "001", "Sơn La": "014"}

SURNAMES: dict[str, Sequence[str]] = {
    "Kinh": (
        "Nguyễn", "Nguyễn", "Lê", "Lê", "Trần", "Phạm", "Hoàng", "Vũ", "Đỗ", "Trịnh", "Ngô", "Đặng", "Mai", "Lưu",
        "Đinh", "Tống", "Hồ", "Dương", "Lý", "Đoàn", "Tạ", "Thiều", "Chu", "Cù",
    ),
    "Mường": ("Phạm", "Bùi", "Cao", "Quách", "Hà", "Trương", "Lê", "Nguyễn", "Đinh", "Phùng"),
    "Thái": ("Lò", "Hà", "Vi", "Lương", "Ngân", "Lục", "Cầm", "Quàng", "Lộc", "Len"),
    "Hmông": ("Giàng", "Thào", "Vàng", "Sùng", "Lâu", "Hơ"),
}  # fmt: skip
MALE = (
    "Văn Hùng", "Đình Quân", "Quốc Bảo", "Minh Khôi", "Hữu Thắng", "Đức Anh", "Xuân Trường", "Văn Sỹ", "Công Định",
    "Gia Huy", "Thế Vinh", "Ngọc Sơn", "Bá Duy", "Tiến Đạt", "Hải Đăng", "Trọng Nghĩa", "Văn Tuấn", "Mạnh Cường",
    "Duy Khánh", "Nhật Minh", "Viết Lãm", "Quang Huỳnh", "Văn Ước", "Hoàng Vũ",
)  # fmt: skip
FEMALE = (
    "Thị Hoa", "Thị Thanh Thủy", "Ngọc Ánh", "Thị Hòa", "Thùy Linh", "Thị Mỹ Duyên", "Khánh Vy", "Thị Hồng Nhung",
    "Thị Tuyết", "Bảo Ngọc", "Thị Quỳnh Trang", "Thị Nguyệt", "Hà My", "Thị Bích Phượng", "Thị Út", "Phương Thảo",
    "Thị Vân", "Thị Diễm", "Quỳnh Anh", "Thị Lượng", "Thị Huệ", "Tường Vi", "Thị Kiều Oanh",
)  # fmt: skip
HMONG_MALE = ("A Páo", "A Sùng", "A Chia", "Seo Lử", "A Dế", "Mí Vừ")
HMONG_FEMALE = ("Thị Mỷ", "Thị Dợ", "Thị Sua", "Thị Pà", "Thị Chở")
VILLAGES = (
    "Tân Thành", "Minh Thạch", "Pheo", "Cò Mót", "Đồng Thuận", "Liên Cơ", "Nán", "Mới", "Xuân Minh", "Ngọc Tân", "Rẻ",
    "Quang Hợp", "Lập Thắng", "Thuận Sơn", "Hạ Long", "Bái Gạo", "Mang Xơn", "Tiến Sơn", "Thượng Sơn", "Làng Khuên",
)  # fmt: skip


@dataclass(frozen=True)
class Commune:
    old_commune: str
    old_district: str
    commune: str

    @property
    def old_address(self) -> str:
        """As papers from before July 2025 write it: three levels."""
        return f"{_lower(self.old_commune)}, {_lower(self.old_district)}, tỉnh Thanh Hóa"

    @property
    def address(self) -> str:
        return f"{_lower(self.commune)}, tỉnh Thanh Hóa"


@dataclass(frozen=True)
class Person:
    full_name: str
    sex: str  # "Nam" or "Nữ"
    birth_date: date
    ethnicity: str
    number: str  # the 12 digits
    card_issued_on: date
    village: str
    commune: Commune

    @property
    def is_woman(self) -> bool:
        return self.sex == "Nữ"

    @property
    def residence(self) -> str:
        return f"{self.village}, {self.commune.address}"

    @property
    def old_residence(self) -> str:
        return f"{self.village}, {self.commune.old_address}"

    @property
    def card_issuer(self) -> str:
        return "Bộ Công an" if self.card_issued_on >= NEW_CARDS_SINCE else "Cục Cảnh sát QLHC về TTXH"


def dice(seed: str) -> Random:
    """Return a generator that throws the same for the same seed, in every version of Python."""
    return Random(seed)


@cache
def communes() -> Sequence[Commune]:
    """Return the communes that people of the samples come from."""
    with (PLACES / "communes-thanh-hoa.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [
        Commune(row["old_commune"], row["old_district"], row["new_commune"])
        for row in rows
        if row["old_district"] in HOME_DISTRICTS
    ]


@cache
def provinces() -> Sequence[str]:
    """Return the 34 provinces, as "tỉnh …" or "thành phố …"."""
    with (PLACES / "provinces.csv").open(encoding="utf-8", newline="") as lines:
        return [_lower(row["name"]) for row in csv.DictReader(lines)]


@cache
def ethnic_groups() -> Sequence[str]:
    return (PLACES / "ethnic-groups.tsv").read_text(encoding="utf-8").splitlines()[1:]


def number_fits(number: str, sex: str, birth_date: date) -> bool:
    """Whether 12 digits may be this person's: shape, known province, century and sex, year (domain.md 5.1)."""
    if not re.fullmatch(r"0\d{11}", number) or number[:3] not in PROVINCE_CODES.values():
        return False
    century_and_sex = (birth_date.year // CENTURY - 19) * 2 + (sex == "Nữ")
    return int(number[3]) == century_and_sex and int(number[4:6]) == birth_date.year % CENTURY


def new_person(
    rng: Random,
    *,
    ages: tuple[int, int],
    sex: str | None = None,
    surname: str | None = None,
    ethnicity: str | None = None,
    commune: Commune | None = None,
) -> Person:
    """Return a person whose age in years lies within ``ages``."""
    sex = sex or rng.choice(("Nam", "Nữ"))
    ethnicity = ethnicity or rng.choices(list(SURNAMES), weights=(50, 32, 12, 6))[0]
    born = TODAY - timedelta(days=rng.randint(ages[0] * 365 + 1, ages[1] * 365 + 364))
    return Person(
        full_name=f"{surname or rng.choice(SURNAMES[ethnicity])} {_given(rng, sex, ethnicity)}",
        sex=sex,
        birth_date=born,
        ethnicity=ethnicity,
        number=new_number(rng, sex, born),
        card_issued_on=CHIP_CARDS_SINCE + timedelta(days=rng.randint(0, (TODAY - CHIP_CARDS_SINCE).days - 60)),
        village=f"{rng.choice(('thôn', 'làng', 'thôn')).capitalize()} {rng.choice(VILLAGES)}",
        commune=commune or rng.choice(communes()),
    )


def new_number(rng: Random, sex: str, birth_date: date) -> str:
    code = rng.choices(list(PROVINCE_CODES.values()), weights=(80, 5, 5, 5, 5))[0]
    century_and_sex = (birth_date.year // CENTURY - 19) * 2 + (sex == "Nữ")
    return f"{code}{century_and_sex}{birth_date.year % CENTURY:02}{rng.randrange(1_000_000):06}"


def _given(rng: Random, sex: str, ethnicity: str) -> str:
    if ethnicity == "Hmông":
        return rng.choice(HMONG_FEMALE if sex == "Nữ" else HMONG_MALE)
    return rng.choice(FEMALE if sex == "Nữ" else MALE)


def _lower(name: str) -> str:
    """``Xã Nguyệt Ấn`` stands inside an address as ``xã Nguyệt Ấn``."""
    return name[:1].lower() + name[1:]
