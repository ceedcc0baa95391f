"""Writing a file so that it is there whole, or not at all, whatever happens."""

import errno
import hashlib
import os
from collections.abc import Iterable
from glob import escape
from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT}  # what the disk says that has no room
NAME_BYTES = 255  # of a name, on every file system of Linux
ADDED_BYTES = 20  # of the dots, the process and the ending


def write_durably(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write, fsync, rename, fsync the folder."""
    write_parts_durably(path, (content,), mode)


def write_parts_durably(path: Path, parts: Iterable[bytes], mode: int = 0o644) -> None:
    """Do the same for what does not fit into memory."""
    _sweep(path)
    part = path.with_name(f".{_marked(path)}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for one in parts:
                file.write(one)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:  # on a full disk above all: what is half written takes up room
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _sweep(path: Path) -> None:
    """Remove what a process that was killed in the middle of writing this file has left."""
    for part in path.parent.glob(f".{escape(_marked(path))}.*.part"):
        writer = part.name.split(".")[-2]
        if not writer.isdecimal() or Path(f"/proc/{writer}").exists():
            continue
        part.unlink(missing_ok=True)


def _marked(path: Path) -> str:
    """Return what the part of a file is named by: the file, or a digest of a name that leaves no room for more."""
    name = os.fsencode(path.name)
    return path.name if len(name) <= NAME_BYTES - ADDED_BYTES else hashlib.sha256(name).hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
