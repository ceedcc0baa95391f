"""The text layer read back: how many more errors three readers find in a copy than its reader made, beside OCRmyPDF.

Readers are pdftotext, pdfium and pdfplumber with their defaults, on the genuine decree pages.
"""

import json
import tempfile
from pathlib import Path

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]  # has no types

from bench.reading import decree, digitized, errors, missing, pdftotext, peer_copy


def main() -> None:
    """Print one JSON line per reader, in points of CER."""
    material = decree()
    if (why := missing() if material else "MOONSEAL_MATERIAL is not set") or material is None:
        print(json.dumps({"measure": "text layer read back", "why": f"not measured: {why}"}))
        return
    scan, truths = material
    with tempfile.TemporaryDirectory() as folder:
        _, (record,), (copy,) = digitized([scan], Path(folder) / "ours")
        ours = beyond(truths, [page["text"] for page in record["pages"]], copy)
        _, texts, peer_pdf = peer_copy(scan, Path(folder) / "peer")
        peer = beyond(truths, texts[: len(truths)], peer_pdf)
    for reader, points in ours.items():
        row = {"measure": f"text layer by {reader}, CER points beyond the OCR's own", "ours": points}
        print(json.dumps(row | {"peer": peer[reader], "ratio": "–"}))


def beyond(truths: list[str], texts: list[str], copy: Path) -> dict[str, float]:
    """Return by how many points each reader's errors exceed those of the texts."""
    own = errors(truths, texts).cer
    return {reader: round(errors(truths, back).cer - own, 3) for reader, back in read_back(copy, len(truths)).items()}


def read_back(copy: Path, pages: int) -> dict[str, list[str]]:
    """Return what each reader finds on each page."""
    with pypdfium2.PdfDocument(copy) as pdf:
        pdfium = [pdf[index].get_textpage().get_text_bounded() for index in range(pages)]
    with pdfplumber.open(copy) as opened:
        plumber = [page.extract_text() for page in opened.pages]
    poppler = [pdftotext(copy, number) for number in range(1, pages + 1)]
    return {"pdftotext": poppler, "pdfium": pdfium, "pdfplumber": plumber}


if __name__ == "__main__":
    main()
