"""The history and the jobs: rows that the service itself lives by."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from dossiers.models.base import Row
from dossiers.models.people import Unit


class ChainHead(Row):
    """The end of one commune's chain; locked while an entry is added, so that entries stand in one row."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="chain_head")
    sequence = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.unit_id} {self.sequence}"


class AuditEntry(Row):
    """One line of history: canonical JSON that holds the digest of the line before. Written once, never changed."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveBigIntegerField()
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64)
    action = models.CharField(max_length=60)  # copies of what canonical says, to search by
    thing_id = models.UUIDField(null=True, db_index=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["unit", "sequence"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "sequence"], name="audit_sequence")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.sequence}"


class QueuedJob(Row):
    """Written in the transaction of the business change. The truth; the engine's tables can be rebuilt from it."""

    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    arguments = models.JSONField(default=list)  # ids only
    priority = models.PositiveIntegerField(default=100)  # 1 runs first
    created_at = models.DateTimeField(db_default=Now())
    handed_over_at = models.DateTimeField(null=True)
    progress = models.JSONField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)  # done, failed
    reason = models.CharField(max_length=60, blank=True)  # a code, of a failed job

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="job_waiting", condition=Q(handed_over_at=None)),
            models.Index(fields=["created_at"], name="job_unfinished", condition=Q(finished_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class WorkerLease(models.Model):
    """One row per running worker process; a lease that has run out means that the worker is dead."""

    worker = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker
