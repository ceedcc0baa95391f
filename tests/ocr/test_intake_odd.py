"""Odd inputs through the real reader: each ends as it must, none with a crash, and a good neighbour is still read.

A cross-section; ``bench/odd.py`` runs them all, with the seconds and the memory of each.
"""

import json
import subprocess
import sys

import pytest

from ocr import OcrError
from tests.ocr.odd.make import all_odd

ODD = {odd.name: odd for odd in all_odd()}
REFUSED = {  # one of each code and kind of file
    (odd.expected, odd.name.rpartition(".")[2]): odd
    for odd in ODD.values()
    if isinstance(odd.expected, str) and "bomb" not in odd.name
}
READ = [
    "notes-broken.jpg", "cmyk-plain.jpg", "alpha-grey.png", "grey16-white-is-zero.tif", "lab.tif",
    "with-thumbnail.tif", "photo.heic", "unit-two.pdf", "locked-opened.pdf", "image-jp2.pdf",
    "planes-16.tif", "thirty-two-bits.tif", "crop-beside.pdf", "rotate-of-words.pdf", "zeros-behind.pdf",
    "picture-as-letter.pdf", "image-jpeg-without-end.pdf",
]  # fmt: skip
ONE_OF_EACH_BOMB = [
    "pixel-bomb.png", "text-bomb.png", "bomb-twice.pdf", "bomb-in-base-85.pdf", "bomb-in-hexadecimal.pdf",
]  # fmt: skip
PICTURES_THAT_LIE = ["image-jpeg-lies.pdf", "image-jpeg-cut.pdf", "second-damaged.tif", "raw-of-a-camera.dng"]


def outcome(reader, path, password=None):
    try:
        return len(reader.digitize(path, password=password).pages)
    except OcrError as error:
        return error.code


def test_there_are_more_than_a_hundred_and_ten_of_them():
    assert len(ODD) == len(all_odd()) > 110


def test_what_must_be_refused_is_refused_for_its_own_reason(reader, tmp_path):
    wrong = {}
    for odd in [*REFUSED.values(), *(ODD[name] for name in ONE_OF_EACH_BOMB + PICTURES_THAT_LIE)]:
        odd.write(tmp_path / odd.name)
        if (got := outcome(reader, tmp_path / odd.name, odd.password)) != odd.expected:
            wrong[odd.name] = odd.expected, got
    assert not wrong


@pytest.mark.parametrize("name", READ)
def test_what_is_only_odd_is_read(reader, tmp_path, name):
    odd = ODD[name]
    odd.write(tmp_path / name)
    read = reader.digitize(tmp_path / name, password=odd.password)
    assert len(read.pages) == odd.expected
    assert "12" in read.pages[0].text


def test_a_good_neighbour_in_the_same_batch_is_done(tmp_path):
    for name in ("chain-loops.tif", "cut-50.pdf", "one.tif", "bomb-once.pdf"):
        ODD[name].write(tmp_path / name)
    files = [tmp_path / name for name in ("chain-loops.tif", "cut-50.pdf", "one.tif", "bomb-once.pdf")]
    done = subprocess.run(
        [sys.executable, "-m", "service", "digitize", *files, "--json", "--out", tmp_path / "out"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["refused", "refused", "ok", "refused"]
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out" / "one.pdf").exists()
