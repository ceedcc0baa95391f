"""The second readers read lines drawn here; a model that is absent or changed is not used."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr import second_models
from ocr.second_models import CAREFUL, QUICK, ModelUnusable, checked, prepared, unusable
from ocr.second_reader import SecondReaders, prepare
from tests.ocr.conftest import ROOT


def drawn_line(text, size=40, margin=50):
    """Return a grey line of text, dark on white, with much white around."""
    font = ImageFont.truetype(ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf", size)
    line = Image.new("L", (round(font.getlength(text)) + 2 * margin, size + 2 * margin), 250)
    ImageDraw.Draw(line).text((margin, margin + size), text, font=font, fill=20, anchor="ls")
    return np.asarray(line)


@pytest.fixture(scope="module")
def readers():
    return SecondReaders()


@pytest.mark.parametrize("text", ["NGUYỄN THỊ HÒA", "thôn Minh Thủy, xã Nguyệt Ấn, tỉnh Thanh Hóa", "Kinh"])
def test_the_careful_model_reads_vietnamese(readers, text):
    (read,) = readers.careful([drawn_line(text)])
    assert read.text == text
    assert 0.3 < read.confidence <= 1


@pytest.mark.parametrize("text", ["038185000123", "001090012345", "25/03/2022", "15"])
def test_the_quick_model_reads_numbers(readers, text):
    (read,) = readers.quick([drawn_line(text)])
    assert read.text == text


def test_white_around_and_the_height_of_the_letters_do_not_matter(readers):
    name = "Phạm Thị Vân"
    lines = [drawn_line(name, margin=8), drawn_line(name, margin=90), drawn_line(name, size=70)]
    assert {read.text for read in readers.careful(lines)} == {name}


def test_a_line_too_long_for_the_careful_model_is_cut_between_words(readers):
    text = (
        "Bệnh viện Đa khoa khu vực Ngọc Lặc, xã Ngọc Lặc, tỉnh Thanh Hóa, do Cục Cảnh sát QLHC về TTXH cấp ngày 02/06"
    )
    line = drawn_line(text, size=30)
    assert line.shape[1] / 30 * 32 > 1024
    (read,) = readers.careful([line])
    assert read.text == text


def test_a_line_without_a_gap_is_squeezed_and_not_refused(readers):
    (read,) = readers.careful([np.repeat(np.array([[20], [250], [20]], np.uint8), 30, axis=0).repeat(9000, axis=1)])
    assert read is not None


def test_nothing_is_read_where_nothing_is_written(readers):
    blank = np.full((60, 300), 250, np.uint8)
    for read in (*readers.careful([blank]), *readers.quick([blank])):
        assert (read.text, read.confidence) == ("", 0.0)


def test_each_line_gives_its_own_reading_in_order(readers):
    numbers = ["15", "23", "48"]
    assert [read.text for read in readers.quick([drawn_line(number) for number in numbers])] == numbers


def test_lines_read_together_are_read_as_each_alone(readers):
    texts = [
        "8",
        "Kinh",
        "05/11/2026",
        "038185000123",
        "thôn Minh Thủy, xã Nguyệt Ấn",
        "1991",
        "Việt Nam",
        "số 47/2024",
    ]
    lines = [drawn_line(text) for text in texts]
    assert readers.quick(lines) == [reading for line in lines for reading in readers.quick([line])]


def test_a_model_with_another_digest_is_refused(tmp_path, monkeypatch):
    spoiled = tmp_path / "rec.onnx"
    spoiled.write_bytes(checked(QUICK).read_bytes()[:-1] + b"\0")
    monkeypatch.setattr(second_models, "QUICK", QUICK._replace(path=str(spoiled)))  # an absolute path wins
    with pytest.raises(ModelUnusable, match="trueocr: sha256"):
        SecondReaders()
    assert [problem.partition(" ")[0] for problem in unusable()] == ["trueocr:"]


def test_what_was_prepared_is_mapped_and_reads_the_same(readers, tmp_path, monkeypatch):
    monkeypatch.setattr(second_models, "PREPARED", tmp_path / "prepared")
    prepare()
    weights = sorted(path.name for path in (tmp_path / "prepared").glob("*.weights"))
    assert [name.partition("-")[0] for name in weights] == ["asterocr", "trueocr"]
    again = SecondReaders()
    mapped = Path("/proc/self/maps").read_text(encoding="utf-8")
    assert all(name in mapped for name in weights)
    lines = [drawn_line("thôn Minh Thủy, xã Nguyệt Ấn"), drawn_line("038185000123")]
    assert (again.careful(lines), again.quick(lines)) == (readers.careful(lines), readers.quick(lines))


def test_what_was_prepared_is_not_used_for_another_model_processor_or_engine(tmp_path, monkeypatch):
    monkeypatch.setattr(second_models, "PREPARED", tmp_path)
    here = prepared(QUICK, "1.0")
    spoiled = tmp_path / "rec.onnx"
    spoiled.write_bytes(checked(QUICK).read_bytes()[:-1] + b"\0")
    assert prepared(QUICK, "1.0") == here
    processor = tmp_path / "cpuinfo"
    processor.write_text("flags\t\t: sse2\n", encoding="ascii")
    others = [prepared(QUICK, "1.1"), prepared(QUICK._replace(path=str(spoiled)), "1.0")]
    others.append(prepared(QUICK._replace(sha256="0" * 64), "1.0"))
    monkeypatch.setattr(second_models, "PROCESSOR", processor)
    assert here not in {*others, prepared(QUICK, "1.0")}


def test_an_absent_package_is_said_and_not_a_traceback(monkeypatch):
    monkeypatch.setattr(second_models, "CAREFUL", CAREFUL._replace(package="no-such-package"))
    with pytest.raises(ModelUnusable, match="no-such-package: absent"):
        SecondReaders()
    assert unusable() == ["no-such-package: absent"]


def test_nothing_of_the_packages_is_imported():
    code = "import sys; from ocr.second_reader import SecondReaders; SecondReaders(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert not {name.partition(".")[0] for name in loaded.split()} & {"asterocr", "trueocr", "torch"}
