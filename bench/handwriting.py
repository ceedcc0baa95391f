"""Forms filled in by hand, three hands and every form: how many of their fields were accepted, and how many told."""

import json
import tempfile
from collections import Counter
from pathlib import Path

from bench.fields import seeds_of_commit, upper_bound
from ocr.forms.templates import load_templates
from ocr.reader import ModelFolders, Reader
from samples.byhand import DPI, HANDS, filled_by_hand

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print one JSON line."""
    seed, counts = seeds_of_commit()[0], Counter[str]()
    with tempfile.TemporaryDirectory() as folder, Reader(ModelFolders(ROOT / "assets" / "tessdata")) as reader:
        for number, form in enumerate(load_templates()):
            hand = list(HANDS)[number % len(HANDS)]
            page, names = filled_by_hand(form.pages[0], hand, seed + number)
            path = Path(folder) / f"{number}.png"
            page.save(path, dpi=(DPI, DPI))
            read = reader.digitize(path)
            written = [read.fields[name] for name in names if name in read.fields]
            counts["fields"] += len(written)
            counts["accepted"] += sum(str(field.decision) == "accepted" for field in written)
            counts["told"] += sum("handwritten" in field.problems for field in written)
    bound = upper_bound(counts["accepted"], counts["fields"])
    row = {
        "measure": "handwritten fields accepted without a person",
        "ours": f"{counts['accepted']} of {counts['fields']}",
        "ratio": f"at most {bound:.2%} (Wilson, 95 %); told as handwritten {counts['told'] / counts['fields']:.1%}",
    }
    print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
