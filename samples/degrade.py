"""What office scanners and phones do to a page, each by a name that the truth repeats.

``clean300`` (no loss), ``scan300``, ``scan200``, ``scan150`` (skew up to 3°, blur, noise, uneven light),
``stamp300`` (red seals over the text), ``fold300`` (folds and specks), ``bin200`` (1-bit), ``photo`` (a phone:
perspective, shadow, warm light). The same generator state gives the same pixels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from samples.fill import FILL_DPI
from samples.papers import received_stamp, seal

Pixels: TypeAlias = npt.NDArray[np.uint8]
Levels: TypeAlias = npt.NDArray[np.float32]

MM = FILL_DPI / 25.4
PAPER = (252, 251, 248)
SKEW_DEG = 3.0
PHOTO_DPI = 190


@dataclass(frozen=True)
class Scan:
    """One page as a device gives it; ``dpi`` is None where the device does not know (a phone)."""

    image: Image.Image  # RGB, L or 1
    dpi: int | None
    quality: int  # of the JPEG that a device would make of it


def clean300(page: Image.Image, rng: Random) -> Scan:  # noqa: ARG001 - every device has the same signature
    return Scan(page.convert("L"), FILL_DPI, 90)


def scan300(page: Image.Image, rng: Random) -> Scan:
    return _scanned(_pixels(page), rng, 300, is_grey=True)


def scan200(page: Image.Image, rng: Random) -> Scan:
    return _scanned(_pixels(page), rng, 200, is_grey=rng.random() < 0.5)  # noqa: PLR2004 - half the offices scan in colour


def scan150(page: Image.Image, rng: Random) -> Scan:
    return _scanned(_pixels(page), rng, 150, is_grey=True)


def stamp300(page: Image.Image, rng: Random) -> Scan:
    """Two seals and the stamp of the incoming mail, in red, over what is written."""
    stamped = page.copy()
    for x_mm, y_mm in (
        (rng.uniform(50, 150), rng.uniform(70, 120)),
        (rng.uniform(50, 150), rng.uniform(135, 175)),
    ):
        _stamp(stamped, seal().rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC, expand=True), x_mm, y_mm, rng)
    _stamp(stamped, received_stamp().rotate(rng.uniform(-6, 6), Image.Resampling.BICUBIC, expand=True), 36, 26, rng)
    return _scanned(_pixels(stamped), rng, 300, is_grey=False)


def fold300(page: Image.Image, rng: Random) -> Scan:
    """Folded twice and carried in a pocket: ridges with shadow, worn ink on them, specks."""
    pixels = _pixels(page.convert("L")).astype(np.float32)
    noise = _noise(rng)
    height, width = pixels.shape
    y, x = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
    folds = [(y, height * share, x) for share in (rng.uniform(0.3, 0.37), rng.uniform(0.63, 0.7))]
    if rng.random() < 0.5:  # noqa: PLR2004 - some papers are folded across as well
        folds.append((x, width * rng.uniform(0.47, 0.53), y))
    for across, at, along in folds:
        away = across - at - along * rng.uniform(-0.01, 0.01)
        shade = -rng.uniform(0.1, 0.2)
        pixels *= 1 + shade * np.exp(-np.abs(away) / (9 * MM)) * (away > 0)
        ridge = np.exp(-((away / rng.uniform(2, 4)) ** 2)) * rng.uniform(0.3, 0.6)
        pixels += (235 - pixels) * ridge
    for _ in range(700):
        at_x, at_y = int(noise.integers(0, width)), int(noise.integers(0, height))
        cv2.circle(pixels, (at_x, at_y), int(noise.integers(1, 3)), (float(noise.integers(60, 200)),), -1)
    return _scanned(np.clip(pixels, 0, 255).astype(np.uint8), rng, 300, is_grey=True)


def bin200(page: Image.Image, rng: Random) -> Scan:
    scan = _scanned(_pixels(page), rng, 200, is_grey=True, noise=5.0)
    threshold = rng.randint(140, 175)
    return Scan(scan.image.point([255 * (level >= threshold) for level in range(256)]).convert("1"), 200, 100)


def photo(page: Image.Image, rng: Random) -> Scan:
    """A page on a table, taken with a phone from a little aside."""
    noise = _noise(rng)
    scale = PHOTO_DPI / FILL_DPI
    pixels = _pixels(page.resize((round(page.width * scale), round(page.height * scale)), Image.Resampling.BOX))
    shot = _on_table(pixels, rng, noise)
    y, x = _from_middle(shot.shape[0])[:, None], _from_middle(shot.shape[1])[None, :]
    angle = rng.uniform(0, 2 * np.pi)
    light = 0.9 + 0.13 * (np.cos(angle) * x + np.sin(angle) * y) - 0.07 * (x**2 + y**2)
    shot *= light.astype(np.float32)[..., None] * np.array([1.0, 0.975, 0.92], dtype=np.float32)
    shot = _blurred(shot, rng.uniform(0.5, 0.75))
    shot += noise.standard_normal(shot.shape[:2], dtype=np.float32)[..., None] * 3
    return Scan(Image.fromarray(np.clip(shot, 0, 255).astype(np.uint8)), None, 62)


def _on_table(pixels: Pixels, rng: Random, noise: np.random.Generator) -> Levels:
    """Return the page seen from aside, dark wood around it."""
    height, width = pixels.shape[:2]
    edge_x, edge_y = round(width * 0.09), round(height * 0.06)
    size = (width + 2 * edge_x, height + 2 * edge_y)

    def corner(x: float, y: float) -> list[float]:
        return [x + rng.uniform(-0.6, 0.6) * edge_x, y + rng.uniform(-0.6, 0.6) * edge_y]

    corners = [corner(edge_x, edge_y), corner(edge_x + width, edge_y), corner(edge_x + width, edge_y + height),
               corner(edge_x, edge_y + height)]  # fmt: skip
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    warp = cv2.getPerspectiveTransform(source, np.array(corners, dtype=np.float32))
    grain = cv2.resize(noise.normal(0, 10, (40, 28)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    table = np.stack([grain + level for level in (92, 70, 54)], axis=-1).astype(np.float32)
    laid = cv2.warpPerspective(pixels, warp, size, flags=cv2.INTER_LINEAR)
    cover = cv2.warpPerspective(np.ones((height, width), np.float32), warp, size, flags=cv2.INTER_LINEAR)[..., None]
    return np.asarray(table + (laid - table) * cover, dtype=np.float32)


DEVICES: Mapping[str, Callable[[Image.Image, Random], Scan]] = {
    "clean300": clean300, "scan300": scan300, "scan200": scan200, "scan150": scan150, "stamp300": stamp300,
    "fold300": fold300, "bin200": bin200, "photo": photo,
}  # fmt: skip


def _scanned(pixels: Pixels, rng: Random, dpi: int, *, is_grey: bool, noise: float | None = None) -> Scan:
    """Turn a little, bring to the device's resolution, light unevenly, blur, add noise."""
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-SKEW_DEG, SKEW_DEG), rng.uniform(0.985, 1.0))
    turn[0, 2] += rng.uniform(-2, 2) * MM
    turn[1, 2] += rng.uniform(-2, 2) * MM
    is_colour = pixels.ndim > 2  # noqa: PLR2004 - two axes are grey
    border = PAPER if is_colour else PAPER[1:2]
    turned = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=border)
    if is_grey and is_colour:
        turned = cv2.cvtColor(turned, cv2.COLOR_RGB2GRAY)
    if dpi != FILL_DPI:
        size = (round(width * dpi / FILL_DPI), round(height * dpi / FILL_DPI))
        turned = cv2.resize(turned, size, interpolation=cv2.INTER_AREA)
    shot = cv2.GaussianBlur(turned, (0, 0), rng.uniform(0.45, 0.8) * dpi / 240).astype(np.float32)
    y, x = _from_middle(shot.shape[0])[:, None], _from_middle(shot.shape[1])[None, :]
    light = 0.95 + rng.uniform(-0.045, 0.045) * x + rng.uniform(-0.045, 0.045) * y - rng.uniform(0, 0.03) * x**2
    strength = noise if noise is not None else rng.uniform(2, 4.5)
    grain = _noise(rng).standard_normal(shot.shape[:2], dtype=np.float32) * np.float32(strength)
    if not is_grey:
        light, grain = light[..., None], grain[..., None]
    shot *= light
    shot += grain
    return Scan(Image.fromarray(np.clip(shot, 0, 255).astype(np.uint8)), dpi, rng.randint(54, 64))


def _stamp(page: Image.Image, mark: Image.Image, x_mm: float, y_mm: float, rng: Random) -> None:
    """Press a mark onto the page: ink multiplies, and covers unevenly."""
    left, top = round(x_mm * MM - mark.width / 2), round(y_mm * MM - mark.height / 2)
    under = np.asarray(page.crop((left, top, left + mark.width, top + mark.height)), dtype=np.float32)
    ink = np.asarray(mark, dtype=np.float32)
    grain = cv2.resize(
        _noise(rng).uniform(0.55, 1.0, (mark.height // 12, mark.width // 12)).astype(np.float32), mark.size
    )
    cover = (ink[..., 3] / 255 * grain * 0.9)[..., None]
    pressed = under * (1 - cover) + under * ink[..., :3] / 255 * cover
    page.paste(Image.fromarray(np.clip(pressed, 0, 255).astype(np.uint8)), (left, top))


def _from_middle(length: int) -> Levels:
    return np.linspace(-1, 1, length, dtype=np.float32)


def _blurred(levels: Levels, sigma_px: float) -> Levels:
    return np.asarray(cv2.GaussianBlur(levels, (0, 0), sigma_px), dtype=np.float32)


def _pixels(page: Image.Image) -> Pixels:
    return np.asarray(page, dtype=np.uint8)


def _noise(rng: Random) -> np.random.Generator:
    return np.random.default_rng(rng.getrandbits(63))
