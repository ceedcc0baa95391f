"""A pile is cut where a receipt lies; no page is lost, none is given to two dossiers."""

import numpy as np
import pypdfium2
import pytest

from ocr import Box, Code, PageClass, PageReading
from ocr.codes import read_codes
from ocr.raster import PageImage
from ocr.sorting import Part, class_of, receipt_code, split
from printing.draw import Printer
from samples import near_misses
from samples.blanks import FONTS
from samples.degrade import scan150
from samples.people import dice
from samples.results import PAPERS

ONE, TWO = "7K3M9QX2RT4W", "0123456789AB"
SLIP = """XÃ NGUYỆT ẤN
GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ
Mã tra cứu hồ sơ:
7K3M 9QX2 RT4W
Mã hồ sơ: H56.33-260205-0007"""


def page(number, text="", qr=None):
    codes = () if qr is None else (Code("QRCode", qr, Box(0.7, 0.1, 0.9, 0.2)),)
    return PageReading(
        number, 1654, 2339, 200, 0, 0.0, False, PageClass.ATTACHMENT, (), text, 0.9, (), codes
    )  # fmt: skip


def test_a_pile_is_cut_at_each_sheet_and_the_sheet_is_no_page_of_the_dossier():
    pile = [
        page(1, qr=f"https://mot-cua.example.vn/k/{ONE}"), page(2, "TỜ KHAI"), page(3),
        page(4, qr=f"http://phuong.example.vn/mot-cua/k/{TWO}/"), page(5, "TỜ KHAI"),
    ]  # fmt: skip
    assert split(pile) == [Part(ONE, 1, (2, 3)), Part(TWO, 4, (5,))]


def test_pages_above_the_first_sheet_belong_to_nobody_yet():
    assert split([page(1), page(2, qr=f"https://mot-cua.example.vn/k/{ONE}"), page(3)]) == [
        Part(None, None, (1,)),
        Part(ONE, 2, (3,)),
    ]


def test_a_pile_without_sheets_is_one_part():
    assert split([page(1), page(2)]) == [Part(None, None, (1, 2))]


def test_a_receipt_without_a_qr_is_known_by_its_title_and_its_printed_code():
    assert split([page(1, SLIP), page(2)]) == [Part(ONE, 1, (2,))]


def test_a_receipt_whose_code_cannot_be_read_still_ends_the_dossier_before_it():
    pile = [page(1, SLIP), page(2), page(3, SLIP.replace("7K3M 9QX2", "?K3M  QX2")), page(4)]
    assert split(pile) == [Part(ONE, 1, (2,)), Part(None, 3, (4,))]


@pytest.mark.parametrize("qr", [
    "038185000123||Nguyễn Thị Hoa|12061985|Nữ|Thôn 3|10052021",
    f"https://mot-cua.example.vn/tra-cuu?k={ONE}",
    f"https://mot-cua.example.vn/k/{ONE}X",
    "https://mot-cua.example.vn/k/7K3M9QX2RT4I",  # Crockford's alphabet has no I
])  # fmt: skip
def test_other_codes_cut_nothing(qr):
    assert split([page(1), page(2, qr=qr)]) == [Part(None, None, (1, 2))]


def test_the_words_receipt_and_code_far_down_a_letter_cut_nothing():
    letter = "Kính gửi Ủy ban nhân dân xã\n" + "Tôi đã nộp hồ sơ. " * 30 + SLIP
    assert split([page(1), page(2, letter)]) == [Part(None, None, (1, 2))]


@pytest.mark.parametrize(("text", "expected"), [
    ("TRÍCH LỤC KHAI TỬ", PageClass.CERTIFICATE),
    ("CĂN CƯỚC CÔNG DÂN\nCitizen Identity Card", PageClass.IDENTITY_CARD),
    ("IDVNM1850001232038185000123<<9", PageClass.IDENTITY_CARD),
    ("ĐƠN XIN SỬA CHỮA ĐƯỜNG", PageClass.ATTACHMENT),
])  # fmt: skip
def test_a_page_is_sorted_by_what_stands_at_its_head(text, expected):
    assert class_of(text) is expected


def test_the_receipt_that_we_print_is_known_when_it_comes_back_with_a_coarse_scan():
    values = PAPERS["receipt-slip"]
    with pypdfium2.PdfDocument(Printer(FONTS).draw("receipt-slip", values).pdf) as pdf:
        slip = near_misses.shrunk_to_a5(pdf[0].render(scale=300 / 72).to_pil().convert("RGB"))
    grey = np.ascontiguousarray(scan150(slip, dice("slip")).image.rotate(180).convert("L"))
    (code,) = read_codes(PageImage(1, grey, None, 150, False, 0.0))
    assert receipt_code(code) == values["receipt_code"]
