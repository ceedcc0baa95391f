"""Vietnamese as it is seen: words of our marks, drawn by pdfium, beside the same words by FreeType and HarfBuzz.

Text extraction finds the right letters also where the page shows boxes or torn spacing (signing.md B2), so that only
pixels count here. A word with one mark less must look different, or the comparison would see nothing.
"""

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont, features

from printing.draw import Printer

FONTS = Path(__file__).parents[2] / "assets" / "fonts"
PRINTER = Printer(FONTS)
DPI, ALIKE, APART = 300, 0.7, 0.02
BETWEEN_LINES = 4  # pixels; less lies between a letter and its mark
SHIFT = 2  # pixels that two rasterisers may differ by
AGENCY = "ỦY BAN NHÂN DÂN XÃ NGUYỆT ẤN"
COPY = {"form": "SAO Y", "agency": AGENCY, "signed_at": "2026-11-25T07:05:33+00:00"}
NUMBER = {"number": "07/TLKS-BS", "place": "Nguyệt Ấn", "issued_on": "2026-11-05"}


def drawn(pdf: bytes) -> np.ndarray:
    """Ink from 0 to 1 of the first page."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].render(scale=DPI / 72).to_pil().convert("L")
    ink: np.ndarray = 1 - np.asarray(page, dtype=float) / 255
    return ink


def reference(text: str, face: str, size_pt: float) -> np.ndarray:
    font = ImageFont.truetype(
        str(FONTS / "tinos" / f"Tinos_{face}.ttf"), size_pt * DPI / 72, layout_engine=ImageFont.Layout.RAQM
    )
    left, top, right, bottom = font.getbbox(text)
    page = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4), 255)
    ImageDraw.Draw(page).text((2 - left, 2 - top), text, fill=0, font=font)
    ink: np.ndarray = 1 - np.asarray(page, dtype=float) / 255
    return trimmed(ink)


def trimmed(ink: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.3), np.flatnonzero(ink.max(axis=0) > 0.3)
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The correlation of two lines where they are least alike, letter by letter; -1 if they are not of one size."""
    if np.abs(np.subtract(one.shape, other.shape)).max() > 0.02 * max(other.shape) + 2:
        return -1.0
    height, width = other.shape
    scaled = Image.fromarray((one * 255).astype(np.uint8)).resize((width, height), Image.Resampling.BILINEAR)
    ours, letter = np.pad(np.asarray(scaled, dtype=float), SHIFT), height // 2
    alike = []
    for left in range(0, width - letter, letter // 2):
        there = other[:, left : left + letter]
        if there.std():
            alike.append(max(_alike(ours, there, left + dx, dy) for dx in range(2 * SHIFT) for dy in range(2 * SHIFT)))
    return min(alike)


def _alike(ours: np.ndarray, there: np.ndarray, left: int, top: int) -> float:
    here = ours[top : top + there.shape[0], left : left + there.shape[1]]
    return float(np.corrcoef(here.ravel(), there.ravel())[0, 1]) if here.std() else 0.0


def lines_of(ink: np.ndarray) -> list[np.ndarray]:
    """The lines of text, from the top; marks above and below letters belong to their line."""
    rows = np.flatnonzero(ink.max(axis=1) > 0.3)
    return [ink[line[0] : line[-1] + 1] for line in np.split(rows, np.flatnonzero(np.diff(rows) > BETWEEN_LINES) + 1)]


@pytest.mark.parametrize(
    ("words", "worse", "face", "columns"),
    [
        ("Số: 07/TLKS-BS", "So: 07/TLKS-BS", "400Regular", slice(None, 800)),
        (
            "Nguyệt Ấn, ngày 05 tháng 11 năm 2026",
            "Nguyêt Ấn, ngày 05 tháng 11 năm 2026",
            "400Regular_Italic",
            slice(800, None),
        ),
    ],
)
def test_number_and_date_look_as_they_should(words, worse, face, columns):
    ink = trimmed(drawn(PRINTER.mark("number", NUMBER))[:, columns])
    like = likeness(ink, reference(words, face, 13))
    assert like > ALIKE
    assert likeness(ink, reference(worse, face, 13)) < like - APART


def test_the_words_of_a_copy_look_as_they_should_at_ten_points():
    lines = [trimmed(line) for line in lines_of(drawn(PRINTER.mark("copy", COPY)))]
    words = f"SAO Y; {AGENCY}", "2026-11-25T14:05:33+07:00"
    assert len(lines) == 2
    for line, said in zip(lines, words, strict=True):
        assert likeness(line, reference(said, "400Regular", 10)) > ALIKE
    worse = reference(words[0].replace("Ủ", "Ù"), "400Regular", 10)
    assert likeness(lines[0], worse) < likeness(lines[0], reference(words[0], "400Regular", 10)) - APART


def test_the_words_are_black_on_nothing():
    with pypdfium2.PdfDocument(PRINTER.mark("copy", COPY)) as document:
        picture = document[0].render(scale=2, fill_color=(0, 0, 0, 0), rev_byteorder=True).to_numpy()
    assert (picture[..., 3] == 0).mean() > 0.5
    assert picture[picture[..., 3] > 0][:, :3].max() == 0


def test_harfbuzz_draws_the_reference():
    assert features.check("raqm")
