"""What came in by the watched folder: which part of which file became which scan, so that none comes in twice."""

from typing import ClassVar

from django.db import models

from dossiers.models.base import Row
from dossiers.models.casework import Scan


class Arrival(Row):
    """One part of a file that was filed, written in the transaction that made its scan."""

    file_sha256 = models.CharField(max_length=64)
    part = models.PositiveSmallIntegerField()  # from 0, in the order of the pile
    scan = models.OneToOneField(Scan, on_delete=models.PROTECT, related_name="arrival")
    arrived_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["file_sha256", "part"], name="arrival_part")]

    def __str__(self) -> str:
        return f"{self.file_sha256[:12]} {self.part}"
