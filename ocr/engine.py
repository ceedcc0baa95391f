"""The tasks that run inside the sandbox, one fork for each. Nothing here is imported by the caller.

A scan is let in (``take_in``) and read page by page (``read_page``, in any order, each page alone); then the fields are
judged over all pages (``judge``), since the identity card that checks them may lie behind the form, and the archive
copy is put together (``merge``). What every page needs is loaded before the fork.
"""

import importlib
import mmap
import time
from collections.abc import Mapping
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import cv2
import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # has no types

from ocr import codes, intake, second_reader
from ocr.archive import Facts
from ocr.archive import merge as merge_archive
from ocr.forms.carried import brought_back, carried
from ocr.forms.judge import judged
from ocr.forms.merged import names_of_today
from ocr.forms.places import known_names
from ocr.forms.reading import FormPage
from ocr.forms.recognise import Recogniser
from ocr.forms.templates import load_templates
from ocr.guard import malformed_as
from ocr.intake import Intake
from ocr.page import Tools
from ocr.page import read_page as read_one_page
from ocr.parts import parts_of
from ocr.plain import from_plain
from ocr.tesseract import Model
from ocr.values import Caps, Code, FormMatch
from ocr.wholepage import Models
from sandbox.channel import Channel
from sandbox.values import Json

LATE = ("encodings.utf_16_be", "lxml.etree", "numpy.ma")  # what libraries import when first used: else in every task

cv2.setNumThreads(1)  # OpenCV's threads do not survive a fork, and one core is what a task gets
TEMPLATES = load_templates()
RECOGNISER = Recogniser(TEMPLATES)
SECOND = second_reader.loaded()
known_names()
names_of_today()
for module in LATE:
    importlib.import_module(module)


def take_in(files: Mapping[str, BinaryIO], arguments: Json, channel: Channel) -> Json:
    """Return what the scan is; the blob "pages" is the safe rewrite of a PDF, and there is none of an image."""
    begun = time.monotonic()
    rewritten = Path("rewritten.pdf")
    found = intake.take_in(files["scan"], Caps(**arguments["caps"]), arguments["password"], rewritten)
    if rewritten.exists():
        _send(channel, "pages", rewritten)
    return {"intake": asdict(found), "times": {"intake": time.monotonic() - begun}}


def read_page(files: Mapping[str, BinaryIO], arguments: Json, channel: Channel) -> Json:
    """Return what one page says; its page of the searchable copy is the blob "page"."""
    numbers = Path(arguments["models"]["numbers"])
    models = Models(
        text=Model("vie_best", Path(arguments["models"]["text"])),
        numbers=Model("eng", numbers),
        turn=Model("osd", numbers),
    )
    read = read_one_page(
        files["pages"],
        from_plain(Intake, arguments["intake"]),
        arguments["number"],
        Caps(**arguments["caps"]),
        None if arguments["form"] == "auto" else arguments["form"],
        Tools(models, RECOGNISER, SECOND, Path()),
        lambda stage: channel.progress({"stage": stage}),
    )
    channel.blob("page", read.archived)
    return {
        "page": asdict(read.reading),
        "is_native": read.is_native,
        "form": None if read.form is None else carried(read.form),
        "times": read.times,
    }


def judge(_files: Mapping[str, BinaryIO], arguments: Json, _channel: Channel) -> Json:
    """Judge the fields over all pages: ``forms`` as ``read_page`` gave them, ``codes`` with their page numbers."""
    begun = time.monotonic()
    forms = [brought_back(form, TEMPLATES) for form in arguments["forms"]]
    holders = [
        (number, code.box, holder)
        for number, plain in arguments["codes"]
        if (holder := codes.card_holder(code := from_plain(Code, plain))) is not None
    ]
    fields = judged(forms, holders)
    best = max(forms, key=lambda form: form.match.confidence, default=None)
    return {
        "form": None if best is None else asdict(_form_match(best)),
        "fields": {name: asdict(reading) for name, reading in fields.items()},
        "times": {"judge": time.monotonic() - begun},
    }


def merge(files: Mapping[str, BinaryIO], arguments: Json, channel: Channel) -> Json:
    """Put the archive copy together; it is the blob "pdf".

    The file "pages" holds the pages' parts, one after the other, ``arguments["lengths"]`` how long each is.
    """
    begun, whole = time.monotonic(), Path("whole.pdf")
    glyphless = Path(arguments["models"]["numbers"]) / "pdf.ttf"
    merge_archive(
        parts_of(files["pages"], arguments["lengths"]), Facts(**arguments["facts"]), glyphless=glyphless, target=whole
    )
    _send(channel, "pdf", whole)
    return {"times": {"archive": time.monotonic() - begun}}


def cut(files: Mapping[str, BinaryIO], arguments: Json, channel: Channel) -> Json:
    """Return some pages of a PDF as PDFs of their own, the blobs "0", "1" …; ``arguments["parts"]`` lists the pages."""
    rewritten, target = Path("rewritten.pdf"), Path("part.pdf")
    found = intake.take_in(files["pdf"], Caps(**arguments["caps"]), None, rewritten)
    for index, numbers in enumerate(arguments["parts"]):
        with pikepdf.open(rewritten) as whole, pikepdf.new() as part:
            part.pages.extend(whole.pages[number - 1] for number in numbers)
            part.save(target, deterministic_id=True)
        _send(channel, str(index), target)
    return {"pages": found.page_count}


def draw_page(files: Mapping[str, BinaryIO], arguments: Json, channel: Channel) -> Json:
    """Draw one page as it is seen, form widgets and the marks of signatures included; the blob is "png"."""
    caps = Caps(**arguments["caps"])
    intake.take_in(files["pdf"], caps, None, Path("rewritten.pdf"))
    files["pdf"].seek(0)
    with malformed_as("damaged"), pypdfium2.PdfDocument(files["pdf"]) as pdf:
        pdf.init_forms()
        pages = len(pdf)
        page = pdf[min(max(int(arguments["number"]), 1), pages) - 1]
        width, height = page.get_size()
        scale = min(int(arguments["width_px"]) / width, (caps.page_pixels / (width * height)) ** 0.5)
        target = BytesIO()
        page.render(scale=scale).to_pil().save(target, "PNG")
    channel.blob("png", target.getvalue())
    return {"pages": pages}


def _send(channel: Channel, name: str, path: Path) -> None:
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        memoryview(content) as view,
    ):
        channel.blob(name, view)


def _form_match(form: FormPage) -> FormMatch:
    template = form.match.template
    return FormMatch(template.code, template.version, template.procedures, form.page_number, form.match.confidence)
