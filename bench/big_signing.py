"""A PDF of 120 MB signed at B-LTA and raised from B-B to it: memory above idle, CPU against hashing the file twice.

Our verifier looks at a raised file before and after; what it spends in its sandbox is not counted. Memory is the peak
of this process's own pages (VmHWM) while the work is done, above what it held before. Each measure runs in a process
of its own. The result is written to a file, which is part of the time.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf

from certs.anchors import NOBODY, Store
from certs.authority import Authority, Names, Subject
from certs.timestamps import TimestampAuthority, TimestampClient
from signing.augment import augment
from signing.growth import BLOCK_BYTES, Growth
from signing.longterm import sign_long
from signing.outside import Outside
from signing.values import Level, Report, Role
from signing.verify.engine import Verifier
from storage.durable import write_parts_durably

PAGES, PAGE_BYTES = 400, 300_000  # 120 MB


def now() -> datetime:
    return datetime.now(UTC)


def document(path: Path) -> None:
    """Write a PDF of many pages whose content cannot be packed."""
    pdf = pikepdf.new()
    for _ in range(PAGES):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Contents = pdf.make_stream(b"% " + os.urandom(PAGE_BYTES // 2).hex().encode())
    pdf.save(path, compress_streams=False)


class Office:
    """An authority with a timestamp service in this process."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority.create(folder, Names.of("Đo"))
        stamps = TimestampAuthority(self.authority.timestamp_key, folder, now)
        client = TimestampClient([stamps.answer], [self.authority.issuer], now)
        known = (self.authority.issuer, self.authority.root)
        self.outside = Outside(client, lambda _chain: self.authority.evidence(), known, now)
        self.key = self.authority.issue("official", Subject("Người ký thử", "Đo"))

    def sign(self, source: Path, target: Path, level: Level) -> None:
        with source.open("rb") as file:
            growth = Growth(file)
            sign_long(growth, self.key, self.outside, role=Role.OFFICIAL, level=level, at=now())
            write_parts_durably(target, growth.parts())

    def raised(self, source: Path, target: Path, verifier: Verifier) -> Report:
        with source.open("rb") as file:
            growth = Growth(file)
            report = augment(growth, Level.B_LTA, self.outside, verifier.verify)
            write_parts_durably(target, growth.parts())
        return report


def _kb(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _cpu(work: Callable[[], object]) -> float:
    start = os.times()
    work()
    end = os.times()
    return sum(end[:4]) - sum(start[:4])


def _hash_twice(path: Path) -> None:
    for _ in range(2):
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                digest.update(block)
        digest.digest()


def one(what: str, folder: Path) -> dict[str, float]:
    """Measure in this very process; everything is warm, so that idle is what a service holds."""
    office, big, small = Office(folder / "authority"), folder / "big.pdf", folder / "small.pdf"
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(small)
    document_signed = folder / "signed.pdf"
    office.sign(small, folder / "warm.pdf", Level.B_LTA)
    office.sign(small, document_signed, Level.B_B)
    stores = NOBODY.with_certificates(Store.DEMO, [office.authority.root])
    with Verifier(stores) as verifier:
        office.raised(document_signed, folder / "warm.pdf", verifier)
        hashing = min(_cpu(lambda: _hash_twice(big)) for _ in range(3))
        if what == "augment":
            office.sign(big, document_signed, Level.B_B)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak counts from here
        idle = _kb("VmRSS")
        if what == "sign":
            cpu = _cpu(lambda: office.sign(big, folder / "out.pdf", Level.B_LTA))
        else:
            cpu = _cpu(lambda: office.raised(document_signed, folder / "out.pdf", verifier))
    return {"mb": (_kb("VmHWM") - idle) / 1024, "cpu_s": cpu, "hashing_s": hashing}


def measure() -> list[dict[str, object]]:
    """Return an object for each of signing and raising."""
    found: list[dict[str, object]] = []
    with TemporaryDirectory(prefix="moonseal-big-") as name:
        document(Path(name) / "big.pdf")
        for what in ("sign", "augment"):
            folder = Path(name) / what
            folder.mkdir()
            (folder / "big.pdf").symlink_to(Path(name) / "big.pdf")
            command = [sys.executable, "-m", "bench.big_signing", "--one", what, str(folder)]
            told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            found.append(
                {
                    "measure": f"B-LTA of a 120 MB PDF, {what}: memory above idle; CPU against hashing it twice",
                    "ours": f"{told['mb']:.0f} MB, {told['cpu_s']:.2f} s",
                    "peer": f"{told['hashing_s']:.2f} s",
                    "memory_mb": round(told["mb"], 1),
                    "ratio": round(told["cpu_s"] / told["hashing_s"], 2),
                }
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="the only form there is; said for clearness")
    parser.add_argument("--one", nargs=2, metavar=("WHAT", "FOLDER"), help="measure one in this process")
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.one[0], Path(given.one[1]))))
        return
    for line in measure():
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
