"""Genuine scanned blanks as templates: synthetic fills at 200 and 300 dpi, fields right and combs right.

The blanks are the residence forms CT01 to CT03 (``ocr/forms/data``); the seeds are those of the commit. A peer that
reads fields of scanned forms without training on them is not known to us; the bars stand beside.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from bench.fields import seeds_of_commit

ROOT = Path(__file__).parent.parent

FORMS = (
    "to-khai-thay-doi-thong-tin-cu-tru-ct01",
    "to-khai-thay-doi-thong-tin-cu-tru-ct02",
    "phieu-khai-bao-tam-vang-ct03",
)
DEVICES = ("scan300", "scan200")
ROUNDS = 4  # fills of each form on each device for each seed
NUMBERS = Path("/usr/share/tesseract-ocr/5/tessdata")
BARS = {"fields": 0.95, "combs": 0.99}


def main() -> int:
    """Print one JSON line per measure."""
    sums: Counter[str] = Counter()
    for seed in seeds_of_commit():
        devices = ",".join(DEVICES * ROUNDS)
        command = [sys.executable, "-m", "samples.prove", "--numbers", str(NUMBERS), "--seed", str(seed)]
        process = subprocess.run(
            [*command, "--devices", devices, *FORMS], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        for line in process.stdout.splitlines():
            sums.update({name: value for name, value in json.loads(line).items() if isinstance(value, int)})
    for part, bar in BARS.items():
        right, total = sums[f"{part}_right"], sums[part]
        print(
            json.dumps(
                {
                    "measure": f"genuine blank forms as templates, 200 and 300 dpi: {part} right",
                    "ours": f"{right} of {total}",
                    "bar": bar,
                    "ratio": f"{right / total:.1%}" if total else "–",
                    "recognised": f"{sums['recognised']} of {sums['scans']}",
                }
            )
        )
    return 0 if sums["scans"] else 1


if __name__ == "__main__":
    sys.exit(main())
