"""Ways off the main road: filed wrongly, back to the citizen, taken back. A refiled dossier keeps its receipt time."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from dossiers import files
from dossiers.deadlines import due_at, office_calendar
from dossiers.engines import current
from dossiers.errors import SubmissionRefused
from dossiers.intake import Upload, checked, short_name, stored
from dossiers.lifecycle import Step
from dossiers.models import Dossier, Scan, Submission
from dossiers.numbering import office_day
from dossiers.outbox import queue_job
from dossiers.people import Actor
from dossiers.permissions import require
from dossiers.procedures.catalogue import procedure, same_procedure
from dossiers.rows import found, locked, move
from dossiers.transcription import TRANSCRIPTION_FAILED

REASON_LENGTH_MAX = 60


def refile(actor: Actor, dossier_id: UUID, procedure_code: str) -> Dossier:
    """File under another procedure; the deadline counts from the same receipt, the scans are read again."""
    with transaction.atomic():
        dossier = locked(actor, dossier_id)
        if same_procedure(dossier.procedure_code, procedure_code):
            raise SubmissionRefused("same_procedure")
        rules = procedure(procedure_code, office_day(dossier.received_at))
        before, dossier.procedure_code = dossier.procedure_code, rules.code
        dossier.due_at = due_at(dossier.received_at, rules.deadline, office_calendar())
        _read_again(dossier)
        move(dossier, Step.REFILE, actor, current().clock.now(), {"from": before, "to": rules.code})
        queue_job("transcribe", dossier.pk)
    return dossier


def read_again(actor: Actor, dossier_id: UUID) -> Dossier:
    """Let the machine try once more after it gave up; a dossier that it did not give up is left as it is."""
    with transaction.atomic():
        dossier = locked(actor, dossier_id)
        if TRANSCRIPTION_FAILED not in dossier.flags:
            return dossier
        dossier.flags = []
        move(dossier, Step.READ_AGAIN, actor, current().clock.now())
        queue_job("transcribe", dossier.pk)
    return dossier


def return_to_citizen(actor: Actor, dossier_id: UUID, reason: str) -> Dossier:
    """Ask the citizen to complete the papers; ``reason`` is a code."""
    return _plain(actor, dossier_id, Step.RETURN, reason)


def withdraw(actor: Actor, dossier_id: UUID, reason: str) -> Dossier:
    """End it at the citizen's wish; ``reason`` is a code."""
    return _plain(actor, dossier_id, Step.WITHDRAW, reason)


def resume(actor: Actor, dossier_id: UUID, uploads: Sequence[Upload]) -> Dossier:
    """Take in what was missing; the clock starts again (Decree 61/2018, art. 19.4) and all is read again."""
    dossier = found(actor, dossier_id)
    require(actor, Step.RESUME, dossier.case())
    at = current().clock.now()
    puts = [(short_name(upload), stored(dossier.commune(), dossier.pk, upload)) for upload in checked(uploads)]
    with transaction.atomic():
        dossier = locked(actor, dossier_id)
        rules = procedure(dossier.procedure_code, office_day(dossier.received_at))
        dossier.due_at = due_at(at, rules.deadline, office_calendar())
        submission = Submission.objects.create(dossier=dossier, received_by_id=actor.account_id, received_at=at)
        for position, (name, file) in enumerate(puts, start=dossier.scans.count() + 1):
            row = files.named(file, at)
            Scan.objects.create(dossier=dossier, submission=submission, position=position, original_name=name, file=row)
        _read_again(dossier)
        move(dossier, Step.RESUME, actor, at, {"scans": len(puts)})
        queue_job("transcribe", dossier.pk)
    return dossier


def _plain(actor: Actor, dossier_id: UUID, step: Step, reason: str) -> Dossier:
    with transaction.atomic():
        dossier = locked(actor, dossier_id)
        move(dossier, step, actor, current().clock.now(), {"reason": reason[:REASON_LENGTH_MAX]})
    return dossier


def _read_again(dossier: Dossier) -> None:
    dossier.flags = []
    dossier.fields.all().delete()
    for scan in dossier.scans.all():
        scan.pages.all().delete()
    dossier.scans.update(
        transcribed_at=None,
        searchable=None,
        form_code="",
        form_version="",
        form_procedure="",
        form_confidence=None,
        problem="",
    )
