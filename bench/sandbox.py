"""What full confinement costs: the sandbox with the reading engine behind bubblewrap, against the same without it.

Start-up and one empty call, in CPU and in time on the clock (medians, the two by turns), and the largest process.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sandbox import zygote

HERE = Path(__file__).parent

ROUNDS, CALLS = 4, 200


def main() -> None:
    """Print one JSON line per measure."""
    if sys.argv[1:] == ["one"]:
        print(json.dumps(one_round()))
        return
    rounds: dict[str, list[dict[str, float]]] = {"full": [], "limits-only": []}
    with tempfile.TemporaryDirectory() as empty:
        for _ in range(ROUNDS):
            for name, path in (("full", os.environ["PATH"]), ("limits-only", empty)):
                command = [sys.executable, "-m", "bench.sandbox", "one"]
                done = subprocess.run(command, env=os.environ | {"PATH": path}, capture_output=True, check=True)
                found = json.loads(done.stdout)
                rounds[str(found["confinement"])].append(found)
                if found["confinement"] != name:
                    print(json.dumps({"measure": "sandbox", "why": "not measured: no full confinement here"}))
                    return
    for key, measure in (
        ("start_cpu_ms", "sandbox start, CPU ms (peer: without bubblewrap)"),
        ("start_ms", "sandbox start, ms on the clock (the same)"),
        ("call_cpu_ms", "sandbox, one empty call, CPU ms (the same)"),
        ("call_ms", "sandbox, one empty call, ms on the clock (the same)"),
        ("largest_mb", "sandbox with the reading engine, largest process, MB (the same)"),
    ):
        ours, peer = (statistics.median(one[key] for one in rounds[name]) for name in ("full", "limits-only"))
        row = {"measure": measure, "ours": round(ours, 2), "peer": round(peer, 2), "ratio": round(ours / peer, 3)}
        print(json.dumps(row | {"rounds": ROUNDS, "calls": CALLS}))


def one_round() -> dict[str, float | str]:
    """Start a sandbox, make calls, end it; in a process of its own, whose children are the sandbox alone."""
    zygote.ENVIRONMENT["PYTHONPATH"] += f":{HERE}"
    before = time.monotonic()
    with zygote.Sandbox(("ocr.engine", "sandbox_task")) as box:
        box.start()
        start_ms = (time.monotonic() - before) * 1e3
        confinement, _ = box.confinement()
    start_cpu_ms = cpu_of_children_ms()
    with zygote.Sandbox(("ocr.engine", "sandbox_task")) as box:
        box.start()
        before = time.monotonic()
        for _ in range(CALLS):
            box.call("sandbox_task:nothing")
        call_ms = (time.monotonic() - before) * 1e3 / CALLS
    call_cpu_ms = (cpu_of_children_ms() - 2 * start_cpu_ms) / CALLS
    return {
        "confinement": confinement,
        "start_ms": start_ms,
        "start_cpu_ms": start_cpu_ms,
        "call_ms": call_ms,
        "call_cpu_ms": call_cpu_ms,
        "largest_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3,
    }


def cpu_of_children_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1e3


if __name__ == "__main__":
    main()
