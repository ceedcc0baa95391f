"""The administrator hears in good time which certificates end; nobody else does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dossiers import certificates
from dossiers.engines import current, set_up
from dossiers.errors import NotPermitted
from dossiers.people import Actor, ActorKind, Role, Seat


@pytest.fixture
def administrator(office, session_engines, settings, authority_folder) -> Actor:
    settings.DATA = authority_folder.parent
    return Actor(
        ActorKind.ACCOUNT, office.accounts[Role.CLERK].pk, frozenset({Seat(office.unit.pk, Role.ADMINISTRATOR)})
    )


def test_what_ends_within_90_days_is_told_and_nothing_else(office, administrator):
    assert certificates.ending(administrator) == []
    end = office.clock.moment + timedelta(days=5 * 365 - 20)
    set_up(replace(current(), clock=type(office.clock)(end)))
    told = {one.kind: one.warn_days for one in certificates.ending(administrator)}
    assert told["tsa"] == 30
    assert told["ocsp"] == 0
    assert "issuing" not in told


def test_who_runs_no_accounts_is_told_nothing(office, administrator):
    with pytest.raises(NotPermitted):
        certificates.ending(office.actor(Role.CLERK))
