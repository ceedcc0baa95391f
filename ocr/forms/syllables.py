"""Which strings can be a Vietnamese syllable: onset, rime and tone, by the rules of the script.

A word list would call the hamlets and names it does not know mistakes; the rules call only the impossible ones so.
Both placements of the tone (hòa, hoà) are right (domain.md 5.10). It tells misreadings from words, never which word.
"""

import re
import unicodedata
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
STOP_TONES = {"\u0301", "\u0323"}  # the only ones that a syllable in p, t, c, ch may carry
ONSETS = [
    "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh", "p", "ph",
    "qu", "r", "s", "t", "th", "tr", "v", "x",
]  # fmt: skip
RIMES = frozenset((
    "a", "ac", "ach", "ai", "ăk", "ak", "êk", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "ă",
    "ăc", "ăm", "ăn", "ăng", "ăp", "ăt", "â", "âc", "âm", "ân", "âng", "âp", "ât", "âu", "ây", "e", "ec",
    "em", "en", "eng", "eo", "ep", "et", "ê", "êch", "êm", "ên", "ênh", "êp", "êt", "êu", "i", "ia", "ich",
    "iêc", "iêm", "iên", "iêng", "iêp", "iêt", "iêu", "im", "in", "inh", "ip", "it", "iu", "yêm", "yên",
    "yêng", "yêt", "yêu", "y", "yt", "o", "oa", "oac", "oach", "oai", "oam", "oan", "oang", "oanh", "oao",
    "oap", "oat", "oay", "oăc", "oăm", "oăn", "oăng", "oăt", "oc", "oe", "oen", "oeo", "oet", "oi", "om",
    "on", "ong", "oong", "op", "ot", "ooc", "ô", "ôc", "ôi", "ôm", "ôn", "ông", "ôp", "ôt", "ơ", "ơi", "ơm",
    "ơn", "ơp", "ơt", "u", "ua", "uân", "uâng", "uât", "uây", "uc", "uê", "uêch", "uênh", "ui", "um", "un",
    "ung", "uôc", "uôi", "uôm", "uôn", "uông", "uôt", "uơ", "up", "ut", "uy", "uya", "uych", "uyên", "uyêt",
    "uynh", "uyt", "uyu", "ư", "ưa", "ưc", "ưi", "ưm", "ưn", "ưng", "ươc", "ươi", "ươm", "ươn", "ương",
    "ươp", "ươt", "ươu", "ưt", "ưu",
))  # fmt: skip
QU_RIMES = frozenset((
    "a", "ac", "ach", "ai", "an", "ang", "anh", "ao", "at", "au", "ay", "ăc", "ăm", "ăn", "ăng", "ăp", "ăt",
    "âc", "ân", "âng", "ât", "ây", "e", "en", "eo", "et", "ê", "êch", "ên", "êt", "ênh", "i", "y", "it",
    "yt", "ich", "ych", "inh", "ynh", "yên", "yêt", "yêu", "ơ", "ôc", "iu", "yu", "ua",
))  # fmt: skip
IN_USE = frozenset(
    syllable
    for line in (Path(__file__).parent / "syllables.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for syllable in line.split(" ")
)
WORD = re.compile(r"[^\W\d_]+")
HATS = {"\u0302", "\u0306", "\u031b"}  # of â ê ô, ă, ơ ư
MARKS = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")  # on letters


def folded(text: str) -> str:
    """Return the text without tones and marks, in lower case; đ is folded by hand, it does not decompose."""
    plain = MARKS.sub("", unicodedata.normalize("NFD", text))
    return plain.replace("đ", "d").replace("Đ", "D").lower()


@cache
def is_syllable(word: str) -> bool:
    """Whether one word can be a Vietnamese syllable, in any case and either tone placement."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in decomposed if c in TONES]
    plain = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in TONES))
    if len(tones) > 1:
        return False
    for onset in (*ONSETS, ""):
        if not plain.startswith(onset):
            continue
        rime = plain[len(onset) :]
        if onset == "gi" and rime in {"", "êng", "êc", "êt", "n", "m", "p", "a"}:  # gì, giếng: the i is shared
            return True
        if rime not in (QU_RIMES if onset == "qu" else RIMES):
            continue
        if rime[-1:] in {"p", "t", "c"} or rime.endswith("ch"):
            return bool(tones) and tones[0] in STOP_TONES  # such a syllable always has a tone
        return True
    return False


def words_possible(text: str, longest_abbreviation: int = 4, known: AbstractSet[str] = frozenset()) -> bool:
    """Whether every word of letters is known, can be Vietnamese, or is an abbreviation in capitals (UBND, CCCD)."""
    return all(
        word in known or is_syllable(word) or (word.isupper() and len(word) <= longest_abbreviation)
        for word in WORD.findall(text)
    )


@cache
def is_in_use(word: str) -> bool:
    """Whether a syllable, in any case and either tone placement, is one that people use: "nhỏ", but not "nhó"."""
    tones = "".join(sign for sign in unicodedata.normalize("NFD", word) if sign in TONES)
    return len(word) == 1 or without_tone(word).lower() + tones in IN_USE


def without_tone(word: str) -> str:
    """Return the word with its letters as they are and no tone: Trân of Trần."""
    return unicodedata.normalize("NFC", "".join(c for c in unicodedata.normalize("NFD", word) if c not in TONES))


def with_tones_placed(text: str) -> str:
    """Return the text with the tone of each syllable on its letter with a hat: Giâý is a Giấy whose marks stand apart.

    Nowhere else can it stand; of a syllable without such a letter both placements are right.
    """
    return WORD.sub(lambda word: _with_tone_placed(word[0]), unicodedata.normalize("NFC", text))


def _with_tone_placed(word: str) -> str:
    letters = [unicodedata.normalize("NFD", letter) for letter in word]
    toned = [index for index, letter in enumerate(letters) if TONES.intersection(letter)]
    hatted = [index for index, letter in enumerate(letters) if HATS.intersection(letter)]
    if len(toned) != 1 or not hatted or toned[0] in hatted:
        return word
    tone = next(sign for sign in letters[toned[0]] if sign in TONES)
    letters[toned[0]] = letters[toned[0]].replace(tone, "")
    letters[hatted[-1]] += tone
    return unicodedata.normalize("NFC", "".join(letters))
