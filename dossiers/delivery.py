"""The citizen's side: how far it is by the code alone; the result by the code and what is not printed on the slip.

A wrong code and a wrong second factor are never told apart. Looks are counted, not chained: nobody is named in
them. The file is checked against its digest before its first byte is given out.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import F

from dossiers import files
from dossiers.engines import current
from dossiers.errors import CodeNotFound, StepNotAllowed
from dossiers.intake import CROCKFORD, RECEIPT_CODE_LENGTH
from dossiers.lifecycle import State, Step
from dossiers.models import Dossier, Looks, ReceiptCode, Result
from dossiers.numbering import office_day
from dossiers.people import Actor
from dossiers.permissions import Verb, require
from dossiers.rows import found, locked, move

FAILED_TRIES_MAX = 10
LOCKED_FOR = timedelta(hours=1)
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})  # Crockford's own rule for what people misread


@dataclass(frozen=True)
class Progress:
    """All that the code alone shows: nothing that names a person."""

    code: str
    procedure_code: str
    state: State
    received_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Download:
    name: str
    pdf: bytes


def normal_code(text: str) -> str:
    """Return the code as it is stored: spaces, dashes, case and misread letters forgiven."""
    return re.sub(r"[\s-]", "", text.upper()).translate(_MISREAD)


def progress(text: str) -> Progress:
    """Return how far the dossier is, or raise ``CodeNotFound``."""
    dossier = _receipt(text).dossier
    _count(dossier, "progress")
    return Progress(dossier.code, dossier.procedure_code, State(dossier.state), dossier.received_at, dossier.due_at)


def citizen(text: str, second_factor: str) -> Actor:
    """Return the citizen whom code and digits let in, or raise ``CodeNotFound``; ten wrong tries lock for an hour."""
    receipt = _receipt(text)
    now = current().clock.now()
    if receipt.locked_until is not None and now < receipt.locked_until:
        raise CodeNotFound("code_locked", minutes=int((receipt.locked_until - now).total_seconds() // 60) + 1)
    # Counted before it is compared, so that many tries sent at once do not all slip through.
    ReceiptCode.objects.filter(pk=receipt.pk).update(failed_tries=F("failed_tries") + 1)
    if not any(check_password(second_factor.strip(), kept) for kept in receipt.second_factors):
        full = ReceiptCode.objects.filter(pk=receipt.pk, failed_tries__gte=FAILED_TRIES_MAX)
        full.update(locked_until=now + LOCKED_FOR, failed_tries=0)
        raise CodeNotFound("code_not_found")
    ReceiptCode.objects.filter(pk=receipt.pk).update(failed_tries=0, locked_until=None)
    return Actor.citizen(receipt.dossier_id)


def download(actor: Actor, dossier_id: UUID) -> Download:
    """Return the sealed result; the citizen's first download is the delivery."""
    dossier = found(actor, dossier_id)
    require(actor, Verb.DOWNLOAD, dossier.case())
    result = (
        Result.objects.filter(dossier=dossier, voided_at=None, sealed__isnull=False).select_related("sealed").first()
    )
    if result is None or result.sealed is None:
        raise StepNotAllowed("nothing_sealed", state=dossier.state)
    pdf = files.read(result.sealed)
    _count(dossier, "download")
    if actor == Actor.citizen(dossier_id):
        _deliver(actor, dossier_id)
    return Download(f"{dossier.code}.pdf", pdf)


def hand_over(actor: Actor, dossier_id: UUID) -> Dossier:
    """The desk gave the result to the citizen."""
    return _deliver(actor, dossier_id)


def _deliver(actor: Actor, dossier_id: UUID) -> Dossier:
    with transaction.atomic():
        dossier = locked(actor, dossier_id)
        if dossier.state != State.DELIVERED.value:  # a second time is no second delivery
            move(dossier, Step.DELIVER, actor, current().clock.now())
    return dossier


def _receipt(text: str) -> ReceiptCode:
    code = normal_code(text)
    if len(code) != RECEIPT_CODE_LENGTH or not set(code) <= set(CROCKFORD):
        raise CodeNotFound("code_not_found")
    receipt = ReceiptCode.objects.select_related("dossier").filter(code=code).first()
    if receipt is None:
        raise CodeNotFound("code_not_found")
    return receipt


def _count(dossier: Dossier, kind: str) -> None:
    row, _ = Looks.objects.get_or_create(dossier=dossier, kind=kind, day=office_day(current().clock.now()))
    Looks.objects.filter(pk=row.pk).update(count=F("count") + 1)
