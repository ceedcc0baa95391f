"""What a new signature draws on a page: rendered before and after, to see what it covers (signing.md F (b)).

A picture may lie on blank paper, or over the picture of somebody else's signature, as a seal does by Decree 30/2020.
A real seal that does so also touches the print beside that signature: the genuine letters show it. That little is let
through, close to the other's strokes only; a picture over any other print is not.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from ctypes import c_int
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pypdfium2  # type: ignore[import-untyped]  # has no types
from pypdfium2 import raw

Mask = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
Place = tuple[slice, slice]
SCALE = 2.0  # pixels per point: 144 dpi
MOST_PIXELS = 12_000_000  # of one page; larger ones are drawn smaller
CHANGED = 24  # levels of 255, of any channel; below is the renderer's noise
INK = 32  # the same, against the paper round it: light grey print is print too
SHADE = 64  # the same: paper in the shade of a scanner's lid is still paper, a dark block is not
AROUND_PT = 36.0
NOISE_PIXELS = 3  # a full stop of small print has more
REACH_PT = 24.0  # two lines of small print: title and name stand that close to a signature
MOST_TOUCHED = 0.05  # of the picture's own pixels
LEAST_SHARED = 0.01  # the same


@dataclass(frozen=True)
class Scene:
    """One page: the new widgets' boxes in PDF points, and the places in its list of the signatures' widgets before.

    ``others`` are those of other signers than the new one's.
    """

    page: int
    boxes: Sequence[Box]
    signed: Sequence[int]
    others: Sequence[int]


@dataclass(frozen=True)
class Seen:
    """``is_harmless``: on blank paper or over another's picture; ``is_on_another``: over another signer's."""

    is_harmless: bool
    is_on_another: bool = False


@dataclass(frozen=True)
class Drawing:
    pixels: Pixels
    places: Sequence[Place]
    scale: float  # pixels per point


def look(before: BinaryIO, after: BinaryIO, scene: Scene) -> Seen:
    """Compare a page of two revisions; raises the renderer's errors for what it can't draw."""
    old, new = _drawn(before, scene, ()), _drawn(after, scene, ())
    if old.pixels.shape != new.pixels.shape:
        return Seen(is_harmless=False)
    picture = _differs(old, new)
    elsewhere = picture.copy()
    for place in old.places:
        elsewhere[place] = False
    if elsewhere.any():
        return Seen(is_harmless=False)
    print_only = _drawn(before, scene, scene.signed) if scene.signed else old
    touched = picture & _ink(print_only)
    own_only = print_only if len(scene.others) == len(scene.signed) else _drawn(before, scene, scene.others)
    on_others = _differs(old, own_only)
    size = np.count_nonzero(picture)
    shared = np.count_nonzero(picture & on_others)
    is_on_another = bool(shared > NOISE_PIXELS and shared >= LEAST_SHARED * size)
    count = np.count_nonzero(touched)
    if count <= NOISE_PIXELS:
        return Seen(is_harmless=True, is_on_another=is_on_another)
    is_beside = not (touched & ~_grown(on_others, round(REACH_PT * old.scale))).any()
    return Seen(is_on_another and is_beside and bool(count <= MOST_TOUCHED * size), is_on_another)


def _drawn(pdf: BinaryIO, scene: Scene, without: Iterable[int]) -> Drawing:
    """Draw the page without some of its widgets."""
    pdf.seek(0)
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        page = raw.FPDF_LoadPage(document.raw, scene.page)
        for index in sorted(without, reverse=True):  # before forms are known: else the form keeps what it will draw
            raw.FPDFPage_RemoveAnnot(page, index)
        raw.FPDF_ClosePage(page)
        document.init_forms()
        with closing(document[scene.page]) as page:
            width, height = page.get_size()
            scale = min(SCALE, (MOST_PIXELS / max(1.0, width * height)) ** 0.5)
            pixels = page.render(scale=scale).to_numpy().copy()
            return Drawing(pixels, [_place(page, pixels, box) for box in scene.boxes], scale)


def _place(page: pypdfium2.PdfPage, pixels: Pixels, box: Box) -> Place:
    """Return where a box of PDF points lies in the picture of its page, with two pixels more on each side."""
    height, width = pixels.shape[:2]
    x, y, columns, rows = c_int(), c_int(), [], []
    for right, top in ((box[0], box[1]), (box[2], box[3])):
        raw.FPDF_PageToDevice(page.raw, 0, 0, width, height, 0, right, top, x, y)
        columns.append(x.value)
        rows.append(y.value)
    return (
        slice(max(0, min(rows) - 2), max(0, max(rows) + 3)),
        slice(max(0, min(columns) - 2), max(0, max(columns) + 3)),
    )


def _differs(one: Drawing, other: Drawing) -> Mask:
    found = np.zeros(one.pixels.shape[:2], dtype=np.bool_)
    rows = np.flatnonzero((one.pixels != other.pixels).any(axis=(1, 2)))
    if rows.size:  # most of a page is the same: only the rest is looked at closely
        band = slice(int(rows[0]), int(rows[-1]) + 1)
        found[band] = _is_far(one.pixels[band], other.pixels[band], CHANGED)
    return found


def _is_far(pixels: Pixels, others: Pixels | npt.NDArray[np.float64], by: int) -> Mask:
    """Whether any channel differs by more than so many levels."""
    far = np.abs(pixels.astype(np.int16) - others) > by
    found: Mask = np.logical_or.reduce([far[..., channel] for channel in range(far.shape[-1])])
    return found


def _ink(drawing: Drawing) -> Mask:
    """Return what is no paper in the drawing's places; paper is what most of the page, or of what is round it, is."""
    pixels = drawing.pixels
    ink = np.zeros(pixels.shape[:2], dtype=np.bool_)
    usual = np.median(pixels[::4, ::4].reshape(-1, pixels.shape[2]), axis=0)
    around = round(AROUND_PT * drawing.scale)
    for rows, columns in drawing.places:
        near = pixels[
            max(0, rows.start - around) : rows.stop + around, max(0, columns.start - around) : columns.stop + around
        ]
        here = np.median(near[::2, ::2].reshape(-1, pixels.shape[2]), axis=0)
        paper = here if np.abs(here - usual).max() <= SHADE else usual
        ink[rows, columns] = _is_far(pixels[rows, columns], paper, INK)
    return ink


def _grown(mask: Mask, by: int) -> Mask:
    """Return everything within ``by`` pixels, along both axes, of what is set."""
    grown = mask
    for axis, size in enumerate(mask.shape):
        room = [(0, 0), (0, 0)]
        room[axis] = (by + 1, by)
        sums = np.cumsum(np.pad(grown, room), axis=axis, dtype=np.int32)
        grown = np.take(sums, range(2 * by + 1, 2 * by + 1 + size), axis) > np.take(sums, range(size), axis)
    return grown
