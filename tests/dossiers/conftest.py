"""An office with real engines, and dossiers that were walked to a state by the ordinary steps."""

import shutil

import pytest

from certs.authority import Authority
from dossiers import intake, issue, review, transcription
from dossiers.engines import set_up
from dossiers.lifecycle import State
from dossiers.models import Dossier
from dossiers.people import Role
from tests.dossiers.office import MARITAL, SECRET, SetClock, open_office, scan, upload
from tests.dossiers.wiring import make_authority, register_keys, wired


@pytest.fixture(scope="session")
def authority_folder(tmp_path_factory):
    """One authority for all tests: its keys take a while to make."""
    folder = tmp_path_factory.mktemp("authority") / "authority"
    make_authority(folder, SetClock())
    return folder


@pytest.fixture(scope="session")
def session_engines(tmp_path_factory, authority_folder):
    folder = tmp_path_factory.mktemp("office")
    clock = SetClock()
    authority = Authority.open(authority_folder, clock.now)
    with wired(folder, authority, clock) as engines:
        yield folder, authority, clock, engines


@pytest.fixture
def office(session_engines, transactional_db):
    folder, authority, clock, engines = session_engines
    clock.moment = SetClock.moment
    (folder / "tsa" / "last-token").unlink(missing_ok=True)  # else it would say that the clock went back
    set_up(engines)
    made = open_office(engines, clock)
    register_keys(folder, authority, made.unit, made.accounts[Role.OFFICIAL])
    yield made
    shutil.rmtree(folder / "keys")


@pytest.fixture
def dossier_at(office):
    """Walk a new dossier to a state."""

    def walk(state: State, procedure: str = MARITAL, content: bytes | None = None) -> Dossier:
        clerk, official, records = (office.actor(r) for r in (Role.CLERK, Role.OFFICIAL, Role.RECORDS_CLERK))
        dossier = intake.receive(clerk, office.new(procedure), [upload(content or scan(procedure))])
        if state is State.RECEIVED:
            return dossier
        transcription.transcribe(dossier.pk)
        dossier.refresh_from_db()
        if state is State.TRANSCRIBED:
            return dossier
        review.confirm_fields(clerk, dossier.pk, dossier.fields.values_list("name", flat=True))
        review.make_record(clerk, dossier.pk)
        if state is not State.CONFIRMED:
            shown = issue.open_session(official, dossier.pk)
            if state is not State.DRAWN:
                issue.sign(official, dossier.pk, shown.sha256, SECRET)
                if state is not State.SIGNED:
                    issue.seal(records, dossier.pk, issue.shown(records, dossier.pk).sha256, SECRET)
        dossier.refresh_from_db()
        return dossier

    return walk
