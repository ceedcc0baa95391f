"""What a citizen hands in becomes a dossier: scans into the store, then rows, number, receipt and job in one go.

File before row: if the process dies between, an unnamed file is left, never a row without its file. The caller makes
the dossier's id beforehand (a hidden field of the page), so that a form sent twice is one dossier.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from dossiers import audit, files, numbering, numbers
from dossiers.deadlines import due_at, office_calendar
from dossiers.engines import current
from dossiers.errors import DossierNotFound, SubmissionRefused
from dossiers.lifecycle import State
from dossiers.models import Dossier, Involvement, ReceiptCode, Scan, Submission, Unit
from dossiers.outbox import queue_job
from dossiers.people import Actor
from dossiers.permissions import Office, Verb, require
from dossiers.procedures.catalogue import procedure
from dossiers.record import folded, nfc
from dossiers.writepoints import reached

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # base 32 without I, L, O, U
RECEIPT_CODE_LENGTH = 12  # 60 bits
SECOND_FACTOR_DIGITS = 4
ORIGINAL_NAME_MAX = 255
# Only the door: what a file really is, the reader finds out in the sandbox.
MAGIC = {
    b"%PDF-": files.PDF,
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"II+\x00": "image/tiff",
    b"MM\x00+": "image/tiff",
}
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"mif1"}  # of the photos of iPhones, behind four bytes of length and "ftyp"
_MAGIC_WINDOW_BYTES = 1024  # readers accept a PDF header that stands a little later


@dataclass(frozen=True)
class Upload:
    """One file as it left the scanner."""

    name: str
    content: BinaryIO


@dataclass(frozen=True)
class NewDossier:
    """What the desk writes down. ``second_factors``: last four digits of telephone and identity number."""

    id: UUID
    unit_id: UUID
    procedure_code: str
    applicant_name: str
    second_factors: tuple[str, ...]


def receive(actor: Actor, new: NewDossier, uploads: Sequence[Upload]) -> Dossier:
    """Take a submission in; called again with the same id, return the dossier that is already there."""
    require(actor, Verb.RECEIVE, Office(new.unit_id))
    if (known := _already_received(actor, new.id)) is not None:
        return known
    at = current().clock.now()
    rules = procedure(new.procedure_code, numbering.office_day(at))
    if any(not (f.isascii() and f.isdigit() and len(f) == SECOND_FACTOR_DIGITS) for f in new.second_factors):
        raise SubmissionRefused("second_factor_not_four_digits")
    if not new.second_factors:
        raise SubmissionRefused("second_factor_missing")
    unit = Unit.objects.get(pk=new.unit_id)
    puts = [(short_name(upload), stored(unit, new.id, upload)) for upload in checked(uploads)]
    hashes = [make_password(factor) for factor in new.second_factors]  # slow on purpose, so not in the transaction
    reached("receive.file_before_row")
    try:
        with transaction.atomic():
            dossier = _written(new, unit, at, due_at(at, rules.deadline, office_calendar()))
            submission = Submission.objects.create(dossier=dossier, received_by_id=actor.account_id, received_at=at)
            for position, (name, file) in enumerate(puts, start=1):
                Scan.objects.create(
                    dossier=dossier,
                    submission=submission,
                    position=position,
                    original_name=name,
                    file=files.named(file, at),
                )
            ReceiptCode.objects.create(dossier=dossier, code=new_receipt_code(), second_factors=hashes)
            facts: audit.Facts = {"procedure": rules.code, "scans": len(puts)}
            audit.write(unit, at, actor, "dossier.receive", thing_id=dossier.pk, facts=facts)
            queue_job("transcribe", dossier.pk)
    except IntegrityError:  # the same form sent twice at once: the other one won
        if (known := _already_received(actor, new.id)) is None:
            raise
        return known
    reached("receive.row_before_hand_over")
    return dossier


def new_receipt_code() -> str:
    return "".join(secrets.choice(CROCKFORD) for _ in range(RECEIPT_CODE_LENGTH))


def _already_received(actor: Actor, dossier_id: UUID) -> Dossier | None:
    if (dossier := Dossier.objects.filter(pk=dossier_id).first()) is None:
        return None
    if not Dossier.objects.for_actor(actor).filter(pk=dossier_id).exists():
        raise DossierNotFound("dossier_not_found")
    return dossier


def short_name(upload: Upload) -> str:
    """Return the file's own name without any folder, for people to recognise it by."""
    return nfc(PurePath(upload.name.replace("\\", "/")).name)[:ORIGINAL_NAME_MAX]


def checked(uploads: Sequence[Upload]) -> Sequence[Upload]:
    """Return the uploads if each may come in, or raise ``SubmissionRefused`` naming the first that may not."""
    if not uploads:
        raise SubmissionRefused("no_scan")
    if len(uploads) > settings.SCANS_MAX:
        raise SubmissionRefused("too_many_scans", limit=settings.SCANS_MAX)
    for number, upload in enumerate(uploads, start=1):
        size_bytes = upload.content.seek(0, 2)
        if size_bytes == 0:
            raise SubmissionRefused("scan_empty", number=number)
        if size_bytes > settings.SCAN_MAX_BYTES:
            raise SubmissionRefused("scan_too_large", number=number, limit_mb=settings.SCAN_MAX_BYTES >> 20)
        if media_type(upload.content) is None:
            raise SubmissionRefused("scan_of_unknown_type", number=number)
    return uploads


def media_type(content: BinaryIO) -> str | None:
    """Return the type that the first bytes speak of, or nothing."""
    content.seek(0)
    start = content.read(_MAGIC_WINDOW_BYTES)
    if start[4:8] == b"ftyp" and start[8:12] in HEIC_BRANDS:
        return "image/heic"
    for magic, name in MAGIC.items():
        if start.startswith(magic) or (magic == b"%PDF-" and magic in start):
            return name
    return None


def stored(unit: Unit, dossier_id: UUID, upload: Upload) -> files.Put:
    """Put an upload into the store; no row names it yet."""
    kind = media_type(upload.content) or "application/octet-stream"
    return files.put(files.owner_of(unit, dossier_id), upload.content, kind)


def _written(new: NewDossier, unit: Unit, at: datetime, due: datetime) -> Dossier:
    day = numbering.office_day(at)
    number = numbers.next_dossier_number(unit, day)
    dossier = Dossier.objects.create(
        id=new.id,
        code=numbering.dossier_code(unit.code, day, number),
        procedure_code=new.procedure_code,
        state=State.RECEIVED.value,
        applicant_name=nfc(new.applicant_name.strip())[:200],
        applicant_folded=folded(new.applicant_name)[:200],
        received_at=at,
        due_at=due,
    )
    for role in (Involvement.RECEIVING, Involvement.DECIDING):
        Involvement.objects.create(dossier=dossier, unit=unit, role=role, since=at)
    return dossier
