"""CPU per signature beside its peers, in one run and in turns: plain, with longer keys, long-term, and from a token.

Every peer signs the same PDF of 111 KB with the same key. A certificate on which pyHanko stumbles for ever (signing.md
C: an attribute whose last byte is 0x80) would flatter us; of three, the one that suits it best is taken.
"""

import argparse
import io
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

import pikepdf
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.peers import endesive_plain_ms, pyhanko_long, pyhanko_plain, pyhanko_token
from certs.anchors import NOBODY, Store
from certs.answers import Configuration
from certs.authority import Authority, Names, Subject
from certs.issuance import request
from certs.keys.file import FileKey
from certs.keys.protocol import SigningKey
from certs.keys.token import Token
from certs.sources import Allowed, Sources
from signing.fields import prepare
from signing.growth import Growth
from signing.longterm import sign_long
from signing.outside import Outside
from signing.sign import sign
from signing.values import Level, Report, Role, Verdict
from signing.verify.examination import examine

PDF_BYTES = 111_000
ROUNDS, LONG_ROUNDS, TOKEN_DOCUMENTS = 15, 7, 50
MODULE, PIN = Path("/usr/lib/softhsm/libsofthsm2.so"), "246810"
OFFICE = "Văn phòng thử"
HERE = "127.0.0.1"


def now() -> datetime:
    return datetime.now(UTC)


def document() -> bytes:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Contents = pdf.make_stream(b"% " + b"x" * PDF_BYTES)
    out = io.BytesIO()
    pdf.save(out, compress_streams=False)
    return prepare(out.getvalue(), {})


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def in_turns(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Return each one's median CPU; in turns, so that all meet the same machine."""
    for work in works:
        work()  # imports and caches
    rows = [[cpu_ms(work) for work in works] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*rows, strict=True)]


class Pair:
    """A new key for a certificate request."""

    def __init__(self, bits: int) -> None:
        self.private_key = rsa.generate_private_key(65537, bits)

    def sign(self, data: bytes, _digest: object = None) -> bytes:
        return self.private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def make_key(authority: Authority, bits: int, pdf: bytes) -> FileKey:
    """Return a key of that length with the certificate that suits the peer best."""
    keys = []
    for _ in range(3):
        pair, subject = Pair(bits), Subject("Người ký thử", OFFICE)
        wanted = request(pair, pair.private_key.public_key(), subject)
        certificate = authority.certify("official", subject, wanted)
        keys.append(FileKey(pair.private_key, certificate, (authority.issuer, authority.root)))
    return min(keys, key=lambda key: cpu_ms(pyhanko_plain(key, pdf)))


def ours(key: SigningKey, pdf: bytes) -> Callable[[], bytes]:
    return lambda: sign(pdf, key, role=Role.OFFICIAL, level=Level.B_B, at=now())


def row(measure: str, ours_ms: float, peer_ms: float, **more: object) -> dict[str, object]:
    ratio = round(ours_ms / peer_ms, 3)
    return {"measure": measure, "ours": f"{ours_ms:.1f} ms", "peer": f"{peer_ms:.1f} ms", "ratio": ratio, **more}


def plain(authority: Authority, pdf: bytes) -> Iterator[dict[str, object]]:
    key = make_key(authority, 2048, pdf)
    ours_ms, peer_ms = in_turns(ROUNDS, ours(key, pdf), pyhanko_plain(key, pdf))
    kb = len(pdf) // 1000
    yield row(f"CPU per PAdES B-B signature, RSA-2048, {kb} KB PDF, against stock pyHanko", ours_ms, peer_ms)
    against = f"CPU per signature, RSA-2048, {kb} KB PDF, against endesive"
    endesive_ms = endesive_plain_ms(key, pdf, ROUNDS)
    if endesive_ms is None:
        yield {"measure": against, "why": "not measured: MOONSEAL_ENDESIVE names no environment"}
    else:
        yield row(against, ours_ms, endesive_ms)
    for bits in (3072, 4096):
        longer = make_key(authority, bits, pdf)
        longer_ms, short_ms, own_ms = in_turns(
            ROUNDS, ours(longer, pdf), ours(key, pdf), partial(longer.sign, b"x" * 250)
        )
        measure = f"the same with RSA-{bits} without the key's own time ({own_ms:.1f} ms), against RSA-2048"
        yield row(measure, longer_ms - own_ms, short_ms)


@contextmanager
def served(folder: Path) -> Generator[tuple[Authority, str]]:
    """An authority that another process serves: answers, lists and timestamps over HTTP."""
    with closing(socket.socket()) as free:
        free.bind((HERE, 0))
        port = free.getsockname()[1]
    url = f"http://{HERE}:{port}"
    authority = Authority.create(folder, Names.of(OFFICE), configuration=Configuration(url))
    command = [sys.executable, "-m", "service", "certs", "serve", "--port", str(port), "--folder", str(folder)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"{url}/health")
        yield authority, url
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(url)


def long_term(folder: Path, pdf: bytes) -> dict[str, object]:
    with served(folder / "served") as (authority, url):
        key = make_key(authority, 2048, pdf)
        allowed = Allowed((f"{url}/tsa",), frozenset({HERE}), frozenset({HERE}))
        with closing(Sources((), allowed, (authority.issuer, authority.root), folder / "kept", now)) as sources:
            outside = Outside(sources.timestamps, sources.proofs, sources.known, now)

            def we() -> bytes:
                growth = Growth(pdf)
                sign_long(growth, key, outside, role=Role.OFFICIAL, level=Level.B_LTA, at=now())
                return growth.whole()

            require_passed(authority, we(), Level.B_LTA)
            they = pyhanko_long(key, pdf, f"{url}/tsa")
            require_passed(authority, they(), Level.B_LTA)
            ours_ms, peer_ms = in_turns(LONG_ROUNDS, we, they)
    measure = "B-LTA with a local timestamp authority over HTTP, one core: signatures a second, against stock pyHanko"
    ours_rate, peer_rate = 1000 / ours_ms, 1000 / peer_ms
    ratio = round(ours_rate / peer_rate, 2)
    return {"measure": measure, "ours": f"{ours_rate:.1f}/s", "peer": f"{peer_rate:.1f}/s", "ratio": ratio}


def require_passed(authority: Authority, pdf: bytes, level: Level) -> None:
    stores = NOBODY.with_certificates(Store.COMMUNE, [authority.root, authority.issuer])
    report: Report = examine(io.BytesIO(pdf), stores, authority.evidence().crls, now())
    if report.verdict is not Verdict.PASSED or report.signatures[0].level is not level:
        raise AssertionError(report.message_en)


def token(authority: Authority, pdf: bytes, folder: Path) -> dict[str, object]:
    """Fifty documents with one login of ours, and with the peer's session opened for each; every file is verified."""
    measure = f"{TOKEN_DOCUMENTS} documents with one PIN on SoftHSM, against stock pyHanko that opens its session anew"
    if not MODULE.exists() or not shutil.which("pkcs11-tool"):
        return {"measure": measure, "why": "not measured: softhsm2 and opensc are absent"}
    make_token(authority, pdf, folder)
    times = {}
    for who in ("ours", "peer"):  # in processes of their own: a login counts for a whole process
        command = [sys.executable, "-m", "bench.signing", "--token", who, str(folder)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        times[who] = float(done.stdout)
        for path in sorted((folder / who).iterdir()):
            require_passed(authority, path.read_bytes(), Level.B_B)
    return row(measure, times["ours"], times["peer"])


def make_token(authority: Authority, pdf: bytes, folder: Path) -> None:
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n", "ascii")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    init = ("softhsm2-util", "--init-token", "--free", "--label", "bench", "--so-pin", "1357", "--pin", PIN)
    subprocess.run(init, check=True, capture_output=True)
    pair = Token(MODULE, "bench")
    pair.login(PIN)
    made = pair.make_key("k", make_key(authority, 2048, pdf).algorithm, 2048)
    subject = Subject("Người ký thử", OFFICE)
    certificate = authority.certify("official", subject, request(made, made.public_key, subject))
    pair.store(certificate, made.identity, "k")
    (folder / "in.pdf").write_bytes(pdf)


def token_ms(who: str, folder: Path) -> float:
    """Sign all documents in this process and return the CPU, with every login."""
    pdf, out = (folder / "in.pdf").read_bytes(), folder / who
    out.mkdir()

    def work() -> Iterator[bytes]:
        if who == "ours":
            opened = Token(MODULE, "bench")
            opened.login(PIN)
            one = ours(opened.key(label="k"), pdf)
        else:
            one = pyhanko_token(MODULE, "bench", PIN, "k", pdf)
        for _ in range(TOKEN_DOCUMENTS):
            yield one()

    start = time.process_time()
    signed = list(work())
    spent = 1000 * (time.process_time() - start)
    for number, content in enumerate(signed):
        (out / f"{number}.pdf").write_bytes(content)
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--token", nargs=2, metavar=("WHO", "FOLDER"), help="sign with the token in this process")
    given = parser.parse_args()
    if given.token:
        print(token_ms(given.token[0], Path(given.token[1])))
        return
    pdf = document()
    with TemporaryDirectory(prefix="moonseal-bench-") as name:
        folder = Path(name)
        authority = Authority.create(folder / "authority", Names.of(OFFICE))
        for told in plain(authority, pdf):
            print(json.dumps(told, ensure_ascii=False), flush=True)
        print(json.dumps(long_term(folder, pdf), ensure_ascii=False), flush=True)
        (folder / "token").mkdir()
        print(json.dumps(token(authority, pdf, folder / "token"), ensure_ascii=False))


if __name__ == "__main__":
    main()
