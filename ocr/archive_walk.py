"""What a page of a stranger's PDF shows, as long as that is nothing but images.

Everything that could show is followed or named: clips, forms within forms, colours of stencils, transparency, layers.
Whatever is not known to be harmless raises ``OtherThings``, and the page is archived from its pixels instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Matrix

SHOWS_TEXT = {"Tj", "TJ", "'", '"'}
INVISIBLE = 3  # the rendering mode of a text layer that someone else laid over the scan
HARMLESS = {
    "w", "J", "j", "M", "d", "i", "ri", "BMC", "BDC", "EMC", "MP", "BX", "EX", "BT", "ET", "Td", "TD", "Tm", "T*", "Tf",
    "Tc", "Tw", "Tz", "TL", "Ts", "G", "RG", "K", "CS", "SC", "SCN",
}  # fmt: skip
PATHS = {"re", "W", "W*", "n"}
OTHER_COLOURS = {"k", "cs", "sc", "scn"}
STATE_THAT_SHOWS = {"/ca": 1, "/CA": 1, "/BM": "/Normal", "/SMask": "/None"}  # and the values that do not
FORMS_WITHIN_FORMS = 4
SLACK_PT = 1.0  # a clip this much smaller than the image is rounding

Bounds = tuple[float, float, float, float]


class OtherThings(Exception):
    """The page shows more than images that may be kept."""


@dataclass(frozen=True)
class ShownImage:
    """An image's own stream, where its unit square stands on the page, and the colour of a stencil."""

    stream: pikepdf.Object
    place: Matrix
    fill: str


class Walk:
    """A page's content, followed as long as only images show; they are in ``shown``, from the bottom up."""

    def __init__(self, page_box: Bounds) -> None:
        self.shown: list[ShownImage] = []
        self._clips = [page_box]
        self._matrix, self._mode, self._fill = Matrix(), 0, "0 g"
        self._path: list[Bounds] = []
        self._is_clip = False

    def through(self, content: pikepdf.Page | pikepdf.Object, resources: pikepdf.Object, depth: int = 0) -> None:
        """Follow the content of a page or of a form within it."""
        saved = []
        for instruction in pikepdf.parse_content_stream(content):
            operator, operands = str(instruction.operator), list(instruction.operands)
            if operator == "q":
                saved.append((self._matrix, self._mode, self._fill, list(self._clips)))
            elif operator == "Q" and saved:
                self._matrix, self._mode, self._fill, self._clips = saved.pop()
            elif operator == "cm":
                self._matrix = Matrix(*(float(value) for value in operands)) @ self._matrix
            elif operator == "Do":
                self._draw(resources.XObject[str(operands[0])], resources, depth)
            else:
                self._step(operator, operands, resources)

    def _draw(self, thing: pikepdf.Object, resources: pikepdf.Object, depth: int) -> None:
        if "/OC" in thing:  # in a layer that may be hidden
            raise OtherThings
        if thing.get("/Subtype") == "/Image":
            self._must_show_whole(self._matrix)
            is_stencil = bool(thing.get("/ImageMask"))
            if is_stencil and not self._fill:
                raise OtherThings
            self.shown.append(ShownImage(thing, self._matrix, self._fill if is_stencil else ""))
            return
        if thing.get("/Subtype") != "/Form" or depth >= FORMS_WITHIN_FORMS:
            raise OtherThings
        outside = (self._matrix, self._mode, self._fill, list(self._clips))
        self._matrix = Matrix(*(float(value) for value in thing.get("/Matrix", (1, 0, 0, 1, 0, 0)))) @ self._matrix
        x0, y0, x1, y1 = (float(value) for value in thing.BBox)
        self._clips.append(_bounds(Matrix(x1 - x0, 0, 0, y1 - y0, x0, y0) @ self._matrix))
        self.through(thing, thing.get("/Resources", resources), depth + 1)
        self._matrix, self._mode, self._fill, self._clips = outside

    def _step(self, operator: str, operands: Sequence[pikepdf.Object], resources: pikepdf.Object) -> None:
        if operator in PATHS:
            self._clip(operator, operands)
        elif operator in {"g", "rg"}:
            self._fill = f"{' '.join(f'{float(value):.4g}' for value in operands)} {operator}"
        elif operator in OTHER_COLOURS:
            self._fill = ""  # not one that we write
        elif operator == "Tr":
            self._mode = int(operands[0])
        elif operator == "gs":
            _check_state(resources.ExtGState[str(operands[0])])
        elif operator == "BDC" and operands[0] == "/OC":
            raise OtherThings  # a layer that may be hidden
        elif operator not in HARMLESS and not (operator in SHOWS_TEXT and self._mode == INVISIBLE):
            raise OtherThings

    def _clip(self, operator: str, operands: Sequence[pikepdf.Object]) -> None:
        if operator == "re":
            x, y, width, height = (float(value) for value in operands)
            self._path.append(_bounds(Matrix(width, 0, 0, height, x, y) @ self._matrix))
        elif operator == "n":
            if self._is_clip and len(self._path) != 1:
                raise OtherThings
            self._clips += self._path if self._is_clip else []
            self._path, self._is_clip = [], False
        else:
            self._is_clip = True

    def _must_show_whole(self, place: Matrix) -> None:
        """Raise ``OtherThings`` when a clip hides what the page would show of the image."""
        shown = _cut(_bounds(place), self._clips[0])
        for clip in self._clips[1:]:
            cut = _cut(shown, clip)
            if any(abs(one - other) > SLACK_PT for one, other in zip(cut, shown, strict=True)):
                raise OtherThings


def _bounds(place: Matrix) -> Bounds:
    """Return the bounds of the unit square set there; a tilted one raises ``OtherThings``."""
    a, b, c, d, e, f = place.shorthand
    if min(abs(a) + abs(d), abs(b) + abs(c)) > SLACK_PT:
        raise OtherThings
    xs, ys = (e, e + a + c), (f, f + b + d)
    return min(xs), min(ys), max(xs), max(ys)


def _cut(one: Bounds, other: Bounds) -> Bounds:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _check_state(state: pikepdf.Object) -> None:
    for key, plain in STATE_THAT_SHOWS.items():
        if key in state and state[key] not in ({plain, "/Compatible"} if key == "/BM" else {plain}):
            raise OtherThings
    if any(key in state for key in ("/TR", "/TR2", "/HTP")):
        raise OtherThings
