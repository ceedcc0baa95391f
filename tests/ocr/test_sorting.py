"""A pile is cut where a receipt lies; no page is lost, none is given to two dossiers."""

import numpy as np
import pypdfium2
import pytest

from ocr import Box, Code, PageClass, PageReading
from ocr.codes import read_codes
from ocr.raster import PageImage
from ocr.sorting import SEPARATOR, Part, class_of, is_separator, receipt_code, split
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


def test_each_dossier_under_a_separator_is_a_new_one_and_so_is_the_one_on_top():
    pile = [page(1), page(2, qr=SEPARATOR), page(3), page(4), page(5, qr=SEPARATOR), page(6, qr=SEPARATOR)]
    assert split(pile) == [
        Part(None, None, (1,), is_new=True), Part(None, 2, (3, 4), is_new=True),
        Part(None, 5, (), is_new=True), Part(None, 6, (), is_new=True),
    ]  # fmt: skip


def test_receipts_and_separators_may_lie_in_one_pile():
    pile = [page(1, qr=f"https://mot-cua.example.vn/k/{ONE}"), page(2), page(3, qr=SEPARATOR), page(4)]
    assert split(pile) == [Part(ONE, 1, (2,)), Part(None, 3, (4,), is_new=True)]


def test_a_separator_with_a_torn_code_is_known_by_its_title():
    assert is_separator(page(1, "TỜ NGĂN HỒ SƠ\nCách dùng"))
    assert not is_separator(page(1, "Tờ khai\n" + "Nội dung đề nghị. " * 30 + "tờ ngăn hồ sơ"))


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


def scanned_again(template, scan=lambda image: image):
    """Return the codes of one of our own papers after a coarse scan on its head."""
    with pypdfium2.PdfDocument(Printer(FONTS).draw(template, PAPERS[template]).pdf) as pdf:
        sheet = scan(pdf[0].render(scale=300 / 72).to_pil().convert("RGB"))
    grey = np.ascontiguousarray(scan150(sheet, dice(template)).image.rotate(180).convert("L"))
    return read_codes(PageImage(1, grey, None, 150, False, 0.0))


def test_the_receipt_that_we_print_is_known_when_it_comes_back_with_a_coarse_scan():
    (code,) = scanned_again("receipt-slip", near_misses.shrunk_to_a5)
    assert receipt_code(code) == PAPERS["receipt-slip"]["receipt_code"]


def test_the_separator_that_we_print_is_known_when_it_comes_back():
    (code,) = scanned_again("separator-sheet")
    assert code.text == SEPARATOR
