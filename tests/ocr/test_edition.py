"""The edition under which readings are kept: another one after anything changed that a reading depends on."""

import os
import shutil

import pytest

from ocr import edition, second_models
from ocr.second_models import QUICK
from ocr.values import ModelFolders
from tests.ocr.conftest import ROOT

fresh = edition.edition.__wrapped__  # what is worked out once in a process, worked out now


@pytest.fixture
def ours(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "ocr" / "forms", tmp_path / "ocr" / "forms")
    monkeypatch.setattr(edition, "OURS", tmp_path / "ocr")
    return tmp_path / "ocr"


@pytest.fixture
def models(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    for _, name in edition.MODELS:
        (folder / name).write_bytes(b"a model")
    return ModelFolders(text=folder, numbers=folder)


def change_unseen(path):
    """Change a byte and set the time of the change back, as archives and synchronised folders do."""
    before, content = path.stat(), path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_while_nothing_changes_it_is_the_same(models):
    assert fresh(models) == fresh(models)


@pytest.mark.parametrize("name", ["forms/kept.py", "forms/places.py", "forms/placenames/names.tsv"])
def test_a_change_of_our_code_or_data_makes_another(models, ours, name):
    before = fresh(models)
    change_unseen(ours / name)
    assert fresh(models) != before


@pytest.mark.parametrize("name", [name for _, name in edition.MODELS])
def test_another_model_or_none_makes_another(models, name):
    editions = {fresh(models)}
    change_unseen(models.text / name)
    editions.add(fresh(models))
    (models.text / name).unlink()
    editions.add(fresh(models))
    assert len(editions) == 3


def test_another_second_reader_or_none_makes_another(models, tmp_path, monkeypatch):
    editions = {fresh(models)}
    other = tmp_path / "rec.onnx"
    other.write_bytes(b"a model")
    for quick in (QUICK._replace(path=str(other)), QUICK._replace(package="no-such-package")):
        monkeypatch.setattr(second_models, "QUICK", quick)
        editions.add(fresh(models))
    assert len(editions) == 3
