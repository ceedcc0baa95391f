"""Tokens in software. SoftHSM reads its settings once per process and sees no token that another process makes later,
so that all tests share one folder of them, made before the first is used.
"""

import subprocess
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certs.keys.file import FileKey

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "246810"


LABELS = ("official", "swapped", "pulled", "authority")


class SoftTokens:
    """Empty tokens of the ``LABELS``; to move a token's folder away is to pull it out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folders: dict[str, Path] = {}
        (folder / "tokens").mkdir()
        for label in LABELS:
            _run("softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "1357", "--pin", PIN)
            self.folders[label] = (set((folder / "tokens").iterdir()) - set(self.folders.values())).pop()

    def put(self, label: str, key: FileKey, key_id: str, name: str) -> None:
        """Write a key and its certificate, as an office gets them."""
        pem = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "key.pem").write_bytes(pem)
        _run("softhsm2-util", "--import", self.folder / "key.pem", "--token", label, "--label", "k", "--id", key_id,
             "--pin", PIN)  # fmt: skip
        self.put_certificate(label, key.certificate.der, key_id, name)

    def put_certificate(self, label: str, der: bytes, key_id: str, name: str) -> None:
        (self.folder / "own.der").write_bytes(der)
        _run("pkcs11-tool", "--module", MODULE, "--token-label", label, "--login", "--pin", PIN, "--write-object",
             self.folder / "own.der", "--type", "cert", "--id", key_id, "--label", name)  # fmt: skip


def _run(*command: object) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
