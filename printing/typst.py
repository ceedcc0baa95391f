"""Typst source and values to PDF or PNG; the only module that imports typst.

The same source, values, fonts and time always give the same bytes: system fonts and the fonts inside the engine are
not used, and any warning of the engine is an error. Values go in as JSON under ``sys.inputs.data``, so that no value
can become markup; a template reads them by ``#let data = json(bytes(sys.inputs.data))``. A template that finds a value
too long for its place says ``panic("text-does-not-fit:" + key)``; where one lacks, ``panic("value-missing:" + key)``.
"""

import json
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import typst

from printing.errors import DrawingFailed, GlyphMissing, PrintingError, TextDoesNotFit, ValueMissing

if TYPE_CHECKING:
    from typst import PDFStandard  # exists in the stub alone

# PDF/A-2a fixes what the page looks like for decades, PDF/UA-1 that a reading program can speak it.
RESULT_STANDARDS: Sequence["PDFStandard"] = ("a-2a", "ua-1")

_PANICS: Mapping[str, type[PrintingError]] = {"text-does-not-fit": TextDoesNotFit, "value-missing": ValueMissing}
_PANIC = re.compile(r"panicked with: \"?(?P<kind>text-does-not-fit|value-missing):(?P<field>[\w.-]*)")
_GLYPH = re.compile(r"the text `?\"(?P<text>[^\"]*)\"`? could not be displayed")


class Typst:
    """One set of fonts; safe to use from several threads, for every call compiles on its own."""

    def __init__(self, fonts: Path) -> None:
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)])
        if not self._fonts.families():
            raise DrawingFailed("fonts_missing", folder=str(fonts))

    def compile_pdf(
        self,
        source: Path | str,
        data: Mapping[str, object],
        *,
        created_at: datetime,
        standards: Sequence["PDFStandard"] = RESULT_STANDARDS,
        is_tagged: bool = True,
    ) -> bytes:
        """Return a PDF. ``source`` is a template file, or Typst text; ``created_at`` is all the file knows of time."""
        if created_at.tzinfo is None:
            raise ValueError("a time without an offset would give another file on another machine")
        created_s = int(created_at.timestamp())
        (pdf,) = self._export(source, data, "pdf", standards=standards, created_s=created_s, is_tagged=is_tagged)
        return pdf

    def compile_png(self, source: Path | str, data: Mapping[str, object], *, ppi: float) -> list[bytes]:
        """Return one PNG per page."""
        # Only the PDF/A export looks for missing glyphs; a PNG would just show boxes.
        self._export(source, data, "pdf", standards=("a-2b",))
        return self._export(source, data, "png", ppi=ppi)

    def query_json(self, source: Path | str, data: Mapping[str, object], label: str) -> list[Any]:
        """Return the values of all ``#metadata(value) <label>``, in order; lengths are text like ``"70.87pt"``."""
        with _our_errors():
            found = typst.query(
                _input(source),
                f"<{label}>",
                field="value",
                font_paths=self._fonts,
                ignore_system_fonts=True,
                sys_inputs=_inputs(data),
            )
        values: list[Any] = json.loads(found)
        return values

    def _export(
        self,
        source: Path | str,
        data: Mapping[str, object],
        kind: Literal["pdf", "png"],
        *,
        standards: Sequence["PDFStandard"] = (),
        created_s: int = 0,
        is_tagged: bool = True,
        ppi: float | None = None,
    ) -> list[bytes]:
        """Return the file or the pages of one export; a warning is an error, for elsewhere it may look otherwise."""
        with _our_errors():
            # A fresh compiler each time: the engine forgets a source given as text after its first export.
            compiler = typst.Compiler(
                _input(source), font_paths=self._fonts, ignore_system_fonts=True, sys_inputs=_inputs(data)
            )
            exported, warnings = compiler.compile_with_warnings(
                format=kind, pdf_standards=list(standards), timestamp=created_s, ppi=ppi, pdf_tags=is_tagged
            )
        if warnings:
            raise DrawingFailed("engine_warned", detail=warnings[0].message)
        if exported is None:
            raise DrawingFailed("engine_gave_nothing")
        return [exported] if isinstance(exported, bytes) else exported


def _input(source: Path | str) -> bytes:
    # typst takes a path as str and a text as bytes, but its stub wants one type per call.
    return cast("bytes", str(source)) if isinstance(source, Path) else source.encode()


def _inputs(data: Mapping[str, object]) -> dict[str, str]:
    return {"data": json.dumps(data, ensure_ascii=False, sort_keys=True, allow_nan=False)}


@contextmanager
def _our_errors() -> Generator[None, None, None]:
    try:
        yield
    except (RuntimeError, OSError) as error:
        raise _named(f"{error}\n{getattr(error, 'diagnostic', '')}") from error


def _named(text: str) -> PrintingError:
    """Name the fact behind the engine's message, without the values it may repeat: they are a person's."""
    if found := _PANIC.search(text):
        return _PANICS[found["kind"]](found["kind"].replace("-", "_"), field=found["field"])
    if found := _GLYPH.search(text):
        return GlyphMissing("glyph_missing", character=found["text"])
    first_line = text.splitlines()[0]
    return DrawingFailed("template_failed", detail="it panicked" if "panicked with" in first_line else first_line)
