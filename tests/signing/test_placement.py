"""The marks' places found from a page's own words are those that the drawing gave; where there is no room, none."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from printing.draw import Printer
from samples.results import PAPERS, RESULTS
from signing.placement import MM, Spot, Word, marks_on, seal_beside

PRINTER = Printer(Path(__file__).parents[2] / "assets" / "fonts")
SIGNATURE = (41 * MM, 23 * MM)


def words_of(pdf: bytes) -> tuple[list[Word], dict[int, float]]:
    words, widths = [], {}
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document):
            text, widths[number] = page.get_textpage(), page.get_width()
            for at in range(text.count_rects()):
                box = text.get_rect(at)
                words.append(Word(text.get_text_bounded(*box).strip(), Spot(number, *box)))
    return [word for word in words if word.text], widths


@pytest.mark.parametrize("template", RESULTS)
def test_on_our_own_results_the_places_are_those_of_the_drawing(template):
    drawn = PRINTER.draw(template, PAPERS[template] | {"folder_kind": "real"})
    words, widths = words_of(drawn.pdf)
    found = marks_on(words, widths, *SIGNATURE)
    for field, place in drawn.places.items():
        spot = found[field]
        assert spot.page == place.page
        for side in ("x0", "y0", "x1", "y1"):
            assert getattr(spot, side) == pytest.approx(getattr(place, side), abs=3 * MM), (field, side)


@pytest.fixture(scope="module")
def paper():
    return words_of(PRINTER.draw("birth-extract", PAPERS["birth-extract"] | {"folder_kind": "real"}).pdf)


def test_a_picture_larger_than_the_room_has_no_place(paper):
    assert marks_on(paper[0], paper[1], 41 * MM, 60 * MM) == {}


def test_a_page_without_a_name_under_a_title_has_no_place(paper):
    words, widths = paper
    lower = [replace(word, text=word.text.lower()) for word in words]
    assert marks_on(lower, widths, *SIGNATURE) == {}
    assert marks_on([], widths, *SIGNATURE) == {}


def test_two_lines_of_a_title_have_no_room_between_them(paper):
    found = marks_on(paper[0], paper[1], *SIGNATURE)["Official"]
    titles = [word.spot.y0 for word in paper[0] if "CHỦ TỊCH" in word.text]
    assert found.y1 < min(titles)


def test_the_seal_covers_a_third_of_the_signature_at_its_left_in_real_size():
    signature = Spot(0, 300, 100, 300 + 41 * MM, 100 + 23 * MM)
    seal = seal_beside(signature)
    assert (seal.x1 - signature.x0) / (signature.x1 - signature.x0) == pytest.approx(1 / 3)
    assert (seal.x1 - seal.x0, seal.y1 - seal.y0) == pytest.approx((36 * MM, 36 * MM))
    assert seal.y0 + seal.y1 == pytest.approx(signature.y0 + signature.y1)
