"""The tasks that run inside the sandbox: read a whole scan, or draw one page. Nothing here is imported by the caller.

Order within ``digitize``: let in, then page by page image → form or text → codes → archive page; at the end the fields
are judged, since the identity card that checks them may lie behind the form. Pages are never all in memory.
"""

import time
from collections import defaultdict
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import cv2
import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # has no types

from ocr import codes, textlayer
from ocr.archive import Archive, PlacedImage
from ocr.clean import BLANK_INK, ink_share, warnings_of
from ocr.forms.judge import judged
from ocr.forms.places import known_names
from ocr.forms.reading import FormPage, read_form_page
from ocr.forms.recognise import Match, Recogniser
from ocr.forms.templates import load_templates
from ocr.intake import FileType, Intake, malformed_as, opened_image, take_in
from ocr.raster import PageImage, page_images, turned
from ocr.tesseract import Model
from ocr.values import Caps, Code, FormMatch, Kind, PageClass, PageReading, Word
from ocr.wholepage import Models, WholePage, class_of, read_whole_page
from sandbox.channel import Channel
from sandbox.values import Json

EXIF_ORIENTATION = 0x0112

cv2.setNumThreads(1)  # OpenCV's threads do not survive a fork, and one core is what a task gets
RECOGNISER = Recogniser(load_templates())  # once, in the process that is forked for every scan
known_names()  # the same


def digitize(files: Mapping[str, BinaryIO], arguments: Json, channel: Channel) -> Json:
    """Return the answer for one scan; its searchable copy is the blob "pdf"."""
    scan, scratch = files["scan"], Path()
    numbers = Path(arguments["models"]["numbers"])
    models = Models(
        text=Model("vie_best", Path(arguments["models"]["text"])),
        numbers=Model("eng", numbers),
        turn=Model("osd", numbers),
    )
    caps = Caps(**arguments["caps"])
    work = _Work(scan, models, arguments["form"], channel, Archive(numbers / "pdf.ttf"), scratch)
    with work.timed("intake"):
        intake = take_in(scan, caps, arguments["password"], scratch)
    work.read_all(intake, caps)
    with work.timed("archive"):
        channel.blob("pdf", work.archive.finished())
    return work.answer(intake)


def draw_page(files: Mapping[str, BinaryIO], arguments: Json, channel: Channel) -> Json:
    """Draw one page as it is seen, form widgets and the marks of signatures included; the blob is "png"."""
    caps = Caps(**arguments["caps"])
    take_in(files["pdf"], caps, None, Path())
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


class _Work:
    """One scan while it is read."""

    def __init__(  # noqa: PLR0917 - all of one scan
        self, scan: BinaryIO, models: Models, form: str, channel: Channel, archive: Archive, scratch: Path
    ) -> None:
        self._scan, self._models, self._form, self._channel, self._scratch = scan, models, form, channel, scratch
        self.archive = archive
        self._times: dict[str, float] = defaultdict(float)
        self._pages: list[PageReading] = []
        self._native: list[bool] = []
        self._forms: list[FormPage] = []

    def read_all(self, intake: Intake, caps: Caps) -> None:
        """Read page by page."""
        source = None if intake.path is None else pikepdf.open(intake.path)
        images = page_images(intake, self._scan, caps)
        while True:
            self._tell("image", intake)
            with self.timed("image"):
                page = next(images, None)
            if page is None:
                break
            self._read(page, intake, source)
        if source is not None:
            source.close()

    def answer(self, intake: Intake) -> Json:
        """Return everything that was read, judged."""
        with self.timed("judge"):
            holders = [
                (page.number, code.box, holder)
                for page in self._pages
                for code in page.codes
                if (holder := codes.card_holder(code)) is not None
            ]
            fields = judged(self._forms, holders)
        best = max(self._forms, key=lambda form: form.match.confidence, default=None)
        return {
            "kind": str(self._kind(intake)),
            "pages": [asdict(page) for page in self._pages],
            "form": None if best is None else asdict(_form_match(best)),
            "fields": {name: asdict(reading) for name, reading in fields.items()},
            "times": {stage: round(seconds, 3) for stage, seconds in self._times.items()},
        }

    @contextmanager
    def timed(self, stage: str) -> Generator[None]:
        """Add the seconds of the block to its stage."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self._times[stage] += time.monotonic() - begun

    def _tell(self, stage: str, intake: Intake) -> None:
        number = min(len(self._pages) + 1, intake.page_count)
        self._channel.progress({"stage": stage, "page": number, "pages": intake.page_count})

    def _read(self, page: PageImage, intake: Intake, source: pikepdf.Pdf | None) -> None:
        blank = ink_share(page.grey) < BLANK_INK
        native = textlayer.is_native(page)
        self._native.append(native)
        match: Match | None = None
        if not blank:
            self._tell("recognise", intake)
            with self.timed("recognise"):
                match = RECOGNISER.match(page, None if self._form == "auto" else self._form)
        whole = WholePage(page, 0, 0.0, [])
        if match is not None:
            self._tell("fields", intake)
            with self.timed("fields"):
                form = read_form_page(page, match, self._models, self._scratch)
            self._forms.append(form)
            whole = WholePage(turned(page, match.rotation_deg), match.rotation_deg, match.skew_deg, form.lines)
        elif not blank:
            self._tell("text", intake)
            with self.timed("text"):
                whole = self._read_text(page, intake, native=native)
        with self.timed("codes"):
            found = () if blank else codes.read_codes(whole.page, is_form=match is not None)
        self._pages.append(_page_reading(whole, found, blank=blank, is_form=match is not None))
        with self.timed("archive"):
            images = self._own_images(whole, intake, source)
            self.archive.add(whole.page, images, whole.lines)

    def _read_text(self, page: PageImage, intake: Intake, *, native: bool) -> WholePage:
        if native and intake.path is not None and (lines := textlayer.native_lines(intake.path, page.number)):
            return WholePage(page, 0, 0.0, lines)
        return read_whole_page(page, self._models, self._scratch)

    def _own_images(self, whole: WholePage, intake: Intake, source: pikepdf.Pdf | None) -> list[PlacedImage] | None:
        if source is not None:
            return self.archive.images_of(source.pages[whole.page.number - 1], whole.rotation_deg)
        if intake.file_type is FileType.JPEG:
            with opened_image(self._scan) as image:
                orientation = int(image.getexif().get(EXIF_ORIENTATION, 1))
            self._scan.seek(0)
            return self.archive.jpeg(self._scan.read(), whole.page, orientation, whole.rotation_deg)
        return None

    def _kind(self, intake: Intake) -> Kind:
        if intake.is_signed:
            return Kind.SIGNED
        if all(self._native):
            return Kind.BORN_DIGITAL
        return Kind.MIXED if any(self._native) else Kind.SCANNED


def _form_match(form: FormPage) -> FormMatch:
    template = form.match.template
    return FormMatch(template.code, template.version, template.procedure, form.page_number, form.match.confidence)


def _page_reading(whole: WholePage, found: tuple[Code, ...], *, blank: bool, is_form: bool) -> PageReading:
    page, words = whole.page, [word for line in whole.lines for word in line.words]
    text = "\n".join(line.text for line in whole.lines)
    if is_form:
        page_class = PageClass.FORM
    elif any(codes.card_holder(code) for code in found):
        page_class = PageClass.IDENTITY_CARD
    else:
        page_class = PageClass.BLANK if blank else class_of(text)
    return PageReading(
        number=page.number,
        width_px=page.width_px,
        height_px=page.height_px,
        dpi=page.dpi,
        rotation_deg=whole.rotation_deg,
        deskew_deg=round(0.0 - whole.skew_deg, 2),
        blank=blank,
        page_class=page_class,
        warnings=() if blank else warnings_of(page),
        text=text,
        mean_confidence=_mean_confidence(words),
        words=tuple(words),
        codes=found,
    )


def _mean_confidence(words: list[Word]) -> float:
    letters = sum(len(word.text) for word in words)
    return round(sum(word.confidence * len(word.text) for word in words) / letters, 3) if letters else 0.0
