"""Make the sound files anew: ``python -m tests.signing.sound.make [TOOL…]``; README.md says what each tool needs.

Writes ``files/TOOL-NAME.pdf``, the anchors and the lists, and ``files/manifest.json`` with the time to verify them at.
"""

import json
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.signing.sound.make import by_moonseal, by_openssl, by_pyhanko
from tests.signing.sound.make.by_tools import TOOLS, Missing
from tests.signing.sound.make.cast import Cast
from tests.signing.sound.make.trust import anchors_of

FILES = Path(__file__).parents[1] / "files"
IN_PROCESS = {"moonseal": by_moonseal.make, "openssl": by_openssl.make, "pyhanko": by_pyhanko.make}


def main() -> int:
    """Return 1 where a tool is missing: a set with fewer tools is not the set."""
    missing = []
    with tempfile.TemporaryDirectory() as name:
        cast = Cast(Path(name) / "cast")
        made: dict[str, bytes] = {}
        with cast.timestamps() as url:
            for tool, make in IN_PROCESS.items():
                made |= {f"{tool}-{key}": pdf for key, pdf in make(cast, url).items()}
            for tool, program in TOOLS.items():
                out = Path(name) / tool
                out.mkdir()
                try:
                    program(cast, url, out)
                except Missing as error:
                    missing.append(f"{tool}: {error}")
                made |= {f"{tool}-{path.stem}": path.read_bytes() for path in sorted(out.glob("*.pdf"))}
        if not missing:
            _keep(cast, made)
    print(f"{len(made)} files, {sum(map(len, made.values())) // 1000} KB", *missing, sep="\n")  # noqa: T201 - a command
    return 1 if missing else 0


def _keep(cast: Cast, made: dict[str, bytes]) -> None:
    FILES.mkdir(exist_ok=True)
    for path in FILES.iterdir():
        path.unlink()
    for name, content in made.items():
        (FILES / f"{name}.pdf").write_bytes(content)
    for name, content in anchors_of(cast).items():
        (FILES / f"{name}.cer").write_bytes(content)
    for name, content in cast.lists().items():
        (FILES / f"{name}.crl").write_bytes(content)
    at = datetime.now(UTC) + timedelta(minutes=1)
    (FILES / "manifest.json").write_text(json.dumps({"at": at.isoformat(timespec="seconds")}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
