"""Bytes under keys, and nothing else: whose they are and what they mean is known to the caller alone."""

from storage.errors import FileCorrupted, FileEmpty, FileNotStored, StorageError, StorageUnavailable
from storage.keys import FileKey, NameKey, Owner
from storage.store import FileStore, Stored

__all__ = [
    "FileCorrupted",
    "FileEmpty",
    "FileKey",
    "FileNotStored",
    "FileStore",
    "NameKey",
    "Owner",
    "StorageError",
    "StorageUnavailable",
    "Stored",
]
