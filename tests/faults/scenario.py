"""One dossier from receipt to download, to be killed at a write point and started again.

Run as a program it imports everything once, makes a template folder, and then forks one process for each line
``FOLDER POINT`` on its input ("-" for no point): importing takes longer than the whole walk. Every fork works on its
own copy of the template. Each step of the walk may be called again: that is what a person does after a crash.
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import django
import django.conf
from django.core.management import call_command

TEMPLATE = Path(os.environ["MOONSEAL_DATA"])

django.setup()

# Django must be set up before models are imported.
from django.db import connections  # noqa: E402

from certs.authority import Authority  # noqa: E402
from dossiers import audit, delivery, files, intake, issue, jobs, renewal, review, writepoints  # noqa: E402
from dossiers.engines import Engines, set_up  # noqa: E402
from dossiers.lifecycle import State  # noqa: E402
from dossiers.models import (  # noqa: E402
    Account,
    AuditEntry,
    Dossier,
    NumberEntry,
    QueuedJob,
    Renewal,
    Signature,
    SigningIntent,
    SigningSession,
    StoredFile,
    Unit,
)
from dossiers.people import Actor, Role  # noqa: E402
from sandbox.zygote import Sandbox  # noqa: E402
from signing.verify.engine import LIMITS, TASK_MODULE  # noqa: E402
from storage import FileKey  # noqa: E402
from tests.dossiers.office import BIRTH, SECRET, SINCE, Office, SetClock, open_office, scan, upload  # noqa: E402
from tests.dossiers.wiring import make_authority, register_keys, wired  # noqa: E402

Walk = Callable[[Path, Sandbox], dict[str, object]]
DOSSIER_ID = UUID("01940000-0000-7000-8000-000000000001")


def make_template() -> None:
    call_command("migrate", verbosity=0)
    clock = SetClock()
    authority = make_authority(TEMPLATE / "authority", clock)
    office = open_office(None, clock)
    register_keys(TEMPLATE, authority, office.unit, office.accounts[Role.OFFICIAL])
    connections.close_all()  # the last connection writes the log back: the folder can be copied


def move_to(folder: Path) -> None:
    django.conf.settings.DATA = folder
    connections["default"].settings_dict["NAME"] = str(folder / "moonseal.db")


def walk(folder: Path, sandbox: Sandbox) -> dict[str, object]:
    clock = SetClock()
    authority = Authority.open(folder / "authority", clock.now)
    with wired(folder, authority, clock, sandbox, margin=timedelta(days=3000)) as engines:  # so that all is due
        set_up(engines)
        office = Office(engines, clock, Unit.objects.get())
        actor = {
            role: Account.objects.get(username=role.value).actor(SINCE)
            for role in (Role.CLERK, Role.OFFICIAL, Role.RECORDS_CLERK)
        }
        with jobs.running(threads=1, poll_s=0.05):
            intake.receive(actor[Role.CLERK], office.new(BIRTH, DOSSIER_ID), [upload(scan(BIRTH)), upload(scan(None))])
            jobs.run_until_idle(60)
            finish(actor)
        return told(engines)


def finish(actor: dict[Role, Actor]) -> None:
    dossier = Dossier.objects.get()
    if dossier.state == State.TRANSCRIBED.value:
        names = dossier.fields.values_list("name", flat=True)
        review.confirm_fields(actor[Role.CLERK], DOSSIER_ID, names)
        review.make_record(actor[Role.CLERK], DOSSIER_ID)
    if not Signature.objects.filter(role="official").exists():
        shown = issue.open_session(actor[Role.OFFICIAL], DOSSIER_ID)
        issue.sign(actor[Role.OFFICIAL], DOSSIER_ID, shown.sha256, SECRET)
    if not Signature.objects.filter(role="seal").exists():
        shown = issue.shown(actor[Role.RECORDS_CLERK], DOSSIER_ID)
        issue.seal(actor[Role.RECORDS_CLERK], DOSSIER_ID, shown.sha256, SECRET)
    if not Renewal.objects.filter(outcome=Renewal.DONE).exists():
        renewal.renew(dossier.results.get().pk)
    delivery.download(delivery.citizen(dossier.receipt.code, "4321"), DOSSIER_ID)


def told(engines: Engines) -> dict[str, object]:
    """All that must be the same with and without the kill; random keys, codes and signature values are left out."""
    dossier = Dossier.objects.get()
    result = dossier.results.get()
    named = list(StoredFile.objects.all())
    in_store = {str(stored.key) for stored in engines.store.stored()}
    void = {str(pk) for pk in SigningIntent.objects.filter(outcome=SigningIntent.VOID).values_list("pk", flat=True)}
    history = [e.action for e in AuditEntry.objects.order_by("sequence")]
    for _ in void:  # a try that came to nothing stays in the history; the rest must be as without it
        end = history.index("intent.void")
        del history[end]
        del history[end - 1 - history[:end][::-1].index("intent.open")]
    assert result.signed is not None
    assert result.sealed is not None
    return {
        "dossier": [dossier.code, dossier.state, dossier.flags, dossier.revision, str(dossier.due_at)],
        "scans": [
            [s.position, s.file.sha256, s.searchable and s.searchable.sha256, s.form_code] for s in dossier.scans.all()
        ],
        "pages": sum(scan.pages.count() for scan in dossier.scans.all()),
        "fields": [[f.name, f.final_value, f.confirmed_by and f.confirmed_by.username] for f in dossier.fields.all()],
        "record": dossier.record.sha256,
        "numbers": [[str(e), e.state, e.reason] for e in NumberEntry.objects.order_by("series__code", "number")],
        "sessions": [[s.outcome, s.reason] for s in SigningSession.objects.all()],
        "signatures": sorted(Signature.objects.values_list("role", "verdict", "account__username")),
        "open_intents": SigningIntent.objects.filter(closed_at=None).count(),
        "renewals": list(Renewal.objects.values_list("outcome", "reason")),
        "jobs": list(QueuedJob.objects.values_list("kind", "outcome")),
        "files": sorted(file.media_type for file in named),
        "missing_files": [file.key for file in named if file.key not in in_store],
        "unnamed_files": len(in_store - {file.key for file in named}),
        "drawn_signed_sealed": [
            files.read(result.signed).startswith(files.read(result.drawn)),
            files.read(result.sealed).startswith(files.read(result.signed)),
            engines.verifier.verify(files.read(result.sealed)).verdict.value,
        ],
        "all_readable": all(engines.store.opened(FileKey.parse(file.key)).read(1) for file in named),
        "history": history,
        "bad_history": [str(bad) for bad in audit.verify()],
    }


def run_in_fork(folder: Path, point: str, sandbox: Sandbox, walk: Walk) -> int:
    child = os.fork()
    if child:
        _, ended = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(ended)
    try:
        move_to(folder)
        writepoints._KILL_AT = "" if point == "-" else point  # noqa: SLF001 - read once at import; this process is a fork
        (folder / "told.json").write_text(json.dumps(walk(folder, sandbox), ensure_ascii=False), encoding="utf-8")
    except BaseException:  # noqa: BLE001 - a fork must not return into the loop
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main(walk: Walk) -> None:
    """Answer each line with how its fork ended."""
    shared = Sandbox(preload=(TASK_MODULE,), limits=LIMITS)  # one for all forks, of which only one runs at a time
    print("ready", flush=True)  # noqa: T201 - the protocol with the test
    for line in sys.stdin:
        where, _, at = line.strip().rpartition(" ")
        print(run_in_fork(Path(where), at, shared, walk), flush=True)  # noqa: T201 - the same
    shared.close()


if __name__ == "__main__":
    logging.basicConfig(level="ERROR")
    make_template()
    main(walk)
