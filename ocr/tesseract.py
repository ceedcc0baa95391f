"""The only module that runs Tesseract: many images in one call, lines of words with boxes and confidence back.

It gets nothing but PGM files that we wrote ourselves (Debian's leptonica crashes on strangers' JPEG 2000). One call for
a list of images costs a seventh of one call each, so callers gather before they call.
"""

import csv
import os
import shlex
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pytesseract import pytesseract  # type: ignore[import-untyped]  # has no types

from ocr import lightmodel
from ocr.raster import Pixels
from sandbox import TaskFailed

TIMEOUT_S = 120
WORD_LEVEL = "5"

os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # more threads take six times the CPU (ocr.md 4)


@dataclass(frozen=True)
class SeenWord:
    """A word in pixels of the image that was read."""

    text: str
    confidence: float
    x0: int
    y0: int
    x1: int
    y1: int


Line = tuple[SeenWord, ...]


@dataclass(frozen=True)
class Model:
    """``name`` in ``folder``; where set-up laid a light copy beside it, that is loaded in its place."""

    name: str
    folder: Path

    @property
    def loaded_name(self) -> str:
        """Return which of the two is there."""
        light = self.name + lightmodel.SUFFIX
        return light if (self.folder / f"{light}.traineddata").is_file() else self.name


def read_lines(
    images: Sequence[Pixels],
    *,
    model: Model,
    psm: int,
    dpi: int,
    scratch: Path,
    whitelist: str = "",
    blacklist: str = "",
) -> list[list[Line]]:
    """Return the lines of each image, in reading order; none for an image without text."""
    if not images:
        return []
    names = []
    for index, image in enumerate(images):
        path = scratch / f"image-{index}.pgm"
        path.write_bytes(b"P5 %d %d 255\n" % (image.shape[1], image.shape[0]) + image.tobytes())
        names.append(str(path))
    listing = scratch / "images.txt"
    listing.write_text("\n".join(names) + "\n", encoding="utf-8")
    config = f"--tessdata-dir {shlex.quote(str(model.folder))} --oem 1 --psm {psm} --dpi {dpi} -c tessedit_create_tsv=1"
    if whitelist:
        config += f" -c tessedit_char_whitelist={shlex.quote(whitelist)}"
    if blacklist:
        config += f" -c tessedit_char_blacklist={shlex.quote(blacklist)}"
    _run(listing, scratch / "words", "tsv", model.loaded_name, config)
    found = _lines(scratch / "words.tsv")
    for name in names:
        Path(name).unlink()
    return [found.get(index + 1, []) for index in range(len(images))]


def upright_turn(image: Pixels, *, model: Model, dpi: int, scratch: Path) -> tuple[int, float]:
    """Return by how many degrees clockwise the image must be turned to be read, and how sure the engine is."""
    path = scratch / "turn.pgm"
    path.write_bytes(b"P5 %d %d 255\n" % (image.shape[1], image.shape[0]) + image.tobytes())
    config = f"--tessdata-dir {shlex.quote(str(model.folder))} --psm 0 --dpi {dpi}"
    try:
        _run(path, scratch / "turn", "osd", model.name, config)
    except TaskFailed:  # too few letters to judge by
        return 0, 0.0
    pairs = dict(line.split(": ", 1) for line in (scratch / "turn.osd").read_text().splitlines() if ": " in line)
    return int(pairs.get("Rotate", 0)), float(pairs.get("Orientation confidence", 0))


def _run(source: Path, base: Path, extension: str, language: str, config: str) -> None:
    try:
        pytesseract.run_tesseract(str(source), str(base), extension, language, config, timeout=TIMEOUT_S)
    except (pytesseract.TesseractError, pytesseract.TesseractNotFoundError, RuntimeError) as error:
        raise TaskFailed(f"tesseract: {type(error).__name__}") from error  # its message may quote the document


def _lines(tsv: Path) -> dict[int, list[Line]]:
    grouped: dict[tuple[int, int, int, int], list[SeenWord]] = defaultdict(list)
    with tsv.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["level"] != WORD_LEVEL or not (text := _spelt(row["text"] or "")):
                continue
            left, top = int(row["left"]), int(row["top"])
            place = (int(row["page_num"]), int(row["block_num"]), int(row["par_num"]), int(row["line_num"]))
            confidence = max(float(row["conf"]), 0.0) / 100
            grouped[place].append(
                SeenWord(text, confidence, left, top, left + int(row["width"]), top + int(row["height"]))
            )
    pages: dict[int, list[Line]] = defaultdict(list)
    for place, words in grouped.items():
        pages[place[0]].append(tuple(words))
    return pages


def _spelt(text: str) -> str:
    return unicodedata.normalize("NFC", lightmodel.called_rightly(text)).strip()
