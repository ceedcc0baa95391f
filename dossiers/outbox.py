"""A job is one row, written in the transaction of the business change; after a rollback nothing is left of it.

The row is the truth: the engine behind ``dossiers.jobs`` may lose all its tables. Knows nothing of that engine.
"""

import threading
from uuid import UUID

from django.db import transaction

from dossiers.models import QueuedJob

KINDS = {"transcribe": 1}  # kind and version of its arguments; a seal is never among them: a person seals

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
