"""What each page of a pile is, and where one dossier of a pile ends and the next begins.

A pile is scanned in one go, each dossier under its receipt (the desk prints it again as a cover sheet), which carries
the receipt code as a QR and in large letters; a dossier that has no receipt yet lies under a separator sheet. The sheet
says whose the pages after it are; it is no paper of theirs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr.forms.syllables import folded
from ocr.values import Code, PageClass, PageReading

CODE = r"[0-9A-HJKMNP-TV-Z]"  # Crockford's base 32, as receipt codes are written
IN_QR = re.compile(rf"https?://\S+/k/({CODE}{{12}})/?")
IN_PRINT = re.compile(rf"\b({CODE}{{4}})[ -]?({CODE}{{4}})[ -]?({CODE}{{4}})\b")
HEAD_CHARACTERS = 400
TITLE_CHARACTERS = 300  # the title of a slip stands within its first lines

CARD_WORDS = 150  # copies of both sides of a card have fewer, a page of running text has twice as many

SEPARATOR = "moonseal:separator-sheet:1"  # what its QR says; sheets are printed once and used for years
SEPARATOR_TITLE = "to ngan ho so"
SHEET_TITLE = "giay tiep nhan ho so va hen tra ket qua"
CARD_MARKS = ("can cuoc cong dan", "the can cuoc", "identity card", "idvnm")
PAPER_MARKS = (
    "trich luc", "giay khai sinh", "giay chung nhan", "giay xac nhan", "giay bao tu", "giay chung sinh",
)  # fmt: skip
CLASSES = ((PageClass.IDENTITY_CARD, CARD_MARKS), (PageClass.CERTIFICATE, PAPER_MARKS))


@dataclass(frozen=True)
class Part:
    """Pages of one dossier. ``code`` is None where no receipt lies on top, or its code could not be read."""

    code: str | None
    sheet: int | None  # the number of the sheet's page; never one of ``pages``
    pages: tuple[int, ...]
    is_new: bool = False  # a separator sheet says that there is no receipt yet


def split(pages: Sequence[PageReading]) -> Sequence[Part]:
    """Return the dossiers of a pile in its order; every page stands in exactly one part, as its sheet or its page.

    A pile without any sheet is one part without a code. Whether a code is one of ours only the register knows: a code
    nobody gave out belongs into the tray, like the pages above the first sheet; where separators are in use, those are
    a dossier too.
    """
    parts: list[Part] = []
    for page in pages:
        code, is_sheet = sheet_code(page)
        if is_separator(page):
            parts.append(Part(None, page.number, (), is_new=True))
        elif is_sheet:
            parts.append(Part(code, page.number, ()))
        elif not parts:
            parts.append(Part(None, None, (page.number,)))
        else:
            parts[-1] = replace(parts[-1], pages=(*parts[-1].pages, page.number))
    if parts and parts[0].sheet is None:
        parts[0] = replace(parts[0], is_new=any(part.is_new for part in parts))
    return parts


def is_separator(page: PageReading) -> bool:
    return any(code.text == SEPARATOR for code in page.codes) or SEPARATOR_TITLE in _head(page)


def sheet_code(page: PageReading) -> tuple[str | None, bool]:
    """Return the receipt code of a receipt, and whether the page is one.

    The QR goes before the print: an office without a public address prints none, and a QR may be torn.
    """
    found = next((code for code in map(receipt_code, page.codes) if code is not None), None)
    if found is not None:
        return found, True
    if SHEET_TITLE not in _head(page):
        return None, False
    printed = IN_PRINT.search(page.text)
    return ("".join(printed.groups()) if printed else None), True


def _head(page: PageReading) -> str:
    return " ".join(folded(page.text[:TITLE_CHARACTERS]).split())


def receipt_code(code: Code) -> str | None:
    """Return the receipt code that a QR or bar code carries, if it is one of ours."""
    found = IN_QR.fullmatch(code.text)
    return found.group(1) if found else None


def class_of(text: str) -> PageClass:
    """Return what a page that is no form seems to be, by what stands at its head."""
    head = " ".join(folded(text).split())[:HEAD_CHARACTERS]
    return next((found for found, marks in CLASSES if any(mark in head for mark in marks)), PageClass.ATTACHMENT)


def may_hold_card(text: str) -> bool:
    """Whether a page may show an identity card: it says so, or has few words; the back of a card has hardly any."""
    return class_of(text) is PageClass.IDENTITY_CARD or len(text.split()) < CARD_WORDS
