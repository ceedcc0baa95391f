"""A copy of a Tesseract model that starts in a sixth of the time and reads the same, to the last bit.

At every start the engine makes a table of some twenty thousand confusions between letters, of which only its older
recogniser takes notice; those with letters that the model does not know are passed over. The copy calls the small Latin
letters by names of its own, so that none is kept; ``called_rightly`` gives what was read its real names back.
"""

import string
import struct
from collections.abc import Mapping

SUFFIX = "_light"  # of the copy's name
PRIVATE = 0xE000  # the first code point that Unicode leaves to its users
HIDDEN = {ord(letter): chr(PRIVATE + ord(letter)) for letter in string.ascii_lowercase}
SHOWN = {ord(hidden): chr(code) for code, hidden in HIDDEN.items()}

ALPHABET = 21  # the part of a model that names its characters (tesseract/tessdatamanager.h)
ABSENT = -1
PART_NAMES = 40  # a model has two dozen parts; more is no model


def called_rightly(text: str) -> str:
    """Return what a light copy read, its letters by their real names."""
    return text.translate(SHOWN)


def lightened(model: bytes) -> bytes:
    """Return the light copy of a model's bytes; the same bytes give the same copy. Raises ``ValueError``."""
    try:
        count, parts = _parts(model)
        parts[ALPHABET] = _renamed(parts[ALPHABET].decode("utf-8")).encode("utf-8")
    except (KeyError, struct.error, UnicodeDecodeError) as error:
        raise ValueError("not a model of the newer recogniser") from error
    return _packed(count, parts)


def _parts(model: bytes) -> tuple[int, dict[int, bytes]]:
    """Return how many parts the format has places for, and those that are there, in the order of the file."""
    (count,) = struct.unpack_from("<i", model)
    if not ALPHABET < count <= PART_NAMES:
        raise ValueError("not a model in the order of bytes of this format")
    begins = struct.unpack_from(f"<{count}q", model, 4)
    there = sorted((begin, number) for number, begin in enumerate(begins) if begin != ABSENT)
    ends = [begin for begin, _ in there[1:]] + [len(model)]
    return count, {number: model[begin:end] for (begin, number), end in zip(there, ends, strict=True)}


def _packed(count: int, parts: Mapping[int, bytes]) -> bytes:
    begins, at = [ABSENT] * count, 4 + 8 * count
    for number, part in parts.items():
        begins[number] = at
        at += len(part)
    return struct.pack(f"<i{count}q", count, *begins) + b"".join(parts.values())


def _renamed(alphabet: str) -> str:
    """Return the alphabet with its small Latin letters called otherwise, where it names and where it shows them."""
    lines = []
    for line in alphabet.split("\n"):
        known, tab, remark = line.partition("\t")
        columns = known.split(" ")
        for place in (0, -1):
            if len(columns[place]) == 1:
                columns[place] = columns[place].translate(HIDDEN)
        lines.append(" ".join(columns) + tab + remark)
    return "\n".join(lines)
