"""Which form a page is, or that it is none: every blank as every device shows it, and pages that are almost a form.

Pages are drawn from seeds that the commit's hash gives. A form is right with its code, version, page and way up; a
near miss is right when it is recognised as nothing. What each kind counted is printed beside.
"""

import io
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pypdfium2  # type: ignore[import-untyped]  # has no types
from PIL import Image

from bench.fields import seeds_of_commit
from ocr.forms.recognise import Match, Recogniser
from ocr.forms.templates import Template, TemplatePage, load_templates
from ocr.intake import take_in
from ocr.raster import PageImage, page_image
from ocr.values import Caps
from printing.draw import Printer
from samples import near_misses, papers
from samples.blanks import FONTS
from samples.degrade import DEVICES, Scan
from samples.people import dice, new_person
from samples.results import PAPERS

EACH = 504  # pages with a form, and pages without


def main() -> None:
    """Print one JSON line for the forms, one for the others, one for the cost."""
    templates, seed = load_templates(), seeds_of_commit()[0]
    whole = Recogniser(templates)
    spent = [0.0, 0]

    def recognised(recogniser: Recogniser, image: PageImage) -> Match | None:
        began = time.process_time()
        match = recogniser.match(image)
        spent[0] += time.process_time() - began
        spent[1] += 1
        return match

    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for index, (template, page) in enumerate(in_turn(templates, EACH)):
        rng = dice(f"{seed}/form/{index}")
        device, turn = list(DEVICES)[index % len(DEVICES)], rng.choice((0, 0, 90, 180, 270))
        match = recognised(whole, seen(near_misses.filled_in(page, rng), device, turn, rng))
        counts[device][1] += 1
        counts[device][0] += match is not None and is_right(match, template, page, turn)
    report("form, version, page and way up right", counts, seed)
    counts = defaultdict(lambda: [0, 0])
    for index, (kind, image, recogniser) in enumerate(near_miss_pages(templates, whole, seed)):
        rng = dice(f"{seed}/other/{index}")
        match = recognised(recogniser, seen(image, rng.choice(list(DEVICES)), rng.choice((0, 0, 90, 180, 270)), rng))
        counts[kind][1] += 1
        counts[kind][0] += match is None
    report("no form recognised as none", counts, seed)
    blanks = sum(len(template.pages) for template in templates)
    row = {"measure": "recognition, CPU s a page", "ours": round(spent[0] / spent[1], 3), "blank_pages": blanks,
           "why": "no peer recognises forms"}  # fmt: skip
    print(json.dumps(row))


def in_turn(templates: Sequence[Template], count: int) -> Iterator[tuple[Template, TemplatePage]]:
    """Yield every page of every form in turn; each comes to every device."""
    pages = [(template, page) for template in templates for page in template.pages]
    for index in range(count):
        yield pages[(index + index // len(DEVICES)) % len(pages)]


def is_right(match: Match, template: Template, page: TemplatePage, turn: int) -> bool:
    """Whether the match names the form and the page, and turns it back as far as it was turned."""
    return match.template == template and match.page.number == page.number and match.rotation_deg == turn


def near_miss_pages(
    templates: Sequence[Template], whole: Recogniser, seed: int
) -> Iterator[tuple[str, Image.Image, Recogniser]]:
    """Yield kind, page and recogniser; a form left out of its recogniser is the nearest miss there is."""
    pages = [page for template in templates for page in template.pages]
    without = {t.code: Recogniser([other for other in templates if other.code != t.code]) for t in templates}
    strangers = [*printed(), *material()]
    count = 0
    while count < EACH:
        rng = dice(f"{seed}/near/{count}")
        for kind, altered in near_misses.ALTERED.items():
            yield kind, altered(rng.choice(pages), rng), whole
        for kind, strange in near_misses.STRANGE.items():
            yield kind, strange(pages, rng), whole
        template = templates[count // 12 % len(templates)]
        yield "form not in the set", near_misses.filled_in(rng.choice(template.pages), rng), without[template.code]
        yield "card", papers.card_copy(new_person(rng, ages=(18, 70)), rng), whole
        for kind, image in rng.sample(strangers, 2):
            yield kind, image, whole
        count += 12


def printed() -> Iterator[tuple[str, Image.Image]]:
    """Yield what we print ourselves: results and receipts."""
    printer = Printer(FONTS)
    for name, values in PAPERS.items():
        for image in drawn(printer.draw(name, values).pdf):
            yield "our own papers", near_misses.shrunk_to_a5(image) if name == "receipt-slip" else image


def material() -> Iterator[tuple[str, Image.Image]]:
    """Yield genuine pages where the material is at hand."""
    folder = os.environ.get("MOONSEAL_MATERIAL")
    for path in sorted(Path(folder).glob("[!f]*/*.pdf")) if folder else ():  # forms/ holds templates of ours
        for image in drawn(path.read_bytes()):
            yield f"material: {path.parent.name}", image


def drawn(pdf: bytes) -> Iterator[Image.Image]:
    """Yield the pages of a PDF at FILL_DPI."""
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            yield page.render(scale=300 / 72).to_pil().convert("RGB")


def seen(image: Image.Image, device: str, turn: int, rng: Random) -> PageImage:
    """Return the page as intake gives it after a device saw it, laid on the glass turned counter-clockwise."""
    scan: Scan = DEVICES[device](image, rng)
    turned = scan.image.rotate(turn, expand=True)
    target = io.BytesIO()
    density = {} if scan.dpi is None else {"dpi": (scan.dpi, scan.dpi)}
    if turned.mode == "1":
        turned.save(target, "TIFF", compression="group4", **density)
    else:
        turned.save(target, "JPEG", quality=scan.quality, **density)
    with tempfile.TemporaryDirectory() as scratch:
        return page_image(take_in(target, Caps(), None, Path(scratch) / "unused"), target, Caps(), 1)


def report(measure: str, counts: dict[str, list[int]], seed: int) -> None:
    """Print right of total, and each kind."""
    right, total = sum(c[0] for c in counts.values()), sum(c[1] for c in counts.values())
    kinds = {name: f"{part[0]} of {part[1]}" for name, part in sorted(counts.items())}
    row = {"measure": measure, "ours": f"{right} of {total}", "ratio": f"{right / total:.2%}", "seed": seed,
           "by_kind": kinds}  # fmt: skip
    print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
