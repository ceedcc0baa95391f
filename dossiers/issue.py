"""The result: an official looks at it with its number, signs it; the records clerk seals it.

Opening a session reserves the number, draws the paper and keeps it; what is kept is what is shown, and only bytes with
the digest of what was shown are signed (`dossiers.acts`). No job calls ``sign`` or ``seal``: both need a person and
the person's secret.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from dossiers import audit, files, numbers
from dossiers.acts import (
    NUMBER,
    SEAL,
    SIGN,
    Act,
    Acts,
    Shown,
    has_number,
    live_result,
    ready_for,
    shown,
    signature_on,
)
from dossiers.engines import current
from dossiers.errors import ChangedMeanwhile, NotPermitted, SigningInterrupted, StepNotAllowed
from dossiers.lifecycle import State, Step
from dossiers.models import Dossier, Membership, Result, Signature, SigningIntent, SigningSession
from dossiers.numbering import Numbering, office_day
from dossiers.people import Actor, ActorKind, Role
from dossiers.permissions import require
from dossiers.results import kind_of, values_of
from dossiers.review import final_values
from dossiers.rows import found, locked, move
from dossiers.writepoints import reached
from printing.errors import PrintingError
from signing.batch import Document, sign_one
from signing.fields import prepare

__all__ = [
    "Shown",
    "close_session",
    "close_stale_sessions",
    "number",
    "open_number",
    "open_session",
    "seal",
    "shown",
    "sign",
]


def open_session(actor: Actor, dossier_id: UUID) -> Shown:
    """Reserve the number, draw the result and show it; called again by the same official, show the same."""
    dossier = found(actor, dossier_id)
    session = _own_open_session(actor, dossier) or _new_session(actor, dossier)
    result = Result.objects.filter(session=session).select_related("drawn").first() or _drawn(actor, session)
    return Shown(result, files.read(result.drawn), result.drawn.sha256)


def close_session(actor: Actor, dossier_id: UUID, reason: str = "cancelled") -> None:
    """End the open session without a signature: its numbers are void and stay in the register with the reason."""
    with transaction.atomic():
        dossier = locked(actor, dossier_id)
        session = SigningSession.objects.filter(dossier=dossier, closed_at=None).first()
        if session is None:
            return
        if actor.kind is ActorKind.ACCOUNT and session.account_id != actor.id:
            raise ChangedMeanwhile("session_of_another")
        if SigningIntent.objects.filter(result__session=session, closed_at=None).exists():
            raise ChangedMeanwhile("signature_under_way")
        _void(actor, dossier, session, reason, current().clock.now())


def close_stale_sessions(opened_before: datetime) -> int:
    """Void the sessions that were left open; for the service."""
    signing = SigningIntent.objects.filter(closed_at=None).values("result__session_id")
    stale = SigningSession.objects.filter(closed_at=None, opened_at__lt=opened_before).exclude(pk__in=signing)
    dossiers = list(stale.values_list("dossier_id", flat=True))
    for dossier_id in dossiers:
        close_session(Actor.service(), dossier_id, "left_open")
    return len(dossiers)


def sign(actor: Actor, dossier_id: UUID, shown_sha256: str, secret: str) -> Signature:
    """Put the official's signature on exactly the bytes that were shown; called twice, it is one signature."""
    return _apply(actor, SIGN, Document(str(dossier_id), shown_sha256), secret)


def open_number(actor: Actor, dossier_id: UUID) -> Shown:
    """Reserve the number that a signed result gets today, and show the result; the same day again, the same number."""
    at = current().clock.now()
    day = office_day(at)
    with transaction.atomic():
        dossier = locked(actor, dossier_id)
        require(actor, Step.NUMBER, dossier.case())
        result = live_result(dossier)
        session = result.session
        if has_number(result):
            raise StepNotAllowed("number_given_before")
        if session.number is not None and session.number.series.year != day.year:
            numbers.void(session.number, "date_passed", at)
            session.number = None
        if session.number is None:
            kind = kind_of(dossier, final_values(dossier))
            session.number = numbers.reserve(dossier.commune(), kind.series, dossier, at)
        session.document_date = day
        session.save()
        facts: audit.Facts = {"number": session.number.text, "date": day.isoformat()}
        audit.write(dossier.commune(), at, actor, "number.reserve", thing_id=dossier.pk, facts=facts)
    return shown(actor, dossier_id)


def number(actor: Actor, dossier_id: UUID, shown_sha256: str, secret: str) -> Signature:
    """Write the reserved number and today's date on the signed bytes that were shown, under the clerk's signature."""
    return _apply(actor, NUMBER, Document(str(dossier_id), shown_sha256), secret)


def seal(actor: Actor, dossier_id: UUID, shown_sha256: str, secret: str) -> Signature:
    """Put the office's seal on exactly the signed bytes that were shown; called twice, it is one seal."""
    return _apply(actor, SEAL, Document(str(dossier_id), shown_sha256), secret)


def _apply(actor: Actor, act: Act, document: Document, secret: str) -> Signature:
    if (done := signature_on(actor, act, document)) is not None:
        return done
    unit = ready_for(actor, act, document).result.dossier.commune()  # before anybody's secret is looked at
    with current().signer.opened(actor.account_id, unit.pk, act.role, secret) as key:
        acts = Acts(actor, act, key)
        sign_one(document, acts, acts.sign)
    signature = signature_on(actor, act, document)
    assert signature is not None  # noqa: S101 - just written
    return signature


def _own_open_session(actor: Actor, dossier: Dossier) -> SigningSession | None:
    session = SigningSession.objects.filter(dossier=dossier, closed_at=None).first()
    if session is None:
        return None
    if session.account_id != actor.id:
        raise ChangedMeanwhile("session_of_another")
    if session.document_date != office_day(current().clock.now()):
        close_session(actor, dossier.pk, "date_passed")
        return None
    return session


def _new_session(actor: Actor, dossier: Dossier) -> SigningSession:
    at = current().clock.now()
    try:
        with transaction.atomic():
            dossier = locked(actor, dossier.pk)
            require(actor, Step.DRAW, dossier.case())
            unit = dossier.commune()
            seat = Membership.objects.in_force(office_day(at)).filter(
                account_id=actor.account_id, unit=unit, role=Role.OFFICIAL.value
            )
            if (membership := seat.order_by("-since").first()) is None:
                raise NotPermitted("no_authority_to_sign")
            kind = kind_of(dossier, final_values(dossier))
            is_numbered_now = settings.NUMBERING == Numbering.AT_SIGNING
            session = SigningSession.objects.create(
                dossier=dossier,
                account_id=actor.account_id,
                membership=membership,
                number=numbers.reserve(unit, kind.series, dossier, at) if is_numbered_now else None,
                registration=numbers.reserve(unit, kind.register, dossier, at) if kind.register else None,
                document_date=office_day(at),
                opened_at=at,
            )
            audit.write(unit, at, actor, "session.open", thing_id=dossier.pk, facts={"number": session.number_text})
    except IntegrityError as error:  # two officials at the same instant
        raise ChangedMeanwhile("session_of_another") from error
    reached("draw.number_before_drawing")
    return session


def _drawn(actor: Actor, session: SigningSession) -> Result:
    dossier = session.dossier
    fields = final_values(dossier)
    kind = kind_of(dossier, fields)
    try:
        drawn = current().printer.draw(kind.template, values_of(kind, fields, session))
    except PrintingError as error:
        close_session(actor, dossier.pk, "not_drawable")
        raise SigningInterrupted(
            error.code, **{name: str(value) for name, value in error.parameters.items()}
        ) from error
    owner = files.owner_of(dossier.commune(), dossier.pk)
    # The drawing is the same each time, the fields' update is not: a paper that a killed process stored is taken over.
    before = next(files.left_behind(owner, drawn.pdf), None)
    file = before[0] if before else files.put_bytes(owner, prepare(drawn.pdf, drawn.places), files.PDF)
    reached("draw.file_before_row")
    at = current().clock.now()
    with transaction.atomic():
        dossier = locked(actor, dossier.pk)
        if (known := Result.objects.filter(session=session).first()) is not None:
            return known  # the same official in two windows
        result = Result.objects.create(
            dossier=dossier,
            session=session,
            record=dossier.record,
            template=kind.template,
            places={name: [place.page, place.x0, place.y0, place.x1, place.y1] for name, place in drawn.places.items()},
            drawn=files.named(file, at),
            drawn_at=at,
        )
        move(dossier, Step.DRAW, actor, at, {"number": session.number_text, "shown_sha256": file.sha256})
    return result


def _void(actor: Actor, dossier: Dossier, session: SigningSession, reason: str, at: datetime) -> None:
    session.closed_at, session.outcome, session.reason = at, SigningSession.VOID, reason[:60]
    session.save()
    for entry in (session.number, session.registration):
        if entry is not None:
            numbers.void(entry, reason[:60], at)
    Result.objects.filter(session=session).update(voided_at=at)
    if dossier.state == State.DRAWN.value:
        move(dossier, Step.VOID, actor, at, {"number": session.number_text, "reason": reason[:60]})
    else:  # the process died between the number and the drawing
        facts: audit.Facts = {"number": session.number_text}
        audit.write(dossier.commune(), at, actor, "session.void", thing_id=dossier.pk, facts=facts)
