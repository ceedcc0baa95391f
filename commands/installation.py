"""Where the parts of this installation lie. Without Django, for the commands that need no data folder."""

from pathlib import Path

from commands.folder import HOME
from ocr.values import ModelFolders

ASSETS = HOME / "assets"
FONTS = ASSETS / "fonts" / "tinos"
TESSDATA = sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"))[-1:] or [Path("/usr/share/tessdata")]


def models() -> ModelFolders:
    """Return the folders of the two Tesseract models: ours for Vietnamese text, the system's for numbers."""
    return ModelFolders(text=ASSETS / "tessdata", numbers=TESSDATA[0])
