"""Which result a dossier leads to, and the values that stand on it. Reads rows, changes nothing."""

from collections.abc import Mapping

from django.conf import settings

from dossiers.engines import current
from dossiers.errors import FieldNotConfirmed
from dossiers.models import Dossier, SigningSession
from dossiers.numbering import office_day
from dossiers.procedures.catalogue import ResultKind, procedure
from printing.errors import ValueMissing
from printing.fields import TEMPLATES, worded

_DAY_OF_TRYING, _TRYING = "2026-01-01", "-"


def kind_of(dossier: Dossier, fields: Mapping[str, str | None]) -> ResultKind:
    """Return the kind of result these fields ask for, or raise ``FieldNotConfirmed``."""
    rules = procedure(dossier.procedure_code, office_day(dossier.received_at))
    if (kind := rules.result_kind(fields)) is None:
        asked = rules.results[0].when_field if rules.results else ""  # none is drawn for this procedure at all
        raise FieldNotConfirmed("no_result_for_this", field=asked)
    return kind


def require_drawable(kind: ResultKind, fields: Mapping[str, str | None]) -> None:
    """Raise ``FieldNotConfirmed``, naming the field, if a value is missing or not of the kind the result needs."""
    for name in kind.required:
        if not (fields.get(name) or "").strip():
            raise FieldNotConfirmed("field_missing", field=name)
    values = {
        "folder_kind": current().folder_kind.value,
        "agency.name": _TRYING,
        "number": _TRYING,
        "place": _TRYING,
        "issued_on": _DAY_OF_TRYING,
        "signer.capacity": _TRYING,
        "signer.full_name": _TRYING,
    }
    if kind.register:
        values |= {"registration.agency": _TRYING, "registration.number": _TRYING, "registration.date": _DAY_OF_TRYING}
    try:
        worded(TEMPLATES[kind.template], values | _mapped(kind, fields))
    except ValueMissing as error:
        name = str(error.parameters.get("field", ""))
        raise FieldNotConfirmed(error.code, field=kind.values.get(name, name)) from error


def values_of(kind: ResultKind, fields: Mapping[str, str | None], session: SigningSession) -> dict[str, object]:
    """Return all values of the paper for the printer."""
    dossier, unit = session.dossier, session.dossier.commune()
    day = session.document_date.isoformat()
    values: dict[str, object] = {
        "folder_kind": current().folder_kind.value,
        "agency.superior": unit.superior,
        "agency.name": unit.letterhead,
        "number": session.number_text,
        "is_numbered_later": session.number is None,
        "place": unit.place,
        "issued_on": day,
        "signer.capacity": session.membership.capacity,
        "signer.full_name": session.account.full_name,
        "verify_url": f"{settings.PUBLIC_URL}/verify" if settings.PUBLIC_URL else None,
        "dossier_code": dossier.code,
        "record_digest": dossier.record.sha256,
    }
    if session.registration is not None:
        values |= {
            "registration.agency": unit.name,
            "registration.number": f"{session.registration.number:02d}",
            "registration.date": day,
        }
    return values | _mapped(kind, fields)


def _mapped(kind: ResultKind, fields: Mapping[str, str | None]) -> dict[str, object]:
    return {**{name: fields.get(field) for name, field in kind.values.items()}, **kind.fixed}
