"""The rows. Rules stand beside them (lifecycle, permissions, numbering, record), steps change them."""

from dossiers.models.arrivals import Arrival
from dossiers.models.batches import BatchItem, SigningBatch
from dossiers.models.casework import (
    Dossier,
    Field,
    Involvement,
    Looks,
    Page,
    ReceiptCode,
    Record,
    Scan,
    StoredFile,
    Submission,
)
from dossiers.models.people import Account, Membership, Unit
from dossiers.models.renewals import Protection, Renewal
from dossiers.models.results import NumberEntry, NumberSeries, Result, Signature, SigningIntent, SigningSession
from dossiers.models.service import AuditEntry, ChainHead, QueuedJob, WorkerLease

__all__ = [
    "Account",
    "Arrival",
    "AuditEntry",
    "BatchItem",
    "ChainHead",
    "Dossier",
    "Field",
    "Involvement",
    "Looks",
    "Membership",
    "NumberEntry",
    "NumberSeries",
    "Page",
    "Protection",
    "QueuedJob",
    "ReceiptCode",
    "Record",
    "Renewal",
    "Result",
    "Scan",
    "Signature",
    "SigningBatch",
    "SigningIntent",
    "SigningSession",
    "StoredFile",
    "Submission",
    "Unit",
    "WorkerLease",
]
