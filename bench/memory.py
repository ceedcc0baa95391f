"""Memory of the page workers: the largest resident size of one process, and of all together, page kind by page kind.

Every process of the reader is looked at again and again while it reads: of each its own high-water mark (VmHWM, pages
shared with its parent included), of all the sum of their proportional shares (Pss), so that what is shared counts once.
"""

import json
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw, ImageFont

from commands.installation import models
from ocr.reader import Reader
from sandbox.zygote import Sandbox

ROOT = Path(__file__).parent.parent

FONT = ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf"
LINE = "Công dân có trách nhiệm nộp đủ giấy tờ theo quy định của pháp luật về hộ tịch, "
BARS_MB = {"with": 400, "without": 300}
EVERY_S = 0.02


def main() -> None:
    """Print one JSON line per kind of page, with and without the second readers."""
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            "form page": form_page(Path(folder)),
            "dense page, 300 dpi": dense_page(Path(folder) / "dense.png"),
            "page of 60 megapixels": huge_page(Path(folder) / "huge.jpg"),
            "see-through PNG of 60 megapixels": huge_page(Path(folder) / "huge.png", mode="RGBA"),
        }
        for variant in BARS_MB:
            for kind, scan in kinds.items():
                print(json.dumps(measured(kind, scan, variant)), flush=True)


def measured(kind: str, scan: Path, variant: str) -> Mapping[str, object]:
    with Reader(models(), jobs=1) as reader:
        if variant == "without":
            folders = models()
            reader._sandbox = Sandbox(  # noqa: SLF001 - the reader has no such switch, and needs none
                preload=("bench.without_second",), folders=(folders.text, folders.numbers, ROOT / "bench")
            )
        reader.page_png(form_page(scan.parent), 1, 100)  # the engines are loaded by now
        looking = Looking()
        looking.start()
        reader.digitize(scan)
        looking.end()
    return {
        "measure": f"memory of the largest process, {kind}, {variant} second readers, MB (bar: {BARS_MB[variant]})",
        "ours": round(max(looking.peaks_kb.values()) / 1000),
        "ratio": round(max(looking.peaks_kb.values()) / 1000 / BARS_MB[variant], 2),
        "all_together": round(looking.together_kb / 1000),
    }


class Looking(threading.Thread):
    """Looks at every process below this one until ``end``."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._ended = threading.Event()
        self.peaks_kb: dict[int, int] = {}
        self.together_kb = 0

    def run(self) -> None:
        while not self._ended.wait(EVERY_S):
            found = list(below())
            for process in found:
                self.peaks_kb[process] = max(self.peaks_kb.get(process, 0), number(process, "status", "VmHWM"))
            self.together_kb = max(self.together_kb, sum(number(one, "smaps_rollup", "Pss") for one in found))

    def end(self) -> None:
        self._ended.set()
        self.join()


def below() -> Iterable[int]:
    """Return the processes that this one started, and theirs, without itself."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    wanted, ours = [int(Path("/proc/self").resolve().name)], []
    while wanted:
        parent = wanted.pop()
        children = [child for child, of in parents.items() if of == parent]
        wanted += children
        ours += children
    return ours


def number(process: int, file: str, name: str) -> int:
    """Return a line of a process's facts in kB; 0 where it ended meanwhile."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/{file}").read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0


def form_page(folder: Path) -> Path:
    """Return the first page of a sample declaration as a file of its own."""
    target = folder / "form.pdf"
    with pikepdf.open(min((ROOT / "samples" / "dossiers").glob("*/*.pdf"))) as scan, pikepdf.new() as page:
        page.pages.append(scan.pages[0])
        page.save(target)
    return target


def dense_page(target: Path, width_px: int = 2480, height_px: int = 3508) -> Path:
    """Write a page full of small print, as decrees are."""
    page = Image.new("L", (width_px, height_px), 255)
    font = ImageFont.truetype(FONT, 46)
    for top in range(240, height_px - 240, 62):
        ImageDraw.Draw(page).text((240, top), LINE * 2, font=font, fill=20)
    page.paste(255, (width_px - 200, 0, width_px, height_px))
    page.save(target, dpi=(300, 300))
    return target


def huge_page(target: Path, mode: str = "RGB") -> Path:
    """Write a colour page of just under sixty million pixels, as a good telephone takes it."""
    width_px, height_px = 6500, 9200
    page = Image.new(mode, (width_px, height_px), "white")
    font = ImageFont.truetype(FONT, 120)
    for top in range(600, height_px - 600, 240):
        ImageDraw.Draw(page).text((600, top), LINE, font=font, fill=(20, 20, 60))
    page.save(target, quality=85)
    return target


if __name__ == "__main__":
    main()
