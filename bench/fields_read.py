"""``python -m bench.fields_read FOLDER``: read the dossiers of a seed with and without second readers; print the tally.

Every page is registered once and read twice, by the same code that ``digitize`` runs in its sandbox.
"""

import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.fields import ROOT, tally
from ocr import codes, intake
from ocr.engine import RECOGNISER, SECOND
from ocr.forms.judge import Card, judged
from ocr.forms.reading import FormPage, read_form_page
from ocr.raster import PageImage, page_image
from ocr.tesseract import Model
from ocr.values import DEBIAN_TESSDATA, Caps
from ocr.wholepage import Models

MODELS = Models(
    Model("vie_best", ROOT / "assets" / "tessdata"), Model("eng", DEBIAN_TESSDATA), Model("osd", DEBIAN_TESSDATA)
)
VARIANTS = {"with": SECOND, "without": None}


def main() -> None:
    """Print, for both variants, the counts by group."""
    folder = Path(sys.argv[1])
    tallies: dict[str, dict[str, Counter[str]]] = {variant: defaultdict(Counter) for variant in VARIANTS}
    for path in sorted((folder / "truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        for variant, fields in read(folder / "dossiers" / path.stem).items():
            if truth["form"] is not None:
                tally(fields, truth, tallies[variant])
    print(json.dumps(tallies))


def read(dossier: Path) -> Mapping[str, Mapping[str, Any]]:
    """Return the judged fields of a dossier by variant."""
    forms: dict[str, list[FormPage]] = {variant: [] for variant in VARIANTS}
    cards: list[Card] = []
    with tempfile.TemporaryDirectory() as scratch:
        for page in pages_of(dossier, Path(scratch)):
            match = RECOGNISER.match(page)
            if match is None:
                seen = codes.read_codes(page, is_form=False)
                cards += [
                    (page.number, code.box, holder) for code in seen if (holder := codes.card_holder(code)) is not None
                ]
                continue
            for variant, second in VARIANTS.items():
                forms[variant].append(read_form_page(page, match, MODELS, second, Path(scratch)))
    return {variant: judged(own, cards) for variant, own in forms.items()}


def pages_of(dossier: Path, scratch: Path) -> Iterator[PageImage]:
    """Return the pages of every scan of a dossier."""
    for path in sorted(one for one in dossier.iterdir() if one.suffix != ".toml"):
        rewritten = scratch / "rewritten.pdf"
        rewritten.unlink(missing_ok=True)
        with path.open("rb") as scan:
            taken = intake.take_in(scan, Caps(), None, rewritten)
        with (rewritten if rewritten.exists() else path).open("rb") as pages:
            for number in range(1, taken.page_count + 1):
                yield page_image(taken, pages, Caps(), number)


if __name__ == "__main__":
    main()
