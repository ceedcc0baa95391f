"""What this data folder is, for ever: demo, training or real. Written once, before the first row.

Invented people and real ones never meet in one folder, and no setting can turn one kind into another.
"""

import os
from pathlib import Path

from django.conf import settings

from dossiers.engines import FolderKind
from dossiers.errors import NotSetUp

_NAME = "kind"


def kind() -> FolderKind | None:
    """Return what the folder is, or nothing if that was not decided yet."""
    try:
        return FolderKind((Path(settings.DATA) / _NAME).read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None


def claim(wanted: FolderKind) -> None:
    """Make the folder of this kind, or raise ``NotSetUp`` if it is of another."""
    folder = Path(settings.DATA)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{_NAME}-{os.getpid()}"
    draft.touch(mode=0o600)
    with draft.open("w", encoding="ascii") as file:
        file.write(wanted.value)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, folder / _NAME)  # never overwrites: who comes second finds what it is
    except FileExistsError:
        if kind() is not wanted:
            raise NotSetUp("folder_of_another_kind", kind=str(kind()), wanted=wanted.value) from None
    finally:
        draft.unlink()
