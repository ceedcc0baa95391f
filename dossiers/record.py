"""The record: the confirmed fields as canonical bytes, so that their digest says what was confirmed.

Version 1: JSON by RFC 8785 (sorted keys, no spaces, UTF-8) of ``{"version", "procedure", "form", "fields"}``; every
text in NFC; an empty field is null. The bytes name no dossier, so that the same papers give the same record. A change
of this shape is a new version; old records keep theirs.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import rfc8785

VERSION = 1


@dataclass(frozen=True)
class Canonical:
    content: bytes
    sha256: str


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def canonical(procedure: str, form: str, fields: Mapping[str, str | None]) -> Canonical:
    """Return the canonical bytes and their digest; field order and Unicode form do not matter."""
    content = rfc8785.dumps(
        {
            "version": VERSION,
            "procedure": procedure,
            "form": form,
            "fields": {nfc(name): None if value is None else nfc(value) for name, value in fields.items()},
        }
    )
    return Canonical(content, hashlib.sha256(content).hexdigest())


def folded(text: str) -> str:
    """Return a name as it is searched for: no case, no marks, đ as d, one space."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())
