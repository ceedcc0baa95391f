"""Files of dossiers: into the store before any row names them, out of it only when they are still what the row says.

No row is written here but ``StoredFile``, inside the caller's transaction.
"""

import hashlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import BinaryIO
from uuid import UUID

from dossiers.engines import current
from dossiers.errors import RecordChanged
from dossiers.models import StoredFile, Unit
from storage import FileCorrupted, FileKey, FileNotStored, Owner

BLOCK_SIZE_BYTES = 1 << 20
PDF = "application/pdf"  # the media type


@dataclass(frozen=True)
class Put:
    """A file that is durable in the store and that no row names yet."""

    key: FileKey
    sha256: str
    size_bytes: int
    media_type: str


def owner_of(commune: Unit, dossier_id: UUID) -> Owner:
    return Owner.dossier(commune.short_name, dossier_id)


def put(owner: Owner, content: BinaryIO, media_type: str) -> Put:
    """Store a file; the same bytes of one owner again are the same file."""
    content.seek(0)
    digest, size_bytes = hashlib.sha256(), 0
    while block := content.read(BLOCK_SIZE_BYTES):
        digest.update(block)
        size_bytes += len(block)
    return Put(current().store.put(owner, content), digest.hexdigest(), size_bytes, media_type)


def put_bytes(owner: Owner, content: bytes, media_type: str) -> Put:
    return put(owner, BytesIO(content), media_type)


def named(file: Put, at: datetime) -> StoredFile:
    """Return the row that names a stored file, made in the caller's transaction if it is new."""
    row, _ = StoredFile.objects.get_or_create(
        key=str(file.key),
        defaults={
            "sha256": file.sha256,
            "size_bytes": file.size_bytes,
            "media_type": file.media_type,
            "stored_at": at,
        },
    )
    return row


def read(file: StoredFile) -> bytes:
    """Return the bytes, or raise ``RecordChanged`` if they are not those the row names."""
    with opened(file) as content:
        return content.read()


@contextmanager
def opened(file: StoredFile) -> Generator[BinaryIO]:
    """Give the file, checked against the row before its first byte; raises ``RecordChanged``."""
    with current().store.opened(FileKey.parse(file.key)) as content:
        digest = hashlib.sha256()
        while block := content.read(BLOCK_SIZE_BYTES):
            digest.update(block)
        if digest.hexdigest() != file.sha256:
            raise RecordChanged("file_changed", file=str(file.pk))
        content.seek(0)
        yield content


@contextmanager
def on_disk(file: StoredFile, name: str) -> Generator[Path]:
    """Give the checked file as a path for an engine that needs one; gone afterwards."""
    with opened(file) as content, TemporaryDirectory(prefix="moonseal-") as folder:
        path = Path(folder) / name
        with path.open("wb") as copy:
            copyfileobj(content, copy, BLOCK_SIZE_BYTES)
        yield path


def left_behind(owner: Owner, beginning: bytes) -> Iterator[tuple[Put, bytes]]:
    """Give the owner's files that no row names and that begin with these bytes: what a killed process had stored."""
    named_keys = set(StoredFile.objects.filter(key__startswith=f"{owner}/").values_list("key", flat=True))
    for stored in current().store.stored(owner):
        if str(stored.key) in named_keys:
            continue
        try:
            with current().store.opened(stored.key) as content:
                if content.read(len(beginning)) != beginning:
                    continue
                content.seek(0)
                found = content.read()
        except (FileCorrupted, FileNotStored):
            continue  # of no use to anybody; the sweep takes it
        yield Put(stored.key, hashlib.sha256(found).hexdigest(), len(found), PDF), found
