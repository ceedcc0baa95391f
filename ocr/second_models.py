"""Where the second readers' models lie: in two wheels of which nothing else is used, and only in the versions measured.

The files are found without importing the packages (asterocr's carries training servers and tunnels). What set-up made
of a model for this very processor lies beside the libraries and is read in its place: that costs a sixth.
"""

import hashlib
import os
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

PREPARED = Path(sys.prefix) / "share" / "moonseal"  # goes with the libraries it was made with
PROCESSOR = Path("/proc/cpuinfo")
ABLE_TO = (
    "flags",
    "Features",
    "vendor_id",
    "cpu family",
    "model\t",
    "CPU implementer",
    "CPU part",
)  # its lines, x86 and ARM


class ModelFile(NamedTuple):
    package: str
    path: str
    sha256: str


CAREFUL = ModelFile(
    "asterocr", "asterocr/assets/asternet.onnx", "10c96b533e1f64031d73edfddafd7d4b13595544f11891f0531bcd72cb29be80"
)
CAREFUL_ALPHABET = ModelFile(
    "asterocr", "asterocr/assets/vocab.json", "82c6df018ceca8c10876947e0f7df798ed321825276ed7f3bb12ae3ed6dc647b"
)
QUICK = ModelFile(
    "trueocr", "trueocr/models/rec.onnx", "360b800dcbebd1099270f703ac35a43a6c86b40de049c4be78a130184b3bfef0"
)
QUICK_ALPHABET = ModelFile(
    "trueocr", "trueocr/models/meta.json", "934c619f2b8579aa0fa0ead0ec20afc79fd92966be0255ebaf821142fe8740cd"
)


class ModelUnusable(Exception):
    """A model is not there, or is not the one that was measured."""


def all_files() -> tuple[ModelFile, ...]:
    """Return the files that both second readers need."""
    return CAREFUL, CAREFUL_ALPHABET, QUICK, QUICK_ALPHABET


def state(model: ModelFile) -> os.stat_result:
    """Return what is known of a model's file without reading it. Raises ``ModelUnusable`` where it is absent."""
    try:
        return _located(model).stat()
    except (PackageNotFoundError, OSError) as error:
        raise ModelUnusable(f"{model.package}: absent") from error


def checked(model: ModelFile) -> Path:
    """Return where a model lies, its digest checked. Raises ``ModelUnusable``."""
    try:
        path = _located(model)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (PackageNotFoundError, OSError) as error:
        raise ModelUnusable(f"{model.package}: absent") from error
    if digest != model.sha256:
        raise ModelUnusable(f"{model.package}: sha256 {digest}, not {model.sha256}")
    return path


def prepared(model: ModelFile, engine: str) -> Path:
    """Return where lies, if it was made, what this version of the engine makes of a model on this processor.

    The name binds it to the model's digest, and to the file whose digest was checked when it was made. Raises
    ``ModelUnusable`` where the model is absent.
    """
    found = state(model)  # no ctime: it is another one in each copy of an image of a machine
    bound = f"{model.sha256} {found.st_size} {found.st_mtime_ns} {engine} {_processor()}"
    return PREPARED / f"{model.package}-{hashlib.sha256(bound.encode()).hexdigest()[:32]}.onnx"


def _located(model: ModelFile) -> Path:
    return Path(str(distribution(model.package).locate_file(model.path)))


def _processor() -> str:
    first = PROCESSOR.read_text(encoding="utf-8", errors="replace").partition("\n\n")[0]
    return "\n".join(line for line in first.splitlines() if line.startswith(ABLE_TO))


def unusable() -> list[str]:
    """Return what is wrong with the models, one sentence each; empty where both can be used."""
    found = []
    for model in all_files():
        try:
            checked(model)
        except ModelUnusable as problem:
            found.append(str(problem))
    return found
