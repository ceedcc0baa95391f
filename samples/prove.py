"""Prove templates against fills of their own: ``python -m samples.prove [--seed N] [--devices A,B] [CODE …]``.

``--print NAME`` proves one print of each form only; ``--paper MATERIAL`` fills the material's own pages instead of the
blanks that were made of them (samples/prints.py).

Each template is checked against its blank, filled by ``samples.generic`` once for each device, read as any scan is, and
compared. One JSON object per template is printed as it is done; all fields count, the empty ones too, but the shares
are of the filled ones.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from ocr.forms.proof import faults
from ocr.forms.templates import Kind, Template, load_templates
from ocr.reader import ModelFolders, Reader
from samples.blanks import ROOT
from samples.degrade import DEVICES
from samples.files import write_scan
from samples.generic import Filled, filled
from samples.people import dice
from samples.prints import paper

USUAL_DEVICES = ("clean300", "scan300", "scan200", "bin200")
WORST = 3
NUMBERS = {Kind.IDENTITY_NUMBER}


def main() -> int:
    """Print what was found; 1 where a template is broken or falls under its floor."""
    parser = argparse.ArgumentParser(description="Prove templates against fills of their own.")
    parser.add_argument("codes", nargs="*", metavar="CODE")
    parser.add_argument("--seed", default="proof")
    parser.add_argument("--devices", default=",".join(USUAL_DEVICES))
    parser.add_argument("--numbers", type=Path, required=True, help="the folder of Tesseract's own models")
    parser.add_argument("--print", dest="print_name")
    parser.add_argument("--paper", type=Path)
    arguments = parser.parse_args()
    templates = [one for one in load_templates() if not arguments.codes or one.code in arguments.codes]
    if arguments.print_name is not None:
        templates = [one for one in templates if one.print_name == arguments.print_name]
    failed = 0
    with Reader(ModelFolders(ROOT / "assets" / "tessdata", arguments.numbers)) as reader:
        for template in templates:
            own = () if arguments.paper is None else paper(arguments.paper, template.code)
            proof = proved(template, reader, arguments.devices.split(","), arguments.seed, own)
            failed += not proof["holds"]
            print(json.dumps(proof, ensure_ascii=False), flush=True)
    return 1 if failed or not templates else 0


def proved(
    template: Template, reader: Reader, devices: Sequence[str], seed: str, paper: Sequence[Image.Image] = ()
) -> dict[str, Any]:
    """Return what a template's own fills show, drawn on ``paper`` or else on its blanks."""
    broken = [{"code": code, "name": name} for code, name in faults(template)]
    kinds = {field.name: field for page in template.pages for field in page.fields}
    sums: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for index, device in enumerate(devices):
        made = filled(template, rng := dice(f"{seed}/{template.code}/{index}/{device}"), paper)
        truth, found, is_right_form = _read_once(template, reader, made, device, rng)
        sums["scans"] += 1
        sums["recognised"] += is_right_form
        for name, expected, value in _compared(truth, found):
            is_right = is_right_form and value == expected
            sums["all"] += 1
            sums["all_right"] += is_right
            if not is_right:
                missed[name] += 1
            if expected is None:
                continue
            is_number = name in kinds and kinds[name].kind in NUMBERS
            sums["fields"] += 1
            sums["fields_right"] += is_right
            sums["numbers"] += is_number
            sums["numbers_right"] += is_number and is_right
            sums["combs"] += is_number and kinds[name].cells > 0
            sums["combs_right"] += is_number and kinds[name].cells > 0 and is_right
    share = sums["fields_right"] / sums["fields"] if sums["fields"] else 1.0
    holds = not broken and sums["recognised"] == sums["scans"] and share >= template.floor
    counts = {name: sums[name] for name in COUNTED}
    about = {"form": template.code, "version": template.version, "print": template.print_name}
    return about | {"holds": holds, "floor": template.floor} | counts | {
        "worst": [{"field": name, "missed": count} for name, count in missed.most_common(WORST)], "broken": broken,
    }  # fmt: skip


COUNTED = (
    "scans", "recognised", "fields", "fields_right", "numbers", "numbers_right", "combs", "combs_right", "all",
    "all_right",
)  # fmt: skip


def _read_once(
    template: Template, reader: Reader, made: Filled, device: str, rng: Random
) -> tuple[Mapping[str, str], Mapping[str, str | None], bool]:
    """Return the truth of one fill, what was read of it, and whether it was read as this form and version."""
    scans = [DEVICES[device](page, rng) for page in made.pages]
    with tempfile.TemporaryDirectory() as folder:
        write_scan(Path(folder), scans, rng)
        (scan,) = Path(folder).iterdir()
        read = reader.digitize(scan)
    is_right = read.form is not None and (read.form.code, read.form.version) == (template.code, template.version)
    return made.truth, {name: field.value for name, field in read.fields.items()}, is_right


def _compared(
    truth: Mapping[str, str], found: Mapping[str, str | None]
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield each field with its truth and its reading; a number within a line counts where the line holds one."""
    for name in sorted(truth.keys() | found.keys()):
        yield name, truth.get(name), found.get(name)


if __name__ == "__main__":
    sys.exit(main())
