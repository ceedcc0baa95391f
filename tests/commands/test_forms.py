"""``moonseal forms``: what a person sees of the templates, and how a draft comes about."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from commands import forms
from ocr.forms.templates import DATA, load_templates
from service import app

KNOWN = "phieu-khai-bao-tam-vang-ct03"
RESIDENCE = DATA / "phieu-khai-bao-tam-vang-ct03" / "2023" / "blank-1.png"


def run(*arguments):
    return CliRunner().invoke(app, ["forms", *map(str, arguments)])


def test_the_list_shows_every_template_with_its_days():
    shown = run("list")
    assert shown.exit_code == 0
    for template in load_templates():
        (line,) = [line for line in shown.stdout.splitlines() if line.startswith(f"{template.code} ")]
        assert template.title in line
        assert template.procedures[0] in line
        assert template.valid_from.isoformat() in line


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    out = tmp_path_factory.mktemp("out")
    return run("new", RESIDENCE, "--code", "phieu-thu", "--version", "2026", "--out", out), out


def test_a_draft_is_written_and_what_is_left_to_do_is_said(drafted):
    answer, out = drafted
    assert answer.exit_code == 0, answer.output
    folder = out / "phieu-thu" / "2026"
    assert sorted(path.name for path in folder.iterdir()) == ["blank-1.png", "form.toml", "look-1.png"]
    assert "subject" not in answer.stdout
    assert "noi_thuong_tru  [place]  Nơi thường trú" in answer.stdout
    assert "1 combs" in answer.stderr
    assert str(folder) in answer.stderr


def test_a_draft_never_takes_the_place_of_another(drafted):
    _, out = drafted
    before = {path: path.read_bytes() for path in Path(out).rglob("*.*")}
    again = run("new", RESIDENCE, "--code", "phieu-thu", "--version", "2026", "--out", out)
    assert again.exit_code == 1
    assert {path: path.read_bytes() for path in Path(out).rglob("*.*")} == before


def test_a_file_that_is_no_scan_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "Mẫu 1.pdf"
    path.write_bytes(b"no scan")
    answer = run("new", path, "--out", tmp_path / "out")
    assert answer.exit_code == 1
    assert "Traceback" not in answer.output
    assert not (tmp_path / "out").exists()


def test_only_of_a_form_that_is_known_another_print_is_drafted(tmp_path):
    for more in (["--print-of", "to-khai-khong-co"], ["--print-of", KNOWN, "--version", "1999"]):
        answer = run("new", RESIDENCE, *more, "--out", tmp_path / "out")
        assert answer.exit_code == 1
        assert more[1] in answer.stderr
    assert not (tmp_path / "out").exists()


def test_the_draft_of_another_print_lies_in_the_folder_of_its_version(tmp_path):
    answer = run("new", RESIDENCE, "--print-of", KNOWN, "--out", tmp_path / "out")
    assert answer.exit_code == 0, answer.output
    folder = tmp_path / "out" / KNOWN / "2023" / "blank-1"
    assert sorted(path.name for path in folder.iterdir()) == ["blank-1.png", "look-1.png", "print.toml"]
    assert "subject.identity_number  [identity_number]" in answer.stdout
    assert str(DATA / KNOWN / "2023") in answer.stderr


def test_a_code_that_is_none_is_said():
    answer = run("check", "to-khai-khong-co")
    assert answer.exit_code == 1
    assert "to-khai-khong-co" in answer.stderr


def test_a_proof_is_told_in_one_line_and_one_more_for_each_fault():
    proof = {
        "form": "a", "version": "1", "print": "b", "holds": False, "floor": 0.9, "scans": 4, "recognised": 4,
        "fields": 40, "fields_right": 30, "numbers": 0, "numbers_right": 0, "combs": 0, "combs_right": 0, "worst": [],
        "broken": [{"code": "field_on_print", "name": "subject.full_name"}],
    }  # fmt: skip
    line, fault = forms.told(proof)
    assert line.startswith("✗ a 1 b")
    assert "30/40 (75.0%)" in line
    assert "subject.full_name" in fault
