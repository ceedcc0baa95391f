"""Bad input gets one clear sentence and the right exit code; the other files of the same call are done all the same."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.commands.bad_input import make_bad_files

ROOT = Path(__file__).parents[2]
GOOD = next(path for path in sorted((ROOT / "samples" / "dossiers").glob("*/*")) if path.suffix in {".jpg", ".png"})
CODES = {"FAILED": 1, "INDETERMINATE": 2, "NO_SIGNATURE": 3, "UNREADABLE": 4}


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    return make_bad_files(tmp_path_factory.mktemp("bad") / "files")


def moonseal(*arguments):
    command = [sys.executable, "-m", "service", *map(str, arguments)]
    english = os.environ | {"MOONSEAL_LANGUAGE": "en"}
    return subprocess.run(command, cwd=ROOT, env=english, capture_output=True, text=True, check=False, timeout=120)


def test_digitize_answers_each_bad_file_with_one_sentence_and_does_the_good_one(bad, tmp_path):
    ended = moonseal("digitize", *bad.values(), GOOD, "--json", "--out", tmp_path / "out")
    answers = {Path(answer["source"]).name: answer for answer in map(json.loads, ended.stdout.splitlines())}
    assert ended.returncode == 1
    assert "Traceback" not in ended.stdout + ended.stderr
    for flaw, path in bad.items():
        answer = answers[path.name]
        assert answer["outcome"] in {"refused", "failed"}, flaw
        assert answer["reason"].endswith("."), flaw
        assert answer["reason"].count("\n") == 0, flaw
        assert not (tmp_path / "out" / f"{path.stem}.pdf").exists(), flaw
    assert answers[GOOD.name]["outcome"] == "ok"
    assert (tmp_path / "out" / f"{GOOD.stem}.pdf").exists()


def test_the_reasons_differ_because_the_flaws_do(bad, tmp_path):
    ended = moonseal("digitize", *bad.values(), "--json", "--out", tmp_path / "out")
    reasons = {Path(a["source"]).stem: a["reason"] for a in map(json.loads, ended.stdout.splitlines())}
    assert "password" in reasons["encrypted"]
    assert "empty" in reasons["empty"]
    assert "megapixels" in reasons["giant-image"]
    assert len(set(reasons.values())) >= 6


def test_verify_answers_each_bad_file_and_the_gravest_decides(bad):
    ended = moonseal("verify", *bad.values(), "--json")
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert "Traceback" not in ended.stdout + ended.stderr
    assert len(answers) == len(bad)
    assert {answer["verdict"] for answer in answers} <= {"UNREADABLE", "NO_SIGNATURE"}
    assert ended.returncode == CODES["UNREADABLE"]
    for answer in answers:
        assert answer["message_vi"].endswith(".")
        assert answer["message_en"].endswith(".")


@pytest.mark.parametrize(
    ("option", "said"), [("--anchors", "There is no X.509 certificate in"), ("--crl", "cannot be read: /nowhere")]
)
def test_a_bad_anchor_or_list_is_told_in_a_sentence(bad, option, said):
    given = bad["empty"] if option == "--anchors" else "/nowhere"
    ended = moonseal("verify", bad["empty"], option, given)
    assert ended.returncode == CODES["UNREADABLE"]
    assert said in ended.stderr
    assert not {"{", "_", "Traceback"} & set(ended.stderr.replace(str(given), "").split())
    assert "not_a_certificate_file" not in ended.stderr


def test_no_bad_file_makes_any_process_take_a_gigabyte(bad, tmp_path):
    moonseal("digitize", *bad.values(), "--json", "--out", tmp_path / "out")
    moonseal("verify", *bad.values(), "--json")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1 << 20  # KiB


def test_a_password_opens_what_was_encrypted(bad, tmp_path):
    password = tmp_path / "password"
    password.write_text("user\n", encoding="utf-8")
    ended = moonseal("digitize", bad["encrypted"], "--password-file", password, "--json", "--out", tmp_path / "out")
    assert json.loads(ended.stdout)["outcome"] == "ok"


def test_a_folder_for_results_that_is_none_is_told_at_once(tmp_path):
    (tmp_path / "out").write_bytes(b"")
    for out in (tmp_path / "out", tmp_path / "out" / "in", Path("/proc/nothing")):
        told = moonseal("digitize", "--out", out, GOOD)
        assert told.returncode == 1
        assert "choose another with --out" in told.stderr
        assert len(told.stderr.splitlines()) == 1


def test_whatever_a_file_is_called_it_is_read_and_told(tmp_path):
    """Bytes that are no UTF-8, a line's end, writing turned round, the longest name: their neighbours are read too."""
    names = [os.fsdecode(b"\xff\xfe.png"), "two\nlines.png", "\u202egnp.png", "\u01b0" * 125 + "x.png", "plain.png"]
    for name in names:
        Image.new("L", (300, 200), 255).save(tmp_path / name, "PNG")
    out = tmp_path / "out"
    told = moonseal("digitize", "--out", out, *(tmp_path / name for name in names))
    assert told.returncode == 0
    assert len(told.stderr.splitlines()) == len(names)
    assert "\u202e" not in told.stderr
    again = moonseal("digitize", "--json", "--out", out, *(tmp_path / name for name in names))
    assert [Path(json.loads(line)["source"]).name for line in again.stdout.splitlines()] == names
    assert json.loads((out / os.fsdecode(b"\xff\xfe.json")).read_text(encoding="utf-8"))["outcome"] == "ok"
    assert len(list(out.glob("\u01b0*.json"))) == 1
