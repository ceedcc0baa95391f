"""``moonseal sign``: signs any PDF that a person gives it, with a key that the person holds.

Keys registered for office work are refused here: the office signs through its dossiers, where it is asked who may.
"""

from collections.abc import Sequence
from pathlib import Path

from certs.anchors import Store, government
from certs.errors import CertError
from commands.console import Console
from commands.files import is_an_input, names_of, write_whole
from commands.folder import folder_to_serve
from commands.keys import Chosen, chosen, now
from commands.sentences import both
from signing import KeyUnavailable, Level, Role, SigningError
from signing.sign import sign as sign_pdf
from signing.verify.engine import Verifier

MOST_BYTES = 256 << 20


def sign(files: Sequence[Path], *, key: str, pin_file: Path | None, role: str, level: str, out: Path) -> int:
    """Sign every file; 1 if one was refused or failed, each with its reason."""
    console = Console()
    try:
        holder = chosen(key, pin_file)
        _refuse_office_keys(holder)
    except (CertError, SigningError) as error:
        console.say(both(error.code, **error.parameters))
        return 1
    failures = 0
    for file, name in zip(files, names_of(files, ".pdf"), strict=True):
        try:
            if is_an_input(out / name, files):
                raise SigningError("would_overwrite_input", path=str(out / name))  # noqa: TRY301 - told like the others
            write_whole(out / name, _signed(file, holder, Role(role), Level(level)))
            console.say(f"✓ {file} → {out / name}")
        except SigningError as error:
            failures += 1
            console.say(f"✗ {file}: {both(error.code, **error.parameters)}")
        except OSError as error:
            failures += 1
            console.say(f"✗ {file}: {both('file_error', reason=error.strerror or '')}")
    return 1 if failures else 0


def _signed(file: Path, holder: Chosen, role: Role, level: Level) -> bytes:
    if (size_bytes := file.stat().st_size) > MOST_BYTES:
        raise SigningError("too_large", cap="size_bytes", limit=MOST_BYTES, found=size_bytes)
    anchors = [one for one in holder.key.chain if one.is_self_signed]
    with Verifier(government().with_certificates(Store.COMMUNE, anchors)) as verifier:
        return sign_pdf(
            file.read_bytes(),
            holder.key,
            role=role,
            level=level,
            at=now(),
            timestamper=holder.timestamper,
            evidence=holder.evidence,
            verify=verifier.verify,
        )


def _refuse_office_keys(holder: Chosen) -> None:
    for path in (folder_to_serve() / "keys").glob("*.cer"):  # dossiers.signers.KeyFolder
        if path.read_bytes() == holder.key.certificate.der:
            raise KeyUnavailable("key_for_office_work")
