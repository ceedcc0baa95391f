"""Killed with -9 between any two durable writes and started again, the office ends where it would have ended.

The list of points is ``dossiers.writepoints.POINTS``; ``scenario.py`` walks one dossier over those of a single result,
``batch_scenario.py`` two over those of a batch, where the number is written after the signature.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dossiers.writepoints import POINTS

IN_BATCHES_ONLY = {"number", "batch"}
ROOT = Path(__file__).resolve().parents[2]


class Walks:
    """A warm process that forks one walk after the other."""

    def __init__(self, folder: Path, program: str) -> None:
        self._folder = folder
        self.template = folder / "template"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MOONSEAL_")}
        self._errors = (folder / "errors.txt").open("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name(program))],
            env={
                **clean,
                "MOONSEAL_LEASE_S": "1",  # a dead worker's job is taken over as soon as its lease has run out
                "MOONSEAL_DATA": str(self.template),
                "PYTHONPATH": str(ROOT),
                "DJANGO_SETTINGS_MODULE": "settings",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        assert self._line() == "ready\n", self.errors()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def errors(self) -> str:
        return Path(self._errors.name).read_text(encoding="utf-8")[-4000:]

    def copy(self, name: str) -> Path:
        folder = self._folder / name
        shutil.copytree(self.template, folder)
        return folder

    def walk(self, folder: Path, point: str = "-") -> int:
        """Return how the walk ended: 0, or minus the signal that killed it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{folder} {point}\n")
        self._process.stdin.flush()
        return int(self._line())

    def told(self, folder: Path) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        return told

    def close(self) -> None:
        self._process.communicate(timeout=30)
        self._errors.close()


@pytest.fixture(scope="module")
def walks(tmp_path_factory):
    made = Walks(tmp_path_factory.mktemp("faults"), "scenario.py")
    yield made
    made.close()


@pytest.fixture(scope="module")
def undisturbed(walks):
    folder = walks.copy("undisturbed")
    assert walks.walk(folder) == 0, walks.errors()
    return walks.told(folder)


def test_the_undisturbed_walk_is_whole(undisturbed):
    assert undisturbed["dossier"][1] == "delivered"
    assert undisturbed["numbers"] == [["01/KS", "used", ""], ["01/TLKS-BS", "used", ""]]
    assert undisturbed["signatures"] == [["official", "PASSED", "official"], ["seal", "PASSED", "records-clerk"]]
    assert undisturbed["drawn_signed_sealed"] == [True, True, "PASSED"]
    assert undisturbed["unnamed_files"] == undisturbed["open_intents"] == 0


@pytest.mark.parametrize("point", [one for one in POINTS if one.split(".")[0] not in IN_BATCHES_ONLY])
def test_killed_there_and_started_again_nothing_differs(walks, undisturbed, point):
    folder = walks.copy(point)
    assert walks.walk(folder, point) == -signal.SIGKILL, walks.errors()
    assert not (folder / "told.json").exists()
    assert walks.walk(folder) == 0, walks.errors()
    assert walks.told(folder) == undisturbed


@pytest.fixture(scope="module")
def batch_walks(tmp_path_factory):
    made = Walks(tmp_path_factory.mktemp("batches"), "batch_scenario.py")
    yield made
    made.close()


@pytest.fixture(scope="module")
def undisturbed_batch(batch_walks):
    folder = batch_walks.copy("undisturbed")
    assert batch_walks.walk(folder) == 0, batch_walks.errors()
    return batch_walks.told(folder)


def test_the_undisturbed_batch_is_whole(undisturbed_batch):
    assert undisturbed_batch["done"] == [2]
    assert undisturbed_batch["signatures"] == [["number", 1], ["official", 2], ["seal", 1]]
    assert undisturbed_batch["states"] == ["sealed", "signed"]
    assert undisturbed_batch["verdicts"] == ["PASSED", "PASSED"]
    assert undisturbed_batch["unnamed_files"] == undisturbed_batch["open_intents"] == 0


@pytest.mark.parametrize("point", [one for one in POINTS if one.split(".")[0] in {"sign", *IN_BATCHES_ONLY}])
def test_a_batch_killed_there_and_begun_again_signs_nothing_twice(batch_walks, undisturbed_batch, point):
    folder = batch_walks.copy(point)
    assert batch_walks.walk(folder, point) == -signal.SIGKILL, batch_walks.errors()
    assert batch_walks.walk(folder) == 0, batch_walks.errors()
    assert batch_walks.told(folder) == undisturbed_batch
