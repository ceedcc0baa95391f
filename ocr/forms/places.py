"""Names of places and the set phrases about them: a tone misread is put right where only one place can be meant.

Whatever is not on the list of places stays as it was read; a hamlet is on no list.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from ocr.forms.syllables import folded, is_syllable

NAMES = Path(__file__).parent / "placenames" / "names.tsv"
LONGEST_NAME = 4  # words
UNITS = r"xã|phường|thị trấn|đặc khu|huyện|quận|thị xã|thành phố|tỉnh"
LEVELS = {
    "xã": ("commune",), "phường": ("commune",), "thị trấn": ("commune",), "đặc khu": ("commune",),
    "huyện": ("district",), "quận": ("district",), "thị xã": ("district",),
    "thành phố": ("district", "province"), "tỉnh": ("province",),
}  # fmt: skip
PHRASES = (
    "Ủy ban nhân dân", "Tòa án nhân dân", "Trạm y tế", "Trung tâm y tế", "Bệnh viện", "Đa khoa", "Phụ sản", "khu vực",
    "Tại nhà riêng", "thành phố", "tỉnh", "huyện", "phường", "thị trấn", "bổ sung", "cải chính", "khai sinh", "khai tử",
    "kết hôn", "ly hôn", "hộ tịch", "đăng ký", "trích lục", "hộ chiếu", "thường trú", "tạm trú", "xác nhận",
    "quốc tịch",
)  # fmt: skip
UNIT_WITHOUT_COMMA = re.compile(rf"((?<!\w)(?!Thị xã)(?:[A-ZĐÀ-Ỹ][^\WA-Z\d_]*|\d+)) (?=(?:{UNITS}) [^\W\d_])")
UNIT = re.compile(rf"\b({UNITS}) ((?:[^\W\d_]+ ?){{1,{LONGEST_NAME}}})", re.IGNORECASE)


def with_places_mended(text: str) -> str:
    """Return the text with set phrases and names of communes, districts and provinces put right."""
    for phrase in PHRASES:
        text = _with_phrase(text, phrase)
    return UNIT.sub(_with_name, text)


def with_commas(text: str) -> str:
    """Return an address with the commas before larger units that a leader swallowed.

    Where several are missing and none is left, whoever wrote it put none.
    """
    if "," not in text and len(UNIT_WITHOUT_COMMA.findall(text)) > 1:
        return text
    return UNIT_WITHOUT_COMMA.sub(r"\1, ", text)


def known_words(words: Sequence[str]) -> set[int]:
    """Return which words stand in a set phrase or in a known name behind its kind, or are a number or abbreviation."""
    text = " ".join(words)
    spans = [found.span() for phrase in PHRASES for found in re.finditer(rf"(?<!\w){phrase}(?!\w)", text)]
    for found in UNIT.finditer(text):
        spans += [
            (found.start(), found.start(2) + len(name))
            for name in _names_in(found)
            if any(same_letters(name, one) for one in _like(found, name))
        ]
    known, at = set(), 0
    for index, word in enumerate(words):
        core = word.rstrip(",.;:")
        is_short = core.isdecimal() or (core.isupper() and not is_syllable(core))
        if is_short or any(start <= at and at + len(core) <= stop for start, stop in spans):
            known.add(index)
        at += len(word) + 1
    return known


def _with_phrase(text: str, phrase: str) -> str:
    words, wanted = text.split(" "), phrase.split(" ")
    for start in range(len(words) - len(wanted) + 1):
        part = words[start : start + len(wanted)]
        bare = [word.strip(",.;:") for word in part]
        if folded(" ".join(bare)) != folded(phrase):
            continue
        named = " ".join(words[start + 1 : start + 2])[:1]
        if len(wanted) == 1 and not (bare[0].islower() and (named.isupper() or named.isdecimal())):
            continue  # Phương is a name, and no "phường"; "tính đến" no "tỉnh"
        for offset, (word, core, right) in enumerate(zip(part, bare, wanted, strict=True)):
            if not same_letters(core, right):
                right_case = right.capitalize() if core[:1].isupper() else right
                words[start + offset] = word.replace(core, right_case)
    return " ".join(words)


def _with_name(found: re.Match[str]) -> str:
    for name in _names_in(found):
        known = _like(found, name)
        if any(same_letters(name, one) for one in known):
            return found[0]
        if len(known) == 1:
            return f"{found[1]} {known.pop()}{found[2][len(name) :]}"
    return found[0]


def _names_in(found: re.Match[str]) -> Iterator[str]:
    """Yield what may be the name behind a kind of unit, the longest first."""
    words = found[2].split(" ")
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        if name and name[0].isupper():
            yield name


def _like(found: re.Match[str], name: str) -> set[str]:
    """Return the known names of this kind of unit with these letters, whatever their marks."""
    return {one for level in LEVELS[found[1].lower()] for one in known_names().get((level, folded(name)), ())}


def same_letters(one: str, other: str) -> bool:
    """Whether two spellings differ in nothing but case and where the tone stands (Uỷ, Ủy)."""
    return sorted(unicodedata.normalize("NFD", one.lower())) == sorted(unicodedata.normalize("NFD", other.lower()))


@cache
def known_names() -> dict[tuple[str, str], set[str]]:
    """Return the names by level (province, district, commune) and by their letters without tones."""
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    rows = [line.split("\t") for line in NAMES.read_text(encoding="utf-8").splitlines()]
    letters = folded("\n".join(name for _, name in rows)).split("\n")  # in one go: every start does it
    for (level, name), plain in zip(rows, letters, strict=True):
        known = names[level, plain]
        if not any(same_letters(name, one) for one in known):
            known.add(name)
    return names
