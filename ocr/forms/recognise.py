"""Which blank form a page is filled on, how it lies on the glass, and where each point of the form is on the page.

Features of the page are matched with those of every blank, first coarsely, then finely with the best. A page is only
taken for a form when far more features agree than on any other document and the form's own print is really there;
a page that is no form must never be read as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.clean import paper_level, reading_grey, softened
from ocr.forms.align import refined
from ocr.forms.templates import Template, TemplatePage
from ocr.raster import PageImage, Pixels

COARSE_PX, FINE_PX, ALIGN_PX = 702, 1170, 1403  # the long side of A4 at 60, 100 and 120 dpi
ALIGN_DPI = 120
COARSE_FEATURES, FINE_FEATURES = 800, 1500
COARSE_INLIERS = 40  # wrong documents have 6 to 32 (ocr.md 7)
FINE_INLIERS = 120
CLEARLY = 0.05  # more of its print than of the second form's; forms of one family share heads and labels
PRINT_FOUND = 0.93  # of the form's ink seen where it should be: the right form shows 0.99, its kin up to 0.87
RATIO = 0.8
COARSE_TRIES = 300
RANSAC_PX = 3.0

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


@dataclass(frozen=True)
class _Features:
    points: NDArray[np.float32]  # in fractions of the image
    descriptors: Pixels


@dataclass(frozen=True)
class _Known:
    template: Template
    page: TemplatePage
    coarse: _Features
    fine: _Features


class Recogniser:
    """Knows the features of every blank; made once."""

    def __init__(self, templates: Sequence[Template]) -> None:
        self._known = [
            _Known(
                template,
                page,
                _features(page.grey, COARSE_PX, COARSE_FEATURES),
                _features(page.grey, FINE_PX, FINE_FEATURES),
            )
            for template in templates
            for page in template.pages
        ]

    def match(self, page: PageImage, code: str | None = None) -> Match | None:
        """Return the form of a page, of all forms or of one code; None where it is none of them."""
        known = [form for form in self._known if code in {None, form.template.code}]
        if not known:
            return None
        grey = reading_grey(page)
        small = _shrunk(grey, FINE_PX)
        coarse = _features(small, COARSE_PX, COARSE_FEATURES)
        counted = ((_homography(form.coarse, coarse, COARSE_TRIES)[0], form) for form in known)
        ranked = sorted(counted, key=lambda pair: -pair[0])
        if ranked[0][0] < COARSE_INLIERS:
            return None
        fine = _features(small, FINE_PX, FINE_FEATURES)
        likely = [form for inliers, form in ranked[:2] if inliers >= max(COARSE_INLIERS, ranked[0][0]) / 2]
        matches = []
        for form in likely:
            inliers, matrix = _homography(form.fine, fine)
            if matrix is not None and inliers >= FINE_INLIERS and (found := self._checked(page, grey, form, matrix)):
                matches.append(found)
        matches.sort(key=lambda match: -match.confidence)
        if len(matches) > 1 and matches[0].confidence - matches[1].confidence < CLEARLY:
            return None
        return matches[0] if matches else None

    @staticmethod
    def _checked(page: PageImage, grey: Pixels, form: _Known, matrix: Matrix) -> Match | None:
        corners = cv2.perspectiveTransform(np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]], dtype=np.float64), matrix)[0]
        corners *= [page.width_px, page.height_px]
        if not cv2.isContourConvex(corners.astype(np.float32)):
            return None
        across = corners[1] - corners[0]
        angle = float(np.degrees(np.arctan2(across[1], across[0])))
        quarter = round(angle / 90) * 90
        rotation_deg = -quarter % 360
        scale = np.diag([float(page.width_px), float(page.height_px), 1.0])
        small = softened(grey, page.dpi / ALIGN_DPI * 0.4) if page.dpi > ALIGN_DPI else grey
        seen, blank, to_fractions = _laid_on(small, form.page, scale @ matrix)
        finer = refined(seen, blank, [text.box for text in form.page.texts])
        matrix = matrix @ to_fractions @ finer @ np.linalg.inv(to_fractions)
        seen, _, _ = _laid_on(small, form.page, scale @ matrix)
        agreement = _print_found(seen, blank)
        if agreement < PRINT_FOUND:
            return None
        to_page = _turn_pixels(rotation_deg, page.width_px, page.height_px) @ scale @ matrix
        return Match(form.template, form.page, rotation_deg, round(angle - quarter, 2), to_page, round(agreement, 3))


def _features(grey: Pixels, long_side_px: int, count: int) -> _Features:
    small = _shrunk(grey, long_side_px)
    orb = cv2.ORB.create(nfeatures=count, fastThreshold=12)
    keypoints, descriptors = orb.detectAndCompute(small, None)
    points = np.array([k.pt for k in keypoints], dtype=np.float32).reshape(-1, 2) / [small.shape[1], small.shape[0]]
    if descriptors is None:
        descriptors = np.zeros((0, 32), np.uint8)
    return _Features(points.astype(np.float32), np.asarray(descriptors, dtype=np.uint8))


def _shrunk(grey: Pixels, long_side_px: int) -> Pixels:
    scale = long_side_px / max(grey.shape)
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _homography(form: _Features, page: _Features, tries: int = 2000) -> tuple[int, Matrix | None]:
    """Return how many features agree on one homography from the form to the page, and that homography."""
    if min(len(form.points), len(page.points)) < 8:  # noqa: PLR2004 - twice what a homography needs
        return 0, None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(form.descriptors, page.descriptors, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO * pair[1].distance]  # noqa: PLR2004 - k
    if len(good) < 8:  # noqa: PLR2004 - as above
        return 0, None
    # In thousandths of the page: the tolerance is two to three pixels of the fine image.
    source = np.array([form.points[m.queryIdx] for m in good], dtype=np.float32) * 1000
    target = np.array([page.points[m.trainIdx] for m in good], dtype=np.float32) * 1000
    matrix, inliers = cv2.findHomography(source, target, cv2.RANSAC, RANSAC_PX, maxIters=tries, confidence=0.999)
    if matrix is None:
        return 0, None
    unit = np.diag([1000.0, 1000.0, 1.0])
    return int(inliers.sum()), np.linalg.inv(unit) @ matrix @ unit


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


def _laid_on(grey: Pixels, form: TemplatePage, to_pixels: Matrix) -> tuple[Pixels, Pixels, Matrix]:
    """Return the page laid on its blank, the blank at the same size, and the matrix from there to fractions."""
    height, width = ALIGN_PX, round(ALIGN_PX * form.grey.shape[1] / form.grey.shape[0])
    blank = cv2.resize(form.grey, (width, height), interpolation=cv2.INTER_AREA)
    to_fractions = np.diag([1 / width, 1 / height, 1.0])
    seen = cv2.warpPerspective(
        grey, np.linalg.inv(to_pixels @ to_fractions), (width, height), borderValue=255, flags=cv2.INTER_LINEAR
    )
    return np.asarray(seen, dtype=np.uint8), np.asarray(blank, dtype=np.uint8), to_fractions


def _print_found(seen: Pixels, blank: Pixels) -> float:
    """Return the share of the form's print that is dark on the page, a pixel this way or that."""
    paper = cv2.blur(seen, (61, 61))
    dark = (seen.astype(np.int16) < paper.astype(np.int16) - 25).astype(np.uint8)
    ink = blank < paper_level(blank) - 90
    return float(cv2.dilate(dark, np.ones((3, 3), np.uint8))[ink].mean()) if ink.any() else 0.0
