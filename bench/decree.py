"""Genuine scanned pages of a decree: errors, and CPU per page with the PDF written, beside OCRmyPDF in the same run.

Both as whole processes from the start, one worker each, the peer with Debian's ``vie`` as its users have it; its errors
with our better model are stated beside. The text is that of the whole pipeline: Reader, sandbox, archive copy.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bench.reading import CLEANED, better_tessdata, can_clean, decree, digitized, errors, missing, peer_copy

CLEANED_MEASURE = "CPU s per page, peer with deskew, rotate, clean"


def main() -> None:
    """Print one JSON line per measure."""
    material = decree()
    if (why := missing() if material else "MOONSEAL_MATERIAL is not set") or material is None:
        print(json.dumps({"measure": "genuine decree pages", "why": f"not measured: {why}"}))
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(*material, Path(folder))


def measure(scan: Path, truths: list[str], folder: Path) -> None:
    """Read the pages with both, and print what each measure says."""
    pages = len(truths)
    ours_s, (record,), (copy,) = digitized([scan], folder / "ours")
    ours = errors(truths, [page["text"] for page in record["pages"]])
    peer_s, texts, peer_pdf = peer_copy(scan, folder / "peer")
    peer = errors(truths, texts[:pages])
    best_s, texts, _ = peer_copy(scan, folder / "better", tessdata=better_tessdata(folder / "tessdata"))
    best = errors(truths, texts[:pages])
    compare("CER %", ours.cer, peer.cer, {"peer_better_model": best.cer, "errors": ours.characters})
    compare("WER %", ours.wer, peer.wer, {"peer_better_model": best.wer, "errors": ours.words})
    beside = {
        "peer_better_model": round(best_s / pages, 2),
        "bytes": copy.stat().st_size,
        "peer_bytes": peer_pdf.stat().st_size,
    }
    compare("CPU s per page, PDF written", ours_s / pages, peer_s / pages, beside)
    if can_clean():
        cleaned_s, _, _ = peer_copy(scan, folder / "cleaned", *CLEANED)
        compare(CLEANED_MEASURE, ours_s / pages, cleaned_s / pages, {})
    else:
        print(json.dumps({"measure": f"decree: {CLEANED_MEASURE}", "why": "not measured: apt-get install unpaper"}))


def compare(measure: str, ours: float, peer: float, beside: Mapping[str, float]) -> None:
    """Print a measure beside the peer's, and what else was seen."""
    row = {"measure": f"decree: {measure}", "ours": round(ours, 3), "peer": round(peer, 3)}
    print(json.dumps(row | {"ratio": round(ours / peer, 3), **beside}))


if __name__ == "__main__":
    main()
