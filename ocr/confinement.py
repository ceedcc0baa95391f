"""What stands between a stranger's scan and this machine, for those who must tell people or refuse to serve."""

from ocr.values import ModelFolders
from sandbox import Weakness
from sandbox.zygote import Sandbox


def weakness(models: ModelFolders) -> Weakness | None:
    """Return why scans are not fully confined here; nothing where they are. Tries it, without the engines."""
    with Sandbox(preload=(), folders=(models.text, models.numbers)) as trial:
        _, found = trial.confinement()
    return found
