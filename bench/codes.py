"""Identity cards: QR codes decoded (old and 2024 payload) beside zxing-cpp at one look, and zones read."""

import json
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import zxingcpp

from bench.fields import seeds_of_commit
from bench.recognition import seen
from ocr.clean import page_to_read, skew_deg
from ocr.codes import card_holder, read_codes, read_mrz
from ocr.raster import PageImage
from ocr.tesseract import Model
from ocr.values import ModelFolders
from samples import papers
from samples.people import Person, dice, new_person

CARDS = 60  # at each resolution, half of them of 2024
NUMBERS = Model("eng", ModelFolders.numbers)


def main() -> None:
    """Print one JSON line for each resolution."""
    seed = seeds_of_commit()[0]
    for dpi in (300, 200, 150):
        counts: dict[str, int] = defaultdict(int)
        spent: dict[str, float] = defaultdict(float)
        for index in range(CARDS):
            rng = dice(f"{seed}/card/{dpi}/{index}")
            person = new_person(rng, ages=(18, 70))
            said = papers.qr_text(person)
            if is_new := index % 2 == 1:
                said = papers.new_qr_text(person, new_person(rng, ages=(70, 90)), new_person(rng, ages=(70, 90)))
            copy = papers.card_copy_in_ocr_b(person, rng, new_qr=said if is_new else None)
            count(seen(copy, f"scan{dpi}", 0, rng), said, person, counts, spent)
        row = {
            "measure": f"cards at {dpi} dpi: QR read (peer: zxing-cpp, one look)",
            "ours": f"{counts['ours']} of {CARDS}",
            "peer": f"{counts['peer']} of {CARDS}",
            "ratio": round(spent["ours"] / spent["peer"], 2),
            "ratio_of": "CPU",
            "zones_read": f"{counts['zone']} of {CARDS}",
            "zones_wrong": counts["zone wrong"],
            "seed": seed,
        }
        print(json.dumps(row))


def count(page: PageImage, said: str, person: Person, counts: dict[str, int], spent: dict[str, float]) -> None:
    """Read one card in all three ways."""
    began = time.process_time()
    counts["peer"] += said in [barcode.text for barcode in zxingcpp.read_barcodes(page.grey)]
    spent["peer"] += time.process_time() - began
    began = time.process_time()
    counts["ours"] += said in [code.text for code in read_codes(page)]
    spent["ours"] += time.process_time() - began
    image, dpi = page_to_read(page)
    with tempfile.TemporaryDirectory() as scratch:
        zone = read_mrz(page, skew_deg(image, dpi), NUMBERS, Path(scratch))
    holder = None if zone is None else card_holder(zone)
    if holder is not None:
        right = (holder.number, holder.birth_date) == (person.number, person.birth_date.isoformat())
        counts["zone" if right else "zone wrong"] += 1


if __name__ == "__main__":
    main()
