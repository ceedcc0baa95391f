"""Take the official prints of the declarations out of the material: ``python -m samples.prints MATERIAL OUT``.

The material's PDFs are pages of a province's internal procedures: its head and foot, what else stands on the page, and
pages that hold no field but notes are left out. What remains is drafted by ``moonseal forms new --print-of``.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # has no types
from PIL import Image

from samples.fill import FILL_DPI

MM_PER_POINT = 25.4 / 72
AROUND = (  # what stands within is not the form's
    (20.0, 12.5, 200.0, 17.7), (20.0, 19.9, 200.0, 21.9),  # the procedure's name and a line under it
    (20.0, 273.5, 200.0, 281.0),  # a table of one row: in force from, page, edition
)  # fmt: skip
HIGHER = (*AROUND[:2], (20.0, 269.5, 200.0, 281.0))
THROUGH = ((20.0, 12.5, 75.0, 17.7), (25.0, 20.0, 200.0, 20.4), (20.0, 269.5, 200.0, 275.2))  # the form's own print


@dataclass(frozen=True)
class Kept:
    page: int
    top_mm: float = 0.0
    bottom_mm: float = 297.0
    around: Sequence[tuple[float, float, float, float]] = AROUND


PRINT = "annex-2025"  # what they are called beside the form.toml
SOURCES: Mapping[str, tuple[str, Sequence[Kept]]] = {
    "to-khai-dang-ky-khai-sinh": ("birth.pdf", (Kept(1), Kept(2))),
    "to-khai-dang-ky-khai-tu": ("death.pdf", (Kept(1, around=THROUGH),)),
    "to-khai-xac-nhan-tinh-trang-hon-nhan": ("marital-status.pdf", (Kept(1), Kept(2))),
    "to-khai-cap-ban-sao-trich-luc": ("extract-copy.pdf", (Kept(1, 100, around=HIGHER), Kept(2, around=HIGHER))),
    "to-khai-dang-ky-lai-khai-sinh": ("birth-again.pdf", (Kept(1), Kept(2))),
    "to-khai-dang-ky-ket-hon": ("marriage.pdf", (Kept(1, around=HIGHER), Kept(2, bottom_mm=180))),
    "to-khai-thay-doi-cai-chinh-ho-tich": ("change.pdf", (Kept(1, 180), Kept(2))),
    "to-khai-xac-nhan-thong-tin-ho-tich": ("confirm-information.pdf", (Kept(1, 140), Kept(2))),
}


def main() -> None:
    """Write one PDF for each form."""
    parser = argparse.ArgumentParser(description="Take the official prints of the declarations out of the material.")
    parser.add_argument("material", type=Path, help="the folder civil-status-2024")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    for code, (name, kept) in SOURCES.items():
        with pypdfium2.PdfDocument(arguments.material / name) as pdf:
            for number in reversed(range(len(pdf))):
                own = next((one for one in kept if one.page == number + 1), None)
                if own is None:
                    del pdf[number]
                else:
                    _leave(pdf[number], own)
            pdf.save(arguments.out / f"{code}.pdf")


def paper(material: Path, code: str) -> list[Image.Image]:
    """Return the pages of a print as the material has them, its head and foot too: RGB at FILL_DPI."""
    name, kept = SOURCES[code]
    with pypdfium2.PdfDocument(material / name) as pdf:
        return [pdf[one.page - 1].render(scale=FILL_DPI / 72).to_pil().convert("RGB") for one in kept]


def _leave(page: pypdfium2.PdfPage, kept: Kept) -> None:
    """Take everything off a page that is not the form's."""
    height = page.get_height()
    for thing in list(page.get_objects()):
        left, bottom, right, top = thing.get_bounds()
        x0, x1 = left * MM_PER_POINT, right * MM_PER_POINT
        y0, y1 = (height - top) * MM_PER_POINT, (height - bottom) * MM_PER_POINT
        is_around = any(a <= x0 and b <= y0 and x1 <= c and y1 <= d for a, b, c, d in kept.around)
        if is_around or not kept.top_mm <= (y0 + y1) / 2 <= kept.bottom_mm:
            page.remove_obj(thing)
    page.gen_content()


if __name__ == "__main__":
    main()
