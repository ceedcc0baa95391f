"""What the measures of whole pages share: the material, error rates, and the peer as its users have it."""

import json
import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from bench.forms import ROOT, cpu_s

DEBIAN_TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata")
CLEANED = ("--deskew", "--rotate-pages", "--clean")


@dataclass(frozen=True)
class Errors:
    """Edits against the truth, NFC and white space as one: by character and by word."""

    characters: int
    words: int
    of_characters: int
    of_words: int

    @property
    def cer(self) -> float:
        """In per cent."""
        return round(100 * self.characters / max(self.of_characters, 1), 3)

    @property
    def wer(self) -> float:
        """In per cent."""
        return round(100 * self.words / max(self.of_words, 1), 3)


def errors(truths: Iterable[str], texts: Iterable[str]) -> Errors:
    """Return the errors over all pages together."""
    pairs = [(_plain(truth), _plain(text)) for truth, text in zip(truths, texts, strict=True)]
    return Errors(
        sum(starmap(Levenshtein.distance, pairs)),
        sum(Levenshtein.distance(truth.split(), text.split()) for truth, text in pairs),
        sum(len(truth) for truth, _ in pairs),
        sum(len(truth.split()) for truth, _ in pairs),
    )


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def decree() -> tuple[Path, list[str]] | None:
    """Return the genuine decree pages and what each says; None without the material."""
    folder = Path(os.environ.get("MOONSEAL_MATERIAL", "")) / "scans"
    scan = folder / "decree-96-2016-pages.pdf"
    if not os.environ.get("MOONSEAL_MATERIAL") or not scan.exists():
        return None
    pages = sorted(folder.glob("decree-96-2016-page-*.txt"))
    return scan, [page.read_text(encoding="utf-8") for page in pages]


def digitized(scans: list[Path], out: Path) -> tuple[float, list[dict[str, Any]], list[Path]]:
    """Read scans with one worker; return CPU seconds of the whole process, the records, the searchable copies."""
    seconds = cpu_s([sys.executable, "-m", "service", "digitize", *map(str, scans), "--jobs", "1", "--out", str(out)])
    records = [json.loads((out / f"{scan.stem}.json").read_text(encoding="utf-8")) for scan in scans]
    return seconds, records, [out / f"{scan.stem}.pdf" for scan in scans]


def peer_copy(scan: Path, out: Path, *options: str, tessdata: Path = DEBIAN_TESSDATA) -> tuple[float, list[str], Path]:
    """Let OCRmyPDF read a scan with one worker; return CPU seconds, its text of each page, its copy."""
    sidecar, copy = out.with_suffix(".txt"), out.with_suffix(".pdf")
    peer = str(Path(sys.executable).parent / "ocrmypdf")
    command = [peer, "-q", "-l", "vie", "-j", "1", "--sidecar", str(sidecar), *options, str(scan), str(copy)]
    os.environ["TESSDATA_PREFIX"] = str(tessdata)
    try:
        seconds = cpu_s(command)
    finally:
        del os.environ["TESSDATA_PREFIX"]
    return seconds, sidecar.read_text(encoding="utf-8").split("\f"), copy


def better_tessdata(folder: Path) -> Path:
    """Return a folder in which the peer finds our better model under the name of Debian's."""
    folder.mkdir()
    for path in DEBIAN_TESSDATA.iterdir():
        (folder / path.name).symlink_to(path)
    (folder / "vie.traineddata").unlink()
    (folder / "vie.traineddata").symlink_to(ROOT / "assets" / "tessdata" / "vie_best.traineddata")
    return folder


def missing() -> str | None:
    """Return why nothing can be compared, or None."""
    if not (Path(sys.executable).parent / "ocrmypdf").exists():
        return "uv sync --group bench"
    if not (DEBIAN_TESSDATA / "vie.traineddata").exists():
        return "apt-get install tesseract-ocr-vie, the peer's model"
    return None


def can_clean() -> bool:
    """Whether the peer's --clean works: it needs unpaper."""
    return shutil.which("unpaper") is not None


def pdftotext(copy: Path, page: int) -> str:
    """Return what poppler reads on a page."""
    command = ["pdftotext", "-f", str(page), "-l", str(page), str(copy), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
