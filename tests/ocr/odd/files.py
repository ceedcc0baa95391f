"""What is no scan at all, and files that are odd as files."""

import os
import socket
import zipfile
from io import BytesIO

from PIL import Image

from tests.ocr.odd.parts import encoded, jpeg, noise, one_page, page, raw_pdf, writes


def zipped(*names):
    with BytesIO() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(name, "<x/>")
        return target.getvalue()


def open_document():
    with BytesIO() as target:
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        return target.getvalue()


def zip_then_pdf():
    with BytesIO() as target:
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("a.pdf", raw_pdf(one_page()))
        return target.getvalue()


def sparse(path):
    with path.open("wb") as file:
        file.write(jpeg())
        file.truncate(60_000_000)


def bound(path):
    """Leave a socket there; its own name may be too long, so it is bound from beside it."""
    here = os.getcwd()  # noqa: PTH109 - to come back to
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


HTML = b"<!DOCTYPE html>\n<html><head><title>502</title></head><body>%PDF-1.7 Bad gateway</body></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
TEXT = "Số,Họ tên\n1,Nguyễn Văn A\n" * 20
CASES = [
    ("empty.pdf", "empty", writes(b"")),
    ("one-byte.jpg", "not_a_scan", writes(b"\xff")),
    *((f"random-{seed}.pdf", "not_a_scan", writes(noise(50_000, seed))) for seed in (7, 8, 9)),
    ("zeros.tif", "not_a_scan", writes(bytes(4096))),
    ("web-page.pdf", "web_page", writes(HTML)),
    ("text.pdf", "plain_text", writes(TEXT.encode())),
    ("text-utf16.jpg", "plain_text", writes(TEXT.encode("utf-16"))),
    ("drawing.svg", "picture_of_other_kind", writes(SVG)),
    ("moving.gif", "picture_of_other_kind", writes(lambda: encoded(page(), "GIF"))),
    ("photo.webp", "picture_of_other_kind", writes(lambda: encoded(page(), "WEBP"))),
    ("scan.bmp", "picture_of_other_kind", writes(lambda: encoded(page(), "BMP"))),
    ("photo.jp2", "picture_of_other_kind", writes(lambda: encoded(page(), "JPEG2000"))),
    ("layers.psd", "picture_of_other_kind", writes(b"8BPS\0\1" + bytes(200))),
    ("print.eps", "picture_of_other_kind", writes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")),
    ("photo.avif", "picture_of_other_kind", writes(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(99))),
    ("film.heic", "moving_picture", writes(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(99))),
    ("letter.docx", "office_document", writes(lambda: zipped("[Content_Types].xml", "word/document.xml"))),
    ("table.xlsx", "office_document", writes(lambda: zipped("[Content_Types].xml", "xl/workbook.xml"))),
    ("letter.odt", "office_document", writes(open_document)),
    ("letter.doc", "office_document", writes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))),
    ("letter.rtf", "office_document", writes(b"{\\rtf1\\ansi Hello}")),
    ("scans.zip", "archive_of_files", writes(lambda: zipped("a.jpg", "b.jpg"))),
    ("zip-then.pdf", "archive_of_files", writes(zip_then_pdf)),
    ("scans.rar", "archive_of_files", writes(b"Rar!\x1a\x07\x01\0" + bytes(90))),
    ("program.pdf", "not_a_scan", writes(b"\x7fELF\2\1\1" + bytes(400))),
    ("sparse.jpg", "too_large", sparse),
    ("folder.pdf", "folder", lambda path: path.mkdir()),
    ("pipe.pdf", "not_a_scan", os.mkfifo),
    ("socket.pdf", "not_a_scan", bound),
    ("device.pdf", "not_a_scan", lambda path: path.symlink_to("/dev/zero")),
    ("loop.pdf", "not_readable", lambda path: path.symlink_to(path.name)),
    ("leads-nowhere.pdf", "not_found", lambda path: path.symlink_to("gone.pdf")),
    ("never-was.pdf", "not_found", lambda _path: None),
    ("leads-to-a-scan.pdf", 1, lambda path: (path.with_suffix(".target").write_bytes(jpeg()),
                                             path.symlink_to(path.with_suffix(".target").name))),
    ("tờ khai có dấu – số 1.jpg", 1, writes(jpeg)),
    ("to\u031b\u0300 khai.jpg", 1, writes(jpeg)),  # the same letters, decomposed
    ("two\nlines.jpg", 1, writes(jpeg)),
    ("-rf.jpg", 1, writes(jpeg)),
    (os.fsdecode(b"not-utf8-\xff\xfe.jpg"), 1, writes(jpeg)),
    ("n" * 250 + ".jpg", 1, writes(jpeg)),
    ("no-ending", 1, writes(jpeg)),
    ("white.png", 1, writes(lambda: encoded(Image.new("L", (1240, 1754), 255), "PNG"))),
    ("black.png", 1, writes(lambda: encoded(Image.new("L", (1240, 1754), 0), "PNG"))),
]  # fmt: skip
