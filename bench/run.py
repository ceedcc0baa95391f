"""``make bench``: each measure beside its peer in the same run, as a table and as JSON.

Times are CPU (user and system, all children), because the machine is noisy; what counts is the ratio. A measure whose
material is absent says "not measured" and why.
"""

import argparse
import json
import platform
import subprocess
import sys
import time
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
    results, broken = [], 0
    for name in MEASURES:
        if arguments.only and name != arguments.only:
            continue
        print(f"… {name}", file=sys.stderr, flush=True)
        began = time.monotonic()
        command = [sys.executable, "-m", f"bench.{name}"]
        process = subprocess.run(command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False)
        broken += process.returncode != 0
        results += [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]
        print(f"  {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False)
    report = {"commit": commit.stdout.strip(), "python": platform.python_version(), "results": results}
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(table(results))
    return 1 if broken else 0


def table(results: list[dict[str, object]]) -> str:
    """Return the results as a Markdown table, the one the README shows."""
    lines = ["| measure | ours | peer | ratio or share |", "|---|---|---|---|"]
    for row in results:
        cells = (row["measure"], row.get("ours", "–"), row.get("peer", "–"), row.get("ratio", row.get("why", "–")))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
