"""Scans become pages and fields. Reading happens outside every transaction; what was read is written scan by scan.

A job may run twice: a scan that was read stays read. Nothing here is confirmed. A form that is not recognised, belongs
to another procedure, or a scan that cannot be read is no error: flags tell the clerk why to look.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from dossiers import audit, files
from dossiers.engines import current
from dossiers.lifecycle import State, Step
from dossiers.models import Dossier, Field, Page, Scan
from dossiers.people import Actor
from dossiers.procedures.catalogue import same_procedure
from dossiers.rows import locked, move
from dossiers.writepoints import reached
from ocr import CapExceeded, Digitized, PageClass, ScanUnreadable

# Why a person has to look, as codes; any of them stops the record.
MISFILED = "misfiled"  # the form belongs to another procedure than the one declared
WRONG_PAGE = "wrong-page"  # another form lies beside the declaration, or another paper in its place
NO_FORM = "no-form"  # no known form among the pages
UNREADABLE = "unreadable"  # a scan that could not be read
TRANSCRIPTION_FAILED = "transcription-failed"  # the engine broke five times; a person has to call for help

Progress = Callable[[Mapping[str, Any]], None]


def transcribe(dossier_id: UUID, on_progress: Progress | None = None) -> None:
    """Read what was not read yet, then take the step; does nothing for a dossier that is past it."""
    dossier = Dossier.objects.get(pk=dossier_id)
    if dossier.state != State.RECEIVED.value:
        return
    while True:
        for scan in dossier.scans.filter(transcribed_at=None).select_related("file"):
            _read(dossier, scan, on_progress)
        with transaction.atomic():
            actor = Actor.service()
            dossier = locked(actor, dossier_id)
            if dossier.state != State.RECEIVED.value:
                return
            if dossier.scans.filter(transcribed_at=None).exists():
                continue  # one more was added meanwhile
            dossier.flags = _flags(dossier)
            facts: audit.Facts = {"flags": list(dossier.flags), "fields": dossier.fields.count()}
            move(dossier, Step.TRANSCRIBE, actor, current().clock.now(), facts)
            return


def _read(dossier: Dossier, scan: Scan, on_progress: Progress | None) -> None:
    engines = current()
    try:
        with files.on_disk(scan.file, "scan") as path:
            digitized = engines.reader.digitize(path, on_progress=on_progress)
    except (ScanUnreadable, CapExceeded) as refusal:
        Scan.objects.filter(pk=scan.pk).update(problem=refusal.code[:60], transcribed_at=engines.clock.now())
        return
    reached("transcribe.read_before_file")
    owner = files.owner_of(dossier.commune(), dossier.pk)
    searchable = files.put_bytes(owner, digitized.pdf, files.PDF)
    reached("transcribe.file_before_row")
    with transaction.atomic():
        _write(locked(Actor.service(), dossier.pk), Scan.objects.get(pk=scan.pk), digitized, searchable)
    engines.reader.forget(digitized.sha256)


def _write(dossier: Dossier, scan: Scan, digitized: Digitized, searchable: files.Put) -> None:
    if dossier.state != State.RECEIVED.value or scan.transcribed_at is not None:
        return  # another worker was faster
    at = current().clock.now()
    scan.searchable = files.named(searchable, at)
    scan.transcribed_at = at
    is_ours = False
    if (form := digitized.form) is not None:
        scan.form_code, scan.form_version = form.code, form.version
        is_ours = form.serves(dossier.procedure_code)
        scan.form_procedure = dossier.procedure_code if is_ours else form.procedures[0]
        scan.form_confidence = form.confidence
    scan.save()
    Page.objects.bulk_create(
        Page(
            scan=scan,
            number=page.number,
            width_px=page.width_px,
            height_px=page.height_px,
            dpi=page.dpi,
            rotation_deg=page.rotation_deg,
            page_class=page.page_class.value,
            warnings=list(page.warnings),
            text=page.text,
            mean_confidence=page.mean_confidence,
        )
        for page in digitized.pages
    )
    if is_ours and not dossier.fields.exists():  # the first form of the procedure counts
        _write_fields(dossier, scan, digitized)


def _write_fields(dossier: Dossier, scan: Scan, digitized: Digitized) -> None:
    Field.objects.bulk_create(
        Field(
            dossier=dossier,
            scan=scan,
            name=name,
            position=position,
            page_number=field.page,
            box=[field.box.x0, field.box.y0, field.box.x1, field.box.y1],
            reading=field.reading,
            value=field.value,
            confidence=field.confidence,
            source=field.source.value,
            decision=field.decision.value,
            checks={check: outcome.value for check, outcome in field.checks.items()},
            problems=list(field.problems),
            proposals=list(field.proposals),
        )
        for position, (name, field) in enumerate(digitized.fields.items(), start=1)
    )


def _flags(dossier: Dossier) -> list[str]:
    """Return why a person must look, the gravest first."""
    scans = list(dossier.scans.all())
    forms = [scan for scan in scans if scan.form_procedure]
    ours = [scan for scan in forms if same_procedure(scan.form_procedure, dossier.procedure_code)]
    flags = []
    if forms and not ours:
        flags.append(MISFILED)
    if not forms:
        flags.append(NO_FORM)
    if (ours and len(ours) < len(forms)) or (not forms and _has_attachment(dossier)):
        flags.append(WRONG_PAGE)
    if any(scan.problem for scan in scans):
        flags.append(UNREADABLE)
    return flags


def _has_attachment(dossier: Dossier) -> bool:
    """Say whether a page stands there that is neither blank nor an identity card."""
    own = (PageClass.BLANK.value, PageClass.IDENTITY_CARD.value)
    return Page.objects.filter(scan__dossier=dossier).exclude(page_class__in=own).exists()
