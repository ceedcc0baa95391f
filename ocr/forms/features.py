"""Points of a page that are found again on another picture of it, and how one picture lies on the other.

The points of a blank never change, so they may lie beside it (``blank-1.features.npz``), bound to the blank's bytes;
where they do not, they are looked for anew.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.forms.templates import TemplatePage, load_templates
from ocr.raster import Pixels

Matrix = NDArray[np.float64]

ALIGN_PX = 1403  # the long side of A4 at 120 dpi
COARSE_PX = 1000  # the long side of A4 at 85 dpi; at 60 dpi one dim photo in twenty is taken for no form
SOFT_SIGMA = 0.7  # before shrinking, or the noise of dim photos makes more corners than their print
OF_BLANK = 300
RATIO = 0.8
TRIES = 500
TOLERANCE = 3.0  # thousandths of the page: three pixels
FEWEST = 8  # pairs: twice what a homography needs
THRESHOLD = 12  # of grey between a corner and its surroundings; print on 1-bit scans has hundreds


@dataclass(frozen=True)
class Features:
    """The strongest first; ``points`` are fractions of the picture, ``descriptors`` 32 bytes each."""

    points: NDArray[np.float32]
    descriptors: Pixels

    def strongest(self, count: int) -> "Features":
        """Return the first of them."""
        return Features(self.points[:count], self.descriptors[:count])


def features_of(grey: Pixels, count: int) -> Features:
    """Return what stands out of a picture of a page, given at ALIGN_PX, looked at in COARSE_PX."""
    small = shrunk(np.asarray(cv2.GaussianBlur(grey, (5, 5), SOFT_SIGMA), dtype=np.uint8), COARSE_PX)
    orb = cv2.ORB.create(nfeatures=count, fastThreshold=THRESHOLD)
    keypoints, descriptors = orb.detectAndCompute(small, None)
    if descriptors is None:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8))
    order = np.argsort([-point.response for point in keypoints], kind="stable")
    points = np.array([keypoints[index].pt for index in order], np.float32) / [small.shape[1], small.shape[0]]
    return Features(points.astype(np.float32), np.asarray(descriptors, dtype=np.uint8)[order])


def features_of_blank(page: TemplatePage) -> Features:
    """Return the features of a blank, from beside it if they are those of its bytes."""
    return kept_features(page) or features_of(shrunk(page.grey, ALIGN_PX), OF_BLANK)


def kept_features(page: TemplatePage) -> Features | None:
    """Return the features that lie beside the blank; None where there are none, or those of other bytes."""
    beside = _beside(page.blank)
    if not beside.is_file():
        return None
    with np.load(beside, allow_pickle=False) as kept:
        is_current = kept["made_from"].tobytes() == _digest(page.blank)
        return Features(kept["points"], kept["descriptors"]) if is_current else None


def keep_features(page: TemplatePage) -> None:
    """Write the features beside the blank, so that nobody has to unpack it to know whether a page is of it."""
    features = features_of(shrunk(page.grey, ALIGN_PX), OF_BLANK)
    digest = np.frombuffer(_digest(page.blank), np.uint8)
    target = BytesIO()
    np.savez(target, made_from=digest, points=features.points, descriptors=features.descriptors)
    _beside(page.blank).write_bytes(target.getvalue())


def pairs_of(form: Features, page: Features) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which features of the form have one clear partner on the page, and which it is."""
    if len(form.points) == 0 or len(page.points) < 2:  # noqa: PLR2004 - the best and the second best
        return np.zeros(0, np.intp), np.zeros(0, np.intp)
    distances, partners = cv2.batchDistance(
        form.descriptors, page.descriptors, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2
    )
    clear = np.nonzero(distances[:, 0] < RATIO * distances[:, 1])[0]
    return clear, partners[clear, 0]


def homography(form: Features, page: Features) -> tuple[int, Matrix | None]:
    """Return how many features agree on one homography from the form to the page, and that homography."""
    own, partners = pairs_of(form, page)
    if len(own) < FEWEST:
        return 0, None
    source, target = form.points[own] * 1000, page.points[partners] * 1000
    matrix, inliers = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, TOLERANCE, maxIters=TRIES, confidence=0.999
    )  # fmt: skip
    if matrix is None:
        return 0, None
    unit = np.diag([1000.0, 1000.0, 1.0])
    return int(inliers.sum()), np.linalg.inv(unit) @ matrix @ unit


def shrunk(picture: Pixels, long_side_px: int) -> Pixels:
    """Return the picture at this size, halved as often as that goes: other factors cost ten times as much."""
    while max(picture.shape) >= 2 * long_side_px:
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        picture = np.asarray(cv2.resize(picture, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    scale = long_side_px / max(picture.shape)
    if scale == 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _beside(blank: Path) -> Path:
    return blank.with_suffix(".features.npz")


def _digest(blank: Path) -> bytes:
    """Return what the features depend on: the blank's bytes, and the sizes they were looked for in."""
    return hashlib.sha256(b"%d %d %d " % (ALIGN_PX, COARSE_PX, OF_BLANK) + blank.read_bytes()).digest()


def main() -> None:
    """Keep the features of every form we know: ``python -m ocr.forms.features``, after a blank has changed."""
    for template in load_templates():
        for page in template.pages:
            keep_features(page)


if __name__ == "__main__":
    main()
