"""Fields exactly right: on the committed set, and on three seeds that the commit's hash gives."""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SEEDS = 3


def main() -> None:
    """Print one JSON line for the committed set and one for the seeds together."""
    report("fields exactly right, committed set", [count(ROOT / "samples" / "dossiers", ROOT / "samples" / "truth")])
    counts = []
    seeds = seeds_of_commit()
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            run([sys.executable, "samples/make.py", "--seed", str(seed), "--out", folder])
            counts.append(count(Path(folder) / "dossiers", Path(folder) / "truth"))
    report(f"fields exactly right, seeds {', '.join(map(str, seeds))}", counts)


def seeds_of_commit() -> list[int]:
    """Return seeds that nobody chose."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout.strip()
    return [int.from_bytes(hashlib.sha256(commit + bytes([n])).digest()[:3], "big") for n in range(SEEDS)]


def count(dossiers: Path, truth: Path) -> dict[str, Any]:
    """Digitize every dossier in its own folder of results, and let a second process count."""
    with tempfile.TemporaryDirectory() as results:
        for dossier in sorted(path for path in dossiers.iterdir() if path.is_dir()):
            scans = sorted(str(scan) for scan in dossier.iterdir() if scan.suffix != ".toml")
            command = [sys.executable, "-m", "service", "digitize", *scans, "--out", f"{results}/{dossier.name}"]
            subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
        counted: dict[str, Any] = json.loads(run([sys.executable, "-m", "samples.count", results, str(truth)]))
        return counted


def run(command: list[str]) -> str:
    """Return what a command prints; raise when it fails."""
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def report(measure: str, counts: list[dict[str, Any]]) -> None:
    """Print right of total, over all and by degradation."""
    right, total = sum(c["right"] for c in counts), sum(c["total"] for c in counts)
    degradations: dict[str, list[int]] = {}
    for counted in counts:
        for name, part in counted["by_degradation"].items():
            sums = degradations.setdefault(name, [0, 0])
            sums[0] += part["right"]
            sums[1] += part["total"]
    row = {
        "measure": measure,
        "ours": f"{right} of {total}",
        "ratio": f"{right / total:.1%}",
        "by_degradation": {
            name: f"{part[0] / part[1]:.1%} of {part[1]}" for name, part in sorted(degradations.items())
        },
    }
    print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
