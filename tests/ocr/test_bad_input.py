"""What may not come in is refused with a code of its own, before it costs anything."""

import struct
import zlib
from dataclasses import replace

import pikepdf
import pytest
from PIL import Image

from ocr import CapExceeded, ScanUnreadable
from ocr.reader import Caps, ModelFolders, Reader
from tests.ocr.conftest import ROOT, drawn_page, jpeg, pdf_of_jpegs


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    noise = Image.effect_noise((400, 400), 80)  # does not compress: half the file is half the image
    return pdf_of_jpegs(tmp_path_factory.mktemp("whole") / "whole.pdf", [jpeg(noise), jpeg(noise)])


def refused(reader, path):
    with pytest.raises((ScanUnreadable, CapExceeded)) as caught:
        reader.digitize(path)
    return type(caught.value), caught.value.code


def written(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def test_an_empty_file_is_called_empty(reader, tmp_path):
    assert refused(reader, written(tmp_path, "empty.pdf", b"")) == (ScanUnreadable, "empty")


def test_text_renamed_to_pdf_is_no_scan(reader, tmp_path):
    text = "Đây là văn bản thường.\n".encode() * 100
    assert refused(reader, written(tmp_path, "text.pdf", text)) == (ScanUnreadable, "plain_text")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_pdf_cut_off_anywhere_is_called_truncated(reader, tmp_path, whole, share):
    content = whole.read_bytes()
    cut = written(tmp_path, "cut.pdf", content[: int(len(content) * share)])
    assert refused(reader, cut) == (ScanUnreadable, "truncated")


def test_an_image_cut_off_is_called_truncated(reader, tmp_path):
    content = jpeg(drawn_page())
    assert refused(reader, written(tmp_path, "cut.jpg", content[: len(content) // 2])) == (ScanUnreadable, "truncated")


def test_an_encrypted_pdf_asks_for_its_password_and_a_wrong_one_is_called_wrong(reader, tmp_path, whole):
    locked = tmp_path / "locked.pdf"
    with pikepdf.open(whole) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="owner", user="user"))
    assert refused(reader, locked) == (ScanUnreadable, "encrypted")
    with pytest.raises(ScanUnreadable, match="wrong_password"):
        reader.digitize(locked, password="guess")
    assert len(reader.digitize(locked, password="user").pages) == 2


def test_an_image_of_nine_hundred_megapixels_is_never_decoded(reader, tmp_path):
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 30_001 * 30_000, 1)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    bomb = written(tmp_path, "bomb.png", png)
    assert refused(reader, bomb) == (CapExceeded, "too_many_pixels")


def test_an_image_of_nine_hundred_megapixels_inside_a_pdf_is_never_drawn(reader, tmp_path):
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        stream = pikepdf.Stream(
            pdf, b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=30_000, Height=30_000,
            ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
        )  # fmt: skip
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
        pdf.save(tmp_path / "bomb.pdf")
    assert refused(reader, tmp_path / "bomb.pdf") == (CapExceeded, "too_many_pixels")


def test_a_page_two_billion_points_high_is_never_drawn(reader, tmp_path):
    with pikepdf.new() as pdf:
        pdf.add_blank_page().MediaBox = pikepdf.Array([0, 0, 612, 2_147_483_647])
        pdf.save(tmp_path / "high.pdf")
    assert refused(reader, tmp_path / "high.pdf") == (CapExceeded, "page_too_large")


def test_caps_on_pages_and_bytes_name_what_they_limit(tmp_path, whole):
    frames = [Image.new("L", (60, 60), 255)] * 3
    frames[0].save(tmp_path / "three.tif", save_all=True, append_images=frames[1:])
    caps = Caps(pages=1)
    models = ModelFolders(text=ROOT / "assets" / "tessdata")
    with Reader(models=models, caps=caps) as narrow:
        assert refused(narrow, whole) == (CapExceeded, "too_many_pages")
        assert refused(narrow, tmp_path / "three.tif") == (CapExceeded, "too_many_pages")
    with Reader(models=models, caps=replace(caps, size_bytes=10)) as narrow, pytest.raises(CapExceeded) as caught:
        narrow.digitize(whole)
    assert caught.value.parameters["cap"] == "size_bytes"


def test_a_folder_and_a_file_that_vanished_are_told_apart(reader, tmp_path):
    assert refused(reader, tmp_path) == (ScanUnreadable, "folder")
    assert refused(reader, tmp_path / "gone.pdf") == (ScanUnreadable, "not_found")
