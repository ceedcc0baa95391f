"""What an old address is called since 1 July 2025, when districts ended and communes were merged.

The address itself stays as it was written; the new name is said beside it. Only its district, or a commune's name that
no commune has any more, makes an address an old one. The list is dated data (``placenames/README.md``).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ocr.forms.syllables import folded

MERGED = Path(__file__).parent / "placenames" / "merged-2025-07-01.tsv"
TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
COMMUNES = ("xã", "phường", "thị trấn")
KINDS = (*COMMUNES, "huyện", "quận", "thị xã", "thành phố", "tỉnh", "đặc khu")
SHORT = {"p": "phường", "tt": "thị trấn", "h": "huyện", "q": "quận", "tx": "thị xã", "tp": "thành phố", "t": "tỉnh"}
UNIT = re.compile(
    rf"(?<!\w)(?:({'|'.join(KINDS)}) |({'|'.join(SHORT)})(?:\. ?| (?=[A-ZĐÀ-Ỹ\d])))(\w[^,]*)$", re.IGNORECASE
)

Unit = tuple[str, str]  # kind and name, spelled as ``_unit`` does


@dataclass(frozen=True)
class _Old:
    district: Unit | None
    provinces: frozenset[Unit]  # then and now
    now: tuple[str, ...]


def now_called(address: str) -> tuple[str, ...]:
    """Return what the commune of an old address is called today; several where it was divided, none if unknown."""
    units = [unit for part in address.split(",") if (unit := _unit(part.strip())) is not None]
    at = next((index for index, (kind, _) in enumerate(units) if kind in COMMUNES), None)
    if at is None:
        return ()
    above = set(units[at + 1 :])
    known = [old for old in _old(units[at]) if above <= {old.district, *old.provinces}]
    found = {old.now for old in known if old.district in above}
    if not found and folded(units[at][1]) not in names_of_today():
        found = {old.now for old in known}
    return found.pop() if len(found) == 1 else ()


def _unit(part: str) -> Unit | None:
    """Return the unit that a part of an address names; case and where the tone stands do not count."""
    found = UNIT.search(part)
    if found is None:
        return None
    kind = found[1].lower() if found[1] else SHORT[found[2].lower()]
    letters = unicodedata.normalize("NFD", found[3].strip(" .").lower().replace("’", "'"))
    tones = sorted(letter for letter in letters if letter in TONES)
    return kind, re.sub(r"^0+(?=\d)", "", "".join([letter for letter in letters if letter not in TONES] + tones))


def _old(commune: Unit) -> Iterator[_Old]:
    """Yield what became of each old commune of a name."""
    text, start = _list(), f"\n{folded(commune[1])}\t"
    at = text.find(start)
    while at >= 0:
        end = text.index("\n", at + 1)
        _, own, district, province, now, moved = text[at + 1 : end].split("\t")
        if _unit(own) == commune:
            names = tuple(f"{_small(name)}, {_small(moved or province)}" for name in now.split("; "))
            provinces = frozenset(unit for one in (province, moved) if (unit := _unit(one)) is not None)
            yield _Old(_unit(district), provinces, names)
        at = text.find(start, end)


@cache
def _list() -> str:
    """Return the list (``placenames/README.md`` names its columns), a line break before every line."""
    return "\n" + MERGED.read_text(encoding="utf-8")


@cache
def names_of_today() -> frozenset[str]:
    """Return the names of all communes there are now, without tones and marks."""
    names = {name for line in _list().splitlines()[1:] for name in line.split("\t")[4].split("; ")}
    return frozenset(folded("\n".join(name.split(" ", 1)[1] for name in names)).split("\n"))  # in one go


def _small(unit: str) -> str:
    """Return the unit as it stands within an address, its kind in small letters."""
    return f"{unit[0].lower()}{unit[1:]}"
