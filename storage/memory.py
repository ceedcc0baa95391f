"""A store that forgets: for tests and trials, NOT for papers.

It keeps every promise of ``FileStore`` but durability, and holds its callers to theirs.
"""

import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO

from storage.errors import FileNotStored
from storage.keys import FileKey, NameKey, Owner
from storage.store import Stored


class MemoryStore:
    def __init__(self, names: NameKey, *, is_test: bool = False) -> None:
        if not is_test:
            warnings.warn("a memory store loses every paper when the process ends", stacklevel=2)
        self._names = names
        self._objects: dict[FileKey, tuple[bytes, datetime]] = {}
        self._lock = threading.Lock()

    def put(self, owner: Owner, content: BinaryIO) -> FileKey:
        form = BytesIO()
        key = self._names.copied(owner, content, form)
        with self._lock:
            is_new = key not in self._objects
            if is_new:
                self._objects[key] = (form.getvalue(), datetime.now(UTC))
        if not is_new:
            self.opened(key).close()  # raises FileCorrupted
        return key

    def opened(self, key: FileKey) -> BinaryIO:
        with self._lock:
            if key not in self._objects:
                raise FileNotStored("file_not_stored", key=str(key))
            form, _ = self._objects[key]
        return self._names.spooled([form], key)

    def stored(self, owner: Owner | None = None) -> Iterator[Stored]:
        with self._lock:
            found = [Stored(key, at) for key, (_, at) in self._objects.items() if owner in {None, key.owner}]
        yield from sorted(found, key=lambda one: str(one.key))

    def remove(self, key: FileKey) -> None:
        with self._lock:
            self._objects.pop(key, None)
