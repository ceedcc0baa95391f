"""Receive, transcribe, review, route, deliver: what is refused changes nothing, what is done twice is done once."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import check_password

from dossiers import delivery, files, intake, review, routing, transcription
from dossiers.engines import set_up
from dossiers.errors import (
    ChangedMeanwhile,
    CodeNotFound,
    DossierNotFound,
    FieldNotConfirmed,
    NotPermitted,
    ProcedureUnknown,
    RecordChanged,
    StepNotAllowed,
    SubmissionRefused,
)
from dossiers.lifecycle import State
from dossiers.models import AuditEntry, Dossier, Looks, QueuedJob, Scan, StoredFile
from dossiers.people import Actor, Role
from ocr import EngineFailed
from tests.dossiers.office import COPY, DEATH, MARITAL, VALUES, make_unit, scan, upload


def receive(office, *uploads, **new):
    return intake.receive(office.actor(Role.CLERK), office.new(**new), uploads or [upload(scan(MARITAL))])


# Receive


def test_a_submission_becomes_a_dossier_with_code_receipt_deadline_and_job(office):
    dossier = receive(office)
    assert dossier.code == "H56.17.05-261125-0001"
    assert dossier.due_at.isoformat() == "2026-11-30T09:00:00+07:00"
    assert files.read(dossier.scans.get().file) == scan(MARITAL)
    assert set(dossier.receipt.code) <= set(intake.CROCKFORD)
    assert check_password("4321", dossier.receipt.second_factors[0])
    assert QueuedJob.objects.get().arguments == [str(dossier.pk)]
    assert receive(office).code == "H56.17.05-261125-0002"


def test_a_form_sent_twice_is_one_dossier(office):
    new, clerk = office.new(), office.actor(Role.CLERK)
    first = intake.receive(clerk, new, [upload(scan(MARITAL))])
    assert intake.receive(clerk, new, [upload(scan(MARITAL))]) == first
    assert (Dossier.objects.count(), Scan.objects.count(), QueuedJob.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("uploads", "code"),
    [
        ([], "no_scan"),
        ([upload(b"")], "scan_empty"),
        ([upload(scan(MARITAL)), upload(b"plain text")], "scan_of_unknown_type"),
        ([upload(scan(MARITAL))] * 51, "too_many_scans"),
    ],
)
def test_what_cannot_be_taken_in_is_refused_and_nothing_is_written(office, uploads, code):
    before = list(office.engines.store.stored())
    with pytest.raises(SubmissionRefused, match=code):
        intake.receive(office.actor(Role.CLERK), office.new(), uploads)
    assert not Dossier.objects.exists()
    assert list(office.engines.store.stored()) == before


def test_a_scan_that_is_too_large_is_refused(office, settings):
    settings.SCAN_MAX_BYTES = 10
    with pytest.raises(SubmissionRefused, match="scan_too_large"):
        receive(office)


def test_only_the_clerk_of_this_desk_receives(office):
    for role in (Role.OFFICIAL, Role.RECORDS_CLERK, Role.ADMINISTRATOR):
        with pytest.raises(NotPermitted):
            intake.receive(office.actor(role), office.new(), [upload(scan(MARITAL))])
    stranger = office.hire(Role.CLERK, "stranger", make_unit("ngoc-lac", "H56.17.06"))
    with pytest.raises(NotPermitted):
        intake.receive(stranger.actor(office.clock.now().date()), office.new(), [upload(scan(MARITAL))])


def test_an_unknown_procedure_and_a_bad_second_factor_are_refused(office):
    with pytest.raises(ProcedureUnknown):
        receive(office, procedure="9.999999")
    for factors in ((), ("12",), ("12a4",)):
        with pytest.raises(SubmissionRefused):
            intake.receive(
                office.actor(Role.CLERK), replace(office.new(), second_factors=factors), [upload(scan(MARITAL))]
            )


def test_the_name_of_an_upload_keeps_no_folder(office):
    dossier = receive(office, upload(scan(MARITAL), "C:\\quét\\..\\tờ khai.pdf"))
    assert dossier.scans.get().original_name == "tờ khai.pdf"


def test_a_scan_changed_in_the_store_is_never_given_out(office):
    dossier = receive(office)
    other = files.put_bytes(files.owner_of(office.unit, dossier.pk), b"%PDF another", "application/pdf")
    StoredFile.objects.filter(pk=dossier.scans.get().file_id).update(key=str(other.key))
    with pytest.raises(RecordChanged):
        files.read(dossier.scans.get().file)


# Transcribe


def test_fields_come_with_their_evidence_and_none_is_confirmed(dossier_at):
    dossier = dossier_at(State.TRANSCRIBED)
    field = dossier.fields.get(name="subject.full_name")
    assert (field.value, field.page_number, field.source, field.decision) == ("Nguyễn Thị Hoa", 1, "ocr", "look")
    assert field.box == pytest.approx([0.3, 0.12, 0.6, 0.13])
    assert dossier.fields.get(name="subject.residence").value is None
    sex = dossier.fields.get(name="subject.sex")
    assert (sex.value, sex.proposals, field.proposals) == ("Nữ", ["Nam"], [])
    assert not dossier.fields.exclude(confirmed_by=None).exists()
    assert dossier.scans.get().searchable is not None
    assert dossier.flags == []


def test_transcribing_twice_reads_once(office, dossier_at):
    dossier = dossier_at(State.TRANSCRIBED)
    count = AuditEntry.objects.count()
    transcription.transcribe(dossier.pk)
    assert AuditEntry.objects.count() == count


@pytest.mark.parametrize(
    ("scans", "flags"),
    [
        ([scan(DEATH)], ["misfiled"]),
        ([scan(None)], ["no-form", "wrong-page"]),
        ([scan(MARITAL), scan(DEATH)], ["wrong-page"]),
        ([scan(MARITAL), b"%PDF-1.7 torn"], ["unreadable"]),
        ([b"%PDF-1.7 torn"], ["no-form", "unreadable"]),
        ([scan(MARITAL), scan(None)], []),  # an attachment
    ],
)
def test_what_is_wrong_with_the_papers_is_a_flag_and_stops_the_record(office, scans, flags):
    dossier = receive(office, *map(upload, scans))
    transcription.transcribe(dossier.pk)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.flags) == (State.TRANSCRIBED.value, flags)
    if flags:
        clerk = office.actor(Role.CLERK)
        review.confirm_fields(clerk, dossier.pk, dossier.fields.values_list("name", flat=True))
        with pytest.raises(FieldNotConfirmed, match="flagged"):
            review.make_record(clerk, dossier.pk)


def test_a_broken_engine_changes_nothing(office):
    dossier = receive(office)

    class Broken:
        def digitize(self, *_args, **_more):
            raise EngineFailed("engine_failed")

    set_up(replace(office.engines, reader=Broken()))
    with pytest.raises(EngineFailed):
        transcription.transcribe(dossier.pk)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.scans.get().transcribed_at) == (State.RECEIVED.value, None)


# Review


def test_a_correction_keeps_what_was_read_beside_it_and_says_who(office, dossier_at):
    dossier, clerk = dossier_at(State.TRANSCRIBED), office.actor(Role.CLERK)
    field = review.correct_field(clerk, dossier.pk, "subject.full_name", " Nguyễn Thị Hoà ")
    assert (field.value, field.final_value, field.is_corrected) == ("Nguyễn Thị Hoa", "Nguyễn Thị Hoà", True)
    assert field.confirmed_by_id == clerk.id
    back = review.correct_field(clerk, dossier.pk, "subject.full_name", "Nguyễn Thị Hoa")
    assert (back.is_corrected, back.final_value) == (False, "Nguyễn Thị Hoa")


def test_only_a_clerk_confirms_and_only_fields_that_exist(office, dossier_at):
    dossier = dossier_at(State.TRANSCRIBED)
    for role in (Role.OFFICIAL, Role.RECORDS_CLERK, Role.AUDITOR):
        with pytest.raises(NotPermitted):
            review.confirm_fields(office.actor(role), dossier.pk, ["subject.full_name"])
    with pytest.raises(FieldNotConfirmed, match="field_unknown"):
        review.confirm_fields(office.actor(Role.CLERK), dossier.pk, ["subject.shoe_size"])
    assert not dossier.fields.exclude(confirmed_by=None).exists()


def test_no_record_while_a_field_is_open(office, dossier_at):
    dossier, clerk = dossier_at(State.TRANSCRIBED), office.actor(Role.CLERK)
    names = list(dossier.fields.values_list("name", flat=True))
    review.confirm_fields(clerk, dossier.pk, names[1:])
    with pytest.raises(FieldNotConfirmed, match="field_not_confirmed"):
        review.make_record(clerk, dossier.pk)


@pytest.mark.parametrize(
    ("name", "value"),
    [("subject.full_name", None), ("subject.birth_date", "5/3/1998"), ("subject.birth_date", "1998-02-30")],
)
def test_a_value_the_result_cannot_carry_is_named(office, dossier_at, name, value):
    dossier, clerk = dossier_at(State.TRANSCRIBED), office.actor(Role.CLERK)
    review.confirm_fields(clerk, dossier.pk, dossier.fields.values_list("name", flat=True))
    review.correct_field(clerk, dossier.pk, name, value)
    with pytest.raises(FieldNotConfirmed) as refusal:
        review.make_record(clerk, dossier.pk)
    assert refusal.value.parameters["field"] == name


def test_two_clerks_who_collide_are_told(office, dossier_at):
    dossier, clerk = dossier_at(State.TRANSCRIBED), office.actor(Role.CLERK)
    review.confirm_fields(clerk, dossier.pk, dossier.fields.values_list("name", flat=True))
    with pytest.raises(ChangedMeanwhile):
        review.make_record(clerk, dossier.pk, revision=dossier.revision - 1)


def test_a_record_is_made_once_and_then_nothing_is_corrected(office, dossier_at):
    dossier, clerk = dossier_at(State.CONFIRMED), office.actor(Role.CLERK)
    assert review.make_record(clerk, dossier.pk) == dossier.record
    with pytest.raises(NotPermitted):
        review.correct_field(clerk, dossier.pk, "purpose", "another")


def test_a_copy_of_something_this_office_has_not_is_for_a_person(office, dossier_at):
    dossier = dossier_at(State.TRANSCRIBED, COPY, scan(COPY, {**VALUES[COPY], "extract.kind": "Trích lục kết hôn"}))
    clerk = office.actor(Role.CLERK)
    review.confirm_fields(clerk, dossier.pk, dossier.fields.values_list("name", flat=True))
    with pytest.raises(FieldNotConfirmed, match="no_result_for_this"):
        review.make_record(clerk, dossier.pk)


# Route


def test_a_misfiled_dossier_keeps_its_receipt_when_it_is_refiled(office):
    dossier, clerk = receive(office, upload(scan(DEATH))), office.actor(Role.CLERK)
    transcription.transcribe(dossier.pk)
    office.clock.move(hours=2)
    moved = routing.refile(clerk, dossier.pk, DEATH)
    assert (moved.received_at, moved.flags, moved.state) == (dossier.received_at, [], State.RECEIVED.value)
    assert moved.due_at.isoformat() == "2026-11-25T17:00:00+07:00"
    transcription.transcribe(dossier.pk)
    moved.refresh_from_db()
    assert moved.flags == []
    assert moved.fields.exists()


def test_a_returned_dossier_takes_more_papers_and_is_read_again(office, dossier_at):
    dossier, clerk = dossier_at(State.TRANSCRIBED), office.actor(Role.CLERK)
    routing.return_to_citizen(clerk, dossier.pk, "paper_missing")
    routing.resume(clerk, dossier.pk, [upload(scan(None))])
    transcription.transcribe(dossier.pk)
    dossier.refresh_from_db()
    assert dossier.scans.count() == 2
    assert dossier.state == State.TRANSCRIBED.value


def test_a_withdrawn_dossier_takes_no_step_any_more(office, dossier_at):
    dossier, clerk = dossier_at(State.TRANSCRIBED), office.actor(Role.CLERK)
    routing.withdraw(clerk, dossier.pk, "citizens_wish")
    for step in (
        lambda: review.make_record(clerk, dossier.pk),
        lambda: routing.refile(clerk, dossier.pk, DEATH),
        lambda: routing.return_to_citizen(clerk, dossier.pk, "x"),
    ):
        with pytest.raises(StepNotAllowed):
            step()
    dossier.refresh_from_db()
    assert dossier.state == State.WITHDRAWN.value


# See


def test_each_sees_what_the_own_unit_is_involved_in_and_nothing_else(office, dossier_at):
    dossier = dossier_at(State.RECEIVED)
    stranger = office.hire(Role.CLERK, "stranger", make_unit("ngoc-lac", "H56.17.06"))
    assert list(Dossier.objects.for_actor(office.actor(Role.CLERK))) == [dossier]
    assert not Dossier.objects.for_actor(stranger.actor(office.clock.now().date())).exists()
    assert not Dossier.objects.for_actor(Actor.citizen(uuid4())).exists()


def test_authority_ends_with_its_day(office):
    account = office.accounts[Role.CLERK]
    account.memberships.update(until="2026-11-24")
    assert not account.actor(office.clock.now().date()).seats
    with pytest.raises(NotPermitted):
        intake.receive(account.actor(office.clock.now().date()), office.new(), [upload(scan(MARITAL))])


# Deliver


def test_the_code_alone_shows_progress_however_it_is_typed(office, dossier_at):
    dossier = dossier_at(State.RECEIVED)
    code = dossier.receipt.code
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}".replace("0", "O").replace("1", "l")
    assert delivery.progress(typed).state is State.RECEIVED
    assert Looks.objects.get(kind="progress").count == 1
    for wrong in ("", "X", "0" * 12, "U" * 12, "ký tự lạ 1234"):
        with pytest.raises(CodeNotFound):
            delivery.progress(wrong)


def test_ten_wrong_digits_lock_the_code_for_an_hour(office, dossier_at):
    code = dossier_at(State.RECEIVED).receipt.code
    for _ in range(10):
        with pytest.raises(CodeNotFound, match="code_not_found"):
            delivery.citizen(code, "0000")
    with pytest.raises(CodeNotFound, match="code_locked"):
        delivery.citizen(code, "4321")
    office.clock.move(minutes=61)
    assert delivery.citizen(code, "4321").id is not None


def test_the_citizen_downloads_what_was_sealed_and_that_is_the_delivery(office, dossier_at):
    dossier = dossier_at(State.SEALED)
    citizen = delivery.citizen(dossier.receipt.code, "4321")
    first, again = delivery.download(citizen, dossier.pk), delivery.download(citizen, dossier.pk)
    assert first == again
    dossier.refresh_from_db()
    assert dossier.state == State.DELIVERED.value
    assert AuditEntry.objects.filter(action="dossier.deliver").count() == 1
    assert Looks.objects.get(kind="download").count == 2


def test_a_citizen_gets_nothing_before_the_seal_and_nothing_of_others(office, dossier_at):
    dossier = dossier_at(State.SIGNED)
    with pytest.raises(NotPermitted):
        delivery.download(Actor.citizen(dossier.pk), dossier.pk)
    with pytest.raises(DossierNotFound):
        delivery.download(Actor.citizen(uuid4()), dossier.pk)
