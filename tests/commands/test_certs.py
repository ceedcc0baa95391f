"""``moonseal certs`` as a person types it: a ceremony, a request, a revocation, and answers over HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from certs.certificate import Certificate
from certs.registrations import Registrations
from service import app

ROOT = Path(__file__).parents[2]
OFFICE = "Ủy ban nhân dân xã Nguyệt Ấn"


def moonseal(data: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["certs", *map(str, arguments)], env={"MOONSEAL_DATA": str(data)})


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    """A data folder with an authority, founded by the command."""
    base = tmp_path_factory.mktemp("office")
    for number, part in enumerate(("phần mật khẩu thứ nhất", "phần mật khẩu thứ hai")):
        (base / f"part-{number}").write_text(part)
    done = moonseal(base / "data", "init", "--organisation", OFFICE, "--root", base / "medium", "--place", "Phòng họp",
                    "--custodian", "Hà Thị Mơ", "--custodian", "Lò Văn Pá", "--part-file", base / "part-0",
                    "--part-file", base / "part-1", "--url", "http://certs.example.vn/")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "BIÊN BẢN" in done.stderr
    return base


@pytest.fixture
def issued(founded, tmp_path):
    """The serial number and file of a certificate for a request that openssl made."""
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "k", "-subj", "/CN=x", "-out",
            tmp_path / "csr")  # fmt: skip
    done = moonseal(founded / "data", "issue", "official", "--name", "Đặng Thị Ngọc Hương", "--organisation", OFFICE,
                    "--request", tmp_path / "csr", "--out", tmp_path)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    [path] = tmp_path.glob("*.pem")
    return path.stem, path


def listed(founded) -> dict[str, dict[str, object]]:
    done = moonseal(founded / "data", "list", "--json")
    return {row["serial"]: row for row in map(json.loads, done.stdout.splitlines())}


def test_a_certificate_is_listed_suspended_reinstated_and_revoked(founded, issued):
    serial, path = issued
    row = listed(founded)[serial]
    assert (row["holder"], row["standing"], row["warn_days"]) == ("Đặng Thị Ngọc Hương", "good", None)
    for command, standing in (
        (["suspend", serial], "suspended"),
        (["reinstate", serial.lower()], "good"),
        (["revoke", serial, "--reason", "superseded"], "revoked"),
    ):
        done = moonseal(founded / "data", *command)
        assert done.exit_code == 0, done.stderr
        assert listed(founded)[serial]["standing"] == standing
    again = moonseal(founded / "data", "reinstate", serial)
    assert again.exit_code == 1
    assert "revoked" in again.stderr
    assert path.exists()


def test_the_key_of_the_answers_is_renewed_and_both_are_listed(founded):
    def own() -> list[str]:
        return [serial for serial, row in listed(founded).items() if row["kind"] == "ocsp"]

    before = own()
    done = moonseal(founded / "data", "renew", before[-1])
    assert done.exit_code == 0, done.stderr
    assert len(own()) == len(before) + 1


def test_what_is_not_there_is_said_in_a_sentence(founded, tmp_path):
    for arguments in (["list"], ["suspend", "AB"], ["serve"]):
        done = moonseal(tmp_path / "nothing", *arguments)
        assert "Traceback" not in done.stderr
        assert done.exit_code == (0 if arguments == ["list"] else 1)
    assert moonseal(founded / "data", "suspend", "AB").exit_code == 1


def test_it_answers_openssl_over_http_and_stops_when_told(founded, issued, tmp_path):
    _, path = issued
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen([sys.executable, "-m", "service", "certs", "serve", "--port", str(port)], cwd=ROOT,
                          env=os.environ | {"MOONSEAL_DATA": str(founded / "data")}) as server:  # fmt: skip
        try:
            wait_for(port, server)
            folder = founded / "data" / "authority"
            said = openssl("ocsp", "-url", f"http://127.0.0.1:{port}/ocsp", "-issuer", folder / "issuing.pem", "-cert",
                           path, "-CAfile", folder / "root.pem", "-verify_other", folder / "issuing.pem")  # fmt: skip
            assert "Response verify OK" in said
            assert ": good" in said
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
    assert not (tmp_path / "out").exists()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("nobody listens")


def test_a_registered_certificate_can_be_given_back(founded, issued):
    """As an administrator does whose colleague has left; the Government's own are registered by ``certs import``."""
    serial, path = issued
    certificate = Certificate.from_pem_or_der(path.read_bytes())
    issuer = Certificate.from_pem_or_der((founded / "data" / "authority" / "issuing.pem").read_bytes())
    registrations = Registrations(founded / "data" / "registrations", lambda: datetime.now(UTC))
    registrations.add(certificate, "hương", "quản trị", [issuer])
    assert moonseal(founded / "data", "unregister", serial.lower()).exit_code == 0
    assert registrations.of(certificate) is None
    again = moonseal(founded / "data", "unregister", serial)
    assert again.exit_code == 1
    assert "not registered" in again.stderr
