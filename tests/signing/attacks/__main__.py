"""Write every attack file with what its reader knows: ``python -m tests.signing.attacks FOLDER``.

FOLDER gets NAME.pdf, its lists in NAME/*.crl, anchor.pem, and manifest.json: the time, and each one's right verdict.
"""

import json
import sys
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from tests.signing.attacks.forge import LATER, Forge
from tests.signing.attacks.registry import ATTACKS


def main(folder: Path) -> None:
    for path in Path(__file__).parent.glob("[a-z]*.py"):
        import_module(f"tests.signing.attacks.{path.stem}")
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as keys:
        forge = Forge(Path(keys), datetime.now(UTC))
        (folder / "anchor.pem").write_bytes(forge.anchor.read_bytes())
        said = {}
        for name, attack in sorted(ATTACKS.items()):
            case = attack.case(forge)
            (folder / f"{name}.pdf").write_bytes(case.pdf)
            (folder / name).mkdir()
            for number, content in enumerate(forge.good_crls if case.crls is None else case.crls):
                (folder / name / f"{number}.crl").write_bytes(content)
            outcome = attack.outcome
            said[name] = {"verdict": outcome.verdict, "sub_indication": outcome.sub_indication, "source": attack.source}
        manifest = {"at": (forge.now + LATER).isoformat(), "attacks": said}
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
