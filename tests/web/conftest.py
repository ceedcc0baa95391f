"""The pages over a real office: store, printer, keys, signer, verifier and page pictures are real."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from certs.authority import Authority
from dossiers import issue, review
from dossiers.engines import set_up
from dossiers.lifecycle import State
from ocr.reader import ModelFolders, Reader
from tests.dossiers.office import SECRET
from tests.dossiers.wiring import make_authority, register_keys, wired
from tests.web import cast as people

ROOT = Path(__file__).parents[2]


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture(scope="session")
def real_engines(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    authority: Authority = make_authority(folder / "authority", Now())
    with (
        Reader(models=ModelFolders(text=ROOT / "assets" / "tessdata")) as reader,
        wired(folder, authority, Now()) as made,
    ):
        yield folder, authority, replace(made, reader=reader)


@pytest.fixture
def office(real_engines, db):
    """Return the cast, with the engines wired and the keys of official and seal registered."""
    folder, authority, engines = real_engines
    set_up(engines)
    made = people.gather()
    if not list((folder / "keys").glob("*.p12")):
        register_keys(folder, authority, made.unit, made.official)
    return made


@pytest.fixture
def as_(office):
    """Return a browser signed in as one of the cast; one that checks CSRF tokens if asked."""

    def signed_in(username: str, *, checks_csrf: bool = False) -> Client:
        client = Client(enforce_csrf_checks=checks_csrf)
        client.force_login(getattr(office, username), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


@pytest.fixture
def dossier_at(office):
    """Walk a dossier to a state by the ordinary steps."""

    def walk(state: State):
        if state is State.RECEIVED:
            return people.received(office)
        dossier = people.transcribed(office)
        clerk, official, records = (office.actor(a) for a in (office.clerk, office.official, office.records_clerk))
        if state is not State.TRANSCRIBED:
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
