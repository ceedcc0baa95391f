"""``moonseal augment`` and ``moonseal renew``: signed files get the next level, or their next timestamp in time.

Files are only added to, and what is written was verified. An input is never overwritten: results go to a folder.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from certs.errors import CertError
from commands.console import Console
from commands.files import is_an_input, names_of, write_parts
from commands.outside import Given, reached
from commands.sentences import both
from commands.signing_folder import opened
from signing import Level, SigningError
from signing.augment import augment as augment_pdf
from signing.augment import renew as renew_pdf
from signing.growth import Growth
from signing.outside import Outside
from signing.verify.engine import Verifier

Work = Callable[[Growth, Outside, Verifier], str]  # the code of what to say; "" where there is nothing to write


def augment(files: Sequence[Path], *, to: str, out: Path, given: Given) -> int:
    """Raise every file to a level; 1 if one could not be, each with its reason."""

    def work(growth: Growth, outside: Outside, verifier: Verifier) -> str:
        augment_pdf(growth, Level(to), outside, verifier.verify)
        return "raised" if growth.added else "has_level_already"

    targets = [(file, out / name) for file, name in zip(files, names_of(files, ".pdf"), strict=True)]
    return _each(targets, work, given, level=to)


def renew(folder: Path, *, days: int, out: Path, given: Given) -> int:
    """Give every signed PDF below a folder its next timestamp where the newest one ends within so many days."""

    def work(growth: Growth, outside: Outside, verifier: Verifier) -> str:
        report = renew_pdf(growth, outside, verifier.verify, timedelta(days=days))
        return "" if report is None else "renewed"

    if not folder.is_dir():
        Console().say(both("watch_no_folder", path=str(folder)))
        return 1
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file())
    targets = [(path, out / path.relative_to(folder)) for path in found if not path.is_relative_to(out)]
    return _each(targets, work, given, level="")


def _each(targets: Sequence[tuple[Path, Path]], work: Work, given: Given, level: str) -> int:
    console = Console()
    inputs = [file for file, _ in targets]
    try:
        with reached(given) as reach, Verifier(reach.stores) as verifier:
            done = [
                _told(console, inputs, file, target, lambda growth: work(growth, reach.outside, verifier), level)
                for file, target in targets
            ]
    except CertError as error:
        console.say(both(error.code, **error.parameters))
        return 1
    return 0 if all(done) else 1


def _told(  # noqa: PLR0917 - one file and what is done with it
    console: Console,
    inputs: Sequence[Path],
    file: Path,
    target: Path,
    work: Callable[[Growth], str],
    level: str,
) -> bool:
    try:
        if is_an_input(target, inputs):
            raise SigningError("would_overwrite_input", path=str(target))  # noqa: TRY301 - told like the others
        with opened(file) as source:
            growth = Growth(source)
            if code := work(growth):
                write_parts(target, growth.parts())
    except SigningError as error:
        console.say(f"✗ {file}: {both(error.code, **error.parameters)}")
        return False
    except OSError as error:
        console.say(f"✗ {file}: {both('file_error', reason=error.strerror or '')}")
        return False
    console.say(f"✓ {file} → {target}: {both(code, level=level)}" if code else f"· {file}: {both('not_due')}")
    return True
