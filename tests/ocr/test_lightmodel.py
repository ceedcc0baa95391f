"""The light copy of a model: loaded in the model's place, and nothing that is read changes by it."""

import shutil
import string
import subprocess

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.lightmodel import SUFFIX, called_rightly, lightened
from ocr.tesseract import Model, read_lines
from tests.ocr.conftest import ROOT

WHOLE = ROOT / "assets" / "tessdata" / "vie_best.traineddata"
WRITTEN = "Nguyễn Thị Hoa, xã Kim Liên, ngày 05/11/2026 “Độc lập”"


@pytest.fixture(scope="module")
def line():
    font = ImageFont.truetype(ROOT / "assets" / "fonts" / "tinos" / "Tinos_400Regular.ttf", 40)
    image = Image.new("L", (1200, 90), 255)
    ImageDraw.Draw(image).text((20, 20), WRITTEN, 0, font=font)
    return np.asarray(image)


def test_a_light_copy_is_loaded_in_its_place_and_reads_the_same(line, tmp_path):
    model = Model("vie_best", tmp_path)
    shutil.copyfile(WHOLE, tmp_path / WHOLE.name)
    by_the_model = read_lines([line], model=model, psm=7, dpi=240, scratch=tmp_path)
    light = WHOLE.with_stem(WHOLE.stem + SUFFIX).name
    (tmp_path / light).write_bytes(lightened(WHOLE.read_bytes()))
    (tmp_path / WHOLE.name).unlink()
    assert read_lines([line], model=model, psm=7, dpi=240, scratch=tmp_path) == by_the_model
    assert " ".join(word.text for word in by_the_model[0][0]) == WRITTEN


def test_it_differs_in_the_names_of_the_small_letters_alone(tmp_path):
    (tmp_path / "light").write_bytes(lightened(WHOLE.read_bytes()))
    for name, model in (("light", tmp_path / "light"), ("whole", WHOLE)):  # taken apart by the engine's own program
        subprocess.run(["combine_tessdata", "-u", model, tmp_path / f"{name}."], check=True, capture_output=True)
    parts = [path.suffix for path in tmp_path.glob("whole.*")]
    assert len(parts) == 8
    differing = [part for part in parts if read(tmp_path, "light", part) != read(tmp_path, "whole", part)]
    assert differing == [".lstm-unicharset"]
    alphabet = read(tmp_path, "light", ".lstm-unicharset").decode()
    assert not set(string.ascii_lowercase) & {line.split(" ")[0] for line in alphabet.splitlines()}
    columns = [line.partition("\t")[0] for line in called_rightly(alphabet).splitlines()]
    whole = read(tmp_path, "whole", ".lstm-unicharset").decode()
    assert columns == [line.partition("\t")[0] for line in whole.splitlines()]


def read(folder, name, part):
    return (folder / f"{name}{part}").read_bytes()


def test_what_set_up_made_is_that_copy():
    assert WHOLE.with_stem(WHOLE.stem + SUFFIX).read_bytes() == lightened(WHOLE.read_bytes())


@pytest.mark.parametrize("content", [b"", b"no model", WHOLE.name.encode() * 99, bytes(400)])
def test_what_is_no_model_is_refused(content):
    with pytest.raises(ValueError, match="not a model"):
        lightened(content)
