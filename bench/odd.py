"""Every odd input through the real reader: how many end as they must, in how many seconds, in how much memory.

The largest process is that of any task of any of them, by what the kernel accounts when the reader is closed. There is
no peer: OCRmyPDF ends 12 of 167 such files in a traceback, two of them with 3.6 GB and more (ocr.md 0).
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from operator import itemgetter
from pathlib import Path

from ocr import OcrError
from ocr.reader import ModelFolders, Reader

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Print one JSON line for each input that ended otherwise, and one for all."""
    seconds, right = {}, 0
    models = ModelFolders(text=ROOT / "assets" / "tessdata")
    with tempfile.TemporaryDirectory() as folder, Reader(models, jobs=1) as reader:
        subprocess.run([sys.executable, "-m", "tests.ocr.odd.make", folder], cwd=ROOT, check=True)
        for hexadecimal, expected, password in json.loads((Path(folder) / "outcomes.json").read_text()):
            name = os.fsdecode(bytes.fromhex(hexadecimal))
            begun = time.monotonic()
            ended = outcome(reader, Path(folder) / name, password)
            seconds[name] = time.monotonic() - begun
            right += ended == expected
            if ended != expected:
                why = f"{name!a}: {ended}, not {expected}"
                print(json.dumps({"measure": "odd input", "ours": 0, "why": why}), flush=True)
    slowest, slowest_s = max(list(seconds.items())[1:], key=itemgetter(1))  # the first waits for the engines
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    summary = {
        "measure": "odd inputs that end as they must",
        "ours": right,
        "of": len(seconds),
        "slowest": f"{slowest!a}, {slowest_s:.1f} s",
        "largest_process_mb": used.ru_maxrss // 1024,
        "cpu_s": round(used.ru_utime + used.ru_stime),
        "why": "no peer in this run",
    }
    print(json.dumps(summary))


def outcome(reader: Reader, path: Path, password: str | None) -> int | str:
    """Return the pages read, the code of the refusal, or the exception that should not have come."""
    try:
        return len(reader.digitize(path, password=password).pages)
    except OcrError as error:
        return error.code
    except Exception as error:  # ruff: ignore[blind-except] - the very thing that is counted
        return f"traceback: {type(error).__name__}"


if __name__ == "__main__":
    main()
