"""Files that no command can do anything with, one flaw each; made here, never taken from anywhere."""

import struct
import zlib
from pathlib import Path

import pikepdf


def make_bad_files(folder: Path) -> dict[str, Path]:
    """Return the flaw and the path of each; "vanished" and "folder" are no files at all."""
    folder.mkdir()
    whole = folder / "whole.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(whole)
    files = {
        "empty": b"",
        "text": "Đây là văn bản thường, không phải PDF.\n".encode() * 40,
        "truncated": whole.read_bytes()[:200],
        "giant-image": _png_header(30_000, 30_000),
    }
    bad = {flaw: folder / f"{flaw}.pdf" for flaw in files} | {"giant-image": folder / "giant-image.png"}
    for flaw, content in files.items():
        bad[flaw].write_bytes(content)
    bad["encrypted"] = folder / "encrypted.pdf"
    with pikepdf.open(whole) as pdf:
        pdf.save(bad["encrypted"], encryption=pikepdf.Encryption(owner="owner", user="user"))
    bad["giant-page"] = folder / "giant-page.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page().obj.MediaBox = [0, 0, 612, 2_147_483_647]
        pdf.save(bad["giant-page"])
    bad["folder"] = folder / "folder.pdf"
    bad["folder"].mkdir()
    bad["vanished"] = folder / "vanished.pdf"
    whole.unlink()
    return bad


def _png_header(width: int, height: int) -> bytes:
    """Return a PNG that claims a size and holds a few rows of it: what a decoder believes before it reads."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = zlib.compress(b"\x00" * (width + 1) * 100)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
