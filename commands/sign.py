"""``moonseal sign``: signs any PDF that a person gives it, with a key that the person holds; many with one PIN.

Keys registered for office work are refused here: the office signs through its dossiers, where it is asked who may.
The same command again goes on where it stopped: what is signed already is passed over.
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from certs.errors import CertError
from certs.keys.protocol import SigningKey
from commands.console import Console
from commands.files import names_of
from commands.folder import folder_to_serve
from commands.keys import chosen, now
from commands.marks import Marks
from commands.outside import Given, reached
from commands.sentences import both
from commands.signing_folder import SigningFolder, listed
from signing import KeyUnavailable, Level, Role, SigningError
from signing.batch import Document, Ended, Outcome, Result, run
from signing.growth import Growth
from signing.longterm import sign_long
from signing.outside import Outside
from signing.verify.engine import Verifier

SAID_OTHERWISE = {"encrypted": "encrypted_to_sign"}  # only who reads a scan may give its password
REFUSALS = (SigningError, CertError, OSError)


@dataclass(frozen=True)
class How:
    """How every file of one command is signed."""

    key: SigningKey
    role: Role
    level: Level
    outside: Outside
    verifier: Verifier
    marks: Marks

    def sign(self, document: Document, growth: Growth) -> Growth:
        verify, at = partial(self.verifier.verify, growth.stream), now()
        mark = self.marks.of(Path(document.identity), growth.stream, self.key.certificate, at)
        sign_long(
            growth,
            self.key,
            self.outside,
            verify=verify,
            role=self.role,
            level=self.level,
            at=at,
            mark_pdf=mark.pdf,
            places=mark.places,
        )
        return growth


@dataclass(frozen=True)
class Look:
    """The picture on the page and its place, where they are given."""

    mark: Path | None = None
    place: str | None = None


def sign(
    files: Sequence[Path],
    *,
    key: str,
    pin_file: Path | None,
    role: str,
    level: str,
    out: Path,
    given: Given,
    look: Look,
) -> int:
    """Sign every file; 1 if one was refused or failed, each with its reason."""
    console = Console()
    documents = dict(listed(files))  # before any PIN: what is signed is what lay here then
    targets = {file: out / name for file, name in zip(files, names_of(files, ".pdf"), strict=True)}
    try:
        holder = chosen(key, pin_file)
        _refuse_office_keys(holder)
        with (
            reached(given, holder.chain) as reach,
            Verifier(reach.stores) as verifier,
            Marks(Role(role), look.mark, look.place) as marks,
        ):
            how = How(holder, Role(role), Level(level), reach.outside, verifier, marks)
            return _signed(console, documents, targets, out, how)
    except (CertError, SigningError) as error:
        console.say(both(error.code, **error.parameters))
        return 1


def _signed(
    console: Console, documents: dict[Path, Document | Exception], targets: dict[Path, Path], out: Path, how: How
) -> int:
    folder = SigningFolder(out, targets, how.role, how.key.certificate.der)
    for name, is_signed in folder.settle():
        console.say(both("signing_cut_short_signed" if is_signed else "signing_cut_short_void", name=name))
    outcomes: list[Outcome] = []
    with console.progress(len(documents)) as progress:

        def tell(result: Result) -> None:
            outcomes.append(result.outcome)
            progress.done(_line(result, targets[Path(result.document.identity)]))

        for file, found in documents.items():
            if isinstance(found, Exception):
                tell(Result(Document(str(file), ""), Outcome.FAILED, found))
        good = [found for found in documents.values() if isinstance(found, Document)]
        ended = run(good, folder, how.sign, REFUSALS, _never, tell)
    if ended in {Ended.HALTED, Ended.KEY_LOST}:
        console.say(both(f"batch_{ended.value.replace('-', '_')}"))
    return 0 if set(outcomes) <= {Outcome.SIGNED, Outcome.SIGNED_BEFORE} else 1


def _line(result: Result, target: Path) -> str:
    file, error = result.document.identity, result.error
    if isinstance(error, OSError):
        no_room = error.errno in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
        return f"✗ {file}: {both('no_room_left') if no_room else both('file_error', reason=error.strerror or '')}"
    if isinstance(error, SigningError | CertError):
        return f"✗ {file}: {both(SAID_OTHERWISE.get(error.code, error.code), **error.parameters)}"
    if result.outcome is Outcome.SIGNED_BEFORE:
        return f"= {target}: {both('signed_before')}"
    if result.outcome is Outcome.NOT_TRIED:
        return f"- {file}: {both('not_tried')}"
    return f"✓ {file} → {target}"


def _never() -> bool:
    return False  # Ctrl+C ends the process; the next run settles what that left


def _refuse_office_keys(key: SigningKey) -> None:
    for path in (folder_to_serve() / "keys").glob("*.cer"):  # dossiers.signers.KeyFolder
        if path.read_bytes() == key.certificate.der:
            raise KeyUnavailable("key_for_office_work")
