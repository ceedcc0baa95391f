"""Which blank form a page is filled on, how it lies on the glass, and where each point of the form is on the page.

Features of the page are compared with those of every blank, in two steps; the few likeliest blanks are laid on the
page, label on label. A page is only taken for a form when that form's print is really there and no other print stands
in its place: forms of one family share heads, labels and notes, and older versions differ in a line or two. A page
that is no form must never be read as one; of a page of which a part is missing nobody knows whether it is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.clean import evenly_lit, has_shade, reading_grey
from ocr.forms.align import print_found, refined
from ocr.forms.features import ALIGN_PX, Features, features_of, features_of_blank, homography, pairs_of, shrunk
from ocr.forms.templates import Template, TemplatePage
from ocr.photo import laid_flat
from ocr.raster import PageImage, Pixels

FIRST_LOOK = (120, 350)  # strongest features of a blank and of a page: one print of the right form is among the first 7
FEATURES = 1000
LOOKED_AT = 7  # blanks after the first look
NEARLY = 0.6  # of the likeliest blank's inliers: twins of it are laid on the page as well
INLIERS = 14  # right forms have 23 and more, on a dim photo; most other documents fewer
PRINT_FOUND = 0.97  # of the labels' ink: the right form shows 0.99, an older version with its last lines moved 0.955
ALIKE = 0.005  # two blanks between which the page's ink does not decide

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Match:
    """``to_page`` leads from fractions of the blank to pixels of the page once it is turned by ``rotation_deg``."""

    template: Template
    page: TemplatePage
    rotation_deg: int
    skew_deg: float
    to_page: Matrix
    confidence: float


@dataclass(frozen=True, eq=False)
class _Known:
    template: Template
    page: TemplatePage
    features: Features

    @property
    def kind(self) -> tuple[object, ...]:
        """Which page of which form it is, however printed."""
        return (*self.template.form, self.page.number)

    @cached_property
    def blank(self) -> Pixels:
        return shrunk(self.page.grey, ALIGN_PX)


@dataclass(frozen=True)
class _Seen:
    """The features of a page; ``to_work`` leads from fractions of where they were seen to fractions of the page."""

    features: Features
    to_work: Matrix


class Recogniser:
    """Knows the features of every blank; made once."""

    def __init__(self, templates: Sequence[Template]) -> None:
        self._known = [
            _Known(template, page, features_of_blank(page)) for template in templates for page in template.pages
        ]
        first = [form.features.strongest(FIRST_LOOK[0]) for form in self._known]
        self._first = Features(
            np.vstack([np.zeros((0, 2), np.float32), *(features.points for features in first)]),
            np.vstack([np.zeros((0, 32), np.uint8), *(features.descriptors for features in first)]),
        )
        self._owner = np.repeat(np.arange(len(first)), [len(features.points) for features in first])

    def match(self, page: PageImage, code: str | None = None) -> Match | None:
        """Return the form of a page, of all forms or of one code; None where it is none of them."""
        work = _work_grey(page)
        matches = self._matches(page, work, _Seen(features_of(work, FEATURES), np.eye(3)), code)
        if not matches:
            flat, back = laid_flat(work)
            if flat is not work:  # seen aslant, too few features are alike
                to_work = np.linalg.inv(_size(work)) @ back @ _size(flat)
                matches = self._matches(page, work, _Seen(features_of(flat, FEATURES), to_work), code)
        return _clearest(matches)

    def _matches(self, page: PageImage, work: Pixels, seen: _Seen, code: str | None) -> list[Match]:
        """Return the blanks that the page shows."""
        if code is not None:
            own = [form for form in self._known if form.template.code == code]
            return _shown(page, work, _placed(own, seen))
        likely = self._likely(seen.features)
        placed = _placed(likely, seen)
        matches = _shown(page, work, placed)
        if not matches:  # the heads of other forms, printed alike, may hide the right one of two prints
            kinds = {form.kind for _, _, form in placed}
            others = [form for form in self._known if form.kind in kinds and form not in likely]
            matches = _shown(page, work, _placed(others, seen))
        return matches

    def _likely(self, features: Features) -> list[_Known]:
        """Return the few blanks that share most with the page."""
        found, _ = pairs_of(self._first, features.strongest(FIRST_LOOK[1]))
        counts = np.bincount(self._owner[found], minlength=len(self._known))
        return [self._known[index] for index in np.argsort(-counts, kind="stable")[:LOOKED_AT]]


def _placed(forms: Sequence[_Known], seen: _Seen) -> list[tuple[int, Matrix, _Known]]:
    """Return the blanks that may lie on the page, with how many features say so and where; the likeliest first."""
    found = [(*homography(form.features, seen.features), form) for form in forms]
    likely = [
        (inliers, seen.to_work @ matrix, form)
        for inliers, matrix, form in found
        if matrix is not None and inliers >= INLIERS
    ]
    return sorted(likely, key=lambda one: -one[0])


def _shown(page: PageImage, work: Pixels, placed: Sequence[tuple[int, Matrix, _Known]]) -> list[Match]:
    """Return the blanks whose print the page shows."""
    matches: list[Match] = []
    for inliers, matrix, form in placed:
        is_near = not matches or inliers >= placed[0][0] * NEARLY
        if is_near and (match := _laid_on(page, work, form, matrix)):
            matches.append(match)
    return matches


def _work_grey(page: PageImage) -> Pixels:
    """Return the page at ALIGN_PX, seals faded, shadows lit."""
    rgb = None if page.rgb is None else shrunk(page.rgb, ALIGN_PX)
    grey = reading_grey(replace(page, grey=shrunk(page.grey, ALIGN_PX), rgb=rgb))
    return evenly_lit(grey) if has_shade(grey) else grey


def _size(image: Pixels) -> Matrix:
    return np.diag([float(image.shape[1]), float(image.shape[0]), 1.0])


def _clearest(matches: list[Match]) -> Match | None:
    """Return the match with most of its print on the page.

    Where the ink does not decide between two versions of one form, the newer one counts, and between two prints of a
    version the likelier one; between two forms (of some only the notes on the back are alike) nobody can say.
    """
    if not matches:
        return None
    best = max(matches, key=lambda match: match.confidence)
    alike = [match for match in matches if best.confidence - match.confidence < ALIKE]
    if any(match.template.code != best.template.code for match in alike):
        return None
    return max(alike, key=lambda match: (match.template.valid_from, match.confidence))


def _laid_on(page: PageImage, work: Pixels, form: _Known, matrix: Matrix) -> Match | None:
    """Return the match if the page laid on the blank shows the blank's print."""
    corners = cv2.perspectiveTransform(np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]], dtype=np.float64), matrix)[0]
    if not cv2.isContourConvex(corners.astype(np.float32)):
        return None
    labels = [text.box for text in form.page.texts]
    height, width = form.blank.shape
    to_fractions = np.diag([1 / width, 1 / height, 1.0])
    finer = refined(_warped(work, matrix @ to_fractions, form.blank), form.blank, labels)
    matrix = matrix @ to_fractions @ finer @ np.linalg.inv(to_fractions)
    found = print_found(_warped(work, matrix @ to_fractions, form.blank), form.blank, labels, PRINT_FOUND)
    if found is None:
        return None
    size = _size(page.grey)
    along = cv2.perspectiveTransform(np.array([[[0, 0], [1, 0]]], dtype=np.float64), size @ matrix)[0]
    angle = float(np.degrees(np.arctan2(*(along[1] - along[0])[::-1])))
    quarter = round(angle / 90) * 90
    rotation_deg = -quarter % 360
    to_page = _turn_pixels(rotation_deg, page.width_px, page.height_px) @ size @ matrix
    return Match(form.template, form.page, rotation_deg, round(angle - quarter, 2), to_page, round(found, 3))


def _warped(work: Pixels, to_work: Matrix, blank: Pixels) -> Pixels:
    """Return the page as it lies on the blank; ``to_work`` leads from the blank's pixels to fractions of the page."""
    laid = cv2.warpPerspective(work, np.linalg.inv(_size(work) @ to_work), blank.shape[::-1], borderValue=255)
    return np.asarray(laid, dtype=np.uint8)


def _turn_pixels(clockwise_deg: int, width: float, height: float) -> Matrix:
    return np.array(
        {
            0: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
            90: [[0, -1, height - 1], [1, 0, 0], [0, 0, 1]],
            180: [[-1, 0, width - 1], [0, -1, height - 1], [0, 0, 1]],
            270: [[0, 1, 0], [-1, 0, width - 1], [0, 0, 1]],
        }[clockwise_deg],
        dtype=np.float64,
    )
