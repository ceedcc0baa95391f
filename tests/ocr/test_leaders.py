"""Leaders and rules go without a template; the writing on them, and marks that only look like them, stay."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.leaders import without_leaders
from tests.ocr.conftest import ROOT

TINOS = ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf"


def line_of(text, dpi, width_mm=180):
    mm = dpi / 25.4
    page = Image.new("L", (round(width_mm * mm), round(20 * mm)), 250)
    font = ImageFont.truetype(TINOS, round(12 / 72 * dpi))
    ImageDraw.Draw(page).text((10 * mm, 8 * mm), text, font=font, fill=30)
    return page


def ink(grey):
    return np.asarray(grey) < 128


@pytest.mark.parametrize("dpi", [150, 227, 300])
def test_a_dotted_leader_goes_and_the_words_beside_it_stay(dpi):
    words = line_of("Họ, chữ đệm, tên:", dpi)
    leader = line_of("Họ, chữ đệm, tên: " + "." * 80, dpi)
    cleaned, mask = without_leaders(np.asarray(leader), dpi)
    dots = ink(leader) & ~ink(words)
    assert ink(cleaned)[dots].mean() < 0.02
    assert (ink(cleaned) & ink(words)).sum() == ink(words).sum()
    assert not (mask.astype(bool) & ink(words)).any()


def test_dots_between_typed_words_go_with_their_leader():
    dpi, text = 300, "thôn Minh     Thủy     xã     Nguyệt"
    under, page = line_of("", dpi), line_of(text, dpi)
    for x in range(120, 2050, 12):
        for sheet in (under, page):
            ImageDraw.Draw(sheet).ellipse((x, 140, x + 4, 144), fill=30)
    cleaned, _ = without_leaders(np.asarray(page), dpi)
    alone = ink(under) & ~ink(line_of(text, dpi))
    assert ink(cleaned)[alone].mean() < 0.25 * ink(page)[alone].mean()


@pytest.mark.parametrize("skew_deg", [0, 0.8, -1.5])
def test_a_rule_goes_and_what_crosses_it_stays(skew_deg):
    dpi, mm = 300, 300 / 25.4
    page = Image.new("L", (2000, 400), 250)
    ImageDraw.Draw(page).line((100, 200, 1900, 200), fill=30, width=3)
    words = Image.new("L", page.size, 250)
    font = ImageFont.truetype(TINOS, 50)
    for sheet in (page, words):
        ImageDraw.Draw(sheet).text((300, 158), "gypq jgyp", font=font, fill=30)
    page, words = (sheet.rotate(skew_deg, fillcolor=250, resample=Image.Resampling.BICUBIC) for sheet in (page, words))
    cleaned, mask = without_leaders(np.asarray(page), dpi)
    rule = ink(page) & ~ink(words)
    assert ink(cleaned)[rule].mean() < 0.12
    assert ink(cleaned)[ink(words)].mean() > 0.9
    assert mask.any()
    assert mask[: round(10 * mm)].sum() == 0 or skew_deg


@pytest.mark.parametrize(
    "text",
    ["Độc lập – Tự do – Hạnh phúc", "v.v... và 09.11.1999", "địa điểm tại huyện Mộc Hạ: thị trấn Lộc Thọ, nhiệm vụ"],
)
def test_dashes_full_stops_and_tone_marks_stay(text):
    page = np.asarray(line_of(text, 300))
    cleaned, mask = without_leaders(page, 300)
    assert not mask.any()
    assert np.array_equal(cleaned, page)


def test_the_gap_takes_the_light_of_the_paper_about_it():
    page = np.asarray(line_of("." * 100, 300)).astype(np.float32)
    shade = np.linspace(0.6, 1.0, page.shape[1], dtype=np.float32)
    cleaned, mask = without_leaders((page * shade).astype(np.uint8), 300)
    off = np.abs(cleaned.astype(np.float32) - 250 * shade)[mask > 0]
    assert off.max() < 8
