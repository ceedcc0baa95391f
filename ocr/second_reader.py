"""Engines of another family than Tesseract, which judge its doubt: what two families read alike is hardly ever wrong.

``quick`` (trueocr's line model) costs a tenth of Tesseract and reads digits best; ``careful`` (asterocr's) reads
Vietnamese letters best and costs twice Tesseract (ocr.md 9).
"""

import json
import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # has no types
from numpy.typing import NDArray

from ocr import second_models
from ocr.raster import Pixels

INK = 160  # below it a pixel is writing
BLANK = 0  # of CTC: no character ends here
PROVIDERS = ["CPUExecutionProvider"]
WEIGHTS, UNFINISHED = ".weights", ".unfinished"
ERRORS_ONLY = 3  # of the engine's log

CAREFUL_HEIGHT_PX = 32
CAREFUL_WIDTH_PX = 1024  # the model breaks above it; longer lines are cut at a gap
CAREFUL_STEP_PX = 4
CAREFUL_NARROWED = 0.85  # as wide as that a line is read no worse, and costs less; at 0.75 hooks are lost
CAREFUL_MARGIN = 0.06  # of the height of the writing, white around it

QUICK_HEIGHT_PX = 96  # the line stands in the middle of three
QUICK_WIDTH_PX = 768
QUICK_STEP_PX = 8
QUICK_MARGIN, QUICK_SIDE = 1.6, 0.3  # above and below, left and right, of the height of the writing
QUICK_AT_ONCE = 6  # lines of about one width: a fifth less work than one by one, and the same readings


class _Session(Protocol):
    """What we use of an ``onnxruntime.InferenceSession``."""

    def run(self, names: list[str], inputs: dict[str, NDArray[Any]]) -> list[NDArray[Any]]: ...


@dataclass(frozen=True)
class LineReading:
    """One line as a second reader sees it: NFC, single spaces; the confidence of its least sure character."""

    text: str
    confidence: float


NOTHING = LineReading("", 0.0)


def loaded() -> "SecondReaders | None":
    """Return the second readers, or None where their models can't be used: then every field is shown to a person."""
    try:
        return SecondReaders()
    except second_models.ModelUnusable:
        return None


class SecondReaders:
    """Both models, loaded. Making one raises ``ModelUnusable`` where a model is absent or another one."""

    def __init__(self) -> None:
        self._careful = _session(second_models.CAREFUL)
        self._careful_alphabet = ["", *_alphabet(second_models.CAREFUL_ALPHABET)["chars"][1:]]
        self._quick = _session(second_models.QUICK)
        self._quick_alphabet = ["", *_alphabet(second_models.QUICK_ALPHABET)["charset"]]

    def quick(self, lines: Sequence[Pixels]) -> list[LineReading]:
        """Return what the quick model reads on grey lines, dark on white."""
        tight = [_cut_to_ink(line, QUICK_MARGIN, QUICK_SIDE) for line in lines]
        images = {
            index: _scaled(line, QUICK_HEIGHT_PX, QUICK_STEP_PX, QUICK_WIDTH_PX, 1.0)
            for index, line in enumerate(tight)
            if line is not None
        }
        by_width = sorted(images, key=lambda index: images[index].shape[1])
        found = [NOTHING] * len(lines)
        for start in range(0, len(by_width), QUICK_AT_ONCE):
            together = by_width[start : start + QUICK_AT_ONCE]
            for index, reading in zip(together, self._quick_lines([images[i] for i in together]), strict=True):
                found[index] = reading
        return found

    def careful(self, lines: Sequence[Pixels]) -> list[LineReading]:
        """Return what the careful model reads on grey lines, dark on white."""
        return [self._careful_line(line) for line in lines]

    def _quick_lines(self, images: Sequence[Pixels]) -> list[LineReading]:
        """Return the readings of lines that are scaled already; the model is told how wide each is."""
        widths = np.array([image.shape[1] for image in images], dtype=np.int64)
        room = int(widths.max()) + QUICK_STEP_PX  # the model looks a step ahead
        ink = np.zeros((len(images), 1, QUICK_HEIGHT_PX, room), dtype=np.float32)
        for place, image in zip(ink, images, strict=True):
            place[0, :, : image.shape[1]] = 1.0 - image / np.float32(255)
        steps, sureness, lengths = self._quick.run(["ids", "conf", "lengths"], {"x": ink, "widths": widths})
        return [
            _decoded(ids[:length], sure[:length], self._quick_alphabet)
            for ids, sure, length in zip(steps, sureness, lengths.tolist(), strict=True)
        ]

    def _careful_line(self, line: Pixels) -> LineReading:
        tight = _cut_to_ink(line, CAREFUL_MARGIN, CAREFUL_MARGIN)
        if tight is None:
            return NOTHING
        pieces = [self._careful_piece(piece) for piece in _cut_at_gaps(tight)]
        texts = [piece.text for piece in pieces if piece.text]
        return LineReading(" ".join(texts), min(piece.confidence for piece in pieces))

    def _careful_piece(self, piece: Pixels) -> LineReading:
        image = _scaled(piece, CAREFUL_HEIGHT_PX, CAREFUL_STEP_PX, CAREFUL_WIDTH_PX, CAREFUL_NARROWED)
        colour = np.repeat((image / np.float32(127.5) - np.float32(1))[None, None], 3, axis=1)
        (likely,) = self._careful.run(["log_probs"], {"images": colour})
        best = likely[:, 0].argmax(axis=1)
        sureness = np.exp(likely[np.arange(len(best)), 0, best])
        return _decoded(best, sureness, self._careful_alphabet)


def _alphabet(file: second_models.ModelFile) -> dict[str, list[str]]:
    known: dict[str, list[str]] = json.loads(second_models.checked(file).read_text(encoding="utf-8"))
    return known


def prepare() -> None:
    """Keep both models as the engine optimises them for this processor; for set-up. Raises ``ModelUnusable``."""
    second_models.PREPARED.mkdir(parents=True, exist_ok=True)
    for model in (second_models.CAREFUL, second_models.QUICK):
        source, target = second_models.checked(model), second_models.prepared(model, onnxruntime.__version__)
        if target.exists():
            continue
        for old in second_models.PREPARED.glob(f"{model.package}-*"):
            old.unlink()
        options, weights = _options(), target.with_suffix(WEIGHTS)
        options.optimized_model_filepath = str(target.with_suffix(UNFINISHED))
        options.add_session_config_entry("session.optimized_model_external_initializers_file_name", weights.name)
        options.log_severity_level = ERRORS_ONLY  # it warns that the file is for this processor only
        onnxruntime.InferenceSession(source, options, providers=PROVIDERS)
        os.sync()  # else a power cut could leave the name and not the weights
        target.with_suffix(UNFINISHED).rename(target)


def _session(model: second_models.ModelFile) -> _Session:
    options, path = _options(), second_models.prepared(model, onnxruntime.__version__)
    if path.exists():  # its weights are mapped, not copied
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    else:
        path = second_models.checked(model)
    session: _Session = onnxruntime.InferenceSession(path, options, providers=PROVIDERS)
    return session


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # threads do not survive the sandbox's fork
    options.enable_mem_pattern = False  # one per width of line, and there are hundreds
    return options


def _cut_to_ink(line: Pixels, margin: float, side: float) -> Pixels | None:
    """Return the line cut to its writing with white around, in shares of its height; None without writing."""
    dark = line < INK
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not len(rows):
        return None
    inner = line[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    above, beside = round(margin * len(inner)), round(side * len(inner))
    cut = cv2.copyMakeBorder(inner, above, above, beside, beside, cv2.BORDER_CONSTANT, value=(255,))
    return np.asarray(cut, dtype=np.uint8)


def _cut_at_gaps(line: Pixels) -> list[Pixels]:
    """Return the line in pieces that the careful model can take, cut in the widest gap near the middle."""
    height, width = line.shape
    if width * CAREFUL_NARROWED * CAREFUL_HEIGHT_PX / height <= CAREFUL_WIDTH_PX:
        return [line]
    first, last = width // 4, width * 3 // 4
    clear = ~(line[:, first:last] < INK).any(axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], clear.astype(np.int8), [0]))))
    gaps = edges.reshape(-1, 2)
    if not len(gaps):
        return [line]
    begin, end = gaps[np.argmax(gaps[:, 1] - gaps[:, 0])]
    middle = first + int(begin + end) // 2
    return [*_cut_at_gaps(line[:, :middle]), *_cut_at_gaps(line[:, middle:])]


def _scaled(image: Pixels, height_px: int, step_px: int, most_px: int, narrowed: float) -> Pixels:
    """Return the image at a height, narrowed, its width a whole number of steps, and squeezed where it is too long."""
    height, width = image.shape
    steps = max(round(width * narrowed * height_px / height / step_px), 8)
    size = (min(steps * step_px, most_px), height_px)
    way = cv2.INTER_AREA if height > height_px else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=way), dtype=np.uint8)


def _decoded(steps: NDArray[Any], sureness: NDArray[Any], alphabet: Sequence[str]) -> LineReading:
    """Return the characters of CTC's steps: repeats and blanks dropped."""
    starts = (steps != BLANK) & np.concatenate(([True], steps[1:] != steps[:-1]))
    text = _joined(alphabet[int(step)] for step in steps[starts])
    return LineReading(text, round(float(sureness[starts].min()), 3)) if text else NOTHING


def _joined(characters: Iterable[str]) -> str:
    return " ".join(unicodedata.normalize("NFC", "".join(characters)).split())
