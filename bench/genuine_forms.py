"""Genuine blanks as templates: synthetic fills at 200 and 300 dpi, fields right and combs right.

The scanned blanks are the residence forms CT01 to CT03, filled as they lie in ``ocr/forms/data``; the printed ones are
the official prints of the eight civil-status declarations, filled on the material's own pages, head and foot of the
procedure included (not measured without the material). The seeds are those of the commit. A peer that reads fields of
blank forms without training on them is not known to us; the bars stand beside.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.fields import seeds_of_commit
from samples.prints import PRINT, SOURCES

ROOT = Path(__file__).parent.parent

SCANNED = (
    "to-khai-thay-doi-thong-tin-cu-tru-ct01",
    "to-khai-thay-doi-thong-tin-cu-tru-ct02",
    "phieu-khai-bao-tam-vang-ct03",
)
DEVICES = ("scan300", "scan200")
ROUNDS = 4  # fills of each scanned form on each device for each seed; the printed ones are more and get one
NUMBERS = Path("/usr/share/tesseract-ocr/5/tessdata")
BARS = {"fields": 0.95, "combs": 0.99}


def main() -> int:
    """Print one JSON line per measure."""
    sums = _sum(_proofs([*SCANNED], ROUNDS))
    for part, bar in BARS.items():
        _report(f"genuine blank forms as templates, 200 and 300 dpi: {part} right", part, sums, bar=bar)
    folder = os.environ.get("MOONSEAL_MATERIAL")
    measure = "official prints of the declarations, 200 and 300 dpi: fields right"
    if folder is None:
        print(json.dumps({"measure": measure, "ours": None, "why": "not measured: no material"}))
    else:
        paper = Path(folder) / "forms" / "civil-status-2024"
        proofs = list(_proofs(["--print", PRINT, "--paper", str(paper), *SOURCES], 1))
        forms = {
            code: f"{own['fields_right']} of {own['fields']}, recognised {own['recognised']} of {own['scans']}"
            for code in SOURCES
            if (own := _sum(proof for proof in proofs if proof["form"] == code))
        }
        _report(measure, "fields", _sum(proofs), bar=BARS["fields"], by_form=forms)
    return 0 if sums["scans"] else 1


def _proofs(arguments: Sequence[str], rounds: int) -> Iterator[Mapping[str, Any]]:
    """Yield what was proved of each form with each seed."""
    for seed in seeds_of_commit():
        command = [sys.executable, "-m", "samples.prove", "--numbers", str(NUMBERS), "--seed", str(seed)]
        process = subprocess.run(
            [*command, "--devices", ",".join(DEVICES * rounds), *arguments],
            cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        yield from (json.loads(line) for line in process.stdout.splitlines())


def _sum(proofs: Iterator[Mapping[str, Any]] | Sequence[Mapping[str, Any]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for proof in proofs:
        sums.update({name: value for name, value in proof.items() if isinstance(value, int)})
    return sums


def _report(measure: str, part: str, sums: Counter[str], **more: object) -> None:
    right, total = sums[f"{part}_right"], sums[part]
    row = {
        "measure": measure,
        "ours": f"{right} of {total}",
        "ratio": f"{right / total:.1%}" if total else "–",
        "recognised": f"{sums['recognised']} of {sums['scans']}",
    }
    print(json.dumps(row | more, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
