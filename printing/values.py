"""What drawing gives: a PDF, and where on it later marks shall stand."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A box on one page of a drawn PDF, in PDF points from the bottom left; ``page`` counts from 0."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class Drawn:
    """A finished PDF/A-2; ``places`` by field name ("Official", "Seal")."""

    pdf: bytes
    places: Mapping[str, Place]
