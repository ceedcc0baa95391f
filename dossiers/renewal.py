"""Results get their next timestamp before the newest one's certificate or algorithm ends, for as long as they are kept.

``queue_due`` finds them, one job renews each. A signed file is never changed: the renewed one is a file of its own that
begins with the old one, and the result points to it from one transaction on. The row of the renewal is durable before
an authority is asked; whatever kills the process, the next try goes on from there and takes over a file that was made.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from dossiers import audit, files
from dossiers.engines import current
from dossiers.errors import ChangedMeanwhile
from dossiers.models import Protection, QueuedJob, Renewal, Result, Signature, StoredFile
from dossiers.outbox import queue_job
from dossiers.people import Actor
from dossiers.rows import locked
from dossiers.writepoints import reached
from signing import Role as SigningRole
from signing import SigningError, TimestampUnavailable

JOB, PRIORITY = "renew", 900  # after everything that a person waits for
AT_ONCE = 200
SETTLED = timedelta(days=1)  # a result of today is not looked at yet
TRIED_AGAIN = timedelta(hours=20)  # after a job that failed
GAINED = timedelta(days=30)  # an authority whose own certificate ends soon gains nothing by more of its stamps


def queue_due() -> int:
    """Queue a job for every result whose protection ends soon or was never looked at; return how many."""
    now = current().clock.now()
    ends = Q(protection__until__lte=now + current().archive.margin)
    unknown = Q(protection=None) | ~Q(protection__file=F("sealed"))
    old_enough = Signature.objects.filter(role=SigningRole.SEAL.value, signed_at__lte=now - SETTLED).values("result")
    due = Result.objects.filter(ends | unknown, pk__in=old_enough, sealed__isnull=False, voided_at=None)
    due = due.exclude(renewals__outcome=Renewal.DONE, renewals__closed_at__gt=now - GAINED)
    tried = QueuedJob.objects.filter(kind=JOB).filter(Q(finished_at=None) | Q(created_at__gt=now - TRIED_AGAIN))
    known = {arguments[0] for arguments in tried.values_list("arguments", flat=True)}
    wanted = [pk for pk in due.order_by("sealed__stored_at").values_list("pk", flat=True) if str(pk) not in known]
    with transaction.atomic():
        for pk in wanted[:AT_ONCE]:
            queue_job(JOB, pk, priority=PRIORITY)
    return len(wanted[:AT_ONCE])


def renew(result_id: UUID) -> bool:
    """Renew one result where it is due; return whether it was.

    Raises a ``SigningError`` where it cannot be now: the row says why, and the next day's job tries again. Without an
    authority (``TimestampUnavailable``) the row stays open.
    """
    result = Result.objects.select_related("sealed", "dossier").get(pk=result_id)
    if result.sealed is None:
        return False
    before = files.read(result.sealed)
    renewal = Renewal.objects.filter(result=result, closed_at=None).first()
    if renewal is None:
        until = current().archive.protected_until(before)
        if until is None or until > current().clock.now() + current().archive.margin:
            Protection.objects.update_or_create(result=result, defaults={"file": result.sealed, "until": until})
            return False
        renewal = _opened(result, result.sealed)
        reached("renew.row_before_stamp")
    try:
        file, content = _left_behind(result, before) or _made(result, before)
        until = current().archive.protected_until(content)
    except TimestampUnavailable:
        raise  # it stays open: the next try goes on with it
    except SigningError as error:
        _close_void(result, renewal, error.code)
        raise
    _close_done(result, renewal, file, until)
    return True


def _opened(result: Result, before: StoredFile) -> Renewal:
    at = current().clock.now()
    try:
        with transaction.atomic():
            dossier = locked(Actor.service(), result.dossier_id)
            renewal = Renewal.objects.create(result=result, before=before, opened_at=at)
            facts: audit.Facts = {"renewal": str(renewal.pk), "before_sha256": before.sha256}
            audit.write(dossier.commune(), at, Actor.service(), "renewal.open", thing_id=dossier.pk, facts=facts)
    except IntegrityError as error:
        raise ChangedMeanwhile("renewal_under_way") from error
    return renewal


def _left_behind(result: Result, before: bytes) -> tuple[files.Put, bytes] | None:
    """Return a renewed file that a killed process had stored, if it holds."""
    owner = files.owner_of(result.dossier.commune(), result.dossier_id)
    for file, content in files.left_behind(owner, before):
        if len(content) == len(before):
            continue
        try:
            current().verifier.verify(content).require_passed()
        except SigningError:
            continue
        return file, content
    return None


def _made(result: Result, before: bytes) -> tuple[files.Put, bytes]:
    made = current().archive.renewed(before)
    if made is None:
        raise SigningError("not_due")
    pdf, report = made
    report.require_passed()
    file = files.put_bytes(files.owner_of(result.dossier.commune(), result.dossier_id), pdf, files.PDF)
    reached("renew.file_before_row")
    return file, pdf


def _close_done(result: Result, renewal: Renewal, file: files.Put, until: datetime | None) -> None:
    at = current().clock.now()
    with transaction.atomic():
        dossier = locked(Actor.service(), result.dossier_id)
        row = files.named(file, at)
        _close(renewal, at, outcome=Renewal.DONE, after=row)
        if Result.objects.filter(pk=result.pk, sealed=renewal.before_id).update(sealed=row) != 1:
            raise ChangedMeanwhile("result_changed_meanwhile")
        Protection.objects.update_or_create(result=result, defaults={"file": row, "until": until})
        facts: audit.Facts = {
            "renewal": str(renewal.pk),
            "file_sha256": file.sha256,
            "until": None if until is None else until.isoformat(),
        }
        audit.write(dossier.commune(), at, Actor.service(), "renewal.done", thing_id=dossier.pk, facts=facts)
        reached("renew.before_commit")


def _close_void(result: Result, renewal: Renewal, reason: str) -> None:
    at = current().clock.now()
    with transaction.atomic():
        dossier = locked(Actor.service(), result.dossier_id)
        _close(renewal, at, outcome=Renewal.VOID, reason=reason[:60])
        facts: audit.Facts = {"renewal": str(renewal.pk), "reason": reason}
        audit.write(dossier.commune(), at, Actor.service(), "renewal.void", thing_id=dossier.pk, facts=facts)


def _close(renewal: Renewal, at: datetime, **values: object) -> None:
    if Renewal.objects.filter(pk=renewal.pk, closed_at=None).update(closed_at=at, **values) != 1:
        raise ChangedMeanwhile("renewal_closed_meanwhile")
