"""Signing intents: opened before a key is used, closed as signed or void, whatever happened in between.

``recover`` runs at every start-up: an intent that is still open belongs to a process that died. If its file lies in the
store, begins with the bytes that were shown and passes our verifier, the signature was made and is taken over by the
same function as always; else the intent is void and the person signs again.
"""

import logging
import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from dossiers import audit, files, numbers
from dossiers.engines import current
from dossiers.errors import ChangedMeanwhile, DossierError, SigningInterrupted
from dossiers.lifecycle import Step
from dossiers.models import Result, Signature, SigningIntent, SigningSession
from dossiers.numbering import office_day
from dossiers.people import Actor
from dossiers.permissions import require
from dossiers.rows import locked, move
from dossiers.writepoints import reached
from signing import Report, SigningError
from signing import Role as SigningRole
from signing.fields import FIELD_OF
from storage import StorageError

STEP_OF = {SigningRole.OFFICIAL: Step.SIGN, SigningRole.NUMBER: Step.NUMBER, SigningRole.SEAL: Step.SEAL}
NONCE_BYTES = 16

log = logging.getLogger(__name__)


def open_intent(actor: Actor, result: Result, role: SigningRole, shown_sha256: str, fingerprint: str) -> SigningIntent:
    """Make the intent durable; the digest is compared once more under the lock."""
    at = current().clock.now()
    try:
        with transaction.atomic():
            dossier = locked(actor, result.dossier_id)
            require(actor, STEP_OF[role], dossier.case())
            fresh = Result.objects.select_related("drawn", "signed").get(pk=result.pk)
            file = fresh.drawn if role is SigningRole.OFFICIAL else fresh.signed
            if fresh.voided_at is not None or file is None or file.sha256 != shown_sha256:
                raise ChangedMeanwhile("not_what_was_shown", dossier=dossier.code)
            intent = SigningIntent.objects.create(
                result=fresh,
                role=role.value,
                account_id=actor.account_id,
                shown_sha256=shown_sha256,
                certificate_sha256=fingerprint,
                nonce=secrets.token_hex(NONCE_BYTES),
                opened_at=at,
            )
            facts: audit.Facts = {"role": role.value, "shown_sha256": shown_sha256, "certificate": fingerprint}
            audit.write(dossier.commune(), at, actor, "intent.open", thing_id=dossier.pk, facts=facts)
    except IntegrityError as error:
        raise ChangedMeanwhile("signature_under_way") from error
    return intent


def verified(signed: bytes, before: bytes, role: SigningRole) -> Report:
    """Return the report of a new file, or raise: earlier bytes untouched, every signature passed, one of this role."""
    if len(signed) <= len(before) or not signed.startswith(before):
        raise SigningInterrupted("earlier_bytes_changed")
    report = current().verifier.verify(signed)
    report.require_passed()
    if sum(one.field == FIELD_OF[role] for one in report.signatures) != 1:
        raise SigningInterrupted("not_one_signature_of_this_role", role=role.value)
    return report


def close_signed(actor: Actor, intent: SigningIntent, file: files.Put, report: Report) -> Signature:
    """Write the signature: row, number, session, state and history in one transaction."""
    role = SigningRole(intent.role)
    own = next(one for one in report.signatures if one.field == FIELD_OF[role])
    at = current().clock.now()
    with transaction.atomic():
        dossier = locked(actor, intent.result.dossier_id)
        _close(intent, SigningIntent.SIGNED, "", at)
        row = files.named(file, at)
        signature = Signature.objects.create(
            result=intent.result,
            role=role.value,
            intent=intent,
            account_id=intent.account_id,
            file=row,
            verdict=report.verdict.value,
            signer=own.signer,
            certificate_serial=own.serial,
            proven_at=None if own.proven_at is None else datetime.fromisoformat(own.proven_at),
            signed_at=at,
        )
        result = Result.objects.select_for_update().get(pk=intent.result_id)
        if role is SigningRole.OFFICIAL:
            result.signed = row
            _close_session(result.session, at)
        elif role is SigningRole.NUMBER:
            result.signed = row
            assert result.session.number is not None  # noqa: S101 - it stands on the page
            numbers.use(result.session.number, at)
        else:
            result.sealed = row
        result.save()
        move(dossier, STEP_OF[role], actor, at, {"intent": str(intent.pk), "file_sha256": file.sha256})
        reached(f"{STEP_OF[role].value}.before_commit")
    return signature


def close_void(actor: Actor, intent: SigningIntent, reason: str) -> None:
    """Close an intent that no signature came of."""
    at = current().clock.now()
    with transaction.atomic():
        dossier = locked(actor, intent.result.dossier_id)
        _close(intent, SigningIntent.VOID, reason, at)
        facts: audit.Facts = {"intent": str(intent.pk), "reason": reason}
        audit.write(dossier.commune(), at, actor, "intent.void", thing_id=dossier.pk, facts=facts)


def recover(min_age: timedelta = timedelta(0)) -> int:
    """Close every open intent of that age as signed or void; return how many."""
    opened_before = current().clock.now() - min_age
    open_intents = SigningIntent.objects.filter(closed_at=None, opened_at__lte=opened_before).order_by("opened_at")
    count = 0
    for intent in open_intents.select_related("result__dossier", "account"):
        try:
            _settle(intent)
        except (DossierError, StorageError) as error:  # one that cannot be settled must not keep the office closed
            log.error("intent %s stays open: %s", intent.pk, error)  # noqa: TRY400 - the message says it all
        else:
            count += 1
    return count


def _settle(intent: SigningIntent) -> None:
    made = _made_before_the_crash(intent)
    if made is None:
        close_void(Actor.service(), intent, "interrupted")
    else:  # with the authority held when the key was used
        close_signed(intent.account.actor(office_day(intent.opened_at)), intent, *made)


def _made_before_the_crash(intent: SigningIntent) -> tuple[files.Put, Report] | None:
    result = intent.result
    role = SigningRole(intent.role)
    before_file = result.drawn if role is SigningRole.OFFICIAL else result.signed
    assert before_file is not None  # noqa: S101 - the intent was for this file
    before = files.read(before_file)
    owner = files.owner_of(result.dossier.commune(), result.dossier_id)
    for file, signed in files.left_behind(owner, before):
        try:
            return file, verified(signed, before, role)
        except (SigningError, SigningInterrupted):
            continue  # something else that was left behind
    return None


def _close(intent: SigningIntent, outcome: str, reason: str, at: datetime) -> None:
    closed = SigningIntent.objects.filter(pk=intent.pk, closed_at=None).update(
        closed_at=at, outcome=outcome, reason=reason[:60]
    )
    if closed != 1:
        raise ChangedMeanwhile("intent_closed_meanwhile", intent=str(intent.pk))


def _close_session(session: SigningSession, at: datetime) -> None:
    session.closed_at, session.outcome = at, SigningSession.SIGNED
    session.save()
    for entry in (session.number, session.registration):
        if entry is not None:
            numbers.use(entry, at)
