"""Batches: many results that one person signs or seals with one PIN.

The list is fixed when it is made and never changes; only what came of each result is written. No PIN is ever here: the
process that runs a batch has it in memory, and when that process dies the batch waits for the PIN again.
"""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.db import models

from dossiers.models.base import Row
from dossiers.models.people import Account, Unit
from dossiers.models.results import Result


class SigningBatch(Row):
    """``run`` names the run that is under way, until ``alive_until``; ``ended`` is how the last one ended."""

    INTERRUPTED = "interrupted"  # beside the values of signing.batch.Ended

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="batches")
    role = models.CharField(max_length=20)  # signing.Role
    opened_at = models.DateTimeField()
    run = models.CharField(max_length=32, blank=True)
    alive_until = models.DateTimeField(null=True)
    is_stop_wanted = models.BooleanField(default=False)
    ended = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-opened_at"], name="batch_of_account")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def list_sha256(self) -> str:
        """The digest of the whole list in its order: what the person agrees to with the PIN."""
        digests = self.items.values_list("shown_sha256", flat=True)
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()


class BatchItem(Row):
    """One result of a batch; ``outcome`` is a value of ``signing.batch.Outcome``, empty while nothing was tried."""

    batch = models.ForeignKey(SigningBatch, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="+")
    shown_sha256 = models.CharField(max_length=64)
    outcome = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=60, blank=True)  # a code
    parameters = models.JSONField(default=dict)  # of the reason's sentence

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="batch_position"),
            models.UniqueConstraint(fields=["batch", "result"], name="batch_result_once"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.position}"
