"""``make soak``: what takes minutes to hours; its report is committed before an issue is called resolved.

``kills``: the demo is killed with -9 at random moments, several times in one run, and must end as the undisturbed one.
``fresh``: ``tests/bare/prove.sh`` in bare Debian trees, as root and as an ordinary user (needs root and debootstrap).
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"
KEPT = ("dossier", "form", "fields_right", "fields_total", "flags", "number", "verdict")
LONGEST_S = 40  # between a start and its kill; an undisturbed run takes about as long


def main() -> int:
    """Run what was asked for, write results/NAME.json for each; 1 if something differed or failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["kills", "fresh"], choices=["kills", "fresh"])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kills", type=int, default=10)
    arguments = parser.parse_args()
    good = True
    for what in arguments.what:
        report = kills(arguments.seed, arguments.kills) if what == "kills" else fresh()
        report |= {
            "commit": _output(["git", "rev-parse", "HEAD"]).strip(),
            "at": time.strftime("%FT%TZ", time.gmtime()),
        }
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{what}.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(report, indent=1), flush=True)  # noqa: T201 - the report
        good &= bool(report["good"])
    return 0 if good else 1


def kills(seed: int, count: int) -> dict[str, Any]:
    """Kill the demo at random moments until it was killed ``count`` times, then let it end."""
    dice = random.Random(seed)  # noqa: S311 - a seed that can be repeated
    with tempfile.TemporaryDirectory() as folder:
        undisturbed = _ended(Path(folder) / "undisturbed")
        out, moments_s = Path(folder) / "killed", []
        for _ in range(count):
            moments_s.append(round(dice.uniform(1, LONGEST_S), 1))
            _killed_after(out, moments_s[-1])
            if (out / "summary.json").exists():  # it was faster than the dice
                break
        killed = _ended(out) if not (out / "summary.json").exists() else _summary(out)
        data = os.environ | {"MOONSEAL_DATA": str(out)}
        command = [sys.executable, "-m", "service", "audit", "verify"]
        audit = subprocess.run(command, cwd=ROOT, env=data, check=False, capture_output=True)
    same = killed == undisturbed
    return {
        "good": same and audit.returncode == 0,
        "seed": seed,
        "killed_after_s": moments_s,
        "same_as_undisturbed": same,
    }


def fresh() -> dict[str, Any]:
    """Prove the set-up on fresh machines; the log's lines with their times are the report."""
    done = subprocess.run([ROOT / "tests" / "bare" / "prove.sh"], check=False, stdout=subprocess.PIPE, text=True)
    return {"good": done.returncode == 0, "said": done.stdout.splitlines()}


def _killed_after(out: Path, moment_s: float) -> None:
    with subprocess.Popen(
        _demo(out), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            process.wait(moment_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _ended(out: Path) -> list[Mapping[str, Any]]:
    subprocess.run(_demo(out), cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return _summary(out)


def _summary(out: Path) -> list[Mapping[str, Any]]:
    told = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return [{key: one[key] for key in KEPT} for one in told["dossiers"]]


def _demo(out: Path) -> list[str]:
    return [sys.executable, "-m", "service", "demo", "--out", str(out)]


def _output(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
