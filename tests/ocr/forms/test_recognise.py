"""A form is known however it lies; what is almost a form is none (bench/recognition.py has them by the hundred)."""

from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest

from ocr.forms.features import features_of_blank, keep_features, kept_features
from ocr.forms.recognise import Recogniser
from ocr.forms.templates import load_templates
from ocr.raster import PageImage
from samples import near_misses
from samples.degrade import DEVICES, scan200
from samples.people import dice

TEMPLATES = load_templates()
BIRTH = next(form for form in TEMPLATES if form.code == "to-khai-dang-ky-khai-sinh")
BIRTH_AGAIN = next(form for form in TEMPLATES if form.code == "to-khai-dang-ky-lai-khai-sinh")
PAGES = [page for form in TEMPLATES for page in form.pages]


@pytest.fixture(scope="module")
def recogniser():
    return Recogniser(TEMPLATES)


def seen(image, device=scan200, turn=0, seed="page"):
    """Return the page as a device shows it, laid on the glass turned counter-clockwise."""
    scan = device(image, dice(seed))
    pixels = np.asarray(scan.image.rotate(turn, expand=True).convert("RGB"))
    grey = np.ascontiguousarray(np.asarray(scan.image.rotate(turn, expand=True).convert("L")))
    rgb = pixels if scan.image.mode == "RGB" else None
    return PageImage(1, grey, rgb, scan.dpi or 190, scan.image.mode == "1", 0.0)


def filled(form, number=1, seed="form"):
    return near_misses.filled_in(form.pages[number - 1], dice(seed))


@pytest.mark.parametrize(("device", "turn"), [("photo", 0), ("bin200", 90), ("scan150", 180), ("fold300", 270)])
def test_a_form_is_known_and_turned_back(recogniser, device, turn):
    match = recogniser.match(seen(filled(BIRTH), DEVICES[device], turn))
    assert (match.template, match.page.number, match.rotation_deg) == (BIRTH, 1, turn)


def test_a_second_page_alone_is_known(recogniser):
    match = recogniser.match(seen(filled(BIRTH, 2)))
    assert (match.template, match.page.number) == (BIRTH, 2)


@pytest.mark.parametrize("seed", ["p0", "p10"])
def test_a_print_is_known_that_the_heads_of_other_forms_hide(recogniser, seed):
    printed = next(t for t in TEMPLATES if t.code == "to-khai-dang-ky-khai-tu" and t.print_name == "annex-2025")
    match = recogniser.match(seen(filled(printed, seed=seed), DEVICES["photo"], seed=seed))
    assert (match.template, match.page.number) == (printed, 1)


def on_a_table(image):
    """Return a photo of a page that lies on a brown table, aslant, a shadow over a half of it."""
    page = np.asarray(image.convert("L").resize((1654, 2339)))
    height, width = page.shape
    corners = np.array([[width, height]], dtype=np.float32) * [[0.09, 0.02], [0.91, 0.11], [0.98, 0.97], [0.02, 0.95]]
    onto = cv2.getPerspectiveTransform(
        np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32), corners.astype(np.float32)
    )
    photo = cv2.GaussianBlur(cv2.warpPerspective(page, onto, (width, height), borderValue=75), (0, 0), 1.0)
    shade = 1 - 0.5 / (1 + np.exp((width * 0.5 - np.arange(width)) / (width * 0.06)))
    return PageImage(1, np.asarray(photo * shade[None, :], dtype=np.uint8), None, 190, is_bilevel=False, text_ink=0.0)


def test_a_photo_aslant_with_a_shadow_on_it_is_known(recogniser):
    printed = next(t for t in TEMPLATES if t.form == BIRTH.form and t.print_name == "annex-2025")
    match = recogniser.match(on_a_table(filled(printed)))
    assert (match.template, match.page.number) == (printed, 1)
    assert recogniser.match(on_a_table(near_misses.ALTERED["older version"](printed.pages[0], dice("older")))) is None


def test_twins_are_told_apart(recogniser):
    assert recogniser.match(seen(filled(BIRTH_AGAIN))).template == BIRTH_AGAIN
    without = Recogniser([form for form in TEMPLATES if form is not BIRTH_AGAIN])
    assert without.match(seen(filled(BIRTH_AGAIN))) is None


@pytest.mark.parametrize("kind", near_misses.ALTERED)
def test_a_form_that_was_altered_is_none(recogniser, kind):
    assert recogniser.match(seen(near_misses.ALTERED[kind](BIRTH.pages[0], dice(kind)))) is None


@pytest.mark.parametrize("kind", near_misses.STRANGE)
def test_another_paper_is_none(recogniser, kind):
    assert recogniser.match(seen(near_misses.STRANGE[kind](PAGES, dice(kind)))) is None


def test_of_two_versions_that_look_alike_the_newer_one_counts():
    older = replace(BIRTH, version="2020", valid_from=date(2020, 7, 16), valid_to=date(2024, 6, 5))
    assert Recogniser([older, BIRTH]).match(seen(filled(BIRTH))).template == BIRTH


def test_of_two_versions_that_differ_the_ink_decides(tmp_path):
    image = near_misses.retitled(BIRTH.pages[0], dice("title"))
    image.convert("L").resize((1654, 2339)).save(tmp_path / "blank.png")
    newer = replace(
        BIRTH, version="2027", valid_from=date(2027, 3, 1), valid_to=None,
        pages=(replace(BIRTH.pages[0], blank=tmp_path / "blank.png"),),
    )  # fmt: skip
    assert Recogniser([BIRTH, newer]).match(seen(filled(BIRTH))).template == BIRTH


def test_of_two_forms_that_look_alike_neither_is_named():
    assert Recogniser([BIRTH, replace(BIRTH, code="another")]).match(seen(filled(BIRTH))) is None


def test_only_the_form_asked_for_is_looked_for(recogniser):
    page = seen(filled(BIRTH))
    assert recogniser.match(page, BIRTH.code).template == BIRTH
    assert recogniser.match(page, "to-khai-dang-ky-khai-tu") is None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.blank.parent.parent.name}-{page.number}")
def test_the_features_beside_a_blank_are_those_of_its_bytes(page):
    assert kept_features(page) is not None, "run: python -m ocr.forms.features"


def test_features_of_other_bytes_are_not_used(tmp_path):
    page = BIRTH.pages[0]
    (tmp_path / "blank-1.png").write_bytes(page.blank.read_bytes())
    moved = replace(page, blank=tmp_path / "blank-1.png")
    assert kept_features(moved) is None
    keep_features(moved)
    assert np.array_equal(kept_features(moved).descriptors, features_of_blank(page).descriptors)
    (tmp_path / "blank-1.png").write_bytes(BIRTH.pages[1].blank.read_bytes())
    assert kept_features(moved) is None
