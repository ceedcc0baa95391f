"""Two verifiers of other code, poppler's pdfsig and pyHanko's command line, agree with ours; commands in README.md."""

import subprocess
import sys
from pathlib import Path

import pytest

from signing.values import Level


def run(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def anchor(world) -> Path:
    return world.authority.folder / "root.pem"


@pytest.fixture(scope="module")
def certificates(anchor, tmp_path_factory) -> str:
    """A store of NSS, which pdfsig uses, with our anchor in it."""
    folder = f"sql:{tmp_path_factory.mktemp('nss')}"
    run("certutil", "-N", "-d", folder, "--empty-password")
    run("certutil", "-A", "-d", folder, "-n", "demo", "-t", "C,C,C", "-i", anchor)
    return folder


@pytest.fixture(scope="module")
def sealed_file(sealed, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sealed") / "ket-qua.pdf"
    path.write_bytes(sealed)
    return path


def test_pdfsig_calls_both_signatures_valid_and_trusted(sealed_file, certificates):
    said = run("pdfsig", "-nssdir", certificates, sealed_file)
    assert said.count("Signature Validation: Signature is Valid.") == 2
    assert said.count("Certificate Validation: Certificate is Trusted.") == 2
    assert "- Total document signed" in said


def test_pyhanko_calls_both_signatures_valid(sealed_file, anchor):
    program = Path(sys.executable).with_name("pyhanko")
    said = run(program, "sign", "validate", "--trust", anchor, "--trust-replace", "--pretty-print", sealed_file)
    assert said.count("The signature is judged VALID.") == 2
    assert "INVALID" not in said


def test_pyhanko_calls_an_archived_file_valid_too(world, signed, anchor, tmp_path):
    path = tmp_path / "archived.pdf"
    path.write_bytes(world.sealed(signed, Level.B_LTA))
    program = Path(sys.executable).with_name("pyhanko")
    said = run(program, "sign", "validate", "--trust", anchor, "--trust-replace", path)
    assert "INTACT:TRUSTED" in said
    assert "INVALID" not in said


def test_openssl_verifies_the_signature_over_the_byte_range(sealed, anchor, tmp_path, world):
    _, _, numbers = sealed.rpartition(b"/ByteRange [")
    first, second, rest = (int(one) for one in numbers[: numbers.index(b"]")].split()[1:])
    (tmp_path / "cms").write_bytes(bytes.fromhex(sealed[first + 1 : second - 1].decode()).rstrip(b"\0"))
    (tmp_path / "content").write_bytes(sealed[:first] + sealed[second : second + rest])
    (tmp_path / "issuing.pem").write_bytes(world.authority.issuing.certificate.pem())
    said = run(
        "openssl",
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-in",
        tmp_path / "cms",
        "-content",
        tmp_path / "content",
        "-binary",
        "-CAfile",
        anchor,
        "-certfile",
        tmp_path / "issuing.pem",
        "-purpose",
        "any",
        "-out",
        "/dev/null",
    )
    assert "Verification successful" in said
