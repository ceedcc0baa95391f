"""Where results go: never over an input, never over each other."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from storage.durable import NAME_BYTES, write_parts_durably


def names_of(files: Sequence[Path], suffix: str) -> list[str]:
    """Return a result name per input: NAME + suffix, or NAME with its own ending where two inputs share a stem."""
    stems = [file.stem for file in files]
    names: list[str] = []
    for file, stem in zip(files, stems, strict=True):
        name = stem if stems.count(stem) == 1 else file.name
        candidate, again = shortened(name, suffix), 2
        while candidate in names:  # the same name from two folders
            candidate, again = shortened(name, f"-{again}{suffix}"), again + 1
        names.append(candidate)
    return names


def shortened(stem: str, ending: str, spare: int = 0) -> str:
    """Return the two together, the stem cut where they would be too long for a name with ``spare`` bytes more."""
    while len(os.fsencode(stem + ending)) > NAME_BYTES - spare:
        stem = stem[:-1]
    return stem + ending


def shown(name: str) -> str:
    """Return a name for people: what would end the line, turn the writing round or is no UTF-8 shows as its number."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name)


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, making its folder first."""
    write_parts(target, (content,))


def write_parts(target: Path, parts: Iterable[bytes]) -> None:
    """Do the same for what does not fit into memory."""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_parts_durably(target, parts)


def is_writable(folder: Path) -> bool:
    """Whether results can be put into the folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def is_an_input(target: Path, files: Sequence[Path]) -> bool:
    """Whether writing there would change one of the inputs, by whatever name it was given."""
    return target.exists() and any(file.exists() and target.samefile(file) for file in files)
