"""``moonseal check`` names what is missing and the command that brings it, and changes nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import check

ROOT = Path(__file__).resolve().parent.parent.parent


def found(name: str) -> check.Finding:
    return next(finding for finding in check.machine() if name in finding.name)


def test_nothing_is_missing_where_the_suite_runs():
    assert [finding for finding in check.machine() if not finding.ok] == []


def test_a_missing_program_is_named_with_the_command_that_brings_it(monkeypatch, tmp_path):
    for program in ("dpkg-query", "bwrap"):
        (tmp_path / program).symlink_to(shutil.which(program) or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = found("Tesseract")
    assert not finding.ok
    assert finding.how_to_get == "apt-get update && apt-get install -y --no-install-recommends tesseract-ocr"


def test_a_missing_package_is_named_with_the_command_that_brings_it(monkeypatch, tmp_path):
    (tmp_path / "run.txt").write_text("# a comment\npython3\nmoonseal-no-such-package  # why\n", encoding="utf-8")
    monkeypatch.setattr(check, "PACKAGES", tmp_path)
    finding = found("system packages")
    assert not finding.ok
    assert finding.how_to_get.endswith("--no-install-recommends moonseal-no-such-package")


@pytest.mark.parametrize("content", [b"another model", None])
def test_another_light_copy_of_the_model_is_found_out(monkeypatch, tmp_path, content):
    (tmp_path / "tessdata").mkdir()
    shutil.copyfile(check.ASSETS / "tessdata" / "vie_best.traineddata", tmp_path / "tessdata" / "vie_best.traineddata")
    if content is not None:
        (tmp_path / "tessdata" / "vie_best_light.traineddata").write_bytes(content)
    monkeypatch.setattr(check, "ASSETS", tmp_path)
    finding = found("Vietnamese model")
    assert not finding.ok
    assert "vie_best_light" in finding.found


def test_another_model_is_found_out(monkeypatch, tmp_path):
    (tmp_path / "tessdata").mkdir()
    (tmp_path / "tessdata" / "vie_best.traineddata").write_bytes(b"another model")
    monkeypatch.setattr(check, "ASSETS", tmp_path)
    assert not found("Vietnamese model").ok
    assert not found("print fonts").ok
    assert not found("front end").ok


@pytest.mark.parametrize(
    ("setting", "value", "command"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", str(ROOT / "packages" / "moonseal-bwrap.apparmor")),
        ("kernel/unprivileged_userns_clone", "0", "echo kernel.unprivileged_userns_clone=1 > /etc/sysctl.d/"),
        ("user/max_user_namespaces", "0", "echo user.max_user_namespaces=28633 > /etc/sysctl.d/"),
        ("kernel/something_else", "0", ""),
    ],
)
def test_a_sandbox_that_is_not_allowed_is_named_with_what_mends_it(monkeypatch, tmp_path, setting, value, command):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2; exit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / setting).parent.mkdir()
    (tmp_path / setting).write_text(f"{value}\n")
    monkeypatch.setattr(check, "KERNEL_SETTINGS", tmp_path)
    finding = found("sandbox")
    assert not finding.ok
    assert "Permission denied" in finding.found
    assert command in finding.how_to_get
    assert bool(command) == bool(finding.how_to_get)


def test_a_sandbox_without_bubblewrap_is_named_with_the_package(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = found("sandbox")
    assert not finding.ok
    assert finding.how_to_get.endswith("--no-install-recommends bubblewrap")


def test_the_exit_code_says_whether_anything_is_missing():
    fine = check.Finding("one", ok=True, found="here")
    assert check.tell([fine]) == 0
    assert check.tell([fine, check.Finding("two", ok=False, found="absent", how_to_get="bring it")]) == 1


def test_a_folder_that_was_never_set_up_is_not_made(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "service.py"), "check"],
        env=os.environ | {"MOONSEAL_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_demo_folder_is_looked_at_whole(tmp_path):
    (tmp_path / "demo").mkdir(mode=0o755)
    (tmp_path / "demo" / "kind").write_text("demo")
    done = subprocess.run(
        [sys.executable, str(ROOT / "service.py"), "check"],
        env=os.environ | {"MOONSEAL_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    parts = ("data folder", "SQLite", "tables", "file storage", "certificates", "history")
    looked_at = [line for line in done.stderr.splitlines() if line[:1] in "✓✗"]
    assert [part for part in parts if not any(part in line for line in looked_at)] == []
    assert "Traceback" not in done.stderr
    assert f"chmod 700 '{tmp_path / 'demo'}'" in done.stderr
