"""Results get their next timestamp in time: once, with a row and history, and never at the cost of the old file."""

from dataclasses import replace
from datetime import timedelta

import pytest

from certs.errors import RevocationUnknown
from certs.errors import TimestampUnavailable as NoToken
from certs.timestamps import TimestampClient
from dossiers import audit, files, renewal
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


def with_archive(**changes: object) -> None:
    set_up(replace(current(), archive=replace(current().archive, **changes)))  # type: ignore[type-var]  # the office's


def stamps(pdf: bytes) -> int:
    report = current().verifier.verify(pdf)
    report.require_passed()
    return sum(one.role is Role.DOCUMENT_TIMESTAMP for one in report.signatures)


def test_a_result_is_renewed_as_a_file_of_its_own_that_the_result_points_to(office, result):
    sealed = result.sealed
    before = files.read(sealed)
    with_archive(margin=ALWAYS)
    office.clock.moment += timedelta(minutes=1)
    assert renewal.renew(result.pk)
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


def test_what_is_not_due_is_remembered_and_left_alone(result):
    assert not renewal.renew(result.pk)
    known = Protection.objects.get(result=result)
    assert known.file == result.sealed
    assert known.until is not None
    assert not Renewal.objects.exists()


def test_each_result_is_looked_at_once_and_again_only_when_it_is_due(office, result):
    assert renewal.queue_due() == 0  # sealed today
    office.clock.moment += timedelta(days=2)
    assert renewal.queue_due() == 1
    assert renewal.queue_due() == 0  # queued already
    job = QueuedJob.objects.get()
    assert (job.kind, job.arguments) == ("renew", [str(result.pk)])
    assert not renewal.renew(result.pk)
    job.delete()
    assert renewal.queue_due() == 0  # not due for years
    with_archive(margin=ALWAYS)
    assert renewal.queue_due() == 1
    QueuedJob.objects.all().delete()
    office.clock.moment -= timedelta(days=2)  # the authority is every test's: its register must not go ahead
    assert renewal.renew(result.pk)
    office.clock.moment += timedelta(days=2)
    assert renewal.queue_due() == 0  # by the same authority, another would gain nothing
    office.clock.moment += timedelta(days=31)
    assert renewal.queue_due() == 1


def test_without_an_authority_the_row_waits_and_the_next_try_goes_on_with_it(office, result):
    good = current().archive.outside

    def dead(_request):
        raise NoToken("no_answer")

    nobody = TimestampClient([dead], good.known, office.clock.now)
    with_archive(margin=ALWAYS, outside=replace(good, timestamper=nobody))
    sealed = result.sealed_id
    with pytest.raises(TimestampUnavailable):
        renewal.renew(result.pk)
    waiting = Renewal.objects.get(closed_at=None)
    result.refresh_from_db()
    assert result.sealed_id == sealed
    with_archive(outside=good)
    office.clock.moment += timedelta(minutes=1)
    assert renewal.renew(result.pk)
    assert Renewal.objects.get(outcome=Renewal.DONE).pk == waiting.pk


def test_without_proofs_it_comes_to_nothing_and_says_why(result):
    def silent(_chain):
        raise RevocationUnknown("list_not_at_hand", url="http://ca.invalid/list")

    with_archive(margin=ALWAYS, outside=replace(current().archive.outside, proofs=silent))
    with pytest.raises(CertificateNotAccepted):
        renewal.renew(result.pk)
    void = Renewal.objects.get()
    assert (void.outcome, void.reason, void.after) == (Renewal.VOID, "list_not_at_hand", None)


def test_a_renewed_file_that_a_killed_process_left_is_taken_over(office, result):
    with_archive(margin=ALWAYS)
    office.clock.moment += timedelta(minutes=1)
    made = renewal._made(result, files.read(result.sealed))[0]  # noqa: SLF001 - as far as the killed process came
    renewal._opened(result, result.sealed)  # noqa: SLF001 - the same
    assert renewal.renew(result.pk)
    result.refresh_from_db()
    assert result.sealed.key == str(made.key)
