"""``make bench``: each measure beside its peer in the same run, as a table and as JSON.

Times are CPU (user and system, all children), because the machine is noisy; what counts is the ratio. A measure whose
material is absent says "not measured" and why. Each row of the JSON names its measure's module and its commit: what one
module says takes the place of what it said before, the rows of others stay.
"""

import argparse
import json
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path

HERE = Path(__file__).parent
MEASURES = (
    "big_signing", "codes", "cores", "decree", "fields", "forms", "genuine_forms", "handwriting", "memory",
    "odd", "pagefacts", "recognition", "sandbox", "signing", "sound", "textlayer", "verify",
)  # fmt: skip


def main() -> int:
    """Run every measure, print the table, write the JSON; 1 if a measure broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "bench.json")
    parser.add_argument("--only", choices=MEASURES)
    arguments = parser.parse_args()
    names = (arguments.only,) if arguments.only else MEASURES
    results, broken = [], 0
    for name in names:
        print(f"… {name}", file=sys.stderr, flush=True)
        began = time.monotonic()
        command = [sys.executable, "-m", f"bench.{name}"]
        process = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False)
        broken += process.returncode != 0
        rows = [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
        measured = commit()
        results += [{"bench": name, **row, "commit": measured} for row in rows]
        print(f"  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    write(arguments.out, names, results)
    print(table(results))
    return 1 if broken else 0


def commit() -> str:
    """Return the commit that is measured, with a plus where files differ from it."""
    command = ["git", "describe", "--always", "--abbrev=7", "--dirty=+", "--exclude=*"]
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False).stdout.strip()


def write(path: Path, names: Sequence[str], results: list[dict[str, object]]) -> None:
    """Write the report, with the rows that other modules left in it."""
    before = json.loads(path.read_text(encoding="utf-8"))["results"] if path.exists() else []
    kept = [row for row in before if row["bench"] not in names]
    rows = sorted([*kept, *results], key=itemgetter("bench"))
    report = {"python": platform.python_version(), "results": rows}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def table(results: list[dict[str, object]]) -> str:
    """Return the results as a Markdown table, the one the README shows."""
    lines = ["| measure | ours | peer | ratio or share |", "|---|---|---|---|"]
    for row in results:
        cells = (row["measure"], row.get("ours", "–"), row.get("peer", "–"), row.get("ratio", row.get("why", "–")))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
