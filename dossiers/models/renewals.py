"""How long each result stays provable, and what was done so that it does: one row for each renewal."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dossiers.models.base import Row
from dossiers.models.casework import StoredFile
from dossiers.models.results import Result


class Protection(Row):
    """When the newest timestamp of a result's file ends; read from the file, so it may be made anew at any time."""

    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="protection")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")  # whose timestamp it is
    until = models.DateTimeField(null=True, db_index=True)  # null: the file carries no timestamp

    def __str__(self) -> str:
        return f"{self.result_id} {self.until}"


class Renewal(Row):
    """That a result gets its next timestamp: durable before an authority is asked. Both files are kept."""

    DONE, VOID = "done", "void"

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="renewals")
    before = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=60, blank=True)  # a code, of one that came to nothing

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["result"], condition=Q(closed_at=None), name="one_open_renewal"),
            models.CheckConstraint(condition=~Q(outcome="done") | Q(after__isnull=False), name="done_has_its_file"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
