"""Whom a file fools: ours beside stock pyHanko and poppler's pdfsig, on the tests' sound files and attack files.

Stock pyHanko is what its users write: ``validate_pdf_signature`` with the same anchors, lists and time, and every
signature's ``bottom_line``. pdfsig is asked about bytes alone, as our second opinion does: it has none of the anchors.
A file is called genuine when every signature is.
"""

import io
import json
import logging
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from asn1crypto import crl as asn1_crl  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from certs.anchors import NOBODY, Store
from certs.certificate import Certificate, certificates_of
from signing.values import Verdict
from signing.verify.examination import examine

logging.disable(logging.CRITICAL)
PEER_S = 20  # a peer that does not end calls nothing genuine
ROOT = Path(__file__).parent.parent
SOUND = ROOT / "tests" / "signing" / "sound" / "files"


@dataclass(frozen=True)
class Question:
    """A file, and what its reader knows."""

    path: Path
    certificates: tuple[Certificate, ...]
    crls: tuple[bytes, ...]
    at: datetime

    @property
    def anchors(self) -> list[Certificate]:
        return [one for one in self.certificates if one.is_self_signed]


def ours(asked: Question) -> tuple[Verdict, str | None]:
    stores = NOBODY.with_certificates(Store.COMMUNE, asked.certificates)
    report = examine(io.BytesIO(asked.path.read_bytes()), stores, asked.crls, asked.at)
    return report.verdict, report.sub_indication


def stock(asked: Question) -> bool:
    """Return whether stock pyHanko calls every signature good; what it cannot read is not."""

    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=[asn1_x509.Certificate.load(one.der) for one in asked.anchors],
            other_certs=[asn1_x509.Certificate.load(one.der) for one in asked.certificates],
            crls=[asn1_crl.CertificateList.load(one) for one in asked.crls],
            moment=asked.at,
            allow_fetching=False,
            revocation_mode="require",
            retroactive_revinfo=True,
        )

    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(PEER_S)
    try:
        reader = PdfFileReader(io.BytesIO(asked.path.read_bytes()), strict=False)
        if reader.encrypted:
            reader.decrypt("")
        regular = [validate_pdf_signature(one, context()).bottom_line for one in reader.embedded_regular_signatures]
        stamps = reader.embedded_timestamp_signatures
        times = [(found := validate_pdf_timestamp(one, context())).intact and found.trusted for one in stamps]
    except Exception:  # ruff: ignore[blind-except] - whatever it throws, it does not call the file good
        return False
    finally:
        signal.alarm(0)
    return bool(regular + times) and all(regular + times)


def _too_long(*_signal: object) -> None:
    raise TimeoutError


def pdfsig(asked: Question) -> bool:
    command = ["pdfsig", "-nocert", str(asked.path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PEER_S, check=False)
    except subprocess.TimeoutExpired:
        return False
    blocks = done.stdout.split("Signature #")[1:]
    return bool(blocks) and all("Signature is Valid." in one for one in blocks)


def sound_files() -> list[Question]:
    at = datetime.fromisoformat(json.loads((SOUND / "manifest.json").read_text())["at"])
    certificates = certificates_of(sorted(SOUND.glob("*.cer")))
    lists = tuple(path.read_bytes() for path in sorted(SOUND.glob("*.crl")))
    return [Question(path, certificates, lists, at) for path in sorted(SOUND.glob("*.pdf"))]


def attack_files(folder: Path) -> tuple[list[Question], dict[str, dict[str, str | None]]]:
    """Have the tests' makers write their files anew; return them, and each one's right verdict."""
    subprocess.run([sys.executable, "-m", "tests.signing.attacks", str(folder)], cwd=ROOT, check=True)
    manifest = json.loads((folder / "manifest.json").read_text())
    anchors, at = certificates_of([folder / "anchor.pem"]), datetime.fromisoformat(manifest["at"])
    questions = []
    for name in manifest["attacks"]:
        lists = tuple(path.read_bytes() for path in sorted((folder / name).glob("*.crl")))
        questions.append(Question(folder / f"{name}.pdf", anchors, lists, at))
    return questions, manifest["attacks"]


def told(measure: str, questions: list[Question], good: int, peers: dict[str, Callable[[Question], bool]]) -> None:
    counts = {name: sum(map(judge, questions)) for name, judge in peers.items()}
    said = "; ".join(f"{name}: {count}" for name, count in counts.items())
    row = {"measure": measure, "ours": good, "peer": said, "ratio": f"of {len(questions)}"}
    print(json.dumps(row, ensure_ascii=False), flush=True)


def main() -> None:
    """Print one JSON line per measure."""
    peers: dict[str, Callable[[Question], bool]] = {"stock pyHanko": stock, "pdfsig on bytes": pdfsig}
    questions = sound_files()
    good = sum(ours(one)[0] is Verdict.PASSED for one in questions)
    told("sound files by nine tools, called genuine", questions, good, peers)
    with tempfile.TemporaryDirectory() as name:
        questions, right = attack_files(Path(name) / "attacks")
        verdicts = {one.path.stem: ours(one) for one in questions}
        fooled = sum(verdict is Verdict.PASSED for verdict, _ in verdicts.values())
        told("attack files, called genuine", questions, fooled, peers)
        exact = sum((right[key]["verdict"], right[key]["sub_indication"]) == said for key, said in verdicts.items())
        row = {"measure": "attack files given their listed verdict and sub-indication", "ours": exact}
        print(json.dumps(row | {"ratio": f"of {len(questions)}"}))


if __name__ == "__main__":
    main()
