"""The object of ``moonseal digitize --json`` (interfaces.md), of a scan that was read and of one that was not."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import rfc8785

from ocr.errors import EngineFailed, OcrError
from ocr.values import Box, Digitized, FieldReading, FormMatch, PageReading

Object = Mapping[str, Any]


def to_json(digitized: Digitized, source: str, output: Path | None = None, procedure: str | None = None) -> Object:
    """Return the object of a scan; ``procedure`` is the code that was declared, ``output`` where the copy lies."""
    form = digitized.form
    return {
        "source": source,
        "sha256": digitized.sha256,
        "kind": str(digitized.kind),
        "outcome": "ok",
        "reason": None,
        **reading_json(digitized.pages, form, digitized.fields),
        "procedure": {
            "code": None if form is None else form.procedures[0],
            "agrees_with_declared": agrees_with_declared(digitized, procedure),
        },
        "output": {"pdf": None if output is None else str(output), "bytes": len(digitized.pdf)},
    }


def reading_json(pages: Iterable[PageReading], form: FormMatch | None, fields: Mapping[str, FieldReading]) -> Object:
    """Return the part of the object that says what was read."""
    return {
        "pages": [_page(page) for page in pages],
        "form": None if form is None else {"code": form.code, "version": form.version, "confidence": form.confidence},
        "fields": {name: _field(reading) for name, reading in fields.items()},
    }


def reading_sha256(reading: Object) -> str:
    """Return the digest that the archive copy carries: of ``reading_json`` as canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(dict(reading))).hexdigest()


def failure_json(source: str, error: OcrError | None, reason: str) -> Object:
    """Return the object of a scan that could not be read, with the one sentence that says why."""
    failed = error is None or isinstance(error, EngineFailed)
    return {
        "source": source,
        "sha256": None,
        "kind": None,
        "outcome": "failed" if failed else "refused",
        "reason": reason,
        "pages": [],
        "form": None,
        "fields": {},
        "procedure": {"code": None, "agrees_with_declared": None},
        "output": None,
    }


def agrees_with_declared(digitized: Digitized, procedure: str | None) -> bool | None:
    """Whether the form found is handed in for the procedure declared; None where there is nothing to compare."""
    if procedure is None or digitized.form is None:
        return None
    return digitized.form.serves(procedure)


def _page(page: PageReading) -> Object:
    return {
        "number": page.number,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "dpi": page.dpi,
        "rotation_deg": page.rotation_deg,
        "deskew_deg": page.deskew_deg,
        "blank": page.blank,
        "class": str(page.page_class),
        "warnings": list(page.warnings),
        "text": page.text,
        "mean_confidence": page.mean_confidence,
        "words": [{"text": w.text, "confidence": w.confidence, "box": _box(w.box)} for w in page.words],
        "codes": [{"kind": c.kind, "text": c.text, "box": _box(c.box)} for c in page.codes],
    }


def _field(field: FieldReading) -> Object:
    return {
        "reading": field.reading,
        "value": field.value,
        "confidence": field.confidence,
        "page": field.page,
        "box": _box(field.box),
        "source": str(field.source),
        "decision": str(field.decision),
        "checks": {name: str(outcome) for name, outcome in field.checks.items()},
        "problems": list(field.problems),
        "proposals": list(field.proposals),
        "now_called": list(field.now_called),
    }


def _box(box: Box) -> list[float]:
    return [box.x0, box.y0, box.x1, box.y1]
