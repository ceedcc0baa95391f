"""The named points between two durable writes, where the fault tests kill the process.

``reached`` does nothing unless ``MOONSEAL_KILL_AT`` names the point; then the process dies at once, as in a power cut.
The list in ``tests/faults`` is this list.
"""

import os
import signal

POINTS = (
    "receive.file_before_row",
    "receive.row_before_hand_over",
    "jobs.handed_over_before_mark",
    "transcribe.read_before_file",
    "transcribe.file_before_row",
    "transcribe.row_before_job_closed",
    "confirm.before_commit",
    "draw.number_before_drawing",
    "draw.file_before_row",
    "sign.intent_before_key",
    "sign.key_before_file",
    "sign.file_before_row",
    "sign.before_commit",
    "number.intent_before_key",
    "number.key_before_file",
    "number.file_before_row",
    "number.before_commit",
    "seal.intent_before_key",
    "seal.key_before_file",
    "seal.file_before_row",
    "seal.before_commit",
    "renew.row_before_stamp",
    "renew.file_before_row",
    "renew.before_commit",
    "batch.taken_before_first",
    "batch.between_two",
)
_KILL_AT = os.environ.get("MOONSEAL_KILL_AT", "")

if _KILL_AT and _KILL_AT not in POINTS:
    raise RuntimeError(f"MOONSEAL_KILL_AT names no write point: {_KILL_AT}")


def reached(point: str) -> None:
    """Mark a write point; ``point`` must be listed."""
    assert point in POINTS, point  # noqa: S101 - a wrong name would leave a point untested
    if point == _KILL_AT:
        os.kill(os.getpid(), signal.SIGKILL)
