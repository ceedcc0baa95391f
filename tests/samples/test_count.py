"""Counting is strict, and nothing that was not read counts as right."""

import json
import subprocess
import sys

import pytest

from samples.blanks import ROOT
from samples.count import counted, keys_of

CODE = "to-khai-cap-ban-sao-trich-luc"
TRUE = {"subject.full_name": "LÊ THỊ HÒA", "request.copies": "02"}


@pytest.fixture
def folders(tmp_path):
    (tmp_path / "truth").mkdir()
    truth = {"form": CODE, "version": "2024", "degradation": "scan300", "fields": TRUE}
    (tmp_path / "truth" / "01-birth-copy.json").write_text(json.dumps(truth), encoding="utf-8")
    return tmp_path / "records", tmp_path / "truth"


def write(folders, values, code=CODE, name="scan.json"):
    folder = folders[0] / "01-birth-copy"
    folder.mkdir(parents=True, exist_ok=True)
    fields = {key: {"value": values.get(key)} for key in keys_of(CODE, "2024")}
    found = {"outcome": "ok", "form": {"code": code} if code else None, "fields": fields}
    (folder / name).write_text(json.dumps(found), encoding="utf-8")


def test_all_fields_count_the_empty_ones_too(folders):
    write(folders, TRUE)
    total = len(keys_of(CODE, "2024"))
    found = counted(*folders)
    assert (found["right"], found["total"]) == (total, total)
    assert found["filled"] == {"right": 2, "total": 2}
    assert found["by_degradation"]["scan300"]["right"] == total
    assert found["dossiers"][0]["dossier"] == "01-birth-copy"
    assert found["dossiers"][0]["form_right"]


@pytest.mark.parametrize("read", ["LÊ THỊ HOÀ", "Lê Thị Hòa", "LÊ THỊ HÒA.", None])
def test_one_letter_is_wrong(folders, read):
    write(folders, TRUE | {"subject.full_name": read})
    found = counted(*folders)
    assert found["right"] == found["total"] - 1
    assert found["dossiers"][0]["wrong"] == [{"field": "subject.full_name", "truth": "LÊ THỊ HÒA", "read": read}]


def test_decomposed_letters_and_double_spaces_are_the_same_text(folders):
    write(folders, TRUE | {"subject.full_name": "LÊ  THỊ HO\u0300A "})
    assert counted(*folders)["filled"]["right"] == 2


def test_something_read_in_an_empty_field_is_wrong(folders):
    write(folders, TRUE | {"subject.sex": "Nam"})
    found = counted(*folders)
    assert found["right"] == found["total"] - 1
    assert found["filled"]["right"] == 2


@pytest.mark.parametrize("code", ["to-khai-dang-ky-khai-tu", None])
def test_under_another_form_nothing_is_right_not_even_the_empty_fields(folders, code):
    write(folders, TRUE, code=code)
    found = counted(*folders)
    assert found["right"] == 0
    assert not found["dossiers"][0]["form_right"]


def test_a_dossier_that_was_never_read_counts_in_full(folders):
    found = counted(*folders)
    assert (found["right"], found["total"]) == (0, len(keys_of(CODE, "2024")))


def test_a_paper_that_is_no_form_has_no_fields_and_is_right_when_none_was_found(folders):
    truth = '{"form": null, "version": null, "degradation": "photo", "fields": {}}'
    (folders[1] / "01-birth-copy.json").write_text(truth, encoding="utf-8")
    write(folders, {}, code=None)
    found = counted(*folders)
    assert (found["right"], found["total"], found["forms_right"]) == (0, 0, 1)
    write(folders, {})
    assert counted(*folders)["forms_right"] == 0


def test_the_command_prints_one_json_object(folders):
    write(folders, TRUE)
    process = subprocess.run(
        [sys.executable, "-m", "samples.count", *map(str, folders)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(process.stdout) == counted(*folders)


def test_a_folder_without_truth_is_an_error_and_not_a_perfect_count(tmp_path):
    command = [sys.executable, "-m", "samples.count", str(tmp_path), str(tmp_path / "nowhere")]
    process = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert process.returncode == 1
    assert not process.stdout
    assert "holds no truth" in process.stderr
