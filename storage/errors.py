"""What can go wrong in a store.

StorageError
├── FileNotStored        nothing lies under this key
├── FileCorrupted        what lies there is not what was put
└── StorageUnavailable   the store does not answer (transient)
"""


class StorageError(Exception):
    """The common base; no foreign exception leaves this package."""


class FileNotStored(StorageError):
    pass


class FileCorrupted(StorageError):
    pass


class StorageUnavailable(StorageError):
    """The store did not answer; the same call may succeed a moment later."""
