"""The picture that a person gives for a signature or a seal, and where on each document it stands.

``--mark FILE.pdf`` is a page with the picture in its real size. Where it stands is found from the document's own words;
``--place PAGE,X,Y`` says it instead (millimetres from the top left corner to the picture's). The words on a copy need
no picture: the decree has them at the top right of the first page.
"""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Self

from certs.certificate import Certificate
from commands.caps import caps
from commands.installation import FONTS, models
from ocr import OcrError
from ocr.reader import Reader
from printing import PrintingError
from printing.draw import Printer, block_place
from signing import Role, SigningError
from signing.fields import FIELD_OF
from signing.mark import page_sizes
from signing.placement import MM, Spot, Word, marks_on, seal_beside

PLACE = re.compile(r"(\d{1,4}),(\d{1,4}(?:\.\d+)?),(\d{1,4}(?:\.\d+)?)")
TRUE_COPY = "SAO Y"
PICTURE_MAX_BYTES = 10 << 20


@dataclass(frozen=True)
class Mark:
    """What goes to ``signing``: the picture, and the places of the fields that are made for it."""

    pdf: bytes | None
    places: Mapping[str, Spot]


NO_MARK = Mark(None, {})


class Marks:
    """The marks of one command; the reader of words starts with the first document that it is needed for."""

    def __init__(self, role: Role, picture: Path | None, place: str | None) -> None:
        self._role, self._place = role, place
        self._picture = None if picture is None else _content(picture)
        if place is not None and PLACE.fullmatch(place) is None:
            raise SigningError("place_not_understood", place=place)
        self._stack = ExitStack()
        self._reader: Reader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def of(self, file: Path, document: BinaryIO, certificate: Certificate, at: datetime) -> Mark:
        """Return the mark for one document; raises ``SigningError`` where no place is found."""
        if self._role is Role.COPY and self._picture is None:
            return Mark(_words_of_copy(certificate, at), {FIELD_OF[Role.COPY]: _top_right(document)})
        if self._picture is None:
            return NO_MARK
        width, height = page_sizes(BytesIO(self._picture))[0]
        if self._place is None:
            places = self._found(file, document, width, height) if self._role is Role.OFFICIAL else {}
        else:
            places = self._said(document, width, height)
        if not places and self._role is not Role.SEAL:  # the seal's field was made with the official's
            raise SigningError("place_not_found")
        return Mark(self._picture, places)

    def _said(self, document: BinaryIO, width: float, height: float) -> dict[str, Spot]:
        found = PLACE.fullmatch(self._place or "")
        sizes = page_sizes(document)
        if found is None or not 1 <= int(found[1]) <= len(sizes):
            raise SigningError("place_not_on_page", place=self._place or "", pages=len(sizes))
        page, x, top = int(found[1]) - 1, float(found[2]) * MM, float(found[3]) * MM
        page_width, page_height = sizes[page]
        spot = Spot(page, x, page_height - top - height, x + width, page_height - top)
        if spot.x1 > page_width or spot.y0 < 0:
            raise SigningError("place_not_on_page", place=self._place or "", pages=len(sizes))
        seal = seal_beside(spot)
        with_seal = self._role is Role.OFFICIAL and seal.x0 >= 0 and seal.y0 >= 0
        return {FIELD_OF[self._role]: spot} | ({FIELD_OF[Role.SEAL]: seal} if with_seal else {})

    def _found(self, file: Path, document: BinaryIO, width: float, height: float) -> dict[str, Spot]:
        if self._reader is None:
            self._reader = self._stack.enter_context(Reader(models(), caps()))
        try:
            pages = self._reader.digitize(file).pages
        except OcrError as error:
            raise SigningError("place_not_found") from error
        sizes = dict(enumerate(page_sizes(document)))
        words = []
        for page in pages:
            if page.rotation_deg or page.number > len(sizes):
                continue
            across, down = sizes[page.number - 1]
            for word in page.words:
                box = word.box
                spot = Spot(page.number - 1, box.x0 * across, down * (1 - box.y1), box.x1 * across, down * (1 - box.y0))
                words.append(Word(word.text, spot))
        return marks_on(words, {number: size[0] for number, size in sizes.items()}, width, height)


def _content(picture: Path) -> bytes:
    try:
        with picture.open("rb") as file:
            return file.read(PICTURE_MAX_BYTES)
    except OSError as error:
        raise SigningError("mark_unreadable", path=str(picture)) from error


def _top_right(document: BinaryIO) -> Spot:
    place = block_place(*page_sizes(document)[0])
    return Spot(place.page, place.x0, place.y0, place.x1, place.y1)


def _words_of_copy(certificate: Certificate, at: datetime) -> bytes:
    agency = (certificate.organisation or certificate.common_name).upper()
    try:
        return Printer(FONTS).mark("copy", {"form": TRUE_COPY, "agency": agency, "signed_at": at.isoformat()})
    except PrintingError as error:
        raise SigningError(error.code, **error.parameters) from error
