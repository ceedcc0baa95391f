"""A job is one row, written in the transaction of the business change; after a rollback nothing is left of it.

The row is the truth: the engine behind ``dossiers.jobs`` may lose all its tables. Knows nothing of that engine.
"""

import threading
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from dossiers.models import QueuedJob

KINDS = {"transcribe": 1, "renew": 1}  # kind and version of its arguments; a seal is never among them: a person seals

wake = threading.Event()


def queue_job(kind: str, *ids: UUID, priority: int = 100) -> QueuedJob:
    """Queue a job for rows that this transaction writes. A worker of this process hears of it after the commit."""
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("a job is queued in the transaction of the change it belongs to")
    job = QueuedJob.objects.create(
        kind=kind, version=KINDS[kind], arguments=[str(row_id) for row_id in ids], priority=priority
    )
    transaction.on_commit(wake.set)
    return job


def progress_of(kind: str, *ids: UUID) -> Mapping[str, Any] | None:
    """Return how far the unfinished job for these rows is, as it last told, or None."""
    arguments = [str(row_id) for row_id in ids]
    jobs = QueuedJob.objects.filter(kind=kind, arguments=arguments, finished_at=None).exclude(progress=None)
    latest = jobs.order_by("-created_at").first()
    return None if latest is None else latest.progress
