"""A form.toml that made sense once need not be read and judged again at every start: what it says lies beside it.

``form.kept.json`` is bound to the file, its folder's names, the heads of its blanks and the rules it was judged by
(``print.kept.json`` to the form.toml as well); where any of them changed, or nothing is kept, the file itself is read.
That costs fifteen milliseconds a form.
"""

import hashlib
import json
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from ocr.forms import strict

HEAD_BYTES = 24  # of a PNG: its sizes are in them
DATES = ("valid_from", "valid_to")
ENDING = ".kept.json"


def read(path: Path, kinds: Collection[str]) -> dict[str, Any]:
    """Return what a form.toml says; raises ``TemplateBroken``."""
    kept = read_kept(path, kinds)
    return strict.read(path, kinds) if kept is None else kept


def read_kept(path: Path, kinds: Collection[str]) -> dict[str, Any] | None:
    """Return what is kept of a form.toml; None where there is nothing, or of something else."""
    try:
        kept = json.loads(path.with_suffix(ENDING).read_bytes())
        data: dict[str, Any] = kept["data"]
        if kept["made_from"] != _made_from(path, data["blanks"], kinds):
            return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return data | {name: date.fromisoformat(data[name]) for name in DATES if name in data}


def keep(path: Path, kinds: Collection[str]) -> None:
    """Write beside a form.toml what it says; raises ``TemplateBroken``."""
    data = strict.read(path, kinds)
    kept = {"made_from": _made_from(path, data["blanks"], kinds), "data": data}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), default=date.isoformat)
    path.with_suffix(ENDING).write_text(text + "\n", encoding="utf-8")


def _made_from(path: Path, blanks: Collection[str], kinds: Collection[str]) -> str:
    form = strict.form_of(path)
    digest = hashlib.sha256(f"{form.parent.parent.name}/{form.parent.name} {sorted(kinds)}\n".encode())
    for source in dict.fromkeys((Path(strict.__file__), form, path)):
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    for blank in blanks:
        with (path.parent / blank).open("rb") as file:
            digest.update(file.read(HEAD_BYTES))
    return digest.hexdigest()
