"""The task that drafts a template from one blank scan. It runs inside the sandbox; the caller never imports it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from ocr.clean import READING_DPI, SOFTEN_SIGMA_PX, skew_deg, softened, straightened
from ocr.forms.draft import Proposal, Seen, printed_texts, proposed, with_unique_keys
from ocr.forms.draft_files import blank_png, form_toml, overlay_png, print_toml
from ocr.forms.draft_print import with_keys_of
from ocr.forms.marks import INK, MM_PER_INCH, Area, Marks, find_marks
from ocr.forms.templates import load_templates
from ocr.intake import take_in
from ocr.raster import PageImage, Pixels, page_image
from ocr.tesseract import Model, read_lines
from ocr.textlayer import is_native, native_lines
from ocr.values import Caps, Word
from sandbox import Refused
from sandbox.channel import Channel
from sandbox.values import Json

PSM_SPARSE = 11  # labels stand alone; whole-page layout drops those between slots
LEAST_CONFIDENCE = 0.2
FLOOR = 0.9
LEADERS = ".…"  # what slots are made of where a page was never paper
MOST_PAGES = 20  # of one form; all are held at once


def draft(files: Mapping[str, BinaryIO], arguments: Json, channel: Channel) -> Json:
    """Return what was found on each page and the proposed fields; the files of the draft are blobs by their names.

    ``arguments["is_print"]``: the form is known, and the scan is another print of it.
    """
    caps, rewritten = Caps(**arguments["caps"]), Path("rewritten.pdf")
    intake = take_in(files["scan"], caps, None, rewritten)
    if intake.page_count > MOST_PAGES:
        raise Refused("too_many_pages", cap="pages", limit=MOST_PAGES, found=intake.page_count)
    model = Model("vie_best", Path(arguments["models"]["text"]))
    pages: list[_Sheet] = []
    fields, texts = [], []
    for number in range(1, intake.page_count + 1):
        source = rewritten.open("rb") if rewritten.exists() else files["scan"]
        page = page_image(intake, source, caps, number)
        sheet, words = _sheet(page, source, pages[0] if pages else None, model)
        own = proposed(sheet.marks, words, number)
        fields += own
        texts += [(text, number, area) for text, area in printed_texts(words, own)]
        pages.append(sheet)
        channel.progress({"stage": "draft", "page": number, "pages": intake.page_count})
    lost: list[str] = []
    if arguments["is_print"]:
        wanted = arguments["code"], arguments["version"]
        fields, lost = with_keys_of(next(one for one in load_templates() if one.form == wanted), fields)
    fields = with_unique_keys(fields)
    for number, sheet in enumerate(pages, start=1):
        own = [one for one in fields if one.page == number]
        channel.blob(f"blank-{number}.png", blank_png(sheet.level, sheet.dpi, is_bilevel=sheet.is_bilevel))
        channel.blob(f"look-{number}.png", overlay_png(sheet.level, sheet.dpi, own))
    head = _head(arguments, pages)
    if arguments["is_print"]:
        channel.blob("print.toml", print_toml(head, fields, texts, lost).encode())
    else:
        channel.blob("form.toml", form_toml(head, fields, texts).encode())
    return {
        "pages": [_counted(sheet.marks) for sheet in pages],
        "fields": [_said(one) for one in fields],
        "lost": lost,
    }


@dataclass(frozen=True)
class _Sheet:
    """A page straightened, on paper as large as the first page's; what is drawn on it."""

    level: Pixels
    dpi: float
    is_bilevel: bool
    marks: Marks


def _sheet(page: PageImage, source: BinaryIO, first: _Sheet | None, model: Model) -> tuple[_Sheet, list[Seen]]:
    """Return a page and its words: the page's own where it has some, else what the engine reads."""
    (height, width), dpi = (page.grey.shape, float(page.dpi)) if first is None else (first.level.shape, first.dpi)
    level = _level(page, (height, width, dpi))
    marks, clean = find_marks(level, dpi)
    native = native_lines(source, page.number, LEADERS) if is_native(page) else []
    if native:
        seen = [_seen(word, page) for line in native for word in line.words if word.text not in LEADERS]
        words = [word for word in seen if _is_seen(word.area, level, dpi)]
    else:
        words = _words(clean, round(dpi), model, is_bilevel=page.is_bilevel)
    return _Sheet(level, dpi, page.is_bilevel or bool(native), marks), words


def _level(page: PageImage, size: tuple[int, int, float]) -> Pixels:
    """Return the page straightened, on paper of this height, width and dpi."""
    level, _ = straightened(page.grey, skew_deg(page.grey, page.dpi))
    height, width, dpi = size
    if page.dpi != dpi:
        scale = dpi / page.dpi
        level = np.asarray(cv2.resize(level, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    sheet = np.full((height, width), 255, dtype=np.uint8)
    rows, columns = min(height, level.shape[0]), min(width, level.shape[1])
    sheet[:rows, :columns] = level[:rows, :columns]
    return sheet


def _words(clean: Pixels, dpi: int, model: Model, *, is_bilevel: bool) -> list[Seen]:
    mm = dpi / MM_PER_INCH
    image = softened(clean, SOFTEN_SIGMA_PX * dpi / READING_DPI) if is_bilevel else clean
    (lines,) = read_lines([image], model=model, psm=PSM_SPARSE, dpi=dpi, scratch=Path())
    return [
        Seen(word.text, word.confidence, Area(word.x0 / mm, word.y0 / mm, word.x1 / mm, word.y1 / mm))
        for line in lines
        for word in line
        if word.confidence >= LEAST_CONFIDENCE
    ]


def _is_seen(area: Area, level: Pixels, dpi: float) -> bool:
    """Whether a word of the page's text is there to be seen: others lie under a white box."""
    x0, y0, x1, y1 = (round(edge * dpi / MM_PER_INCH) for edge in area)
    return bool((level[y0:y1, x0:x1] < INK).any())


def _seen(word: Word, page: PageImage) -> Seen:
    """Return a word of the page's own text; nothing of it is in doubt."""
    width, height = page.width_px / page.dpi * MM_PER_INCH, page.height_px / page.dpi * MM_PER_INCH
    box = word.box
    return Seen(word.text, 1.0, Area(box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height))


def _head(arguments: Json, pages: Sequence[_Sheet]) -> dict[str, object]:
    (height, width), dpi = pages[0].level.shape, pages[0].dpi
    return {
        "code": arguments["code"],
        "version": arguments["version"],
        "title": "?",
        "procedure": "0.000000",
        "valid_from": date.fromisoformat(arguments["today"]),
        "source": "?",
        "floor": FLOOR,
        "page_mm": [width / dpi * MM_PER_INCH, height / dpi * MM_PER_INCH],
        "blanks": [f"blank-{number}.png" for number in range(1, len(pages) + 1)],
    }


def _counted(marks: Marks) -> dict[str, int]:
    return {
        "leaders": len(marks.leaders), "combs": len(marks.combs), "boxes": len(marks.boxes),
        "cells": sum(len(table) for table in marks.tables), "frames": len(marks.frames),
    }  # fmt: skip


def _said(one: Proposal) -> dict[str, object]:
    said = asdict(one)
    return {name: said[name] for name in ("key", "label", "kind", "page", "doubts")}
