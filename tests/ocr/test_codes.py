"""Codes are found where a scanner leaves them small, and a card's QR and zone name the same holder."""

from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
import segno
import zxingcpp
from PIL import Image

from ocr import Box, Code, Source
from ocr.clean import skew_deg
from ocr.codes import MRZ, card_holder, read_codes, read_mrz
from ocr.raster import PageImage
from ocr.tesseract import Model
from samples import papers
from samples.degrade import scan150, scan200
from samples.people import dice, new_person
from tests.ocr.conftest import drawn_page

PERSON = new_person(dice("card"), ages=(20, 60))
RELATIVES = [new_person(dice(name), ages=(60, 90)) for name in ("father", "mother")]
NUMBERS = Model("eng", Path("/usr/share/tesseract-ocr/5/tessdata"))
NOWHERE = Box(0, 0, 0, 0)


def page_of(image, dpi):
    return PageImage(1, np.ascontiguousarray(image.convert("L")), None, dpi, False, 0.0)


def qr(text):
    return Code("QRCode", text, NOWHERE)


@pytest.mark.parametrize("said", [papers.qr_text(PERSON), papers.new_qr_text(PERSON, *RELATIVES)])
def test_the_qr_of_a_card_names_its_holder_however_much_follows(said):
    holder = card_holder(qr(said))
    assert (holder.number, holder.full_name, holder.sex) == (PERSON.number, PERSON.full_name, PERSON.sex)
    assert holder.birth_date == PERSON.birth_date.isoformat()
    assert holder.source is Source.QR


def test_a_date_of_birth_of_which_only_the_year_is_known_stays_so():
    assert card_holder(qr("038152000123||Phạm Văn Út|00001952|Nam|Thôn 3|10052021")).birth_date == "1952"


@pytest.mark.parametrize("text", [
    "https://mot-cua.example.vn/k/7K3M9QX2RT4W", "1|2|3|4|5|6|7", "03815200012|x|Phạm Văn Út|00001952|Nam|Thôn 3|x",
    "038152000123|Phạm Văn Út",
])  # fmt: skip
def test_other_texts_name_nobody(text):
    assert card_holder(qr(text)) is None


def test_the_small_qr_of_a_new_card_is_read_at_150_dpi():
    said = papers.new_qr_text(PERSON, *RELATIVES)
    copy = papers.card_copy_in_ocr_b(PERSON, dice("place"), new_qr=said)
    (code,) = read_codes(page_of(scan150(copy, dice("scan")).image, 150))
    assert code.text == said
    assert code.box.y0 > 110 / 297  # on the back, which lies below


def test_a_small_code_that_a_line_of_text_touches_is_read():
    said = papers.new_qr_text(PERSON, *RELATIVES)
    page = np.full((1754, 1240), 245, np.uint8)
    with BytesIO() as drawn:
        segno.make(said, error="m").save(drawn, kind="png", scale=8, border=0)
        page[400:512, 700:812] = np.asarray(Image.open(drawn).convert("L").resize((112, 112)))
    page[440:456, 400:700] = 30  # the heading of the card, as it looks from afar
    page = np.asarray(cv2.GaussianBlur(page, (0, 0), 0.9), np.uint8)
    assert not zxingcpp.read_barcodes(page)
    assert [code.text for code in read_codes(page_of(Image.fromarray(page), 150))] == [said]


def test_a_small_code_beside_a_large_one_is_read_too():
    """Two cards were copied onto one page, the newer one smaller."""
    old, new = papers.qr_text(PERSON), papers.new_qr_text(PERSON, *RELATIVES)
    page = np.full((1754, 1240), 245, np.uint8)
    for top, said, side in ((200, old, 140), (900, new, 120)):
        with BytesIO() as drawn:
            segno.make(said, error="m").save(drawn, kind="png", scale=8, border=2)
            page[top : top + side, 300 : 300 + side] = np.asarray(Image.open(drawn).convert("L").resize((side, side)))
    page = np.asarray(cv2.GaussianBlur(page, (0, 0), 0.9), np.uint8)
    assert old in {barcode.text for barcode in zxingcpp.read_barcodes(page)}
    assert new not in {barcode.text for barcode in zxingcpp.read_barcodes(page)}
    assert {code.text for code in read_codes(PageImage(1, page, None, 150, False, 0.0))} == {old, new}


def test_the_zone_of_a_card_is_found_on_a_crooked_copy_and_read(tmp_path):
    page = page_of(scan200(papers.card_copy_in_ocr_b(PERSON, dice("place")), dice("crooked")).image, 200)
    skew = skew_deg(page.grey, page.dpi)
    assert abs(skew) > 0.5
    code = read_mrz(page, skew, NUMBERS, tmp_path)
    assert code is not None
    holder = card_holder(code)
    assert code.kind == MRZ
    assert (holder.number, holder.birth_date, holder.sex) == (
        PERSON.number, PERSON.birth_date.isoformat(), PERSON.sex,
    )  # fmt: skip
    assert holder.source is Source.MRZ
    assert code.box.x1 - code.box.x0 == pytest.approx(76.2 / 210, abs=0.03)


def test_a_letter_has_no_zone(tmp_path):
    assert read_mrz(page_of(drawn_page(), 200), 0.0, NUMBERS, tmp_path) is None


@pytest.mark.parametrize("symbology", ["Code39", "Code128"])
def test_bar_codes_of_other_offices_are_read(symbology):
    text = "000.00.06.H56-231027-0361"
    barcode = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology))
    bars = Image.fromarray(np.asarray(barcode.to_image(scale=2)))
    page = Image.new("L", (1654, 2339), 255)
    page.paste(bars, (200, 300))
    (code,) = read_codes(page_of(page, 200))
    assert (code.kind, code.text) == (symbology, text)


def test_what_shows_nothing_in_a_code_is_left_out():
    with BytesIO() as drawn:
        segno.make("so\u202e 12/2026", error="m").save(drawn, kind="png", scale=8, border=4)
        (code,) = read_codes(page_of(Image.open(drawn), 300))
    assert code.text == "so 12/2026"
