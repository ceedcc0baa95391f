"""CPU per verification in a warm process against stock pyHanko, each side in a process of its own, in turns.

Stock is what its users write: ``validate_pdf_signature`` with the same anchor and lists, and for B-LTA also its own
long-term procedure, ``ades_lta_validation``. Beside it, end to end: sandbox, fresh process for each file, and pdfsig.
With MOONSEAL_MATERIAL, what is said of genuine letters (signing.md F).
"""

import argparse
import asyncio
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import crl as asn1_crl  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from bench.signing import document
from certs.anchors import NOBODY, Store, government
from certs.authority import Authority, Names, Subject
from certs.certificate import Certificate
from certs.timestamps import TimestampAuthority, TimestampClient
from signing.sign import sign
from signing.values import Level, Role
from signing.verify.engine import Verifier

ROUNDS, TURNS, END_TO_END = 15, 3, 10
MATERIAL = os.environ.get("MOONSEAL_MATERIAL")
LETTERS = ("signed-letter-six-signatures.pdf", "signed-official-scan.pdf")


def make(folder: Path) -> None:
    """Write one file of each level, the anchor and the lists."""
    authority = Authority.create(folder / "authority", Names.of("Ủy ban nhân dân xã Thử"))
    stamps = TimestampAuthority(authority.timestamp_key, folder, lambda: datetime.now(UTC))
    client = TimestampClient([stamps.answer], [authority.issuing.certificate], lambda: datetime.now(UTC))
    key, evidence = authority.issue("official", Subject("Người Ký Thử", "Ủy ban nhân dân xã Thử")), authority.evidence()
    for level in (Level.B_B, Level.B_LTA):
        pdf = sign(
            document(),
            key,
            role=Role.OFFICIAL,
            level=level,
            at=datetime.now(UTC),
            timestamper=client,
            evidence=evidence,
        )
        (folder / f"{level}.pdf").write_bytes(pdf)
    (folder / "root.der").write_bytes(authority.root.der)
    (folder / "issuing.der").write_bytes(authority.issuing.certificate.der)
    for number, one in enumerate(evidence.crls):
        (folder / f"{number}.crl").write_bytes(one)


def ours(folder: Path) -> Callable[[bytes], object]:
    from signing.verify.examination import examine  # noqa: PLC0415 - it reads faster, and the peer must not

    stores = NOBODY.with_certificates(Store.COMMUNE, [Certificate((folder / "root.der").read_bytes())])
    crls = [one.read_bytes() for one in sorted(folder.glob("*.crl"))]

    def one(pdf: bytes) -> object:
        report = examine(io.BytesIO(pdf), stores, crls, datetime.now(UTC) + timedelta(seconds=1))
        if report.verdict.value != "PASSED":
            raise SystemExit(f"ours says {report.verdict} {report.sub_indication}")
        return report

    return one


def _loaded(folder: Path) -> tuple[asn1_x509.Certificate, list[asn1_x509.Certificate], list[asn1_crl.CertificateList]]:
    root, issuing = (asn1_x509.Certificate.load((folder / f"{one}.der").read_bytes()) for one in ("root", "issuing"))
    return root, [issuing], [asn1_crl.CertificateList.load(one.read_bytes()) for one in sorted(folder.glob("*.crl"))]


def stock(folder: Path) -> Callable[[bytes], object]:
    def one(pdf: bytes) -> object:
        root, others, crls = _loaded(folder)
        context = ValidationContext(
            trust_roots=[root], other_certs=others, crls=crls, allow_fetching=False, revocation_mode="require"
        )
        status = validate_pdf_signature(PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures[0], context)
        if not status.bottom_line:
            raise SystemExit("stock says no")
        return status

    return one


def stock_long_term(folder: Path) -> Callable[[bytes], object]:
    def one(pdf: bytes) -> object:
        root, others, crls = _loaded(folder)
        specification = SignatureValidationSpec(
            cert_validation_policy=CertValidationPolicySpec(
                trust_manager=SimpleTrustManager.build(trust_roots=[root]),
                revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
            ),
            revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
            local_knowledge=LocalKnowledge(known_certs=others, known_crls=[CRLContainer(one) for one in crls]),
        )
        signature = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures[0]
        return asyncio.run(ades_lta_validation(signature, PdfSignatureValidationSpec(specification)))

    return one


SIDES = {"ours": ours, "stock": stock, "stock-long-term": stock_long_term}


def measure_side(side: str, folder: Path, level: str) -> float:
    """Return the median CPU in ms of one side, warm."""
    one, pdf = SIDES[side](folder), (folder / f"{level}.pdf").read_bytes()
    one(pdf), one(pdf)
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        one(pdf)
        spent.append(1000 * (time.process_time() - start))
    return statistics.median(spent)


def in_turns(folder: Path, level: str, sides: list[str]) -> dict[str, float]:
    found: dict[str, list[float]] = {side: [] for side in sides}
    for _ in range(TURNS):
        for side in sides:
            command = [sys.executable, "-W", "ignore", "-m", "bench.verify", "--side", side, str(folder), level]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[side].append(float(done.stdout.split()[-1]))
    return {side: min(times) for side, times in found.items()}


def end_to_end(folder: Path, level: str, *, second_opinion: bool) -> float:
    """Return the CPU in ms of one more file through the sandbox, all processes together."""
    stores = NOBODY.with_certificates(Store.COMMUNE, [Certificate((folder / "root.der").read_bytes())])
    crls = [one.read_bytes() for one in sorted(folder.glob("*.crl"))]
    spent = []
    for count in (1, 1 + END_TO_END):
        start = _spent()
        with Verifier(stores, crls, second_opinion=second_opinion) as verifier:
            for _ in range(count):
                verifier.verify(folder / f"{level}.pdf", datetime.now(UTC) + timedelta(seconds=1))
        spent.append(_spent() - start)
    return 1000 * (spent[1] - spent[0]) / END_TO_END


def _spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def speed(folder: Path) -> None:
    for level, sides in (("B-B", ["ours", "stock"]), ("B-LTA", ["ours", "stock", "stock-long-term"])):
        times = in_turns(folder, level, sides)
        for peer in sides[1:]:
            name = "its long-term procedure" if peer == "stock-long-term" else "validate_pdf_signature"
            say(
                f"verify {level}, warm, CPU, against stock pyHanko's {name}",
                ours=f"{times['ours']:.1f} ms", peer=f"{times[peer]:.1f} ms",
                ratio=round(times["ours"] / times[peer], 2),
            )  # fmt: skip
        for second_opinion in (False, True):
            whole = end_to_end(folder, level, second_opinion=second_opinion)
            say(
                f"verify {level}, end to end with sandbox{' and pdfsig' if second_opinion else ''}, CPU",
                ours=f"{whole:.1f} ms", peer=f"{times['stock']:.1f} ms", ratio=round(whole / times["stock"], 2),
            )  # fmt: skip


def genuine() -> None:
    """Say what is found in the letters of signing.md F, and what pyHanko's own bottom line is."""
    for name in LETTERS:
        path = Path(MATERIAL or "", "scans", name)
        if not MATERIAL or not path.exists():
            say(f"genuine letter: {name}", why="not measured: MOONSEAL_MATERIAL is not set or has no such file")
            continue
        with Verifier(government()) as verifier:
            report = verifier.verify(path)
        changes = sorted({one.changes_after.value for one in report.signatures})
        roots = [asn1_x509.Certificate.load(one.certificate.der) for one in government().anchors]
        helpers = [asn1_x509.Certificate.load(one.der) for one in government().intermediates]
        context = ValidationContext(trust_roots=roots, other_certs=helpers, allow_fetching=False)
        signatures = PdfFileReader(io.BytesIO(path.read_bytes()), strict=False).embedded_regular_signatures
        said = [validate_pdf_signature(one, context).bottom_line for one in signatures]
        say(
            f"genuine letter: {name}", peer=f"pyHanko: {said.count(True)} of {len(said)} valid",
            ours=f"{report.verdict} {report.sub_indication}; changes: {', '.join(changes)}",
        )  # fmt: skip


def say(measure: str, **found: object) -> None:
    print(json.dumps({"measure": measure, **found}, ensure_ascii=False), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", nargs=3, metavar=("SIDE", "FOLDER", "LEVEL"))
    arguments = parser.parse_args()
    if arguments.side:
        side, folder, level = arguments.side
        print(measure_side(side, Path(folder), level))
        return
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        speed(Path(folder))
    genuine()


if __name__ == "__main__":
    main()
