"""The values that cross the wall of the sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, BinaryIO

Json = Any  # anything that json.dumps takes; typed by whoever reads it


@dataclass(frozen=True)
class Limits:
    """What one task may use; a task that wants more is stopped, and the error names the field."""

    memory_bytes: int = 896 << 20  # written or only reserved, the engines' own included; of each process of the task
    cpu_s: int = 120  # the same
    wall_s: float = 300
    output_bytes: int = 256 << 20  # of all blobs and answers together
    file_bytes: int = 256 << 20  # of any one scratch file
    scratch_bytes: int = 512 << 20  # of all scratch files together
    processes: int = 32  # and threads, of the task and all that it started
    open_files: int = 256  # of each process


class Confinement(StrEnum):
    """What stands round a task besides its limits and its own process."""

    FULL = "full"  # namespaces of its own: no network, no files but those needed, no other process; few system calls
    LIMITS_ONLY = "limits-only"


@dataclass(frozen=True)
class Weakness:
    """Why confinement is not full: ``bubblewrap_missing``, ``filter_missing``, ``unreadable`` or ``not_allowed``."""

    code: str
    detail: str = ""


@dataclass(frozen=True)
class Reply:
    """A task's answer: a JSON value, and blobs by name, each spooled to disk when large and rewound."""

    value: Json
    blobs: Mapping[str, BinaryIO] = field(default_factory=dict)
