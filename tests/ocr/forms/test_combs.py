"""Digits leave their cells and stand in one line; lines in a table's cell are told apart wherever they stand."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr.forms.combs import repacked
from ocr.forms.ink import is_cut_off, text_rows, without_dust, without_walls
from tests.ocr.conftest import ROOT

MM = 240 / 25.4
CELL, HIGH, LEFT = 70, 90, 20
FACE = ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf"
INK = 128


def comb(digits, cells=12, shift=0):
    """Return a cleaned comb with these digits, one per cell; a blank is an empty cell."""
    picture = Image.new("L", (2 * LEFT + cells * CELL, HIGH), 250)
    draw, face = ImageDraw.Draw(picture), ImageFont.truetype(FACE, 56)
    for cell, digit in enumerate(digits):
        draw.text((LEFT + (cell + 0.5) * CELL + shift, HIGH - 20), digit, font=face, fill=20, anchor="ms")
    return np.asarray(picture).copy()


def pieces(strip):
    """Return where ink begins and ends, column by column."""
    dark = np.concatenate(([0], (strip < INK).any(axis=0).astype(int), [0]))
    edges = np.flatnonzero(np.diff(dark))
    return list(zip(edges[::2], edges[1::2], strict=True))


def strip_of(picture, cells=12):
    return repacked(picture, LEFT, LEFT + cells * CELL, cells)


def test_twelve_digits_stand_close_together_and_in_their_order():
    apart, together = comb("038185004412"), strip_of(comb("038185004412"))
    assert len(pieces(together)) == 12
    gaps = [after[0] - before[1] for before, after in zip(pieces(together), pieces(together)[1:], strict=False)]
    assert max(gaps) - min(gaps) <= 2
    assert together.shape[1] < 0.7 * apart.shape[1]
    inks = [int((apart[:, a:b] < INK).sum()) for a, b in pieces(apart)]
    assert [int((together[:, a:b] < INK).sum()) for a, b in pieces(together)] == inks


def test_a_digit_across_a_wall_is_not_cut():
    straight, shifted = strip_of(comb("038185004412")), strip_of(comb("038185004412", shift=22))
    assert len(pieces(shifted)) == 12
    assert abs(int((straight < INK).sum()) - int((shifted < INK).sum())) < 0.02 * (straight < INK).sum()


@pytest.mark.parametrize("shift", [-15, 0, 15])
def test_twelve_digits_in_thirteen_cells_are_twelve(shift):
    assert len(pieces(strip_of(comb("038185004412", 13, shift), 13))) == 12


def test_digits_that_touch_over_a_wall_are_two():
    picture = comb("88", 4)
    wall = LEFT + CELL
    picture[60:64, LEFT + CELL // 2 : wall + CELL // 2] = 20
    strip = strip_of(picture, 4)
    assert len(pieces(strip)) == 2


def test_an_empty_comb_is_nothing_and_dust_is_no_digit():
    assert strip_of(comb("")) is None
    picture = comb("0 5", 12)
    picture[40:44, LEFT + CELL + 30 : LEFT + CELL + 34] = 20
    assert len(pieces(strip_of(picture))) == 2


def cell_with(*lines):
    """Return a table's cell with lines of text at these heights (top in pixels)."""
    picture = Image.new("L", (700, 220), 250)
    draw, face = ImageDraw.Draw(picture), ImageFont.truetype(FACE, 40)
    for baseline, text in lines:
        draw.text((12, baseline), text, font=face, fill=20, anchor="ls")
    return np.asarray(picture).copy()


@pytest.mark.parametrize("baselines", [(50, 105, 165), (70, 118, 170)])
def test_lines_of_a_cell_are_found_wherever_they_stand(baselines):
    texts = ("Thôn Lập Thắng, xã", "Nguyệt Ấn, huyện", "Ngọc Lặc, tỉnh Thọ")
    cell = cell_with(*zip(baselines, texts, strict=True))
    rows = text_rows(cell, MM)
    assert len(rows) == 3
    for (top, pixels), baseline, text in zip(rows, baselines, texts, strict=True):
        assert top < baseline < top + pixels.shape[0]
        alone = cell_with((baseline, text))
        assert int((pixels < INK).sum()) == int((alone < INK).sum())  # every accent and dot, and nothing of the others


def test_a_dash_between_words_is_no_dust_and_a_dot_of_the_leader_is():
    line = cell_with((60, "03/2012"))[:90]
    line[46:50, 153:167] = 20  # a dash, a space away from the words on both sides
    later = cell_with((60, "09/2019"))[:90]
    line[:, 165:] = np.minimum(line[:, 165:], later[:, 0:535])
    line[58:62, 520:524] = 20
    assert without_dust(line, MM)
    assert (line[46:50, 153:167] < INK).all()
    assert (line[58:62, 520:524] > INK).all()


def test_a_typewriters_colon_is_no_dust_though_it_stands_apart():
    line = cell_with((60, "trú"))[:90]
    right = int(np.flatnonzero((line < INK).any(axis=0))[-1])
    near, far = right + round(1.5 * MM), right + round(2.5 * MM)
    colon, speck = slice(near, near + 3), slice(far, far + 3)
    line[40:43, colon] = line[40:43, speck] = 20
    assert without_dust(line, MM)
    assert (line[40:43, colon] < INK).all()
    assert (line[40:43, speck] > INK).all()


def test_letters_that_a_leader_ran_through_are_no_dust():
    line = cell_with((60, "Hoanmenu"))[:90]
    rows = np.flatnonzero((line[:, 60:] < INK).any(axis=1))  # of the small letters
    middle = int(rows.min() + rows.max()) // 2
    line[middle - 2 : middle + 2] = 250
    before = line.copy()
    assert without_dust(line, MM)
    assert np.array_equal(line < INK, before < INK)


def test_the_walls_of_a_cell_go_and_what_is_written_beside_them_stays():
    cell = cell_with((60, "Lần đầu"))[:90]
    bare = cell.copy()
    mask = np.zeros_like(cell)
    mask[:, 1:4] = mask[:, -4:-1] = 1
    cell[:, 3:6] = cell[:, -6:-3] = 40  # the walls as the page shows them: two pixels beside the mask
    without_walls(cell, mask, 8)
    assert np.array_equal(cell < INK, bare < INK)


def test_a_leader_is_no_wall():
    line = cell_with((60, "Lần đầu"))[:90]
    mask = np.zeros_like(line)
    mask[62:65, ::4] = 1
    before = line.copy()
    without_walls(line, mask, 8)
    assert np.array_equal(line, before)


@pytest.mark.parametrize(
    ("rows", "columns", "wall_y", "is_cut"),
    [
        (slice(0, 90), slice(0, 700), None, False),
        (slice(0, 90), slice(0, 100), None, True),  # it runs on to the right
        (slice(58, 90), slice(0, 700), None, True),  # most letters are cut above
        (slice(20, 90), slice(0, 700), 0, False),
        (slice(20, 90), slice(0, 700), 22, True),  # it stands across the upper wall
    ],
)
def test_writing_that_goes_on_beyond_its_place_is_told(rows, columns, wall_y, is_cut):
    line = np.ascontiguousarray(cell_with((70, "Lần đầu, ngày"))[rows, columns])
    mask = np.zeros_like(line)
    if wall_y is not None:
        mask[wall_y, :] = 1
    within = without_walls(line, mask, 30)
    assert is_cut_off(line, within, MM) is is_cut


def test_a_descender_of_the_line_above_does_not_cut_a_line():
    line = cell_with((60, "Thôn Lập Thắng"))[:90]
    line[:14, 300:305] = 20
    assert not is_cut_off(line, (slice(0, 90), slice(0, 700)), MM)
