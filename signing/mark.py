"""A mark on the page: a one-page PDF that `printing` drew, set into the field's box as it is, without border."""

import uuid
from io import BytesIO
from typing import BinaryIO

from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, InnerScaling, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.stamp import StaticStampStyle

from signing.document import our_errors


class _Page(PdfContent):
    """The first page of a PDF in memory (pyHanko's own takes a file name only)."""

    def __init__(self, pdf: bytes) -> None:
        self._pdf = pdf
        super().__init__()

    def render(self) -> bytes:
        writer = self._ensure_writer
        page = writer.import_page_as_xobject(PdfFileReader(BytesIO(self._pdf), strict=False))
        name = f"/Mark{uuid.uuid4().hex}"
        self.resources.xobject[name] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return name.encode() + b" Do"


def page_sizes(pdf: BinaryIO) -> list[tuple[float, float]]:
    """Return width and height of each page in points, as far as the page itself says."""
    with our_errors():
        reader = PdfFileReader(pdf, strict=False)
        sizes = []
        for number in range(reader.root["/Pages"]["/Count"]):
            page = reader.find_page_for_modification(number)[0].get_object()  # type: ignore[no-untyped-call]  # pyHanko's
            while "/MediaBox" not in page:
                page = page["/Parent"]
            left, bottom, right, top = (float(side) for side in page["/MediaBox"])
            sizes.append((right - left, top - bottom))
    return sizes


def stamp_style(mark_pdf: bytes) -> StaticStampStyle:
    """Return the style that draws the mark over the whole of its field."""
    return StaticStampStyle(
        border_width=0,
        background=_Page(mark_pdf),
        background_layout=SimpleBoxLayoutRule(
            x_align=AxisAlignment.ALIGN_MID,
            y_align=AxisAlignment.ALIGN_MID,
            margins=Margins.uniform(0),  # type: ignore[no-untyped-call]  # pyHanko's
            inner_content_scaling=InnerScaling.STRETCH_TO_FIT,
        ),
        background_opacity=1,
    )
