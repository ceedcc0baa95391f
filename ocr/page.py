"""One page, from its image to what was read on it: form or text, codes, and its page of the archive copy."""

import time
from collections import defaultdict
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ocr import codes, textlayer
from ocr.archive import archive_page
from ocr.facts import PageFacts
from ocr.forms.reading import FormPage, read_form_page
from ocr.forms.recognise import Recogniser
from ocr.intake import Intake
from ocr.raster import PageImage, page_image, turned
from ocr.second_reader import SecondReaders
from ocr.sorting import class_of, may_hold_card
from ocr.values import Caps, Code, PageClass, PageReading, Word
from ocr.wholepage import Models, WholePage, read_whole_page


@dataclass(frozen=True)
class Tools:
    """What every page is read with."""

    models: Models
    recogniser: Recogniser
    second: SecondReaders | None
    scratch: Path


@dataclass(frozen=True)
class ReadPage:
    """One page that was read; ``archived`` is its part of the archive copy."""

    reading: PageReading
    is_native: bool
    form: FormPage | None
    archived: bytes
    times: dict[str, float]  # seconds by stage


def read_page(  # noqa: PLR0917 - the page and how to read it
    pages: BinaryIO,
    intake: Intake,
    number: int,
    caps: Caps,
    form: str | None,
    tools: Tools,
    tell: Callable[[str], None],
) -> ReadPage:
    """Read the page of this number; ``pages`` is the rewritten PDF, or the image as it came.

    ``form`` limits the forms looked for to one code. ``tell`` hears each stage as it begins.
    """
    work = _Work(pages, tools, tell)
    with work.stage("image"):
        page = page_image(intake, pages, caps, number)
    facts = PageFacts(page)
    blank = facts.is_blank
    native = textlayer.is_native(page)
    found = None if blank else work.form_on(page, form)
    if found is not None:
        match = found.match
        whole = WholePage(turned(page, match.rotation_deg), match.rotation_deg, match.skew_deg, found.lines)
    elif blank:
        whole = WholePage(page, 0, 0.0, [])
    else:
        whole = work.text_of(page, native=native)
    with work.stage("codes"):
        seen = () if blank else work.codes_on(whole, is_form=found is not None)
    with work.stage("archive"):
        archived = archive_page(whole.page, whole.lines, whole.rotation_deg, intake=intake, pages=pages)
    if whole.page is not page:
        facts = PageFacts(whole.page)
    reading = _page_reading(whole, facts, seen, blank=blank, is_form=found is not None)
    return ReadPage(reading, native, found, archived, dict(work.times))


class _Work:
    """The stages of one page, timed."""

    def __init__(self, pages: BinaryIO, tools: Tools, tell: Callable[[str], None]) -> None:
        self._pages, self._tools, self._tell = pages, tools, tell
        self.times: dict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Tell that the stage begins, and add the seconds of the block to it."""
        self._tell(name)
        begun = time.monotonic()
        try:
            yield
        finally:
            self.times[name] += time.monotonic() - begun

    def form_on(self, page: PageImage, form: str | None) -> FormPage | None:
        with self.stage("recognise"):
            match = self._tools.recogniser.match(page, form)
        if match is None:
            return None
        with self.stage("fields"):
            return read_form_page(page, match, self._tools.models, self._tools.second, self._tools.scratch)

    def text_of(self, page: PageImage, *, native: bool) -> WholePage:
        with self.stage("text"):
            if native and (lines := textlayer.native_lines(self._pages, page.number)):
                return WholePage(page, 0, 0.0, lines)
            return read_whole_page(page, self._tools.models, self._tools.second, self._tools.scratch)

    def codes_on(self, whole: WholePage, *, is_form: bool) -> tuple[Code, ...]:
        seen = codes.read_codes(whole.page, is_form=is_form)
        has_card = any(codes.card_holder(code) for code in seen)
        if is_form or has_card or not may_hold_card(_text_of(whole)):
            return seen
        zone = codes.read_mrz(whole.page, whole.skew_deg, self._tools.models.numbers, self._tools.scratch)
        return seen if zone is None else (*seen, zone)


def _text_of(whole: WholePage) -> str:
    return "\n".join(line.text for line in whole.lines)


def _page_reading(
    whole: WholePage, facts: PageFacts, found: tuple[Code, ...], *, blank: bool, is_form: bool
) -> PageReading:
    page, words = whole.page, [word for line in whole.lines for word in line.words]
    text = _text_of(whole)
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
        warnings=() if blank else facts.warnings,
        text=text,
        mean_confidence=_mean_confidence(words),
        words=tuple(words),
        codes=found,
    )


def _mean_confidence(words: list[Word]) -> float:
    letters = sum(len(word.text) for word in words)
    return round(sum(word.confidence * len(word.text) for word in words) / letters, 3) if letters else 0.0
