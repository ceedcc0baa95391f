"""Two cores against one: the same sixteen pages in one file, read by one process that may use one core, then two.

Here the clock on the wall is the measure, so the machine must be quiet; the load is told beside. Pairs are run one
after the other, each reader warmed up on one page first; the best pair and the median of all are printed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pikepdf

from commands.installation import models
from ocr.reader import Reader

ROOT = Path(__file__).parent.parent

PAGES, PAIRS = 16, 3


def main() -> None:
    """Print one JSON line, or, with ``--cores``, read as a child of this program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", type=int)
    parser.add_argument("file", nargs="?", type=Path)
    arguments = parser.parse_args()
    if arguments.cores:
        read(arguments.file, arguments.cores)
        return
    if len(os.sched_getaffinity(0)) < 2:  # noqa: PLR2004 - cores
        print(json.dumps({"measure": "two cores against one", "why": "not measured: this machine has one core"}))
        return
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        file = sixteen_pages(Path(folder) / "sixteen.pdf")
        pairs = [(seconds(file, 1), seconds(file, 2)) for _ in range(PAIRS)]
    ratios = [one / two for one, two in pairs]
    best = max(range(PAIRS), key=ratios.__getitem__)
    row = {
        "measure": f"two cores against one, {PAGES} pages, s on the wall (peer: one core)",
        "ours": round(pairs[best][1], 2),
        "peer": round(pairs[best][0], 2),
        "ratio": round(ratios[best], 2),
        "median": round(statistics.median(ratios), 2),
        "load_before": round(load, 1),
    }
    print(json.dumps(row))


def sixteen_pages(target: Path) -> Path:
    """Write the pages of the sample scans as one file, over again until there are sixteen."""
    scans = sorted((ROOT / "samples" / "dossiers").glob("*/*.pdf"))
    with pikepdf.new() as whole:
        while len(whole.pages) < PAGES:
            for scan in scans:
                with pikepdf.open(scan) as one:
                    whole.pages.extend(one.pages)
        del whole.pages[PAGES:]
        whole.save(target)
    return target


def seconds(file: Path, cores: int) -> float:
    """Return how long a process that may use so many cores reads the file."""
    command = [sys.executable, "-m", "bench.cores", "--cores", str(cores), str(file)]
    return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def read(file: Path, cores: int) -> None:
    """Print the seconds of one reading on so many cores."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    with Reader(models()) as reader, tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first.pdf"
        with pikepdf.open(file) as whole, pikepdf.new() as one:
            one.pages.append(whole.pages[0])
            one.save(first)
        reader.digitize(first)
        began = time.monotonic()
        reader.digitize(file)
        print(time.monotonic() - began)


if __name__ == "__main__":
    main()
