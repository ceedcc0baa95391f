"""A scan that a receipt or cover sheet names a dossier for is added to it, without anybody at the desk.

Only while the dossier is still being read or compared: what was read stays, the clerk's corrections too, and only the
new scan is read. A part of a file is added once, however often it is handed over: its row is written with the scan.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from dossiers import files
from dossiers.engines import current
from dossiers.intake import Upload, short_name, stored
from dossiers.lifecycle import State, Step, is_allowed
from dossiers.models import Arrival, Dossier, Scan
from dossiers.outbox import queue_job
from dossiers.people import Actor, Role
from dossiers.rows import locked, move


class Outcome(StrEnum):
    ADDED = "added"
    KNOWN = "known"  # this part came in before
    NO_SUCH_RECEIPT = "no-such-receipt"
    TOO_LATE = "too-late"  # the record is made, or the papers are with the citizen: the desk decides


@dataclass(frozen=True)
class Part:
    """One part of a file: the file's digest, the part's place in it, the receipt code on its sheet, its pages."""

    file_sha256: str
    number: int
    code: str
    upload: Upload


def add(part: Part) -> Outcome:
    """Add the part to the dossier of its receipt code, or say why not."""
    if Arrival.objects.filter(file_sha256=part.file_sha256, part=part.number).exists():
        return Outcome.KNOWN
    dossier = Dossier.objects.filter(receipt__code=part.code).first()
    if dossier is None:
        return Outcome.NO_SUCH_RECEIPT
    if not _takes(dossier):
        return Outcome.TOO_LATE
    put = stored(dossier.commune(), dossier.pk, part.upload)
    with transaction.atomic():
        return _written(dossier.pk, part, put)


def _written(dossier_id: UUID, part: Part, put: files.Put) -> Outcome:
    actor, at = Actor.service(), current().clock.now()
    dossier = locked(actor, dossier_id)
    if Arrival.objects.filter(file_sha256=part.file_sha256, part=part.number).exists():
        return Outcome.KNOWN  # another watcher was faster
    if not _takes(dossier):
        return Outcome.TOO_LATE
    scan = Scan.objects.create(
        dossier=dossier,
        submission=dossier.submissions.latest("received_at"),
        position=dossier.scans.count() + 1,
        original_name=short_name(part.upload),
        file=files.named(put, at),
    )
    Arrival.objects.create(file_sha256=part.file_sha256, part=part.number, scan=scan, arrived_at=at)
    move(dossier, Step.ADD, actor, at, {"scans": 1})
    queue_job("transcribe", dossier.pk)
    return Outcome.ADDED


def _takes(dossier: Dossier) -> bool:
    return is_allowed(State(dossier.state), Step.ADD, frozenset({Role.SERVICE}))
