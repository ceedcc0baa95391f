"""Make dossiers of invented people as scanners give them, and the truth about them in a folder of its own.

``python -m samples.make --seed N --out DIR [--dossiers K]`` writes ``DIR/dossiers/NN-slug/`` (the scans, and
``dossier.toml``: what was declared at the desk, never the truth) and ``DIR/truth/NN-slug.json``. The same seed gives
the same truth and the same pixels. In every dozen: three births (one with the copy of an identity card), three copies
of a birth, two deaths, two confirmations of marital status, a wrong page and a dossier under the wrong procedure. Every
second dozen holds the other four declarations.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

if __package__ in {None, ""}:  # run as `python samples/make.py`
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image

# The path above comes first when this is run as a script.
from printing.errors import PrintingError
from samples.blanks import VERSION
from samples.cases import KINDS, Case
from samples.cases_more import KINDS_MORE
from samples.degrade import DEVICES, Scan
from samples.files import write_scan
from samples.fill import TYPEFACES, FontsMissing, filled, is_back_notes
from samples.papers import card_copy, letter
from samples.people import dice, new_person

FIRST_DAY = date(2026, 11, 16)  # a Monday; dossiers come in during that week
PROCEDURES = {
    "birth": "1.001193", "death": "1.000656", "marital-status": "1.004873", "birth-copy": "2.000635",
    "birth-again": "1.004884", "marriage": "1.000894", "change": "1.004859", "confirmation": "2.002516",
}  # fmt: skip
RESULTS = {  # of what this office draws itself
    "birth": "birth-extract", "death": "death-extract", "marital-status": "marital-status-confirmation",
    "birth-copy": "birth-extract",
}  # fmt: skip
QR_DEVICES = ("scan300", "scan200")  # where a card's QR code survives
MORE_DEVICES = ("scan300", "scan200", "scan150", "stamp300", "fold300", "photo")


@dataclass(frozen=True)
class Plan:
    """What a dossier is to be: ``declared`` is what the clerk enters; ``kind`` None stands for a wrong page."""

    kind: str | None
    declared: str
    has_card: bool = False


DOZEN = (
    Plan("birth", "birth"), Plan("birth", "birth"), Plan("birth", "birth", has_card=True),
    Plan("birth-copy", "birth-copy"), Plan("birth-copy", "birth-copy"), Plan("birth-copy", "birth-copy"),
    Plan("death", "death"), Plan("death", "death"),
    Plan("marital-status", "marital-status"), Plan("marital-status", "marital-status"),
    Plan(None, "birth"), Plan("marital-status", "death"),
)  # fmt: skip
SECOND_DOZEN = (
    Plan("birth-again", "birth-again"), Plan("birth-again", "birth-again"),
    Plan("birth-again", "birth-again", has_card=True), Plan("marriage", "marriage"), Plan("marriage", "marriage"),
    Plan("marriage", "marriage"), Plan("change", "change"), Plan("change", "change"), Plan("change", "change"),
    Plan("confirmation", "confirmation"), Plan("confirmation", "confirmation"), Plan("birth-again", "birth"),
)  # fmt: skip


@dataclass(frozen=True)
class Dossier:
    """One made dossier before it is written: file names and what to put into them."""

    slug: str
    scans: Sequence[Scan]
    files_rng: Random
    declared: Mapping[str, object]
    truth: Mapping[str, object]


def main() -> int:
    """Write the dossiers; 1 with a sentence when they cannot be drawn or written."""
    parser = argparse.ArgumentParser(description="Make dossiers of invented people, and the truth about them.")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="a folder without dossiers or truth in it yet")
    parser.add_argument("--dossiers", type=int, default=len(DOZEN), metavar="K")
    arguments = parser.parse_args()
    out: Path = arguments.out
    if (out / "dossiers").exists() or (out / "truth").exists():
        print(f"{out} already holds dossiers or truth: choose another folder", file=sys.stderr)
        return 1
    try:
        for index in range(arguments.dossiers):
            write_dossier(made_dossier(arguments.seed, index), out)
    except (FontsMissing, PrintingError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def made_dossier(seed: int, index: int) -> Dossier:
    """Return one dossier; it depends on the seed and its own index alone."""
    plan, device = planned(seed, index)
    rng = dice(f"{seed}/{index}")
    received_on = FIRST_DAY + timedelta(days=rng.randint(0, 4))
    pages, case, applicant = _pages(plan, rng, received_on)
    scans = [DEVICES[device](page, rng) for page in pages]
    declared = {
        "procedure": PROCEDURES[plan.declared],
        "applicant": applicant,
        "phone_last_four": f"{rng.randrange(10_000):04}",
        "received_on": received_on,
    }
    right = plan.kind or plan.declared
    truth = {
        "form": case.form if case else None,
        "version": VERSION if case else None,
        "procedure_declared": PROCEDURES[plan.declared],
        "procedure_right": PROCEDURES[right],
        "misfiled": right != plan.declared,
        "wrong_page": case is None,
        "degradation": device,
        "expected_result": RESULTS.get(right) if case and right == plan.declared else None,
        "fields": {key: entry.value for key, entry in case.entries.items()} if case else {},
    }
    return Dossier(f"{index + 1:02}-{plan.declared}", scans, rng, declared, truth)


def write_dossier(dossier: Dossier, out: Path) -> None:
    """Write the scans, what was declared, and elsewhere the truth."""
    folder, truth = out / "dossiers" / dossier.slug, out / "truth"
    folder.mkdir(parents=True)
    truth.mkdir(exist_ok=True)
    write_scan(folder, dossier.scans, dossier.files_rng)
    lines = [
        f"{name} = {value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)}"
        for name, value in dossier.declared.items()
    ]
    (folder / "dossier.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    text = json.dumps(dossier.truth, ensure_ascii=False, indent=1)
    (truth / f"{dossier.slug}.json").write_text(text + "\n", encoding="utf-8")


def planned(seed: int, index: int) -> tuple[Plan, str]:
    """Return the plan and the device of a dossier: every dozen is shuffled, and sees every device."""
    dozen, place = divmod(index, len(DOZEN))
    rng = dice(f"{seed}/dozen/{dozen}")
    plans = list(SECOND_DOZEN if dozen % 2 else DOZEN)
    devices = [*DEVICES, *rng.sample(MORE_DEVICES, len(DOZEN) - len(DEVICES))]
    rng.shuffle(plans)
    rng.shuffle(devices)
    card = next(at for at, plan in enumerate(plans) if plan.has_card)
    if devices[card] not in QR_DEVICES:
        other = next(at for at, device in enumerate(devices) if device in QR_DEVICES)
        devices[card], devices[other] = devices[other], devices[card]
    return plans[place], devices[place]


def _pages(plan: Plan, rng: Random, received_on: date) -> tuple[list[Image.Image], Case | None, str]:
    """Return the pages, what was written if they are a declaration, and the name of who stands at the desk."""
    if plan.kind is None:
        writer = new_person(rng, ages=(35, 70))
        text = {
            "full_name": writer.full_name,
            "birth_date": f"{writer.birth_date:%d/%m/%Y}",
            "residence": writer.residence,
            "made_on": f"ngày {received_on:%d} tháng {received_on.month} năm {received_on.year}",
        }
        return letter(text), None, writer.full_name
    case = {**KINDS, **KINDS_MORE}[plan.kind](rng, received_on)
    pages = filled(case, rng, rng.choice(list(TYPEFACES)))
    if is_back_notes(case.form) and rng.random() < 0.6:  # noqa: PLR2004 - such a back is often left out
        pages = pages[:1]
    if plan.has_card:
        pages.append(card_copy(case.requester, rng))
    return pages, case, case.requester.full_name


if __name__ == "__main__":
    sys.exit(main())
