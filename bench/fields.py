"""Fields exactly right, accepted without a person, and wrong among those: with the second readers and without.

On the committed set through the command line; on seeds that the commit's hash gives, so that nobody can tune to them,
page by page in this process, since every page is read twice. ``PROCESSES`` seeds run at once.
"""

import hashlib
import json
import math
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from samples.count import plain

ROOT = Path(__file__).parent.parent
SEEDS, DOSSIERS = 3, 60
PROCESSES = 2
COARSE = {"scan150", "photo"}  # all else is 200 to 300 dpi
Z95 = 1.96


def main() -> None:
    """Print one JSON line per measure."""
    committed = count(ROOT / "samples" / "dossiers", ROOT / "samples" / "truth")
    right, total = committed["right"], committed["total"]
    print(json.dumps({"measure": "fields exactly right, committed set", "ours": f"{right} of {total}",
                      "ratio": f"{right / total:.1%}"}))  # fmt: skip
    seeds = seeds_of_commit()
    with ThreadPoolExecutor(PROCESSES) as pool:
        tallies = [json.loads(text) for text in pool.map(tally_of_seed, seeds)]
    for variant, name in (("with", "second readers"), ("without", "no second readers")):
        together: dict[str, Counter[str]] = defaultdict(Counter)
        for tally in tallies:
            for group, counts in tally[variant].items():
                together[group].update(counts)
        report(f"seeds {', '.join(map(str, seeds))}, {name}", together)


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


def tally_of_seed(seed: int) -> str:
    """Make the dossiers of a seed, read them in a process of their own, and return its tally."""
    with tempfile.TemporaryDirectory() as folder:
        run([sys.executable, "samples/make.py", "--seed", str(seed), "--out", folder, "--dossiers", str(DOSSIERS)])
        return run([sys.executable, "-m", "bench.fields_read", folder])


def tally(fields: Mapping[str, Any], truth: Mapping[str, Any], groups: Mapping[str, Counter[str]]) -> None:
    """Add what one dossier gave: ``fields`` as judged, by name, against the truth of its form."""
    coarse = truth["degradation"] in COARSE
    for name, field in fields.items():
        right = plain(field.value) == plain(truth["fields"].get(name))
        decision = str(field.decision)
        outcome = {
            "n": 1,
            "right": right,
            "accepted": decision == "accepted",
            "wrong": decision == "accepted" and not right,
            "empty": decision == "empty",
            "wrong empty": decision == "empty" and not right,
        }
        is_number = name.endswith("identity_number")
        own = ["all", truth["degradation"], *(["numbers"] if is_number else [])]
        own += [] if coarse else ["200-300", *(["numbers 200-300"] if is_number else [])]
        for group in own:
            groups[group].update({key: int(value) for key, value in outcome.items()})


def report(about: str, groups: Mapping[str, Counter[str]]) -> None:
    """Print what was right, what was accepted, and what was wrong among that with its upper Wilson bound."""
    every = groups["all"]
    shares = {group: f"{one['right'] / one['n']:.2%} of {one['n']}" for group, one in sorted(groups.items())}
    row = {"measure": f"fields exactly right, {about}", "ours": f"{every['right']} of {every['n']}",
           "ratio": f"{every['right'] / every['n']:.2%}", "by_group": shares}  # fmt: skip
    print(json.dumps(row, ensure_ascii=False))
    filled = every["n"] - every["empty"]
    accepted, wrong = every["accepted"], every["wrong"]
    row = {"measure": f"of filled fields accepted without a person, {about}", "ours": f"{accepted} of {filled}",
           "ratio": f"{accepted / filled:.2%}",
           "by_group": {group: f"{one['accepted']} of {one['n'] - one['empty']}"
                        for group, one in sorted(groups.items())}}  # fmt: skip
    print(json.dumps(row, ensure_ascii=False))
    if accepted:
        row = {"measure": f"wrong among the accepted, {about}", "ours": f"{wrong} of {accepted}",
               "ratio": f"{wrong / accepted:.2%}, at most {upper_bound(wrong, accepted):.2%} (Wilson, 95 %)",
               "wrongly_empty": f"{every['wrong empty']} of {every['empty']}",
               "by_group": {group: one["wrong"] for group, one in sorted(groups.items()) if one["wrong"]}}  # fmt: skip
        print(json.dumps(row, ensure_ascii=False))


def upper_bound(wrong: int, n: int) -> float:
    """Return the upper end of Wilson's 95 % interval of a share."""
    share = wrong / n
    middle = share + Z95**2 / (2 * n)
    half = Z95 * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
    return (middle + half) / (1 + Z95**2 / n)


def run(command: list[str]) -> str:
    """Return what a command prints; raise when it fails."""
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


if __name__ == "__main__":
    main()
