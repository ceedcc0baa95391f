"""``moonseal sign FILE…``: one PIN, a result per file, and the same command again goes on where it stopped."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from certs.authority import Authority, Names, Subject
from certs.keys.file import p12_of
from service import app
from tests.signing.conftest import drawn

OFFICE = "Ủy ban nhân dân xã Nguyệt Ấn"
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "246810"
COUNT = 12


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A key with its PIN, and twelve papers."""
    folder: Path = tmp_path_factory.mktemp("many")
    authority = Authority.create(folder / "far", Names.of(OFFICE))
    key = authority.issue("official", Subject("Đặng Thị Ngọc Hương", OFFICE))
    (folder / "key.p12").write_bytes(p12_of(key, b"password"))
    (folder / "pin").write_text("password")
    for number in range(COUNT):
        (folder / f"paper-{number:02d}.pdf").write_bytes(drawn(f"Giay so {number}"))
    return folder


def papers(place: Path) -> list[Path]:
    return sorted(place.glob("paper-*.pdf"))


def arguments(place: Path, out: Path, files: list[Path], *options: object) -> list[str]:
    key = ("--key", f"file:{place / 'key.p12'}", "--pin-file", place / "pin")
    return list(map(str, ["sign", *files, *key, "--out", out, *options]))


def run(place: Path, out: Path, files: list[Path], *options: object) -> Result:
    return CliRunner().invoke(app, arguments(place, out, files, *options), env={"MOONSEAL_DATA": str(place / "data")})


def signatures(place: Path, files: list[Path]) -> list[int]:
    told = CliRunner().invoke(
        app,
        ["verify", *map(str, files), "--json", "--anchors", str(place / "far" / "root.pem")],
        env={"MOONSEAL_DATA": str(place / "data")},
    )
    return [len(json.loads(line)["signatures"]) for line in told.stdout.splitlines()]


def test_many_with_one_pin_and_again_nothing_is_signed_twice(place, tmp_path):
    files = papers(place)[:3]
    assert run(place, tmp_path, files).exit_code == 0
    before = [(tmp_path / file.name).read_bytes() for file in files]
    again = run(place, tmp_path, files)
    assert (again.exit_code, again.stderr.count("đã ký từ trước")) == (0, 3)
    assert [(tmp_path / file.name).read_bytes() for file in files] == before
    assert signatures(place, [tmp_path / file.name for file in files]) == [1, 1, 1]
    assert not list(tmp_path.glob(".*"))


def test_a_result_of_another_document_or_role_is_not_taken_for_signed(place, tmp_path):
    paper = papers(place)[0]
    assert run(place, tmp_path, [paper], "--role", "initial").exit_code == 0
    assert "đã ký từ trước" not in run(place, tmp_path, [paper]).stderr
    other = tmp_path / "other" / paper.name
    other.parent.mkdir()
    other.write_bytes(papers(place)[1].read_bytes())
    assert "đã ký từ trước" not in run(place, tmp_path, [other]).stderr
    assert (tmp_path / paper.name).read_bytes().startswith(other.read_bytes())


def test_each_file_has_its_own_result_and_three_failures_in_a_row_end_it(place, tmp_path):
    good = papers(place)[:4]
    bad = [tmp_path / f"bad-{number}.pdf" for number in range(3)]
    for path in bad:
        path.write_bytes(b"%PDF-1.7\nnothing")
    done = run(place, tmp_path / "mixed", [good[0], bad[0], good[1], bad[1], good[2]])
    assert (done.exit_code, done.stderr.count("✓"), done.stderr.count("✗")) == (1, 3, 2)
    done = run(place, tmp_path / "row", [good[0], *bad, good[1]])
    assert (done.exit_code, done.stderr.count("✓"), done.stderr.count("✗")) == (1, 1, 3)
    assert "chưa làm tới" in done.stderr
    assert "three failures in a row" in done.stderr
    assert sorted(path.name for path in (tmp_path / "row").iterdir()) == [good[0].name]


def waited_for(path: Path) -> None:
    for _ in range(6000):
        if path.exists():
            return
        time.sleep(0.01)
    raise TimeoutError(path.name)


def process(place: Path, command: list[str], **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "service", *command],
        env={**os.environ, "MOONSEAL_DATA": str(place / "data"), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def test_killed_in_the_middle_and_run_again_every_file_is_signed_once(place, tmp_path):
    files = papers(place)
    killed = process(place, arguments(place, tmp_path, files))
    waited_for(tmp_path / files[2].name)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    early = {path: path.read_bytes() for path in tmp_path.glob("*.pdf")}
    assert 3 <= len(early) <= COUNT
    assert run(place, tmp_path, files).exit_code == 0
    assert {path: path.read_bytes() for path in early} == early
    assert signatures(place, [tmp_path / file.name for file in files]) == [1] * COUNT
    assert not list(tmp_path.glob(".*.intent"))


@pytest.mark.parametrize("was_written", [True, False])
def test_an_intent_that_was_left_is_closed_as_what_came_of_it(place, tmp_path, was_written):
    paper = papers(place)[0]
    assert run(place, tmp_path, [paper]).exit_code == 0
    whole = paper.read_bytes()
    gone = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True, check=True).stdout
    (tmp_path / f".{paper.name}.intent").write_text(
        json.dumps(
            {
                "target": paper.name,
                "sha256": hashlib.sha256(whole).hexdigest(),
                "size_bytes": len(whole),
                "certificate_sha256": "0" * 64,
                "process": int(gone),
            }
        )
    )
    if not was_written:
        (tmp_path / paper.name).unlink()
    told = run(place, tmp_path, [paper]).stderr
    assert ("đã ký xong" if was_written else "chưa được ký") in told
    assert ("đã ký từ trước" in told) is was_written
    assert not list(tmp_path.glob(".*.intent"))


def test_a_token_pulled_out_between_two_signatures_ends_it_and_put_back_it_goes_on(place, tmp_path):
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\nlog.level = ERROR\n")
    token = {"SOFTHSM2_CONF": str(tmp_path / "softhsm2.conf")}

    def tool(*command: object) -> None:
        subprocess.run(list(map(str, command)), check=True, capture_output=True, env={**os.environ, **token})

    tool("softhsm2-util", "--init-token", "--free", "--label", "seal", "--so-pin", "1357", "--pin", PIN)
    tool("openssl", "pkcs12", "-in", place / "key.p12", "-passin", "pass:password", "-nodes", "-nocerts", "-out",
         tmp_path / "key.pem")  # fmt: skip
    tool("openssl", "pkcs12", "-in", place / "key.p12", "-passin", "pass:password", "-nokeys", "-clcerts", "-out",
         tmp_path / "own.pem")  # fmt: skip
    tool("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", tmp_path / "key.pem", "-out", tmp_path / "key8.pem")
    tool("openssl", "x509", "-in", tmp_path / "own.pem", "-outform", "DER", "-out", tmp_path / "own.der")
    tool(
        "softhsm2-util",
        "--import",
        tmp_path / "key8.pem",
        "--token",
        "seal",
        "--label",
        "k",
        "--id",
        "01",
        "--pin",
        PIN,
    )
    tool("pkcs11-tool", "--module", MODULE, "--token-label", "seal", "--login", "--pin", PIN, "--write-object",
         tmp_path / "own.der", "--type", "cert", "--id", "01", "--label", "k")  # fmt: skip
    (tmp_path / "pin").write_text(PIN)
    out, files = tmp_path / "out", papers(place)
    uri = f"pkcs11:token=seal;object=k?module-path={MODULE}"
    command = ["sign", *map(str, files), "--key", uri, "--pin-file", str(tmp_path / "pin"), "--out", str(out)]

    def pull_out() -> None:
        waited_for(out / files[0].name)
        shutil.move(tmp_path / "tokens", tmp_path / "away")

    hand = threading.Thread(target=pull_out)
    hand.start()
    running = process(place, command, **token)
    told = running.communicate()[1]
    hand.join()
    assert running.returncode == 1, told
    assert "Put the token back" in told
    assert 1 <= told.count("✓") < COUNT
    assert told.count("✓") + told.count("✗") + told.count("not tried") == COUNT
    assert not list(out.glob(".*.intent"))
    shutil.move(tmp_path / "away", tmp_path / "tokens")
    again = process(place, command, **token)
    told = again.communicate()[1]
    assert again.returncode == 0, told
    assert signatures(place, [out / file.name for file in files]) == [1] * COUNT
