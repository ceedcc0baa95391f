"""``moonseal forms``: which templates there are, the draft of a new one, and the proof of every one."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer

from commands.console import Console
from commands.files import write_whole
from commands.folder import HOME
from commands.installation import models
from commands.sentences import both, sentence
from ocr import OcrError
from ocr.forms.drafted import FormDraft
from ocr.forms.strict import TemplateBroken
from ocr.forms.templates import DATA, load_templates
from ocr.reader import Reader

HEADINGS = (
    "mã mẫu / code", "bản / version", "thủ tục / procedure", "hiệu lực / in force", "trang / pages", "ô / fields",
    "bản in / prints", "tên / title",
)  # fmt: skip
FOUND = ("leaders", "combs", "boxes", "cells", "frames")
DOUBTS = ("no_label", "label_doubtful", "same_label", "date_incomplete")
PRINT_DOUBTS = ("not_of_form",)


def show() -> int:
    """Print every template, one a line; 1 where one of them makes no sense."""
    try:
        templates = load_templates()
    except TemplateBroken as broken:
        Console().say(both("template_broken", problem=str(broken)))
        return 1
    rows = [HEADINGS]
    for one in (template for template in templates if not template.print_name):
        fields = sum(len(page.fields) for page in one.pages)
        prints = sum(template.form == one.form for template in templates)
        end = one.valid_to.isoformat() if one.valid_to else ""
        rows.append(
            (
                one.code,
                one.version,
                one.procedures[0] + (f" +{more}" if (more := len(one.procedures) - 1) else ""),
                f"{one.valid_from} – {end}",
                str(len(one.pages)),
                str(fields),
                str(prints),
                one.title,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS) - 1)]
    for row in rows:
        typer.echo("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]))
    return 0


def new(scan: Path, code: str | None, version: str | None, print_of: str | None, out: Path) -> int:
    """Write the draft of a template from one blank scan; say what was found and what is left to a person.

    ``print_of`` is the code of a form that is known already, of which the scan is another print.
    """
    console = Console()
    today = date.today()  # noqa: DTZ011 - the day on the wall, of whoever drafts
    if print_of is None:
        code, version = code or _code_of(scan), version or str(today.year)
        folder = out / code / version
    else:
        known = [one.version for one in load_templates() if one.code == print_of and version in {None, one.version}]
        if not known:
            console.say(both("form_unknown", form=print_of))
            return 1
        code, version = print_of, max(known)
        folder = out / code / version / _code_of(scan)
    if folder.exists():
        console.say(both("draft_exists", folder=folder))
        return 1
    try:
        with Reader(models()) as reader:
            draft = reader.draft_form(scan, code, version, today, is_print=print_of is not None)
        for name, content in draft.files.items():
            write_whole(folder / name, content)
    except OcrError as error:
        console.say(sentence(error.code, error.parameters))
        return 1
    except OSError as error:
        console.say(sentence("file_error", {"reason": error.strerror or ""}))
        return 1
    _tell(draft, folder, console)
    return 0


def check(codes: Sequence[str]) -> int:
    """Prove every template, or those of some codes, in a process of its own; print a line for each."""
    command = [sys.executable, "-m", "samples.prove", "--numbers", str(models().numbers), *codes]
    try:
        known = {template.code for template in load_templates()}
    except TemplateBroken as broken:
        Console().say(both("template_broken", problem=str(broken)))
        return 1
    if unknown := sorted(set(codes) - known):
        Console().say(both("form_unknown", form=unknown[0]))
        return 1
    with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        for line in process.stdout or ():
            for said in told(json.loads(line)):
                typer.echo(said)
    return 1 if process.returncode else 0


def _code_of(scan: Path) -> str:
    """Return a file's name as a code."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in scan.stem.lower())
    return "-".join(part for part in plain.split("-") if part) or "form"


def _tell(draft: FormDraft, folder: Path, console: Console) -> None:
    for number, page in enumerate(draft.pages, start=1):
        console.say(both("draft_page", page=number, **{name: page[name] for name in FOUND}))
    for field in draft.fields:
        doubts = "" if not field.doubts else f"  ← {', '.join(field.doubts)}"
        typer.echo(f"{field.page}  {field.key}  [{field.kind}]  {field.label}{doubts}")
    is_print = "print.toml" in draft.files
    counts = {doubt: sum(doubt in field.doubts for field in draft.fields) for doubt in (*DOUBTS, *PRINT_DOUBTS)}
    if is_print:
        lost = ", ".join(draft.lost) or "–"
        console.say(both("draft_print_doubts", lost=lost, not_of_form=counts["not_of_form"]))
    else:
        console.say(both("draft_doubts", **{doubt: counts[doubt] for doubt in DOUBTS}))
    target = DATA / folder.parent.parent.name / folder.parent.name if is_print else DATA
    console.say(both("draft_print_next" if is_print else "draft_next", folder=folder, data=target))


def told(proof: Mapping[str, Any]) -> list[str]:
    """Return what is said of one template: a line, and one for whatever does not fit its blank."""
    worst = ", ".join(f"{one['field']} ×{one['missed']}" for one in proof["worst"]) or "–"
    mark = "✓" if proof["holds"] else "✗"
    shares = {name: _share(proof[f"{name}_right"], proof[name]) for name in ("fields", "numbers", "combs")}
    version = " ".join(filter(None, (proof["version"], proof["print"])))
    line = both(
        "form_proved", form=proof["form"], version=version, recognised=proof["recognised"],
        scans=proof["scans"], floor=f"{proof['floor']:.0%}", worst=worst, **shares,
    )  # fmt: skip
    return [f"{mark} {line}", *(f"    {both(one['code'], name=one['name'])}" for one in proof["broken"])]


def _share(right: int, total: int) -> str:
    return f"{right}/{total} ({right / total:.1%})" if total else "–"
