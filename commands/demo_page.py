"""var/demo/index.html: per dossier the scan with its boxes, what was read, and the first page of the signed result.

One file and its pictures, for a newcomer to see in one look what Moonseal does; it needs no server and asks nobody.
"""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from commands.demo_story import Story
from commands.recorder import Recorder
from dossiers import files
from dossiers.engines import Engines
from dossiers.models import Dossier, Scan

PICTURE_WIDTH_PX = 900
FLAGS = {
    "misfiled": "tờ khai thuộc thủ tục khác với thủ tục đã tiếp nhận / the form belongs to another procedure",
    "wrong-page": "có trang không thuộc tờ khai này / a page does not belong to the declaration",
    "no-form": "không có tờ khai nào trong các trang / no declaration among the pages",
    "unreadable": "có tệp không đọc được / a file could not be read",
}
SHELL = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))


def write_page(data: Path, stories: Sequence[Story], recorder: Recorder, made: Engines) -> None:
    """Write index.html and its pictures; fills in what form each story turned out to be."""
    pictures = data / "pictures"
    pictures.mkdir(exist_ok=True)
    sections = [_section(story, recorder, made, pictures) for story in stories]
    page = SHELL.substitute(sections="".join(sections))
    (data / "index.html").write_text(page, encoding="utf-8")


def _section(story: Story, recorder: Recorder, made: Engines, pictures: Path) -> str:
    dossier = Dossier.objects.get(pk=story.dossier_id)
    scans = {scan.original_name: scan for scan in dossier.scans.select_related("searchable")}
    parts, fields = [], []
    for path in story.scans:
        record_file = recorder.record_of(story, path)
        if not record_file.exists():  # it could not be read; a flag says so
            parts.append(f"<p>{escape(path.name)}: không đọc được / unreadable</p>")
            continue
        record = json.loads(record_file.read_text(encoding="utf-8"))
        if record["form"] is not None:
            story.form = story.form or record["form"]["code"]
            fields += list(record["fields"].items())
        parts += _pages(record, scans[path.name], made, pictures, f"{story.name}-{path.stem}")
    flags = "".join(f"<p class=flag><b>{escape(flag)}</b>: {FLAGS.get(flag, '')}</p>" for flag in story.flags)
    return (
        f"<h2 id='{escape(story.name)}'>{escape(story.name)} · {escape(story.code)}</h2>{flags}"
        f"<div class=row><div>{''.join(parts)}</div>{_table(fields)}{_result(story, made, pictures)}</div>"
    )


def _pages(record: Mapping[str, Any], scan: Scan, made: Engines, pictures: Path, name: str) -> list[str]:
    drawn: list[str] = []
    if scan.searchable is None:
        return drawn
    with files.on_disk(scan.searchable, "pages.pdf") as pdf:
        for page in record["pages"]:
            number = page["number"]
            picture = pictures / f"{name}-{number}.png"
            picture.write_bytes(made.reader.page_png(pdf, number, PICTURE_WIDTH_PX))
            boxes = "".join(_box(field) for field in record["fields"].values() if field["page"] == number)
            label = f"{Path(record['source']).name}, trang {number}: {page['class']} {' '.join(page['warnings'])}"
            drawn.append(
                "<figure><div class=page>"
                f"<img src='pictures/{escape(picture.name)}' loading=lazy alt='{escape(label)}'>"
                f"<svg viewBox='0 0 1 1' preserveAspectRatio=none aria-hidden=true>{boxes}</svg></div>"
                f"<figcaption>{escape(label)}</figcaption></figure>"
            )
    return drawn


def _box(field: Mapping[str, Any]) -> str:
    x0, y0, x1, y1 = field["box"]
    return f"<rect class='{field['decision']}' x='{x0:.4f}' y='{y0:.4f}' width='{x1 - x0:.4f}' height='{y1 - y0:.4f}'/>"


def _table(fields: Sequence[tuple[str, Any]]) -> str:
    rows = []
    for name, field in fields:
        breakable, value = escape(name).replace(".", ".<wbr>"), escape(field["value"] or "")
        rows.append(f"<tr class='{field['decision']}'><td>{breakable}</td><td>{value}</td></tr>")
    return f"<table>{''.join(rows)}</table>"


def _result(story: Story, made: Engines, pictures: Path) -> str:
    if story.result is None:
        return "<div>Không có kết quả / no result</div>"
    picture = pictures / f"{story.name}-result.png"
    picture.write_bytes(made.reader.page_png(story.result, 1, PICTURE_WIDTH_PX))
    image = f"<img class=result src='pictures/{escape(picture.name)}' alt='kết quả' loading=lazy>"
    link = f"<a href='results/{escape(story.result.name)}'>{image}</a>"
    return f"<figure>{link}<figcaption>{escape(story.number)} · {story.verdict}</figcaption></figure>"
