"""What a reading depends on besides the scan: one digest of our own source and data, the models and every library.

Whatever is kept of a scan is kept under it: after any of them changed, nothing old is used.
"""

import hashlib
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

from ocr import second_models
from ocr.values import ModelFolders

OURS = Path(__file__).parent
MODELS = (("text", "vie_best.traineddata"), ("numbers", "eng.traineddata"), ("numbers", "osd.traineddata"))
VERSION_TIMEOUT_S = 20


@cache
def edition(models: ModelFolders) -> str:
    """Return the digest; worked out once in a process."""
    digest = hashlib.sha256()
    for path in sorted(path for path in OURS.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        digest.update(f"{path.relative_to(OURS)} {_sha256(path)}\n".encode())
    for folder, name in MODELS:
        digest.update(f"{name} {_sha256(getattr(models, folder) / name)}\n".encode())
    digest.update(f"{sys.version}\n{_libraries()}\n{_tesseract()}\n{second_models.unusable()}\n".encode())
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "absent"


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
