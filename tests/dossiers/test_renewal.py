"""Results get their next timestamp in time: once, with a row and history, and never at the cost of the old file."""

from dataclasses import replace
from datetime import timedelta

import pytest

from certs.errors import RevocationUnknown
from certs.errors import TimestampUnavailable as NoToken
from certs.timestamps import TimestampClient
from dossiers import audit, files, jobs, renewal
from dossiers.engines import current, set_up
from dossiers.lifecycle import State
from dossiers.models import AuditEntry, Protection, QueuedJob, Renewal, Result
from signing import CertificateNotAccepted, Role, TimestampUnavailable

ALWAYS = timedelta(days=3000)


@pytest.fixture
def result(dossier_at) -> Result:
    dossier = dossier_at(State.SEALED)
    QueuedJob.objects.all().delete()
    return Result.objects.get(dossier=dossier)


@pytest.fixture
def own_engine(tmp_path, settings):
    """The job engine's tables of this test alone."""
    settings.DATA = tmp_path


def with_archive(**changes: object) -> None:
    set_up(replace(current(), archive=replace(current().archive, **changes)))  # type: ignore[type-var]  # the office's


def stamps(pdf: bytes) -> int:
    report = current().verifier.verify(pdf)
    report.require_passed()
    return sum(one.role is Role.DOCUMENT_TIMESTAMP for one in report.signatures)


def test_a_result_is_looked_at_once_and_renewed_when_it_is_due_as_a_file_of_its_own(office, result, own_engine):
    # Nothing is due: looked at once, after a day, and remembered.
    sealed = result.sealed
    before = files.read(sealed)
    assert renewal.queue_due() == 0
    office.clock.moment += timedelta(days=2)
    assert renewal.queue_due() == 1
    assert renewal.queue_due() == 0  # queued already
    job = QueuedJob.objects.get()
    assert (job.kind, job.arguments) == ("renew", [str(result.pk)])
    assert not renewal.renew(result.pk)
    known = Protection.objects.get(result=result)
    assert known.file == sealed
    assert known.until is not None
    QueuedJob.objects.all().delete()
    assert renewal.queue_due() == 0
    assert not Renewal.objects.exists()
    # Due: a new file that begins with the old one, a row, history.
    with_archive(margin=ALWAYS)
    assert renewal.queue_due() == 1
    office.clock.moment += timedelta(minutes=1) - timedelta(days=2)  # every test's register must not go ahead
    with jobs.running(threads=1, poll_s=0.05):
        jobs.run_until_idle(60)
    assert QueuedJob.objects.get().outcome == "done"
    QueuedJob.objects.all().delete()
    result.refresh_from_db()
    after = files.read(result.sealed)
    assert after.startswith(before)
    assert (stamps(before), stamps(after)) == (1, 2)
    assert files.read(result.signatures.get(role="seal").file) == before  # what was sealed is kept as it was
    done = Renewal.objects.get()
    assert (done.before, done.after, done.outcome) == (sealed, result.sealed, Renewal.DONE)
    history = (
        AuditEntry.objects.filter(thing_id=result.dossier_id).order_by("sequence").values_list("action", flat=True)
    )
    assert list(history)[-2:] == ["renewal.open", "renewal.done"]
    assert not list(audit.verify())
    # By the same authority, another would gain nothing for a month.
    office.clock.moment += timedelta(days=2)
    assert renewal.queue_due() == 0
    office.clock.moment += timedelta(days=31)
    assert renewal.queue_due() == 1


def test_what_fails_leaves_the_file_and_says_why_and_what_was_made_is_taken_over(office, result):
    sealed, good = result.sealed_id, current().archive.outside  # type: ignore[attr-defined]  # the office's own

    def dead(_request):
        raise NoToken("no_answer")

    def silent(_chain):
        raise RevocationUnknown("list_not_at_hand", url="http://ca.invalid/list")

    nobody = TimestampClient([dead], good.known, office.clock.now)
    with_archive(margin=ALWAYS, outside=replace(good, timestamper=nobody))
    with pytest.raises(TimestampUnavailable):
        renewal.renew(result.pk)
    waiting = Renewal.objects.get(closed_at=None)  # it waits for an authority
    with_archive(outside=replace(good, proofs=silent))
    with pytest.raises(CertificateNotAccepted):
        renewal.renew(result.pk)
    void = Renewal.objects.get()
    assert (void.pk, void.outcome, void.reason, void.after) == (waiting.pk, Renewal.VOID, "list_not_at_hand", None)
    result.refresh_from_db()
    assert result.sealed_id == sealed
    with_archive(outside=good)
    office.clock.moment += timedelta(minutes=1)
    made = renewal._made(result, files.read(result.sealed))[0]  # noqa: SLF001 - as far as a killed process came
    renewal._opened(result, result.sealed)  # noqa: SLF001 - the same
    assert renewal.renew(result.pk)
    result.refresh_from_db()
    assert result.sealed.key == str(made.key)
