"""Pages into the files that devices give: PDF, TIFF, JPEG, PNG. Nothing in them depends on the clock."""

import io
from collections.abc import Sequence
from pathlib import Path
from random import Random

from PIL import Image

from samples.degrade import Scan

POINTS = 72


def write_scan(folder: Path, scans: Sequence[Scan], rng: Random) -> None:
    """Write the pages of one scan: one file with all of them, in the kind of file such a device makes."""
    first = scans[0]
    number = rng.randint(100, 9899)
    if first.dpi is None:
        if len(scans) == 1:
            _save_jpeg(folder / f"IMG_{number:04}.jpg", first)
        else:
            (folder / f"IMG_{number:04}.pdf").write_bytes(_pdf(scans))
    elif first.image.mode == "1":
        _save_tiff(folder / f"scan{number:04}.tif", scans, "group4")
    elif len(scans) > 1:
        if first.image.mode == "L" and rng.random() < 0.4:  # noqa: PLR2004 - TIFF is the rarer setting
            _save_tiff(folder / f"scan{number:04}.tif", scans, "jpeg")
        else:
            (folder / f"scan{number:04}.pdf").write_bytes(_pdf(scans))
    elif first.quality >= 90:  # noqa: PLR2004 - a page without loss
        first.image.save(folder / f"scan{number:04}.png", "PNG", dpi=(first.dpi, first.dpi), optimize=True)
    elif rng.random() < 0.5:  # noqa: PLR2004 - as often one as the other
        _save_jpeg(folder / f"scan{number:04}.jpg", first)
    else:
        (folder / f"scan{number:04}.pdf").write_bytes(_pdf(scans))


def _save_jpeg(path: Path, scan: Scan) -> None:
    path.write_bytes(_jpeg(scan))


def _jpeg(scan: Scan) -> bytes:
    out = io.BytesIO()
    density = {} if scan.dpi is None else {"dpi": (scan.dpi, scan.dpi)}
    scan.image.save(out, "JPEG", quality=scan.quality, optimize=True, **density)
    return out.getvalue()


def _save_tiff(path: Path, scans: Sequence[Scan], compression: str) -> None:
    pages: list[Image.Image] = [scan.image for scan in scans]
    dpi = scans[0].dpi
    quality = {"quality": scans[0].quality} if compression == "jpeg" else {}
    pages[0].save(
        path, "TIFF", compression=compression, save_all=True, append_images=pages[1:], dpi=(dpi, dpi), **quality
    )


def _pdf(scans: Sequence[Scan]) -> bytes:
    """Return a PDF as scanners write it: one JPEG per page and nothing else."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    for scan in scans:
        width, height = scan.image.size
        dpi = scan.dpi or round(width / 8.27)  # an app that makes a PDF of photos lays them on A4
        wide, high = f"{width * POINTS / dpi:.2f}", f"{height * POINTS / dpi:.2f}"
        jpeg, colour = _jpeg(scan), "DeviceGray" if scan.image.mode == "L" else "DeviceRGB"
        at = len(objects) + 1
        content = f"q {wide} 0 0 {high} 0 0 cm /Im0 Do Q".encode()
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide} {high}] /Contents {at + 1} 0 R"
            f" /Resources << /XObject << /Im0 {at + 2} 0 R >> >> >>".encode(),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8"
            f" /ColorSpace /{colour} /Filter /DCTDecode /Length {len(jpeg)} >>\nstream\n".encode()
            + jpeg
            + b"\nendstream",
        ]
        kids.append(f"{at} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
