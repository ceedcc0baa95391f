"""The work around reading: pages spread over threads, progress in order, and what was read before is not read again."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr import CapExceeded, EngineFailed, ScanUnreadable, scanwork
from ocr.cache import Cache
from ocr.json import reading_json
from ocr.reader import Caps, ModelFolders, Reader, _copied, _our_errors
from sandbox import Limits
from tests.ocr.conftest import ROOT, jpeg, pdf_of_jpegs

PAGES = 12
MODELS = ModelFolders(text=ROOT / "assets" / "tessdata")
# A process of its own that reads a scan with a cache and says each step, to be killed in the middle.
READING = """
import json, sys
from pathlib import Path
from ocr.cache import Cache
from ocr.reader import ModelFolders, Reader
scan, cache, models = map(Path, sys.argv[1:])
with Reader(ModelFolders(text=models), jobs=2, cache=Cache(cache, most_bytes=1 << 30, days=7)) as reader:
    reader.digitize(scan, on_progress=lambda step: print(json.dumps(step), flush=True))
"""


def small_page(number):
    """Return a page of one line, which costs next to nothing to read."""
    page = Image.new("L", (700, 300), 255)
    font = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", 34)
    ImageDraw.Draw(page).text((60, 120), f"Trang {number} trong hồ sơ", font=font, fill=20)
    return page


def pages_of(path, count):
    return pdf_of_jpegs(path, [jpeg(small_page(number)) for number in range(1, count + 1)])


def what_was_read(digitized):
    return reading_json(digitized.pages, digitized.form, digitized.fields), digitized.kind, digitized.pdf


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    return pages_of(tmp_path_factory.mktemp("scan") / "twelve.pdf", PAGES)


@pytest.fixture(scope="module")
def undisturbed(reader, scan):
    return reader.digitize(scan)


@pytest.fixture(scope="module")
def killed(scan, tmp_path_factory):
    """Return the cache of a process that was killed while it read, and how many pages it had finished."""
    cache = tmp_path_factory.mktemp("killed") / "cache"
    command = [sys.executable, "-c", READING, str(scan), str(cache), str(MODELS.text)]
    done = 0
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as reading:
        assert reading.stdout is not None
        for line in reading.stdout:
            done = json.loads(line)["done"]
            if done == PAGES // 3:
                os.kill(reading.pid, signal.SIGKILL)
                break
    assert reading.returncode == -signal.SIGKILL
    return cache, done


@pytest.fixture(scope="module")
def caching(killed):
    """Return a reader with one thread and that cache."""
    with Reader(MODELS, jobs=1, cache=Cache(killed[0], most_bytes=1 << 30, days=7)) as engine:
        yield engine


def test_progress_is_told_in_the_order_of_the_pages(reader, scan, undisturbed):
    told: list[Mapping[str, Any]] = []
    assert what_was_read(reader.digitize(scan, on_progress=told.append)) == what_was_read(undisturbed)
    assert all(step["pages"] == PAGES for step in told)
    assert [step["page"] for step in told] == sorted(step["page"] for step in told)
    assert [step["done"] for step in told] == sorted(step["done"] for step in told)
    assert {step["done"] for step in told} == set(range(PAGES + 1))
    assert {"image", "text"} <= {step["stage"] for step in told}


def test_pages_come_out_in_order_however_they_were_spread(undisturbed):
    assert [page.number for page in undisturbed.pages] == list(range(1, PAGES + 1))
    assert all(f"Trang {page.number} " in page.text for page in undisturbed.pages)


def test_what_a_killed_run_has_read_is_not_read_again(scan, killed, caching, undisturbed):
    told: list[Mapping[str, Any]] = []
    read = caching.digitize(scan, on_progress=told.append)
    stages = {number: {step["stage"] for step in told if step["page"] == number} for number in range(1, PAGES + 1)}
    assert all(stages[number] == {"kept"} for number in range(1, killed[1] + 1))
    assert "text" in set().union(*stages.values())  # it was cut short: there was something left to read
    assert what_was_read(read) == what_was_read(undisturbed)  # one thread here, as many as cores there


def test_a_scan_that_was_read_is_not_read_again_until_it_is_forgotten(caching, tmp_path):
    scan = pages_of(tmp_path / "two.pdf", 2)
    first = caching.digitize(scan)
    told: list[Mapping[str, Any]] = []
    again = caching.digitize(scan, on_progress=told.append)
    assert [(step["stage"], step["done"]) for step in told] == [("kept", 2)]
    assert what_was_read(again) == what_was_read(first)
    assert again.times == {}
    caching.forget(first.sha256)
    told.clear()
    caching.digitize(scan, on_progress=told.append)
    assert "text" in {step["stage"] for step in told}


def test_a_page_that_reaches_a_limit_of_the_sandbox_is_named_with_the_limit(caching, tmp_path, monkeypatch):
    scan = pages_of(tmp_path / "two.pdf", 2)

    class Enough(Exception):
        pass

    def stop_after_the_first(step):
        if step["done"] == 1:
            raise Enough

    with pytest.raises(Enough):
        caching.digitize(scan, on_progress=stop_after_the_first)
    monkeypatch.setattr(scanwork, "PAGE", Limits(wall_s=0.001))
    with pytest.raises(CapExceeded) as refusal:  # the first page is kept; the second was not read yet, or is now
        caching.digitize(scan)
    assert (refusal.value.code, refusal.value.parameters) == (
        "page_limit_reached",
        {"page": 2, "cap": "wall_s", "limit": 0.001},
    )


def test_a_scan_read_in_another_way_is_read_again(caching, tmp_path):
    scan = pages_of(tmp_path / "one.pdf", 1)
    told: list[Mapping[str, Any]] = []
    caching.digitize(scan)
    caching.digitize(scan, form="to-khai-dang-ky-khai-tu", on_progress=told.append)
    assert "kept" not in {step["stage"] for step in told}


def test_nothing_is_kept_of_a_scan_that_needs_a_password(caching, killed, tmp_path):
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(pages_of(tmp_path / "open.pdf", 1)) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="owner", user="user"))
    read = caching.digitize(locked, password="user")
    assert len(read.pages) == 1
    assert not (killed[0] / read.sha256).exists()


def test_what_is_damaged_in_the_cache_is_read_again(caching, killed, tmp_path):
    scan = pages_of(tmp_path / "two.pdf", 2)
    first = caching.digitize(scan)
    for path in (killed[0] / first.sha256).iterdir():
        path.write_bytes(path.read_bytes()[:-100])
    assert what_was_read(caching.digitize(scan)) == what_was_read(first)


def test_a_pipe_is_not_waited_for(reader, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ScanUnreadable, match="not_a_scan"):
        reader.digitize(tmp_path / "pipe")


def test_a_file_over_the_cap_is_refused_before_it_is_copied(reader, tmp_path):
    huge = tmp_path / "huge.pdf"
    with huge.open("wb") as file:
        file.truncate(1 << 40)  # a hole: it costs nothing until it is read
    with pytest.raises(CapExceeded) as refused:
        reader.digitize(huge)
    assert refused.value.parameters["cap"] == "size_bytes"


def test_a_file_that_grows_past_the_cap_while_it_is_read_is_refused(tmp_path):
    growing = Path("/proc/self/status")  # the kernel says it is empty
    with (tmp_path / "copy").open("wb") as copy, pytest.raises(CapExceeded) as refused:
        _copied(growing, copy, Caps(size_bytes=100))
    assert refused.value.parameters["cap"] == "size_bytes"


def test_a_full_disk_is_no_fault_of_the_file(tmp_path):
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(bytes(1 << 16))
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(EngineFailed) as failed, _our_errors():
        _copied(scan, full, Caps())
    assert failed.value.code == "disk_full"
