"""Draw the blank forms and write down where their fields are: ``ocr/forms/data/<code>/<version>/``.

The one source is ``samples/forms/<code>.typ``: labels, leaders, and beside each leader the field that it belongs to.
Positions come out of Typst itself (``#metadata(…) <part>``); none is ever typed by hand. The same source gives the
same bytes. What a box covers is said in ``ocr/forms/data/README.md``.
"""

import argparse
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
if __package__ in {None, ""}:  # run as `python samples/blanks.py`
    sys.path.insert(0, str(ROOT))

from ocr.forms.draft_files import toml_of  # noqa: E402 - as the next
from printing.typst import Typst  # noqa: E402 - the path above comes first when this is run as a script

SOURCES = ROOT / "samples" / "forms"
FONTS = ROOT / "assets" / "fonts" / "tinos"
TARGET = ROOT / "ocr" / "forms" / "data"
CODES = (
    "to-khai-dang-ky-khai-sinh",
    "to-khai-dang-ky-khai-tu",
    "to-khai-xac-nhan-tinh-trang-hon-nhan",
    "to-khai-cap-ban-sao-trich-luc",
    "to-khai-dang-ky-lai-khai-sinh",
    "to-khai-dang-ky-ket-hon",
    "to-khai-thay-doi-cai-chinh-ho-tich",
    "to-khai-xac-nhan-thong-tin-ho-tich",
)
VERSION = "2024"
VALID_FROM = "2024-06-06"  # the day from which Circular 04/2024/TT-BTP is in force
VALID_TO = "2027-02-28"  # the last day before the civil-status law of 2026 (Law 03/2026/QH16) is in force
SOURCE = "Thông tư 04/2024/TT-BTP; wording as annexed to a province's internal procedures of July 2025"
FLOOR = 0.9  # the share of filled fields that `moonseal forms check` has to find right
PAGE_MM = (210.0, 297.0)
BLANK_DPI = 200
GREY_LEVELS = 16
CLOSED_LISTS: Mapping[str, Sequence[str]] = {"sex": ("Nam", "Nữ"), "checkbox": ("yes", "no")}


def main() -> None:
    """Write form.toml and the blank pages of every form under ``--out``."""
    parser = argparse.ArgumentParser(description="Draw the blank forms and write down where their fields are.")
    parser.add_argument("--out", type=Path, default=TARGET)
    out: Path = parser.parse_args().out
    typst = Typst(FONTS)
    for code in CODES:
        folder = out / code / VERSION
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in blank_files(typst, code).items():
            (folder / name).write_bytes(content)
        print(folder)


def blank_files(typst: Typst, code: str) -> dict[str, bytes]:
    """Return form.toml and blank-N.png of one form, by file name."""
    source = SOURCES / f"{code}.typ"
    pages = typst.compile_png(source, {}, ppi=BLANK_DPI)
    files = {f"blank-{number}.png": _small_png(page) for number, page in enumerate(pages, start=1)}
    (about,) = typst.query_json(source, {}, "form")
    parts = parts_of(typst, code)
    files["form.toml"] = "".join(f"{line}\n" for line in _form_toml(about, parts, sorted(files))).encode()
    return files


def parts_of(typst: Typst, code: str) -> list[dict[str, Any]]:
    """Return every part of the form with its page and its box in millimetres, from top to bottom."""
    return typst.query_json(SOURCES / f"{code}.typ", {}, "part")


def _small_png(page: bytes) -> bytes:
    grey = Image.open(io.BytesIO(page)).convert("L")
    step = 255 / (GREY_LEVELS - 1)
    out = io.BytesIO()
    grey.point([round(round(level / step) * step) for level in range(256)]).save(out, "PNG", optimize=True)
    return out.getvalue()


def fields_of(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the fields in the order of the form; a field's label is the one printed before its first slot."""
    fields: dict[str, dict[str, Any]] = {}
    label = ""
    for part in parts:
        if part["kind"] == "label":
            label = part["text"].strip(" :,")
        elif part["kind"] in {"slot", "check"}:
            key, more = part["key"], part["more"]
            field = fields.setdefault(
                key, {"key": key, "label": label, "page": part["page"], "boxes_mm": [], "values": []} | more
            )
            if field["page"] != part["page"]:
                raise ValueError(f"{key}: a field stands on one page")
            field["boxes_mm"].append(part["box"])
            field["values"] += [part["value"]] if part["kind"] == "check" else []
    for field in fields.values():
        field["values"] = field["values"] or CLOSED_LISTS.get(field["type"], ())
    return list(fields.values())


def _form_toml(about: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], blanks: Sequence[str]) -> Iterator[str]:
    yield "# Made by samples/blanks.py from samples/forms: change it there."
    head = {
        "code": about["code"], "version": VERSION, "title": about["title"], "procedure": about["procedure"],
    }  # fmt: skip
    yield from (f"{name} = {toml_of(value)}" for name, value in head.items())
    yield f"valid_from = {VALID_FROM}"
    yield f"valid_to = {VALID_TO}"
    yield from (
        f"{name} = {toml_of(value)}"
        for name, value in (("source", SOURCE), ("floor", FLOOR), ("page_mm", PAGE_MM), ("blanks", blanks))
    )
    for field in fields_of(parts):
        yield from ("", "[[field]]")
        for name in ("key", "label", "type", "page", "boxes_mm", "join", "number_key", "rows", "values"):
            if field.get(name):
                yield f"{name} = {toml_of(field[name])}"
    for check in about["checks"]:
        yield from ("", "[[check]]", f"rule = {toml_of(check['rule'])}", f"fields = {toml_of(check['fields'])}")
    for part in parts:
        if part["kind"] in {"label", "mark"} and part["text"].strip():
            yield from (
                "", "[[text]]", f"value = {toml_of(part['text'].strip())}", f"page = {part['page']}",
                f"box_mm = {toml_of(part['box'])}",
            )  # fmt: skip


if __name__ == "__main__":
    main()
