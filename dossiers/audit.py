"""The history: one chain of entries per commune, each holding the digest of the one before.

An entry is canonical JSON (RFC 8785) with a version; it holds ids, never names. It is written in the transaction of the
change it tells of, so that there is no change without it and no entry without a change. Without an outside witness
whoever owns the database can rebuild a chain: checkpoints come later.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import rfc8785
from django.db import transaction

from dossiers.models import AuditEntry, ChainHead, Unit
from dossiers.people import Actor

VERSION = 1
Facts = Mapping[str, str | int | bool | list[str] | None]


@dataclass(frozen=True)
class BadEntry:
    """The first entry of a chain that does not hold, and why, as a code."""

    unit_id: UUID
    sequence: int
    reason: str


def write(
    unit: Unit, at: datetime, actor: Actor, action: str, *, thing_id: UUID | None = None, facts: Facts | None = None
) -> None:
    """Add an entry to the unit's chain; only inside the transaction of the change."""
    if not transaction.get_connection().in_atomic_block:
        raise AssertionError("history is written in the transaction of the change it tells of")
    ChainHead.objects.get_or_create(unit=unit)
    head = ChainHead.objects.select_for_update().get(unit=unit)
    entry = {
        "version": VERSION,
        "chain": str(unit.pk),
        "sequence": head.sequence + 1,
        "at": at.isoformat(),
        "actor": {"kind": actor.kind.value, "id": None if actor.id is None else str(actor.id)},
        "action": action,
        "thing": None if thing_id is None else str(thing_id),
        "facts": dict(facts or {}),
        "previous": head.sha256,
    }
    canonical = rfc8785.dumps(entry)  # type: ignore[arg-type]  # its own recursive type does not admit Mapping
    head.sequence += 1
    head.sha256 = hashlib.sha256(canonical).hexdigest()
    AuditEntry.objects.create(
        unit=unit,
        sequence=head.sequence,
        canonical=canonical.decode(),
        sha256=head.sha256,
        action=action,
        thing_id=thing_id,
        at=at,
    )
    head.save()


def verify() -> Iterator[BadEntry]:
    """Give the first bad entry of every chain; nothing if all hold."""
    for head in ChainHead.objects.order_by("unit_id"):
        if (bad := _first_bad(head)) is not None:
            yield bad


def _first_bad(head: ChainHead) -> BadEntry | None:
    previous, sequence = "", 0
    for row in AuditEntry.objects.filter(unit_id=head.unit_id).order_by("sequence").iterator():
        sequence += 1
        if row.sequence != sequence:
            return BadEntry(head.unit_id, sequence, "missing")
        if reason := _reason_against(row, previous):
            return BadEntry(head.unit_id, sequence, reason)
        previous = row.sha256
    if (head.sequence, head.sha256) != (sequence, previous):
        return BadEntry(head.unit_id, sequence + 1, "end_cut_off")
    return None


def _reason_against(row: AuditEntry, previous: str) -> str:
    content = row.canonical.encode()
    if hashlib.sha256(content).hexdigest() != row.sha256:
        return "content_changed"
    entry = json.loads(content)
    if entry["previous"] != previous:
        return "chain_broken"
    told = (entry["chain"], entry["sequence"], entry["action"], entry["thing"], datetime.fromisoformat(entry["at"]))
    columns = (str(row.unit_id), row.sequence, row.action, None if row.thing_id is None else str(row.thing_id), row.at)
    return "" if told == columns else "columns_changed"
