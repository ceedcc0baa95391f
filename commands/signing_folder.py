"""The ledger of ``moonseal sign``: an intent per file beside the results, so that a run that was cut short goes on.

``.NAME.intent`` is there from before the key is used until NAME is whole. What another run left is settled at the next:
a result that begins with the bytes that were to be signed is the signature, else nothing came of it.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from commands.files import is_an_input, write_parts
from signing import Role, SigningError
from signing.batch import Document
from signing.fields import holder_of
from signing.growth import BLOCK_BYTES, Growth
from storage.durable import sync_folder, write_durably

MOST_BYTES = 256 << 20


@dataclass(frozen=True)
class Intent:
    """What is about to be signed, and by which process."""

    target: str
    sha256: str
    size_bytes: int
    certificate_sha256: str
    process: int


class SigningFolder:
    """Signed files in one folder. A document's identity is its path; ``targets`` says where each goes."""

    def __init__(self, out: Path, targets: Mapping[Path, Path], role: Role, certificate: bytes) -> None:
        self._out, self._targets, self._role, self._certificate = out, targets, role, certificate
        self._opened: dict[Document, BinaryIO] = {}

    def settle(self) -> Iterator[tuple[str, bool]]:
        """Close what runs that died have left; give each name and whether it was signed."""
        for path in sorted(self._out.glob(".*.intent")):
            intent = Intent(**json.loads(path.read_text(encoding="utf-8")))
            if intent.process != os.getpid() and Path(f"/proc/{intent.process}").exists():
                continue  # another run is at it just now
            yield intent.target, _grew_from(self._out / intent.target, intent.sha256, intent.size_bytes)
            self._close(path)

    def is_signed(self, document: Document) -> bool:
        source, target = Path(document.identity), self._targets[Path(document.identity)]
        if is_an_input(target, list(self._targets)) or not (source.is_file() and target.is_file()):
            return False
        if not _grew_from(target, document.sha256, source.stat().st_size):
            return False
        with target.open("rb") as pdf:
            return holder_of(pdf, self._role) == self._certificate

    def content(self, document: Document) -> Growth:
        target = self._targets[Path(document.identity)]
        if is_an_input(target, list(self._targets)):
            raise SigningError("would_overwrite_input", path=str(target))
        source = opened(Path(document.identity))
        if _sha256(source) != document.sha256:
            source.close()
            raise SigningError("changed_since_listed")
        self._opened[document] = source
        return Growth(source)

    def begin(self, document: Document) -> None:
        size_bytes = os.fstat(self._opened[document].fileno()).st_size
        target = self._targets[Path(document.identity)].name
        fingerprint = hashlib.sha256(self._certificate).hexdigest()
        intent = Intent(target, document.sha256, size_bytes, fingerprint, os.getpid())
        self._out.mkdir(parents=True, exist_ok=True)
        write_durably(self._intent(document), json.dumps(asdict(intent)).encode())

    def keep(self, document: Document, signed: Growth) -> None:
        try:
            write_parts(self._targets[Path(document.identity)], signed.parts())
        finally:  # written by a rename, or not at all: there is nothing to settle
            self._close(self._intent(document))
            self._opened.pop(document).close()

    def give_up(self, document: Document, _reason: str) -> None:
        self._close(self._intent(document))
        self._opened.pop(document).close()

    def _intent(self, document: Document) -> Path:
        return self._out / f".{self._targets[Path(document.identity)].name}.intent"

    def _close(self, intent: Path) -> None:
        intent.unlink(missing_ok=True)
        sync_folder(self._out)


def listed(files: Sequence[Path]) -> Iterator[tuple[Path, Document | Exception]]:
    """Fix the list of digests; what cannot be read is on it with its reason."""
    for file in files:
        try:
            with opened(file) as source:
                yield file, Document(str(file), _sha256(source))
        except (OSError, SigningError) as error:
            yield file, error


def opened(file: Path) -> BinaryIO:
    """Return the file to be read; raises ``SigningError`` for one that is too large, or ``OSError``."""
    if (size_bytes := file.stat().st_size) > MOST_BYTES:
        raise SigningError("too_large", cap="size_bytes", limit=MOST_BYTES, found=size_bytes)
    return file.open("rb")


def _grew_from(target: Path, sha256: str, size_bytes: int) -> bool:
    """Whether a file begins with so many bytes of this digest and goes on."""
    if not target.is_file() or target.stat().st_size <= size_bytes:
        return False
    with target.open("rb") as pdf:
        return _sha256(pdf, size_bytes) == sha256


def _sha256(content: BinaryIO, size_bytes: int = MOST_BYTES) -> str:
    digest = hashlib.sha256()
    while size_bytes and (block := content.read(min(BLOCK_BYTES, size_bytes))):
        digest.update(block)
        size_bytes -= len(block)
    return digest.hexdigest()
