"""What a file is, by its first bytes and never by its name; what is no scan is called what it is.

Refusals: office_document, archive_of_files, picture_of_other_kind (each with its ``format``), moving_picture, web_page,
plain_text, not_a_scan.
"""

from enum import StrEnum

from sandbox import Refused

HEAD_BYTES = 4096
PDF_WITHIN = 1024  # readers accept %PDF- anywhere in the first kilobyte
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
PICTURES = {
    b"GIF8": "GIF", b"BM": "BMP", b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000", b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\xff\x0a": "JPEG XL", b"\0\0\0\x0cJXL ": "JPEG XL", b"8BPS": "PSD", b"AT&TFORM": "DjVu", b"\0\0\1\0": "ICO",
    b"MM\0+": "BigTIFF", b"%!PS": "PostScript", b"\x97JB2\r\n\x1a\n": "JBIG2",
}  # fmt: skip
ARCHIVES = {
    b"PK\3\4": "ZIP", b"PK\5\6": "ZIP", b"Rar!": "RAR", b"7z\xbc\xaf'\x1c": "7-Zip", b"\x1f\x8b": "GZIP",
    b"BZh": "BZIP2", b"\xfd7zXZ\0": "XZ",
}  # fmt: skip
OFFICE_PARTS = {b"word/": "Word", b"xl/": "Excel", b"ppt/": "PowerPoint", b"opendocument": "OpenDocument"}


class FileType(StrEnum):
    PDF = "pdf"
    TIFF = "tiff"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"


def file_type_of(head: bytes) -> FileType:
    """Return which of the types that come in this is; raises ``Refused`` with the name of any other."""
    if head.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if head[:4] in {b"II*\0", b"MM\0*", b"II+\0"}:
        return FileType.TIFF
    if head[4:8] == b"ftyp":
        return _boxed(head)
    # A file that begins as something else is that, wherever %PDF- stands in it.
    if b"%PDF-" in head[:PDF_WITHIN] and not _is_known(head):
        return FileType.PDF
    raise _other(head)


def _boxed(head: bytes) -> FileType:
    """Judge a file of boxes (ISO 14496-12) by the brands it names."""
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))}
    if brands & HEIC_BRANDS:
        return FileType.HEIC
    if brands & {b"avif", b"avis"}:
        raise Refused("picture_of_other_kind", format="AVIF")
    raise Refused("not_a_scan" if brands & {b"mif1", b"msf1"} else "moving_picture")


def _is_known(head: bytes) -> bool:
    known = (*PICTURES, *ARCHIVES, b"\xd0\xcf\x11\xe0", b"{\\rtf", b"RIFF", b"<", b"\x7fELF", b"MZ")
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(known)


def _other(head: bytes) -> Refused:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Refused("picture_of_other_kind", format="WebP")
    if head[:4] == b"RIFF":
        return Refused("moving_picture")
    if (office := _office_format(head)) is not None:
        return Refused("office_document", format=office)
    for code, magics in (("picture_of_other_kind", PICTURES), ("archive_of_files", ARCHIVES)):
        for magic, name in magics.items():
            if head.startswith(magic):
                return Refused(code, format=name)
    return _text(head)


def _office_format(head: bytes) -> str | None:
    if head.startswith(b"{\\rtf"):
        return "RTF"
    if head.startswith(b"PK"):
        named = next((name for part, name in OFFICE_PARTS.items() if part in head), None)
        return named or ("Office" if b"[Content_Types].xml" in head else None)
    return "Office" if head.startswith(b"\xd0\xcf\x11\xe0") else None


def _text(head: bytes) -> Refused:
    encoding = "utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    text = head.decode(encoding, errors="replace").lstrip().lower()
    strange = sum(char == "\ufffd" or (char < " " and char not in "\t\r\n\f") for char in text)
    if not text or 20 * strange > len(text):
        return Refused("not_a_scan")
    if "<svg" in text[:PDF_WITHIN]:
        return Refused("picture_of_other_kind", format="SVG")
    if text.startswith(("<!doctype html", "<html", "<head", "<body", "<script")) or "<html" in text[:PDF_WITHIN]:
        return Refused("web_page")
    return Refused("plain_text")
