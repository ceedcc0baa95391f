"""Verifiers of other code agree with ours on every level we make: pdfsig, pyHanko's own command, and openssl.

`openssl cms` on the byte range, `openssl ts` on every token, `openssl crl` and `openssl ocsp` on what the file carries.
The commands are those of README.md.
"""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyhanko.cli import cli_root
from pyhanko.pdf_utils.reader import PdfFileReader

from certs.revocation import Evidence
from signing.values import Level

LEVELS = [level.value for level in Level]
FILES = [*LEVELS, "sealed", "sealed-archived", "answered"]


def run(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def anchor(world) -> Path:
    return world.authority.folder / "root.pem"


@pytest.fixture(scope="module")
def issuing(world) -> Path:
    return world.authority.folder / "issuing.pem"


@pytest.fixture(scope="module")
def certificates(anchor, tmp_path_factory) -> str:
    """A store of NSS, which pdfsig uses, with our anchor in it."""
    folder = f"sql:{tmp_path_factory.mktemp('nss')}"
    run("certutil", "-N", "-d", folder, "--empty-password")
    run("certutil", "-A", "-d", folder, "-n", "demo", "-t", "C,C,C", "-i", anchor)
    return folder


@pytest.fixture(scope="module")
def files(world, prepared, signed, sealed, tmp_path_factory) -> dict[str, Path]:
    """One file of every level, official and seal, and one that carries an OCSP answer instead of the issuer's list."""
    folder = tmp_path_factory.mktemp("second")
    lists = world.evidence.crls
    answer = world.authority.ocsp_answer(world.official.certificate)
    answered = Evidence(world.evidence.certificates, lists, (answer,))
    made = {level.value: world.officially_signed(prepared, level) for level in Level}
    made |= {"sealed": sealed, "sealed-archived": world.sealed(signed, Level.B_LTA)}
    made["answered"] = world.officially_signed(prepared, Level.B_LT, evidence=answered)
    for name, pdf in made.items():
        (folder / f"{name}.pdf").write_bytes(pdf)
    for number, content in enumerate(lists):
        (folder / f"{number}.crl").write_bytes(content)
    return {name: folder / f"{name}.pdf" for name in made}


@dataclass(frozen=True)
class Signature:
    """One filled field, taken apart for openssl."""

    name: str
    cms: bytes
    content: bytes
    value: bytes  # of the signature
    token: bytes | None
    is_timestamp: bool


def signatures(path: Path) -> Iterator[Signature]:
    pdf = path.read_bytes()
    for one in PdfFileReader(io.BytesIO(pdf)).embedded_signatures:
        _, first, second, rest = map(int, one.byte_range)
        unsigned = one.signer_info["unsigned_attrs"]
        tokens = [each["values"][0].dump() for each in unsigned if each["type"].native == "signature_time_stamp_token"]
        yield Signature(
            one.field_name,
            bytes.fromhex(pdf[first + 1 : second - 1].decode()).rstrip(b"\0"),
            pdf[:first] + pdf[second : second + rest],
            one.signer_info["signature"].native,
            tokens[0] if tokens else None,
            one.sig_object["/Type"] == "/DocTimeStamp",
        )


def test_the_command_calls_every_file_genuine(files, anchor, tmp_path):
    lists = [argument for path in sorted(files["B-B"].parent.glob("*.crl")) for argument in ("--crl", path)]
    program = Path(sys.executable).with_name("moonseal")
    said = run(program, "verify", *files.values(), "--json", "--anchors", anchor, *lists)
    reports = [json.loads(line) for line in said.splitlines()]
    assert [one["verdict"] for one in reports] == ["PASSED"] * len(files), said
    assert [one["signatures"][0]["level"] for one in reports[: len(LEVELS)]] == LEVELS


@pytest.mark.parametrize("name", FILES)
def test_pdfsig_calls_every_signature_valid_and_trusted(files, certificates, name):
    said = run("pdfsig", "-nssdir", certificates, files[name])
    count = sum(not one.is_timestamp for one in signatures(files[name]))
    assert count == (2 if name.startswith("sealed") else 1)
    assert said.count("Signature Validation: Signature is Valid.") == count
    assert said.count("Certificate Validation: Certificate is Trusted.") == count
    assert "- Total document signed" in said


@pytest.mark.parametrize("name", FILES)
def test_pyhanko_calls_every_signature_valid(files, anchor, name):
    command = ["sign", "validate", "--trust", anchor, "--trust-replace", "--pretty-print", files[name]]
    said = CliRunner().invoke(cli_root, list(map(str, command))).output
    assert said.count("The signature is judged VALID.") == sum(not one.is_timestamp for one in signatures(files[name]))
    assert "INVALID" not in said


def test_pyhanko_s_program_says_the_same(files, anchor):
    program = Path(sys.executable).with_name("pyhanko")
    said = run(program, "sign", "validate", "--trust", anchor, "--trust-replace", files["sealed-archived"])
    assert "INTACT:TRUSTED" in said
    assert "INVALID" not in said


@pytest.mark.parametrize("name", FILES)
def test_openssl_verifies_every_signature_over_its_byte_range(files, anchor, issuing, tmp_path, name):
    for one in signatures(files[name]):
        (tmp_path / "cms").write_bytes(one.cms)
        (tmp_path / "content").write_bytes(one.content)
        command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", tmp_path / "cms"]
        command += ["-CAfile", anchor, "-certfile", issuing, "-purpose", "any", "-out", "/dev/null"]
        command += [] if one.is_timestamp else ["-content", tmp_path / "content", "-binary"]
        assert "Verification successful" in run(*command), one.name
        (tmp_path / "content").write_bytes(one.content + b" ")
        if not one.is_timestamp:
            assert "Verification failure" in run(*command)


@pytest.mark.parametrize("name", ["B-T", "B-LT", "B-LTA", "sealed-archived"])
def test_openssl_verifies_every_timestamp(files, anchor, issuing, tmp_path, name):
    checked = 0
    for one in signatures(files[name]):
        token, stamped = (one.cms, one.content) if one.is_timestamp else (one.token, one.value)
        assert token is not None, one.name
        (tmp_path / "token").write_bytes(token)
        command = ["openssl", "ts", "-verify", "-token_in", "-in", tmp_path / "token"]
        command += ["-CAfile", anchor, "-untrusted", issuing, "-data", tmp_path / "data"]
        (tmp_path / "data").write_bytes(stamped)
        assert "Verification: OK" in run(*command), one.name
        (tmp_path / "data").write_bytes(stamped + b" ")
        assert "Verification: FAILED" in run(*command)
        checked += 1
    assert checked == {"B-T": 1, "B-LT": 1, "B-LTA": 2, "sealed-archived": 3}[name]


@pytest.mark.parametrize("name", ["B-LT", "B-LTA", "sealed-archived"])
def test_openssl_verifies_the_lists_that_a_file_carries(files, anchor, issuing, tmp_path, name):
    (tmp_path / "both.pem").write_bytes(anchor.read_bytes() + issuing.read_bytes())
    lists = carried(files[name], "/CRLs")
    assert len(lists) == 2
    for content in lists:
        (tmp_path / "list").write_bytes(content)
        command = ["openssl", "crl", "-inform", "DER", "-in", tmp_path / "list", "-noout", "-CAfile"]
        assert "verify OK" in run(*command, tmp_path / "both.pem")


def test_openssl_verifies_the_answer_that_a_file_carries(files, world, anchor, issuing, tmp_path):
    (answer,) = carried(files["answered"], "/OCSPs")
    (tmp_path / "answer").write_bytes(answer)
    (tmp_path / "official.pem").write_bytes(world.official.certificate.pem())
    command = [
        "openssl",
        "ocsp",
        "-respin",
        tmp_path / "answer",
        "-issuer",
        issuing,
        "-cert",
        tmp_path / "official.pem",
    ]
    said = run(*command, "-CAfile", anchor, "-verify_other", issuing)
    assert "Response verify OK" in said
    assert "official.pem: good" in said


def carried(path: Path, kind: str) -> list[bytes]:
    """Return the proofs of one kind in the file's security store."""
    store = PdfFileReader(io.BytesIO(path.read_bytes())).root["/DSS"]
    return [one.get_object().data for one in store[kind]]
