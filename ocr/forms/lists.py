"""Closed lists: what a field may hold at all. Ethnic groups as the General Statistics Office writes them.

A reading is matched to a list first exactly, then without tones, then by likeness; a tie is no match.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from ocr.forms.syllables import folded
from ocr.forms.templates import Kind

LIKE_ENOUGH = 75
CLEARLY = 10  # how much better than the second

SEXES = ("Nam", "Nữ")
NATIONALITIES = (
    "Việt Nam",
    "Lào",
    "Trung Quốc",
    "Hoa Kỳ",
    "Hàn Quốc",
    "Nhật Bản",
    "Campuchia",
    "Đài Loan",
    "Pháp",
    "Đức",
)
ETHNIC_GROUPS = (
    "Kinh", "Tày", "Thái", "Hoa", "Khơ-me", "Khmer", "Mường", "Nùng", "Hmông", "Mông", "Dao", "Gia-rai",
    "Ngái", "Ê-đê", "Ba-na", "Xơ-đăng", "Sán Chay", "Cơ-ho", "Chăm", "Sán Dìu", "Hrê", "Mnông", "Ra-glai",
    "Xtiêng", "Bru-Vân Kiều", "Thổ", "Giáy", "Cơ-tu", "Gié-Triêng", "Mạ", "Khơ-mú", "Co", "Tà-ôi", "Chơ-ro",
    "Kháng", "Xinh-mun", "Hà Nhì", "Chu-ru", "Lào", "La Chí", "La Ha", "Phù Lá", "La Hủ", "Lự", "Lô Lô",
    "Chứt", "Mảng", "Pà Thẻn", "Cơ Lao", "Cống", "Bố Y", "Si La", "Pu Péo", "Brâu", "Ơ-đu", "Rơ-măm",
)  # fmt: skip
RELATIONS = (
    "Bản thân", "Cha", "Cha đẻ", "Mẹ", "Mẹ đẻ", "Con", "Con đẻ", "Con trai", "Con gái", "Vợ", "Chồng",
    "Ông", "Bà", "Ông nội", "Ông ngoại", "Bà nội", "Bà ngoại", "Anh", "Chị", "Em", "Anh trai", "Chị gái",
    "Em trai", "Em gái", "Anh ruột", "Chị ruột", "Em ruột", "Cháu", "Cháu nội", "Cháu ngoại", "Cô", "Dì",
    "Chú", "Bác", "Cậu", "Bố", "Bố đẻ", "Cô ruột", "Dì ruột", "Chú ruột", "Bác ruột", "Cậu ruột", "Con dâu",
    "Con rể", "Người giám hộ", "Người được ủy quyền",
)  # fmt: skip
LISTS = {
    Kind.SEX: SEXES,
    Kind.ETHNIC_GROUP: ETHNIC_GROUPS,
    Kind.NATIONALITY: NATIONALITIES,
    Kind.RELATION: RELATIONS,
}
SURNAMES = frozenset(
    line
    for line in (Path(__file__).parent / "surnames.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)
SMALL_SURNAMES = frozenset(known.lower() for known in SURNAMES)


def matched(reading: str, choices: Sequence[str]) -> str | None:
    """Return the one member of the list that the reading means, or None."""
    exact = [choice for choice in choices if choice.casefold() == reading.casefold()]
    toneless = [choice for choice in choices if folded(choice) == folded(reading)]
    for found in (exact, toneless):
        if len(found) == 1:
            return found[0]
    best = process.extract(reading.lower(), [choice.lower() for choice in choices], scorer=fuzz.ratio, limit=2)
    clear = len(best) < 2 or best[0][1] - best[1][1] >= CLEARLY  # noqa: PLR2004 - the best and the second
    return choices[best[0][2]] if best and best[0][1] >= LIKE_ENOUGH and clear else None


def is_surname(word: str) -> bool:
    """Whether a word, in any case, is a known surname."""
    return word.lower() in SMALL_SURNAMES


def with_surname_mended(name: str) -> str:
    """Return the name with a surname that differs from a known one only in its tone (NGUYÊN) put right.

    Tesseract misreads capital NGUYỄN (ocr.md 9 A). Surnames are a closed list; nothing else of a name is touched.
    """
    surname, _, rest = name.partition(" ")
    if not rest or is_surname(surname):
        return name
    alike = {known for known in SURNAMES if folded(known) == folded(surname)}
    if len(alike) != 1:
        return name
    known = alike.pop()
    return f"{known.upper() if surname.isupper() else known} {rest}"


PAPER_WORDS = (
    "Căn", "cước", "công", "dân", "Thẻ", "Số", "định", "danh", "cá", "nhân", "điện", "tử", "do", "Cục", "Cảnh",
    "sát", "QLHC", "về", "TTXH", "cấp", "ngày", "Bộ", "Công", "an", "quản", "lý", "hành", "chính", "trật", "tự",
    "xã", "hội", "CCCD", "CMND", "Chứng", "minh", "Hộ", "chiếu", "Giấy", "tỉnh", "tại", "nơi",
    "Phòng", "xuất", "nhập", "cảnh",
)  # fmt: skip


ISSUED_ON = re.compile(r"(?<=ngày )(\d{1,2})([/.\-]?) ?(\d{2}|\d)([/.\-]?) ?(\d{4})$")


def with_paper_words_mended(text: str) -> str:
    """Return an identity paper's line with each word of its set phrase put right; other words stay.

    The stops in the day of issue stand on the leader and get lost with it: one that is left tells what they were.
    """
    mended = " ".join(_mended(word) for word in text.split()).replace("Cục cảnh sát", "Cục Cảnh sát")
    return ISSUED_ON.sub(_with_both_stops, mended)


def _with_both_stops(day: re.Match[str]) -> str:
    stop = day[2] or day[4]
    return f"{day[1]}{stop}{day[3]}{stop}{day[5]}" if stop else day[0]


def _mended(word: str) -> str:
    core = word.strip(",.;:")
    plain = core.replace(".", "")
    if not plain.isalpha():
        return word
    if any(known == core or known.lower() == core for known in PAPER_WORDS):
        return word.rstrip(".")  # a leader's dot
    lower = plain.lower()
    is_long = len(plain) >= 4  # noqa: PLR2004 - of a shorter word one letter is too much of it
    near = [
        known
        for known in PAPER_WORDS
        if (is_long or len(known) == len(plain)) and Levenshtein.distance(known.lower(), lower) <= 1
    ]
    alike = [known for known in near if folded(known) == folded(plain)] or near
    if len({known.lower() for known in alike}) != 1:
        return word
    known = alike[0] if alike[0].isupper() or core[0].isupper() else alike[0].lower()
    return word.replace(core, known)
