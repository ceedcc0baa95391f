"""Every odd input through the real reader: how many end as they must, in how many seconds, in how much memory.

The largest process is that of any task of any of them, by what the kernel accounts when the reader is closed. There is
no peer: OCRmyPDF ends 12 of 167 such files in a traceback, two of them with 3.6 GB and more (ocr.md 0).
"""

import json
import resource
import sys
import tempfile
import time
from operator import itemgetter
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from ocr import OcrError  # noqa: E402 - the path above comes first
from ocr.reader import ModelFolders, Reader  # noqa: E402 - the same
from tests.ocr.odd.make import Odd, all_odd  # noqa: E402 - the same


def main() -> None:
    """Print one JSON line for each input that ended otherwise, and one for all."""
    seconds, right, inputs = {}, 0, all_odd()
    models = ModelFolders(text=ROOT / "assets" / "tessdata")
    with tempfile.TemporaryDirectory() as folder, Reader(models, jobs=1) as reader:
        for odd in inputs:
            odd.write(Path(folder) / odd.name)
            begun = time.monotonic()
            ended = outcome(reader, odd, Path(folder) / odd.name)
            seconds[odd.name] = time.monotonic() - begun
            right += ended == odd.expected
            if ended != odd.expected:
                why = f"{odd.name!a}: {ended}, not {odd.expected}"
                print(json.dumps({"measure": "odd input", "ours": 0, "why": why}), flush=True)
    slowest, slowest_s = max(list(seconds.items())[1:], key=itemgetter(1))  # the first waits for the engines
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    summary = {
        "measure": "odd inputs that end as they must",
        "ours": right,
        "of": len(inputs),
        "slowest": f"{slowest!a}, {slowest_s:.1f} s",
        "largest_process_mb": used.ru_maxrss // 1024,
        "cpu_s": round(used.ru_utime + used.ru_stime),
        "why": "no peer in this run",
    }
    print(json.dumps(summary))


def outcome(reader: Reader, odd: Odd, path: Path) -> int | str:
    """Return the pages read, the code of the refusal, or the exception that should not have come."""
    try:
        return len(reader.digitize(path, password=odd.password).pages)
    except OcrError as error:
        return error.code
    except Exception as error:  # ruff: ignore[blind-except] - the very thing that is counted
        return f"traceback: {type(error).__name__}"


if __name__ == "__main__":
    main()
