"""Where untrusted bytes are parsed: a killable process with limits and no network.

A ``Sandbox`` keeps one child process that has imported the engines and opened nothing. Each call forks it; the fork
reads the given files, answers, and dies, so that no stranger's file can touch the next one. Nothing a task does can
reach the caller but its answer: JSON, and blobs of bytes up to a limit.
"""

from sandbox.errors import LimitReached, Refused, SandboxError, TaskFailed
from sandbox.values import Confinement, Json, Limits, Reply, Weakness

__all__ = [
    "Confinement",
    "Json",
    "LimitReached",
    "Limits",
    "Refused",
    "Reply",
    "SandboxError",
    "TaskFailed",
    "Weakness",
]
