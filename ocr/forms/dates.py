"""Dates as people write them: in digits, with parts missing, in words. Nothing is ever made up for a missing part."""

import calendar
import re
from datetime import date

from rapidfuzz import process

from ocr.forms.syllables import folded

FULL = re.compile(r"(?<!\d)(\d{1,2})(?:\s*[/.\-]\s*|\s+)(\d{1,2})(?:\s*[/.\-]\s*|\s+)(\d{4})(?!\d)")  # a stop gets lost
SPOKEN = re.compile(r"ngay\s*(\d{1,2})\s*,?\s*thang\s*(\d{1,2})\s*,?\s*nam\s*(\d{4})")
MONTH = re.compile(r"(?<!\d)(\d{1,2})\s*[/.\-]\s*(\d{4})(?!\d)")
BESIDE_PARTIAL = re.compile(r"ngay|thang|nam|sinh|[\d\s/.\-…_,:]")  # beside a partial date nothing else stands
YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
UNITS = {
    "khong": 0, "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "nham": 5,
    "sau": 6, "bay": 7, "tam": 8, "chin": 9, "gieng": 1, "chap": 12,
}  # fmt: skip
WORDS = (*UNITS, "muoi", "tram", "nghin", "ngan", "linh", "le", "ngay", "thang", "mong", "mung")
SPELLINGS = (
    "ngày", "tháng", "năm", "một", "mốt", "hai", "ba", "bốn", "tư", "lăm", "nhăm", "sáu", "bảy", "tám", "chín", "mươi",
    "mười", "trăm", "nghìn", "ngàn", "linh", "lẻ", "không", "giêng", "chạp", "mồng", "mùng",
)  # fmt: skip
TENS = {"hai", "ba", "bốn", "tư", "năm", "sáu", "bảy", "tám", "chín"}  # before "mươi"; else it is "mười"
BEFORE_MONTH = re.compile(r"(?<=\w)(,?) (?=tháng )")
BEFORE_YEAR = re.compile(r"(?<=\w)(,?) (?=năm (?:một|hai) (?:nghìn|ngàn)\b)")
LIKE_ENOUGH = 60
FIRST_YEAR = 1880
LAST_YEAR = date.today().year + 10  # noqa: DTZ011 - a passport is valid for ten years, no other day lies as far ahead


def date_in_digits(text: str) -> str | None:
    """Return YYYY-MM-DD, or YYYY-MM or YYYY where only that is written; None where it is no date."""
    plain = folded(text)
    if match := FULL.search(plain) or SPOKEN.search(plain):
        day, month, year = (int(part) for part in match.groups())
        return _iso(year, month, day)
    digits = re.sub(r"\D", "", plain)
    if len(digits) == 8 and re.fullmatch(r"[\d\s/.\-]+", plain):  # noqa: PLR2004 - its stops were lost in the leader
        return _iso(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    if re.search(r"\d\s*[/.\-]\s*\d{1,2}\s*[/.\-]", plain):  # a full date that was misread is not a partial one
        return None
    if BESIDE_PARTIAL.sub("", plain):  # "$-9-1961" had a day
        return None
    if (match := MONTH.search(plain)) and len(digits) == len(match[1] + match[2]):
        return _iso(int(match[2]), int(match[1]))
    years = YEAR.findall(plain)
    return years[0] if len(years) == 1 and digits == years[0] else None


def date_with_strokes_as_digits(text: str) -> str | None:
    """Return the date in a reading whose strokes became 1 or 7, as a typewriter's do."""
    match = re.fullmatch(r"(\d\d)[/.\-17](\d\d)[/.\-17](\d{4})", "".join(text.split()))
    return _iso(int(match[3]), int(match[2]), int(match[1])) if match else None


def date_in_words(text: str) -> str | None:
    """Return the date that is written out in words, by the same rules."""
    words = [_known(word) for word in re.findall(r"[a-z]+", folded(text))]
    start = next(
        (i for i in range(len(words) - 1) if words[i] in {"mot", "hai"} and words[i + 1] in {"nghin", "ngan"}), None
    )
    if start is None:
        return None
    year = _number(words[start:])
    before = words[:start]
    if before and before[-1] == "nam":  # the word "year"; May is "tháng năm năm …"
        before.pop()
    if "thang" not in before:
        return _iso(year) if year and not before else None
    at = len(before) - 1 - before[::-1].index("thang")
    month = _number(before[at + 1 :])
    day = _number([word for word in before[:at] if word not in {"ngay", "mong", "mung", ""}])
    if year is None or month is None:
        return None
    return _iso(year, month, day) if day else (_iso(year, month) if not before[:at] else None)


def with_date_words_mended(text: str) -> str:
    """Return a date in words with each word spelled as one of the few that a date is made of, where only that fits."""
    words: list[str] = []
    for word in text.split():
        core = word.strip(",.;:")
        spelling = core if core.lower() in SPELLINGS else _spelling(core, words[-1].lower() if words else "")
        words.append(word.replace(core, spelling) if core else word)
    return " ".join(words)


def has_only_date_words(text: str) -> bool:
    """Whether a date in words has none that no date is made of ("môf" was một)."""
    return all(word.strip(",.;:").lower() in SPELLINGS for word in text.split())


def with_both_commas(text: str) -> str:
    """Return a date in words with a comma before month and year, where the leader left one of the two."""
    places = [found for found in (BEFORE_MONTH.search(text), BEFORE_YEAR.search(text)) if found is not None]
    if len(places) < 2 or len({found[1] for found in places}) == 1:  # noqa: PLR2004 - month and year
        return text
    return BEFORE_YEAR.sub(", ", BEFORE_MONTH.sub(", ", text))


def _spelling(word: str, before: str) -> str:
    alike = [spelling for spelling in SPELLINGS if folded(spelling) == folded(word)]
    if set(alike) == {"mươi", "mười"}:
        alike = ["mươi" if before in TENS else "mười"]
    if len(alike) != 1:
        return word
    return alike[0].capitalize() if word[:1].isupper() else alike[0]


def _known(word: str) -> str:
    if word in WORDS:
        return word
    best = process.extractOne(word, WORDS, score_cutoff=LIKE_ENOUGH)
    return best[0] if best else ""


def _number(words: list[str]) -> int | None:
    total, current, seen = 0, 0, False
    for word in words:
        if word in UNITS:
            current, seen = current + UNITS[word], True
        elif word == "muoi":
            tens = current % 10
            current = current - tens + (tens or 1) * 10
            seen = True
        elif word == "tram":
            current *= 100
        elif word in {"nghin", "ngan"}:
            total, current = total + current * 1000, 0
        elif word not in {"linh", "le"}:
            return None
    return total + current if seen else None


def _iso(year: int | None, month: int | None = None, day: int | None = None) -> str | None:
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if month is None:
        return f"{year:04d}"
    if not 1 <= month <= 12:  # noqa: PLR2004 - months
        return None
    if day is None:
        return f"{year:04d}-{month:02d}"
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= day <= calendar.monthrange(year, month)[1] else None
