"""The values that cross the wall of the sandbox."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

Json = Any  # anything that json.dumps takes; typed by whoever reads it


@dataclass(frozen=True)
class Limits:
    """What one task may use; a task that wants more is stopped, and the error names the field."""

    address_space_bytes: int = 1 << 30  # of each process of the task
    cpu_s: int = 120  # the same
    wall_s: float = 300
    output_bytes: int = 256 << 20  # of all blobs and answers together
    file_bytes: int = 256 << 20  # of any one scratch file


@dataclass(frozen=True)
class Reply:
    """A task's answer: a JSON value, and blobs by name, each spooled to disk when large and rewound."""

    value: Json
    blobs: Mapping[str, BinaryIO] = field(default_factory=dict)
