"""What can go wrong in a store.

StorageError             `code` is stable, `parameters` fill the sentence that service.py and web make of it
├── FileEmpty            nobody files an empty paper: refused before anything is written
├── FileNotStored        nothing lies under this key
├── FileCorrupted        what lies there is not what was put
└── StorageUnavailable   the store does not answer, or is full (transient); nothing half written is ever visible
"""

from collections.abc import Mapping


class StorageError(Exception):
    """The common base; no foreign exception leaves this package."""

    def __init__(self, code: str, **parameters: str | float) -> None:
        super().__init__(f"{code} {parameters}" if parameters else code)
        self.code = code
        self.parameters: Mapping[str, str | float] = parameters


class FileEmpty(StorageError):
    pass


class FileNotStored(StorageError):
    pass


class FileCorrupted(StorageError):
    pass


class StorageUnavailable(StorageError):
    """The store did not answer; the same call may succeed a moment later."""
