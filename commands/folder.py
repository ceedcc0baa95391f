"""Which data folder a command works in. Imported before ``settings``, which reads the folder's name only once.

A folder is demo, training or real for ever, and says so in its file ``kind`` (dossiers.folder). Where MOONSEAL_DATA was
never set up, ``serve`` shows the demo, which lies in a folder of its own inside it.
"""

import os
import shutil
from pathlib import Path

import django

HOME = Path(__file__).resolve().parent.parent
VARIABLE = "MOONSEAL_DATA"
DEMO = "demo"  # dossiers.engines.FolderKind.DEMO, which cannot be imported yet


class FolderInUse(Exception):
    """The folder holds something that is not a demo's; nothing in it was touched."""


def use_demo_folder(out: Path | None) -> Path:
    """Make the demo's folder the data folder of this process, and return it; raises ``FolderInUse``.

    A demo that was finished is emptied, one that was cut short goes on.
    """
    folder = _use((out or configured_folder() / "demo").resolve())
    kind = folder / "kind"
    if not any(folder.iterdir()):
        kind.write_text(DEMO, encoding="ascii")
    if not kind.is_file() or kind.read_text(encoding="ascii").strip() != DEMO:
        raise FolderInUse(str(folder))
    if (folder / "summary.json").exists():
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry != kind:  # last, so that it stays a demo's if this is cut short
                entry.unlink()
    return folder


def use_folder_to_serve() -> Path:
    """Make that folder the data folder of this process, and return it."""
    return _use(folder_to_serve())


def folder_to_serve() -> Path:
    """Return the configured folder where it was set up, the demo's elsewhere."""
    configured = configured_folder()
    return configured if (configured / "kind").exists() else configured / "demo"


def set_up_django() -> None:
    """Load settings and models; nothing of ``dossiers`` or ``web`` may be imported before."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
    django.setup()


def configured_folder() -> Path:
    """Return what MOONSEAL_DATA names, whether it was set up or not."""
    base = HOME if (HOME / "pyproject.toml").is_file() else Path.cwd()
    return (base / (os.environ.get(VARIABLE) or "var")).resolve()


def _use(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)
    return folder
