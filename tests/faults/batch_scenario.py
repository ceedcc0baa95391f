"""Two results signed with one PIN, one of them numbered and sealed afterwards; to be killed at a write point and begun
again, as ``scenario.py`` is. The template holds both dossiers confirmed, so that a walk is signatures and little else.
"""

import logging
from collections import Counter
from pathlib import Path
from uuid import UUID

from tests.faults import scenario

FIRST, SECOND = (UUID(f"01940000-0000-7000-8000-00000000000{number}") for number in (1, 2))

# ``scenario`` has set Django up.
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from certs.authority import Authority  # noqa: E402
from dossiers import batches, files, intake, intents, issue, jobs, review, transcription  # noqa: E402
from dossiers.engines import Engines, set_up  # noqa: E402
from dossiers.lifecycle import State  # noqa: E402
from dossiers.models import (  # noqa: E402
    Account,
    Dossier,
    NumberEntry,
    Signature,
    SigningBatch,
    SigningIntent,
    StoredFile,
    Unit,
)
from dossiers.people import Actor, Role  # noqa: E402
from sandbox.zygote import Sandbox  # noqa: E402
from tests.dossiers.office import BIRTH, SECRET, SINCE, Office, SetClock, scan, upload  # noqa: E402
from tests.dossiers.wiring import register_number_key, wired  # noqa: E402


def make_template() -> None:
    scenario.make_template()
    authority = Authority.open(scenario.TEMPLATE / "authority", SetClock().now)
    register_number_key(scenario.TEMPLATE, authority, Unit.objects.get(), account(Role.RECORDS_CLERK))
    with wired(scenario.TEMPLATE, authority, SetClock()) as engines:
        set_up(engines)
        office, clerk = Office(engines, SetClock(), Unit.objects.get()), actor_of(Role.CLERK)
        for dossier_id in (FIRST, SECOND):
            intake.receive(clerk, office.new(BIRTH, dossier_id), [upload(scan(BIRTH))])
            transcription.transcribe(dossier_id)
            names = Dossier.objects.get(pk=dossier_id).fields.values_list("name", flat=True)
            review.confirm_fields(clerk, dossier_id, names)
            review.make_record(clerk, dossier_id)
    connections.close_all()


def account(role: Role) -> Account:
    return Account.objects.get(username=role.value)


def actor_of(role: Role) -> Actor:
    return account(role).actor(SINCE)


def walk(folder: Path, sandbox: Sandbox) -> dict[str, object]:
    settings.NUMBERING = "after_signing"
    authority = Authority.open(folder / "authority", SetClock().now)
    with wired(folder, authority, SetClock(), sandbox) as engines:
        set_up(engines)
        jobs.settle()  # as at every start
        assert not SigningIntent.objects.filter(closed_at=None).exists()
        assert not SigningBatch.objects.exclude(run="").exists()
        official, records = actor_of(Role.OFFICIAL), actor_of(Role.RECORDS_CLERK)
        batch = SigningBatch.objects.first() or batches.gather(official, "official", [FIRST, SECOND]).batch
        if batch.ended != "done":
            batches.start(official, batch.pk, batch.list_sha256, SECRET)()
        if not Signature.objects.filter(role="number").exists():
            issue.number(records, FIRST, issue.open_number(records, FIRST).sha256, SECRET)
        if Dossier.objects.get(pk=FIRST).state == State.SIGNED.value:
            issue.seal(records, FIRST, issue.shown(records, FIRST).sha256, SECRET)
        return told(engines)


def told(engines: Engines) -> dict[str, object]:
    """All that must be the same with and without the kill."""
    named = {file.key for file in StoredFile.objects.all()}
    in_store = {str(stored.key) for stored in engines.store.stored()}
    last = [result.sealed or result.signed for dossier in Dossier.objects.all() for result in dossier.results.all()]
    return {
        "done": [
            sum(item.outcome in {"signed", "signed-before"} for item in batch.items.all())
            for batch in SigningBatch.objects.all()
        ],
        "signatures": sorted(Counter(Signature.objects.values_list("role", flat=True)).items()),
        "states": sorted(Dossier.objects.values_list("state", flat=True)),
        "verdicts": [engines.verifier.verify(files.read(file)).verdict.value for file in last if file is not None],
        "numbers": sorted([str(entry), entry.state, entry.reason] for entry in NumberEntry.objects.all()),
        "open_intents": SigningIntent.objects.filter(closed_at=None).count(),
        "left_over": intents.recover() + batches.recover(),
        "missing_files": sorted(named - in_store),
        "unnamed_files": len(in_store - named),
    }


if __name__ == "__main__":
    logging.basicConfig(level="ERROR")
    make_template()
    scenario.main(walk)
