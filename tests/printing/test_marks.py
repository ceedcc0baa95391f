"""The pictures of signature and seal: right colour and size, nothing behind them, fit to be laid into a paper."""

import io
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.stamp import StaticStampStyle

from printing import DrawingFailed, TextDoesNotFit, ValueMissing
from printing.draw import Printer
from samples.results import PAPERS, RESULTS

PRINTER = Printer(Path(__file__).parents[2] / "assets" / "fonts")
MM = 72 / 25.4
SIGNATURE = {"full_name": "Phạm Thị Minh Nguyệt"}
SEAL = {"agency": "ỦY BAN NHÂN DÂN XÃ NGUYỆT ẤN", "place": "TỈNH THANH HÓA"}
MARKS = [("signature", SIGNATURE), ("seal", SEAL)]


def pixels(pdf: bytes, ppi: int = 100) -> np.ndarray:
    """Red, green, blue and opacity of the first page on no paper at all."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].render(scale=ppi / 72, fill_color=(0, 0, 0, 0), rev_byteorder=True)
        picture: np.ndarray = page.to_numpy()
    return picture


@pytest.mark.parametrize(("kind", "size_mm"), [("signature", (41, 23)), ("seal", (36, 36))])
def test_a_mark_is_one_page_of_its_real_size(kind, size_mm):
    with pikepdf.open(io.BytesIO(PRINTER.mark(kind, dict(MARKS)[kind]))) as document:
        (page,) = document.pages
        assert [float(side) / MM for side in page.MediaBox[2:]] == pytest.approx(size_mm, abs=0.01)
        with document.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "B")
        assert "/StructTreeRoot" not in document.Root  # its marks would point nowhere once laid into a paper


@pytest.mark.parametrize(("kind", "strong"), [("signature", 2), ("seal", 0)])
def test_the_signature_is_blue_and_the_seal_is_red_on_nothing(kind, strong):
    picture = pixels(PRINTER.mark(kind, dict(MARKS)[kind]), ppi=300)
    opacity = picture[..., 3]
    assert (opacity == 0).mean() > 0.4
    ink = picture[opacity == 255].astype(int)
    assert len(ink) > 1000
    assert (ink[:, strong] > ink[:, [band for band in range(3) if band != strong]].max(axis=1) + 80).all()


def test_the_same_name_signs_the_same_way_and_another_another_way():
    assert PRINTER.mark("signature", SIGNATURE) == PRINTER.mark("signature", SIGNATURE)
    other = PRINTER.mark("signature", {"full_name": "Lê Văn Tâm"})
    assert (pixels(PRINTER.mark("signature", SIGNATURE)) != pixels(other)).any()


def test_the_seal_has_the_agencys_letters_and_no_word_of_its_own():
    with pypdfium2.PdfDocument(PRINTER.mark("seal", SEAL)) as document:
        letters = "".join(document[0].get_textpage().get_text_bounded().split())
    assert sorted(letters) == sorted("".join(f"{SEAL['agency']}{SEAL['place']}".split()))


def test_a_long_agency_is_engraved_smaller_and_one_too_long_is_refused():
    PRINTER.mark("seal", SEAL | {"agency": "ỦY BAN NHÂN DÂN PHƯỜNG HOÀNG VĂN THỤ"})
    with pytest.raises(TextDoesNotFit) as refusal:
        PRINTER.mark("seal", SEAL | {"agency": "ỦY BAN NHÂN DÂN " * 6})
    assert refusal.value.parameters["field"] == "agency"


def test_an_unknown_mark_and_a_missing_name_are_refused():
    with pytest.raises(DrawingFailed):
        PRINTER.mark("tick", {})
    with pytest.raises(ValueMissing):
        PRINTER.mark("signature", {})


def test_laid_into_a_result_the_marks_stand_at_their_places(tmp_path):
    result = PRINTER.draw("birth-extract", PAPERS["birth-extract"])
    writer = IncrementalPdfFileWriter(io.BytesIO(result.pdf))
    for (kind, data), field in zip(MARKS, ("Official", "Seal"), strict=True):
        picture = tmp_path / f"{kind}.pdf"
        picture.write_bytes(PRINTER.mark(kind, data))
        place = result.places[field]
        style = StaticStampStyle.from_pdf_file(str(picture), border_width=0, background_opacity=1.0)
        stamp = style.create_stamp(writer, BoxConstraints(width=place.x1 - place.x0, height=place.y1 - place.y0), {})
        stamp.apply(place.page, round(place.x0), round(place.y0))
    marked = io.BytesIO()
    writer.write(marked)  # type: ignore[no-untyped-call]  # pyHanko does not type it
    picture = pixels(marked.getvalue(), ppi=72).astype(int)
    height = picture.shape[0]
    for field, strong, weak in (("Official", 2, 0), ("Seal", 0, 2)):
        place = result.places[field]
        region = picture[int(height - place.y1) : int(height - place.y0), int(place.x0) : int(place.x1)]
        assert (region[..., strong] - region[..., weak] > 60).sum() > 200, field


@pytest.mark.parametrize("template", RESULTS)
def test_the_address_to_check_the_signatures_stands_beside_them_where_it_is_set(template):
    address = "https://motcua.nguyetan.thanhhoa.gov.vn/verify"
    with_address = PRINTER.draw(template, PAPERS[template] | {"verify_url": address})
    with pypdfium2.PdfDocument(with_address.pdf) as document:
        (number,) = {place.page for place in with_address.places.values()}
        page = document[number].render(scale=3).to_pil()
    (code,) = zxingcpp.read_barcodes(page)
    assert code.text == address
    right = max(code.position.top_right.x, code.position.bottom_right.x) / 3
    assert right < with_address.places["Seal"].x0
    with pypdfium2.PdfDocument(PRINTER.draw(template, PAPERS[template]).pdf) as document:
        assert not zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())
