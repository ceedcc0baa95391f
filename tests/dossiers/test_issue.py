"""Numbers, intents, signature, seal: each arrow also in its failing forms, “nothing happened” and “it had happened”."""

from dataclasses import replace
from datetime import timedelta

import pytest

from certs.authority import Subject
from dossiers import delivery, files, intents, issue, outbox
from dossiers.engines import set_up
from dossiers.errors import (
    ChangedMeanwhile,
    DossierNotFound,
    NotPermitted,
    RecordChanged,
    SigningInterrupted,
    StepNotAllowed,
)
from dossiers.lifecycle import State
from dossiers.models import (
    AuditEntry,
    Membership,
    NumberEntry,
    NumberSeries,
    Signature,
    SigningIntent,
    SigningSession,
    StoredFile,
)
from dossiers.numbering import gaps
from dossiers.people import Actor, Role
from signing import CertificateNotAccepted, KeyUnavailable, SignatureNotTrusted, Verdict
from signing import Role as SigningRole
from tests.dossiers.office import BIRTH, COPY, DEATH, MARITAL, SECRET, make_unit


@pytest.mark.parametrize("procedure", [MARITAL, BIRTH, DEATH, COPY])
def test_a_dossier_becomes_a_sealed_result_that_passes(office, dossier_at, procedure):
    dossier = dossier_at(State.SEALED, procedure)
    result = dossier.results.get(voided_at=None)
    pdf = delivery.download(office.actor(Role.CLERK), dossier.pk).pdf
    report = office.engines.verifier.verify(pdf)
    assert report.verdict is Verdict.PASSED
    signed = [one for one in report.signatures if one.role is not SigningRole.DOCUMENT_TIMESTAMP]
    assert [one.role.value for one in signed] == ["official", "seal"]
    assert all(one.level in {"B-LT", "B-LTA"} and one.proven_at for one in signed)
    assert pdf.startswith(files.read(result.signed))
    assert files.read(result.signed).startswith(files.read(result.drawn))
    assert not SigningIntent.objects.filter(closed_at=None).exists()
    assert Signature.objects.filter(result=result).count() == 2
    assert {entry.state for entry in dossier.numbers.all()} == {NumberEntry.USED}


def test_the_number_is_on_the_paper_before_the_signature(office, dossier_at):
    dossier = dossier_at(State.DRAWN, BIRTH)
    assert dossier.sessions.get().number.text == "01/TLKS-BS"
    assert dossier.sessions.get().registration.text == "01/KS"


def test_opening_twice_shows_the_same_bytes_and_takes_one_number(office, dossier_at):
    dossier, official = dossier_at(State.CONFIRMED), office.actor(Role.OFFICIAL)
    assert issue.open_session(official, dossier.pk) == issue.open_session(official, dossier.pk)
    assert NumberEntry.objects.filter(dossier=dossier).count() == 1


def test_a_closed_session_leaves_a_void_number_with_its_reason_and_no_gap(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    issue.close_session(official, dossier.pk)
    issue.close_session(official, dossier.pk)  # again: nothing
    issue.open_session(official, dossier.pk)
    entries = NumberEntry.objects.filter(series__code="UBND-XNTTHN").order_by("number")
    assert [(e.number, e.state, e.reason) for e in entries] == [(1, "void", "cancelled"), (2, "reserved", "")]
    assert gaps([entry.number for entry in entries]) == []


def test_a_session_nobody_came_back_to_is_void_and_a_fresh_one_is_not(office, dossier_at):
    dossier = dossier_at(State.DRAWN)
    assert issue.close_stale_sessions(office.clock.now() - timedelta(minutes=30)) == 0
    office.clock.move(minutes=31)
    assert issue.close_stale_sessions(office.clock.now() - timedelta(minutes=30)) == 1
    dossier.refresh_from_db()
    assert dossier.state == State.CONFIRMED.value
    assert dossier.numbers.get().reason == "left_open"


def test_the_numbers_begin_again_each_year(office, dossier_at):
    dossier_at(State.DRAWN)
    office.clock.moment = office.clock.moment.replace(month=12, day=31, hour=18)  # next year in Viet Nam
    dossier_at(State.DRAWN)
    assert sorted(NumberSeries.objects.filter(code="UBND-XNTTHN").values_list("year", "last_number")) == [
        (2026, 1),
        (2027, 1),
    ]


def test_a_paper_dated_yesterday_is_not_signed_today(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    office.clock.move(days=1)
    with pytest.raises(StepNotAllowed, match="date_on_paper_has_passed"):
        issue.sign(official, dossier.pk, shown.sha256, SECRET)
    assert issue.open_session(official, dossier.pk).sha256 != shown.sha256


def test_only_what_was_shown_is_signed(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    with pytest.raises(ChangedMeanwhile, match="not_what_was_shown"):
        issue.sign(official, dossier.pk, "0" * 64, SECRET)
    assert not SigningIntent.objects.exists()


def test_bytes_changed_behind_our_back_are_not_signed(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    other = files.put_bytes(files.owner_of(office.unit, dossier.pk), b"%PDF another", "application/pdf")
    StoredFile.objects.filter(pk=shown.result.drawn_id).update(key=str(other.key))
    with pytest.raises(RecordChanged):
        issue.sign(official, dossier.pk, shown.sha256, SECRET)


def test_a_wrong_secret_opens_no_intent_and_the_right_one_then_signs(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    with pytest.raises(KeyUnavailable):
        issue.sign(official, dossier.pk, shown.sha256, "a guess")
    assert not SigningIntent.objects.exists()
    assert issue.sign(official, dossier.pk, shown.sha256, SECRET).verdict == "PASSED"


def fault(authority, key, what):
    """Do to a certificate what must keep it from signing."""
    if what == "certificate_revoked":
        authority.revoke(key.certificate, "key_compromise")
    elif what == "certificate_suspended":
        authority.suspend(key.certificate)
    return authority.timestamp_key if what == "certificate_of_wrong_purpose" else key


@pytest.mark.parametrize("what", ["certificate_revoked", "certificate_suspended", "certificate_of_wrong_purpose"])
def test_a_certificate_that_must_not_sign_is_refused_before_its_pin_is_looked_at(
    office, session_engines, dossier_at, what
):
    authority = session_engines[1]
    key = authority.issue("official", Subject("Trần Thị Sao", "UBND xã Nguyệt Ấn"))
    official = office.actor(Role.OFFICIAL)
    office.engines.signer.keys.register(official.account_id, SigningRole.OFFICIAL, fault(authority, key, what), SECRET)
    dossier = dossier_at(State.DRAWN)
    with pytest.raises(CertificateNotAccepted) as caught:
        issue.sign(official, dossier.pk, issue.shown(official, dossier.pk).sha256, "a wrong PIN, not even tried")
    assert caught.value.code == what
    assert not SigningIntent.objects.exists()


def test_who_has_no_registered_key_is_told_so_before_any_pin(office, dossier_at):
    deputy = office.hire(Role.OFFICIAL, "deputy").actor(office.clock.now().date())
    dossier = dossier_at(State.CONFIRMED)
    shown = issue.open_session(deputy, dossier.pk)
    with pytest.raises(KeyUnavailable) as caught:
        issue.sign(deputy, dossier.pk, shown.sha256, SECRET)
    assert caught.value.code == "no_key_registered"
    assert not SigningIntent.objects.exists()


def test_signing_twice_is_one_signature(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    first = issue.sign(official, dossier.pk, shown.sha256, SECRET)
    assert issue.sign(official, dossier.pk, shown.sha256, SECRET) == first
    assert SigningIntent.objects.count() == 1


def test_what_our_own_verifier_does_not_pass_is_never_stored(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    stored_before = list(office.engines.store.stored())

    class NobodyTrusted:
        def verify(self, pdf):
            return replace(office.engines.verifier.verify(pdf), verdict=Verdict.INDETERMINATE)

    set_up(replace(office.engines, verifier=NobodyTrusted()))
    with pytest.raises(SignatureNotTrusted):
        issue.sign(official, dossier.pk, shown.sha256, SECRET)
    dossier.refresh_from_db()
    assert (dossier.state, list(office.engines.store.stored())) == (State.DRAWN.value, stored_before)
    assert SigningIntent.objects.get().outcome == SigningIntent.VOID


def test_a_signer_that_changes_earlier_bytes_is_refused(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    with pytest.raises(SigningInterrupted, match="earlier_bytes_changed"):
        intents.verified(b"%PDF-2.0" + shown.pdf[8:] + b"more", shown.pdf, SigningRole.OFFICIAL)


def test_nobody_seals_before_the_official_signed(office, dossier_at):
    dossier, records = dossier_at(State.DRAWN), office.actor(Role.RECORDS_CLERK)
    with pytest.raises(StepNotAllowed):
        issue.seal(records, dossier.pk, issue.shown(records, dossier.pk).sha256, SECRET)


def test_the_service_cannot_seal_and_there_is_no_such_job(office, dossier_at):
    assert outbox.KINDS.keys() == {"transcribe", "renew"}
    dossier = dossier_at(State.SIGNED)
    with pytest.raises(NotPermitted, match="a_person_is_needed"):
        issue.seal(Actor.service(), dossier.pk, dossier.results.get().signed.sha256, SECRET)


def test_the_official_who_confirmed_may_not_sign(office, dossier_at):
    dossier = dossier_at(State.CONFIRMED)
    clerk = office.accounts[Role.CLERK]
    Membership.objects.create(
        account=clerk, unit=office.unit, role=Role.OFFICIAL, since=office.clock.now().date(), decision_no="2"
    )
    with pytest.raises(NotPermitted, match="needs_another_person"):
        issue.open_session(clerk.actor(office.clock.now().date()), dossier.pk)
    assert not NumberEntry.objects.exists()


def test_another_official_waits_while_a_session_is_open(office, dossier_at):
    dossier = dossier_at(State.DRAWN)
    deputy = office.hire(Role.OFFICIAL, "deputy").actor(office.clock.now().date())
    with pytest.raises(ChangedMeanwhile, match="session_of_another"):
        issue.open_session(deputy, dossier.pk)
    with pytest.raises(ChangedMeanwhile, match="session_of_another"):
        issue.sign(deputy, dossier.pk, issue.shown(deputy, dossier.pk).sha256, SECRET)
    assert SigningSession.objects.count() == 1


def test_an_official_of_another_commune_does_not_even_find_it(office, dossier_at):
    dossier = dossier_at(State.CONFIRMED)
    elsewhere = office.hire(Role.OFFICIAL, "elsewhere", make_unit("ngoc-lac", "H56.17.06"))
    with pytest.raises(DossierNotFound):
        issue.open_session(elsewhere.actor(office.clock.now().date()), dossier.pk)


def test_an_open_intent_without_a_file_becomes_void_at_start_up(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    intents.open_intent(official, shown.result, SigningRole.OFFICIAL, shown.sha256, "f" * 64)
    with pytest.raises(ChangedMeanwhile, match="signature_under_way"):
        issue.sign(official, dossier.pk, shown.sha256, SECRET)
    assert intents.recover() == 1
    assert SigningIntent.objects.get().reason == "interrupted"
    issue.sign(official, dossier.pk, shown.sha256, SECRET)


def test_an_intent_that_cannot_be_settled_keeps_nobody_out(office, dossier_at):
    lost, other = dossier_at(State.DRAWN), dossier_at(State.DRAWN)
    official = office.actor(Role.OFFICIAL)
    for dossier in (lost, other):
        shown = issue.shown(official, dossier.pk)
        intents.open_intent(official, shown.result, SigningRole.OFFICIAL, shown.sha256, "f" * 64)
    StoredFile.objects.filter(pk=lost.results.get().drawn_id).update(sha256="0" * 64)
    assert intents.recover() == 1
    assert SigningIntent.objects.get(closed_at=None).result.dossier == lost


def test_a_session_in_which_a_try_failed_ends_too(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    with pytest.raises(KeyUnavailable):
        issue.sign(official, dossier.pk, issue.shown(official, dossier.pk).sha256, "a guess")
    office.clock.move(minutes=31)
    assert issue.close_stale_sessions(office.clock.now()) == 1


def test_a_session_in_which_a_signature_is_under_way_does_not_end(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    intents.open_intent(official, shown.result, SigningRole.OFFICIAL, shown.sha256, "f" * 64)
    office.clock.move(minutes=31)
    assert issue.close_stale_sessions(office.clock.now()) == 0
    with pytest.raises(ChangedMeanwhile, match="signature_under_way"):
        issue.close_session(official, dossier.pk)


def test_an_open_intent_whose_file_was_stored_becomes_the_signature(office, dossier_at):
    dossier, official = dossier_at(State.DRAWN), office.actor(Role.OFFICIAL)
    shown = issue.shown(official, dossier.pk)
    intents.open_intent(official, shown.result, SigningRole.OFFICIAL, shown.sha256, "f" * 64)
    owner = files.owner_of(office.unit, dossier.pk)
    files.put_bytes(owner, b"%PDF something else that was left behind", "application/pdf")
    with office.engines.signer.opened(official.account_id, office.unit.pk, SigningRole.OFFICIAL, SECRET) as key:
        signed = key.sign(shown.pdf, {"full_name": "Trần Thị Sao"})
    file = files.put_bytes(owner, signed, "application/pdf")  # what a killed process left
    assert intents.recover() == 1
    assert Signature.objects.get().file.key == str(file.key)
    dossier.refresh_from_db()
    assert dossier.state == State.SIGNED.value
    assert intents.recover() == 0


def test_the_history_tells_every_step_of_a_signature_by_ids_only(office, dossier_at):
    dossier = dossier_at(State.SEALED)
    told = AuditEntry.objects.filter(thing_id=dossier.pk).order_by("sequence")
    assert [entry.action for entry in told] == [
        "dossier.receive",
        "dossier.transcribe",
        "fields.confirm",
        "dossier.confirm",
        "session.open",
        "dossier.draw",
        "intent.open",
        "dossier.sign",
        "intent.open",
        "dossier.seal",
    ]
    assert not any("Hoa" in entry.canonical or "Trần" in entry.canonical for entry in told)
