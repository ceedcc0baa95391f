"""A form page: CPU of ``moonseal digitize`` against OCRmyPDF on the same pages in the same run, and peak memory.

Both as whole processes from the start, one worker each, the peer with its defaults and Debian's ``vie``. The memory is
that of a page worker, templates, models and shared pages included, with the second readers and without.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pikepdf

ROOT = Path(__file__).parent.parent
PAGES = 6
MEMORY_BARS = {"with": 400, "without": 300}  # MB


def main() -> None:
    """Print one JSON line per measure."""
    with tempfile.TemporaryDirectory() as folder:
        pages = form_pages(Path(folder))
        for variant, bar in MEMORY_BARS.items():
            used = max(page_memory_mb(page, variant) for page in pages[:2])
            row = {"measure": f"page worker {variant} second readers, MB", "ours": round(used), "ratio": f"bar {bar}"}
            print(json.dumps(row), flush=True)
        ours_s = cpu_s([sys.executable, "-m", "service", "digitize", *pages, "--jobs", "1", "--out", f"{folder}/ours"])
        peer = shutil.which("ocrmypdf", path=str(Path(sys.executable).parent))
        if peer is None:
            print(json.dumps({"measure": "form page, CPU s", "why": "not measured: uv sync --group bench"}))
            return
        peer_s = sum(
            cpu_s([peer, "-q", "-l", "vie", "-j", "1", page, f"{folder}/peer-{index}.pdf"])
            for index, page in enumerate(pages)
        )
    ours_s, peer_s = ours_s / len(pages), peer_s / len(pages)
    row = {
        "measure": "form page, CPU s (peer: OCRmyPDF)",
        "ours": round(ours_s, 2),
        "peer": round(peer_s, 2),
        "ratio": round(ours_s / peer_s, 3),
        "pages": len(pages),
    }
    print(json.dumps(row))


def form_pages(folder: Path) -> list[str]:
    """Return one-page PDFs of the first page of the sample declarations that came as PDF; no wrong papers."""
    pages = []
    for path in sorted((ROOT / "samples" / "dossiers").glob("*/*.pdf")):
        truth = json.loads((ROOT / "samples" / "truth" / f"{path.parent.name}.json").read_text(encoding="utf-8"))
        if truth["form"] is None:
            continue
        with pikepdf.open(path) as scan, pikepdf.new() as page:
            page.pages.append(scan.pages[0])
            target = folder / f"{path.parent.name}-{path.name}"
            page.save(target)
        pages.append(str(target))
    return pages[:PAGES]


def page_memory_mb(page: str, variant: str) -> float:
    """Return the peak of a process that reads one page."""
    command = [sys.executable, "-m", "bench.page_memory", page, variant]
    return float(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)


def cpu_s(command: list[str]) -> float:
    """Return the CPU seconds of a command and all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


if __name__ == "__main__":
    main()
