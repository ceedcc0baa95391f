"""The task that drafts a template from one blank scan. It runs inside the sandbox; the caller never imports it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from ocr.clean import READING_DPI, SOFTEN_SIGMA_PX, skew_deg, softened, straightened
from ocr.forms.draft import Proposal, Seen, printed_texts, proposed, with_unique_keys
from ocr.forms.draft_files import blank_png, form_toml, overlay_png
from ocr.forms.marks import MM_PER_INCH, Area, Marks, find_marks
from ocr.intake import take_in
from ocr.raster import PageImage, Pixels, page_image
from ocr.tesseract import Model, read_lines
from ocr.values import Caps
from sandbox import Refused
from sandbox.channel import Channel
from sandbox.values import Json

PSM_SPARSE = 11  # labels stand alone; whole-page layout drops those between slots
LEAST_CONFIDENCE = 0.2
FLOOR = 0.9
MOST_PAGES = 20  # of one form; all are held at once


def draft(files: Mapping[str, BinaryIO], arguments: Json, channel: Channel) -> Json:
    """Return what was found on each page and the proposed fields; the files of the draft are blobs by their names."""
    caps, rewritten = Caps(**arguments["caps"]), Path("rewritten.pdf")
    intake = take_in(files["scan"], caps, None, rewritten)
    if intake.page_count > MOST_PAGES:
        raise Refused("too_many_pages", cap="pages", limit=MOST_PAGES, found=intake.page_count)
    model = Model("vie_best", Path(arguments["models"]["text"]))
    pages, fields, texts = [], [], []
    size = (0, 0, 0.0)  # of the first page: height, width, dpi
    for number in range(1, intake.page_count + 1):
        source = rewritten.open("rb") if rewritten.exists() else files["scan"]
        page = page_image(intake, source, caps, number)
        size = size if size[0] else (page.height_px, page.width_px, float(page.dpi))
        level, dpi = _level(page, size), size[2]
        marks, clean = find_marks(level, dpi)
        words = _words(clean, round(dpi), model, is_bilevel=page.is_bilevel)
        own = proposed(marks, words, number)
        fields += own
        texts += [(text, number, area) for text, area in printed_texts(words, own)]
        pages.append((level, dpi, page.is_bilevel, marks))
        channel.progress({"stage": "draft", "page": number, "pages": intake.page_count})
    fields = with_unique_keys(fields)
    for number, (level, dpi, is_bilevel, _) in enumerate(pages, start=1):
        channel.blob(f"blank-{number}.png", blank_png(level, dpi, is_bilevel=is_bilevel))
        channel.blob(f"look-{number}.png", overlay_png(level, dpi, [one for one in fields if one.page == number]))
    head = _head(arguments, size, len(pages))
    channel.blob("form.toml", form_toml(head, fields, texts).encode())
    return {
        "pages": [_counted(marks) for *_, marks in pages],
        "fields": [_said(one) for one in fields],
    }


def _level(page: PageImage, size: tuple[int, int, float]) -> Pixels:
    """Return the page straightened, on paper as large as the first page's."""
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


def _head(arguments: Json, size: tuple[int, int, float], pages: int) -> dict[str, object]:
    height, width, dpi = size
    return {
        "code": arguments["code"],
        "version": arguments["version"],
        "title": "?",
        "procedure": "0.000000",
        "valid_from": date.fromisoformat(arguments["today"]),
        "source": "?",
        "floor": FLOOR,
        "page_mm": [width / dpi * MM_PER_INCH, height / dpi * MM_PER_INCH],
        "blanks": [f"blank-{number}.png" for number in range(1, pages + 1)],
    }


def _counted(marks: Marks) -> dict[str, int]:
    return {
        "leaders": len(marks.leaders), "combs": len(marks.combs), "boxes": len(marks.boxes),
        "cells": sum(len(table) for table in marks.tables), "frames": len(marks.frames),
    }  # fmt: skip


def _said(one: Proposal) -> dict[str, object]:
    said = asdict(one)
    return {name: said[name] for name in ("key", "label", "kind", "page", "doubts")}
