"""Odd inputs, made in code from fixed seeds, each with the outcome it must have; none of them is committed as bytes.

``python -m tests.ocr.odd.make DIR`` writes them all, and what is expected of each as JSON (names in hexadecimal).
``expected`` is the number of pages, or the code of the refusal.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.ocr.odd import files, heics, images, pdfs, pdfs_bad, pdfs_deep, tiffs, tiffs_kinds

OUTCOMES = "outcomes.json"
ROOMS = (files, images, tiffs, tiffs_kinds, heics, pdfs, pdfs_bad, pdfs_deep)


@dataclass(frozen=True)
class Odd:
    name: str  # of the file, relative to the folder
    expected: int | str
    write: Callable[[Path], object]
    password: str | None = None


def all_odd() -> list[Odd]:
    """Return every odd input, none of them written yet."""
    return [Odd(name, *rest) for room in ROOMS for name, *rest in room.CASES]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for odd in all_odd():
        odd.write(folder / odd.name)
    outcomes = [(os.fsencode(odd.name).hex(), odd.expected, odd.password) for odd in all_odd()]
    (folder / OUTCOMES).write_text(json.dumps(outcomes))


if __name__ == "__main__":
    main()
