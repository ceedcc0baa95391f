"""A person compares every field with the scan; what was confirmed becomes the record, which no longer changes."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from dossiers import audit
from dossiers.engines import current
from dossiers.errors import FieldNotConfirmed
from dossiers.lifecycle import Step
from dossiers.models import Dossier, Field, Record
from dossiers.people import Actor
from dossiers.permissions import Verb, require
from dossiers.record import VERSION, canonical, nfc
from dossiers.results import kind_of, require_drawable
from dossiers.rows import found, locked, move
from dossiers.writepoints import reached

VALUE_LENGTH_MAX = 2000


def confirm_fields(actor: Actor, dossier_id: UUID, names: Iterable[str]) -> None:
    """Confirm these fields as they stand; one that is confirmed already keeps who and when."""
    wanted = set(names)
    at = current().clock.now()
    with transaction.atomic():
        dossier = locked(actor, dossier_id)
        require(actor, Verb.CORRECT, dossier.case())
        known = set(dossier.fields.filter(name__in=wanted).values_list("name", flat=True))
        if unknown := wanted - known:
            raise FieldNotConfirmed("field_unknown", field=min(unknown)[:100])
        fresh = dossier.fields.filter(name__in=wanted, confirmed_by=None)
        fresh_names = sorted(fresh.values_list("name", flat=True))
        if fresh_names:
            fresh.update(confirmed_by=actor.account_id, confirmed_at=at)
            audit.write(
                dossier.commune(), at, actor, "fields.confirm", thing_id=dossier.pk, facts={"fields": fresh_names}
            )


def correct_field(actor: Actor, dossier_id: UUID, name: str, value: str | None) -> Field:
    """Put a person's value in the place of what was read, and confirm it; nothing means that the field is empty."""
    text = None if value is None else nfc(value).strip() or None
    if text is not None and len(text) > VALUE_LENGTH_MAX:
        raise FieldNotConfirmed("value_too_long", field=name[:100], limit=VALUE_LENGTH_MAX)
    at = current().clock.now()
    with transaction.atomic():
        dossier = locked(actor, dossier_id)
        require(actor, Verb.CORRECT, dossier.case())
        if (field := dossier.fields.filter(name=name).first()) is None:
            raise FieldNotConfirmed("field_unknown", field=name[:100])
        if field.confirmed_by_id is not None and field.final_value == text:
            return field  # called twice
        field.is_corrected = text != field.value
        field.corrected_value = text if field.is_corrected else None
        field.confirmed_by_id, field.confirmed_at = actor.account_id, at
        field.save()
        facts: audit.Facts = {"field": name, "corrected": field.is_corrected}  # never the value: it names a person
        audit.write(dossier.commune(), at, actor, "field.correct", thing_id=dossier.pk, facts=facts)
    return field


def final_values(dossier: Dossier) -> dict[str, str | None]:
    return {field.name: field.final_value for field in dossier.fields.all()}


def make_record(actor: Actor, dossier_id: UUID, revision: int | None = None) -> Record:
    """Close the review: every field confirmed, nothing flagged, all that the result needs is there."""
    dossier = found(actor, dossier_id)
    if (known := Record.objects.filter(dossier=dossier).first()) is not None:
        return known
    at = current().clock.now()
    with transaction.atomic():
        dossier = locked(actor, dossier_id, revision)
        require(actor, Step.CONFIRM, dossier.case())
        if dossier.flags:
            raise FieldNotConfirmed("flagged", flag=dossier.flags[0])
        if (open_field := dossier.fields.filter(confirmed_by=None).first()) is not None:
            raise FieldNotConfirmed("field_not_confirmed", field=open_field.name)
        values = final_values(dossier)
        require_drawable(kind_of(dossier, values), values)
        scan = dossier.fields.select_related("scan").first().scan  # type: ignore[union-attr]  # required fields exist
        content = canonical(dossier.procedure_code, f"{scan.form_code} {scan.form_version}", values)
        record = Record.objects.create(
            dossier=dossier,
            version=VERSION,
            canonical=content.content,
            sha256=content.sha256,
            made_by_id=actor.account_id,
            made_at=at,
        )
        move(dossier, Step.CONFIRM, actor, at, {"record_sha256": content.sha256})
        reached("confirm.before_commit")
    return record
