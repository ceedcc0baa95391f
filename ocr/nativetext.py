"""How much of a page's ink its own text explains: what goes when the text goes, measured on drawings of the page.

Not "has text": the stamp of a signature carries words, and scans come with an invisible layer that some engine read
before. Such text explains nothing, since all ink stays when it is taken away; so does text whose letters are no
language (an old encoding, a font without a map to Unicode). What it leaves over decides: picture or page of letters.
"""

import ctypes
import re
from itertools import islice
from typing import BinaryIO

import cv2
import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # has no types
from numpy.typing import NDArray
from pypdfium2 import raw

from ocr.forms.syllables import is_syllable

DPI = 75  # enough to see which ink goes
DARKER = 48  # by so much a pixel must brighten for its ink to be gone
INK = 160  # at this resolution print is grey
DEPTH = 8  # of forms within forms
MOST_OBJECTS = 40_000  # a page of more is a map or worse, not text: to look at them one by one would take minutes
LETTERS_OF_PAGE, LETTERS_OF_SEAL = 12, 60  # that large and small pictures of no writing show: ornaments; a seal has 40
WORD_MM, LETTER_HEIGHT_MM = 20, 5
LOGO_SHARE = 0.25  # of the page: pictures that cover less are none of a page, their ink says as little as that of rules
SEEN = 10  # levels that a point changes by where text is seen
MM = 25.4 / DPI
LETTER_MM = 60  # both ways: what is larger is a picture that was wrapped up as a letter
HIDDEN = {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}
DRAWN_WEIGHT = 0.25  # of the ink of rules, frames and logos: they say neither that a page is text nor that it is not

WORD = re.compile(r"[^\W\d_]+")
PRIVATE = re.compile(r"[\ue000-\uf8ff\ufffd\u0000-\u0008\u000e-\u001f]")
LEGACY_FONT = re.compile(rb"(\+|^)(\.Vn|VNI[- ]|VK Sans|VPS )")
VALID_SHARE = 0.7  # of the words beyond ASCII must be syllables of Vietnamese
VOWELS = set("aeiouy")
VOWEL_SHARE = (0.2, 0.65)  # of the letters of any language in Latin letters


def explained_share(page: pypdfium2.PdfPage) -> float:
    """Return which share of the page's ink is visible text that can be believed, 0 to 1."""
    if sum(1 for _ in islice(page.get_objects(max_depth=DEPTH), MOST_OBJECTS + 1)) > MOST_OBJECTS:
        return 0.0
    shown = [thing for thing in _objects(page, raw.FPDF_PAGEOBJ_TEXT) if _mode(thing) not in HIDDEN]
    if not shown or not _is_believable(page) or any(_is_legacy(thing) for thing in shown):
        return 0.0
    whole = _drawn(page)
    _deactivate(shown)
    without_text = _drawn(page)
    _deactivate(_objects(page, raw.FPDF_PAGEOBJ_PATH) + _objects(page, raw.FPDF_PAGEOBJ_SHADING))
    pictures = _drawn(page)
    _reactivate(page)
    is_large = _picture_share(page) > LOGO_SHARE
    if _letters(pictures) > (LETTERS_OF_PAGE if is_large else LETTERS_OF_SEAL):  # lost, if the page were not read whole
        return 0.0
    text = _gone(whole, without_text)
    drawn = _gone(without_text, pictures)
    left = float((pictures < INK).sum()) * (1 if is_large else DRAWN_WEIGHT)
    total = text + DRAWN_WEIGHT * drawn + left
    return text / total if total else 0.0


def seen_text(pdf_file: BinaryIO, number: int) -> NDArray[np.uint8]:
    """Return where on the page (at DPI) anything changes when its text goes: a person sees text nowhere else."""
    with pypdfium2.PdfDocument(pdf_file) as pdf:
        page = pdf[number - 1]
        whole = _drawn(page)
        _deactivate(_objects(page, raw.FPDF_PAGEOBJ_TEXT))
        return np.asarray(cv2.absdiff(whole, _drawn(page)) > SEEN, np.uint8)


def is_language(text: str) -> bool:
    """Whether these can be the words of a person: no mojibake, no glyph numbers in place of letters."""
    letters = re.sub(r"\s", "", text)
    if not letters or len(PRIVATE.findall(letters)) > 0.05 * len(letters):
        return False
    words = WORD.findall(text)
    marked = [word for word in words if not word.isascii()]
    if len(marked) >= 3 and sum(map(is_syllable, marked)) < VALID_SHARE * len(marked):  # noqa: PLR2004 - too few to judge
        return False
    plain = [char for word in words if word.isascii() and not word.isupper() for char in word.lower()]
    if len(plain) < 40:  # noqa: PLR2004 - names and numbers
        return True
    vowels = sum(char in VOWELS for char in plain) / len(plain)
    return VOWEL_SHARE[0] < vowels < VOWEL_SHARE[1]


def _objects(page: pypdfium2.PdfPage, kind: int) -> list[pypdfium2.PdfObject]:
    return list(page.get_objects(filter=[kind], max_depth=DEPTH))


def _mode(thing: pypdfium2.PdfObject) -> int:
    return int(raw.FPDFTextObj_GetTextRenderMode(thing.raw))


def _is_legacy(thing: pypdfium2.PdfObject) -> bool:
    """Whether the font is one of those that put Vietnamese on the codes of Western letters."""
    font = raw.FPDFTextObj_GetFont(thing.raw)
    name = ctypes.create_string_buffer(128)
    raw.FPDFFont_GetBaseFontName(font, name, len(name))
    return LEGACY_FONT.search(name.value) is not None


def _is_believable(page: pypdfium2.PdfPage) -> bool:
    """Whether the page's text is a language, in letters of a size that letters have."""
    text = page.get_textpage()
    try:
        return is_language(str(text.get_text_range())) and not _has_picture_as_letter(text)
    finally:
        text.close()


def _has_picture_as_letter(text: pypdfium2.PdfTextPage) -> bool:
    """Whether a whole picture stands there as a letter of a font made for it, as some scanners write their pages."""
    most = LETTER_MM / 25.4 * 72
    boxes = (text.get_charbox(index) for index in range(text.count_chars()))
    return any(right - left > most and top - bottom > most for left, bottom, right, top in boxes)


def _deactivate(things: list[pypdfium2.PdfObject]) -> None:
    for thing in things:
        raw.FPDFPageObj_SetIsActive(thing.raw, False)


def _reactivate(page: pypdfium2.PdfPage) -> None:
    for thing in page.get_objects(max_depth=DEPTH):
        raw.FPDFPageObj_SetIsActive(thing.raw, True)


def _drawn(page: pypdfium2.PdfPage) -> NDArray[np.uint8]:
    bitmap = page.render(scale=DPI / 72, may_draw_forms=False, grayscale=True)
    grey = bitmap.to_numpy().copy()
    bitmap.close()
    return np.ascontiguousarray(grey if grey.ndim == 2 else grey[:, :, 0], dtype=np.uint8)  # noqa: PLR2004 - axes


def _letters(pictures: NDArray[np.uint8]) -> int:
    """Return how many marks in the pictures have the size of letters or short words."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((pictures < INK).astype(np.uint8))
    across, down = stats[1:, cv2.CC_STAT_WIDTH] * MM, stats[1:, cv2.CC_STAT_HEIGHT] * MM
    return int(((across > 1) & (across < WORD_MM) & (down > 1) & (down < LETTER_HEIGHT_MM)).sum())


def _picture_share(page: pypdfium2.PdfPage) -> float:
    """Return the share of the page under pictures."""
    bounds = [thing.get_bounds() for thing in _objects(page, raw.FPDF_PAGEOBJ_IMAGE)]
    width, height = page.get_size()
    return float(sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in bounds) / (width * height))


def _gone(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> float:
    """Return how many pixels of ink brightened."""
    return float(((before < INK) & (cv2.subtract(after, before) > DARKER)).sum())
