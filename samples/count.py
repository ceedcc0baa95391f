"""Count what was read right: a process of its own, the only one that sees the truth.

``python -m samples.count SUMMARY_FOLDER TRUTH_FOLDER`` compares, for each ``TRUTH_FOLDER/NAME.json``, the objects of
``digitize --json`` that lie below ``SUMMARY_FOLDER/NAME/`` (or in ``SUMMARY_FOLDER/NAME.json``), and prints one object.

One field is one named slot of the form, and one more for the twelve digits of each identity paper's line; a field that
was left empty counts too and is right when its value is null (``filled`` counts without these). Right is equal, after
NFC and single spaces, to the last letter. Where the form was not recognised, none of its fields is right. A dossier
whose true form is none has no fields.
"""

import argparse
import json
import sys
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

FORMS = Path(__file__).resolve().parent.parent / "ocr" / "forms" / "data"


def main() -> int:
    """Print the counts as JSON; 1 with a sentence where there is no truth to compare with."""
    parser = argparse.ArgumentParser(description="Count the fields that were read right.")
    parser.add_argument("summary_folder", type=Path)
    parser.add_argument("truth_folder", type=Path)
    arguments = parser.parse_args()
    if not any(arguments.truth_folder.glob("*.json")):
        print(f"{arguments.truth_folder} holds no truth", file=sys.stderr)
        return 1
    print(json.dumps(counted(arguments.summary_folder, arguments.truth_folder), ensure_ascii=False, indent=1))
    return 0


def counted(summary_folder: Path, truth_folder: Path) -> dict[str, Any]:
    """Return right and total over all, by degradation and by dossier, with the fields that were read wrong."""
    dossiers = []
    for path in sorted(truth_folder.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        dossiers.append({"dossier": path.stem} | _compared(_objects(summary_folder, path.stem), truth))
    names = sorted({dossier["degradation"] for dossier in dossiers})
    by_degradation = {name: _sums(d for d in dossiers if d["degradation"] == name) for name in names}
    return _sums(dossiers) | {"by_degradation": by_degradation, "dossiers": dossiers}


def keys_of(code: str, version: str) -> list[str]:
    """Return the keys of all fields of a form."""
    form = tomllib.loads((FORMS / code / version / "form.toml").read_text(encoding="utf-8"))
    keys = [[field["key"], field.get("number_key")] for field in form["field"]]
    return [key for pair in keys for key in pair if key]


def _objects(folder: Path, name: str) -> list[Mapping[str, Any]]:
    """Return what was read of one dossier; nothing where nothing lies."""
    files = sorted((folder / name).rglob("*.json"))
    if (folder / f"{name}.json").is_file():
        files.append(folder / f"{name}.json")
    objects = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    return [one for one in objects if isinstance(one, dict) and "outcome" in one]


def _compared(objects: Sequence[Mapping[str, Any]], truth: Mapping[str, Any]) -> dict[str, Any]:
    found = [one["form"]["code"] for one in objects if one.get("form")]
    wrong, right, filled_right = [], 0, 0
    keys = keys_of(truth["form"], truth["version"]) if truth["form"] else []
    read: dict[str, str] = {}
    for one in objects:
        if one.get("form") and one["form"]["code"] == truth["form"]:
            read |= {key: field["value"] for key, field in one["fields"].items() if field["value"] is not None}
    is_known = truth["form"] in found
    for key in keys:
        is_right = is_known and plain(read.get(key)) == plain(truth["fields"].get(key))
        right += is_right
        filled_right += is_right and key in truth["fields"]
        if not is_right:
            wrong.append({"field": key, "truth": truth["fields"].get(key), "read": read.get(key)})
    return {
        "degradation": truth["degradation"],
        "form": truth["form"],
        "form_right": (found == [truth["form"]] if truth["form"] else not found) and bool(objects),
        "right": right,
        "total": len(keys),
        "filled": {"right": filled_right, "total": len(truth["fields"])},
        "wrong": wrong,
    }


def _sums(dossiers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    several = list(dossiers)
    return {
        "right": sum(one["right"] for one in several),
        "total": sum(one["total"] for one in several),
        "filled": {part: sum(one["filled"][part] for one in several) for part in ("right", "total")},
        "forms_right": sum(one["form_right"] for one in several),
        "forms": len(several),
    }


def plain(value: str | None) -> str | None:
    """Return a value as it is compared: NFC, runs of white space as one."""
    return None if value is None else " ".join(unicodedata.normalize("NFC", str(value)).split())


if __name__ == "__main__":
    sys.exit(main())
