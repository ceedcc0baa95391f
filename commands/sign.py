"""``moonseal sign``: signs any PDF that a person gives it, with a key that the person holds.

Keys registered for office work are refused here: the office signs through its dossiers, where it is asked who may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from certs.errors import CertError
from certs.keys.protocol import SigningKey
from commands.console import Console
from commands.files import is_an_input, names_of, write_parts
from commands.folder import folder_to_serve
from commands.keys import chosen, now
from commands.outside import Given, reached
from commands.sentences import both
from signing import KeyUnavailable, Level, Role, SigningError
from signing.growth import Growth
from signing.longterm import sign_long
from signing.outside import Outside
from signing.verify.engine import Verifier

MOST_BYTES = 256 << 20


@dataclass(frozen=True)
class How:
    """How every file of one command is signed."""

    key: SigningKey
    role: Role
    level: Level
    outside: Outside
    verifier: Verifier


def sign(
    files: Sequence[Path], *, key: str, pin_file: Path | None, role: str, level: str, out: Path, given: Given
) -> int:
    """Sign every file; 1 if one was refused or failed, each with its reason."""
    console = Console()
    try:
        holder = chosen(key, pin_file)
        _refuse_office_keys(holder)
        with reached(given, holder.chain) as reach, Verifier(reach.stores) as verifier:
            how = How(holder, Role(role), Level(level), reach.outside, verifier)
            told = [_told(console, files, file, out / name, how) for file, name in _targets(files)]
    except (CertError, SigningError) as error:
        console.say(both(error.code, **error.parameters))
        return 1
    return 0 if all(told) else 1


def _targets(files: Sequence[Path]) -> list[tuple[Path, str]]:
    return list(zip(files, names_of(files, ".pdf"), strict=True))


def _told(console: Console, files: Sequence[Path], file: Path, target: Path, how: How) -> bool:
    try:
        if is_an_input(target, files):
            raise SigningError("would_overwrite_input", path=str(target))  # noqa: TRY301 - told like the others
        with opened(file) as source:
            growth = Growth(source)
            _sign(growth, how)
            write_parts(target, growth.parts())
    except SigningError as error:
        console.say(f"✗ {file}: {both(error.code, **error.parameters)}")
        return False
    except OSError as error:
        console.say(f"✗ {file}: {both('file_error', reason=error.strerror or '')}")
        return False
    console.say(f"✓ {file} → {target}")
    return True


def opened(file: Path) -> BinaryIO:
    """Return the file to be read; raises ``SigningError`` for one that is too large, or ``OSError``."""
    if (size_bytes := file.stat().st_size) > MOST_BYTES:
        raise SigningError("too_large", cap="size_bytes", limit=MOST_BYTES, found=size_bytes)
    return file.open("rb")


def _sign(growth: Growth, how: How) -> None:
    verify = partial(how.verifier.verify, growth.stream)
    sign_long(growth, how.key, how.outside, verify=verify, role=how.role, level=how.level, at=now())


def _refuse_office_keys(key: SigningKey) -> None:
    for path in (folder_to_serve() / "keys").glob("*.cer"):  # dossiers.signers.KeyFolder
        if path.read_bytes() == key.certificate.der:
            raise KeyUnavailable("key_for_office_work")
