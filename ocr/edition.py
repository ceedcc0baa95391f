"""What a reading depends on besides the scan: one digest of our own source and data, the models and every library.

Whatever is kept of a scan is kept under it: after any of them changed, nothing old is used. A file is told by its size
and its times; the kernel's own (ctime) cannot be set back. To read them all would cost as much as a page does.
"""

import hashlib
import os
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

from ocr import lightmodel, second_models
from ocr.values import ModelFolders

OURS = Path(__file__).parent
MODELS = (
    ("text", "vie_best.traineddata"),
    ("text", f"vie_best{lightmodel.SUFFIX}.traineddata"),
    ("numbers", "eng.traineddata"),
    ("numbers", "osd.traineddata"),
)
VERSION_TIMEOUT_S = 20


@cache
def edition(models: ModelFolders) -> str:
    """Return the digest; worked out once in a process."""
    digest = hashlib.sha256()
    for path in sorted(path for path in OURS.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        digest.update(f"{path.relative_to(OURS)} {_state(path)}\n".encode())
    for folder, name in MODELS:
        digest.update(f"{name} {_state(getattr(models, folder) / name)}\n".encode())
    digest.update(f"{sys.version}\n{_libraries()}\n{_tesseract()}\n{_second_readers()}\n".encode())
    return digest.hexdigest()


def _state(path: Path) -> str:
    try:
        return _told(path.stat())
    except OSError:
        return "absent"


def _told(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}"


def _second_readers() -> list[str]:
    found = []
    for model in second_models.all_files():
        try:
            found.append(_told(second_models.state(model)))
        except second_models.ModelUnusable:
            found.append("absent")
    return found


def _libraries() -> str:
    folders = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    return " ".join(sorted(found.name for folder in folders for found in Path(folder).glob("*.dist-info")))


def _tesseract() -> str:
    try:
        said = subprocess.run(
            ["tesseract", "--version"], capture_output=True, text=True, timeout=VERSION_TIMEOUT_S, check=False
        )
    except OSError:
        return "absent"
    return said.stdout + said.stderr  # which of the two, depends on its version
