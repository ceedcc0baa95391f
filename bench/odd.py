"""Every odd input through the real reader: how many end as they must, in how many seconds, in how much memory.

CPU and wall seconds and the largest process are of a child of its own for each input, the sandbox and all in it
included; what starting the reader costs is in each. There is no peer: OCRmyPDF ends 12 of 167 such files in a
traceback, two of them with 3.6 GB and more (ocr.md 0).
"""

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from ocr import OcrError  # noqa: E402 - the path above comes first
from ocr.reader import ModelFolders, Reader  # noqa: E402 - the same
from tests.ocr.odd.make import Odd, all_odd  # noqa: E402 - the same


def main() -> None:
    """Print one JSON line for all, and one for each input that ended otherwise."""
    slowest, largest_mb, right, wrong = ("", 0.0), ("", 0), 0, []
    with tempfile.TemporaryDirectory() as folder:
        inputs = all_odd()
        for odd in inputs:
            odd.write(Path(folder) / odd.name)
            begun = time.monotonic()
            ended, used = in_child(odd, Path(folder))
            seconds, megabytes = time.monotonic() - begun, used.ru_maxrss // 1024
            right += ended == odd.expected
            if ended != odd.expected:
                wrong.append({"input": odd.name, "expected": odd.expected, "ended": ended})
            slowest = max(slowest, (odd.name, seconds), key=lambda pair: pair[1])
            largest_mb = max(largest_mb, (odd.name, megabytes), key=lambda pair: pair[1])
    for row in wrong:
        print(json.dumps({"measure": "odd input", "ours": 0, "why": row}))
    summary = {
        "measure": "odd inputs that end as they must",
        "ours": right,
        "of": len(inputs),
        "slowest": {"input": slowest[0], "wall_s": round(slowest[1], 1)},
        "largest": {"input": largest_mb[0], "megabytes": largest_mb[1]},
        "why": "no peer in this run",
    }
    print(json.dumps(summary))


def in_child(odd: Odd, folder: Path) -> tuple[int | str, resource.struct_rusage]:
    """Read one input in a process of its own; return how it ended and what it used."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(into, json.dumps(outcome(odd, folder / odd.name)).encode())
        os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as answer:
        ended = json.loads(answer.read() or b'"died"')
    _, _, used = os.wait4(child, 0)
    return ended, used


def outcome(odd: Odd, path: Path) -> int | str:
    with Reader(ModelFolders(text=ROOT / "assets" / "tessdata"), jobs=1) as reader:
        try:
            return len(reader.digitize(path, password=odd.password).pages)
        except OcrError as error:
            return error.code
        except Exception as error:  # ruff: ignore[blind-except] - the very thing that is counted
            return f"traceback: {type(error).__name__}"


if __name__ == "__main__":
    main()
