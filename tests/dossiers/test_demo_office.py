"""The demo office, and what a data folder is for ever."""

import pytest
from django.conf import settings as django_settings

from dossiers import demo, folder
from dossiers.engines import FolderKind
from dossiers.errors import NotSetUp
from dossiers.models import Account, Membership
from dossiers.people import Role

pytestmark = pytest.mark.usefixtures("own_folder")


@pytest.fixture
def own_folder(tmp_path, monkeypatch, db):
    monkeypatch.setattr(django_settings, "DATA", tmp_path)
    return tmp_path


def test_each_role_has_a_person_with_a_password_told_once():
    office = demo.seed()
    for person in office.people:
        account = Account.objects.get(pk=person.account_id)
        assert account.check_password(person.password)
        assert {seat.role for seat in account.actor(demo.SINCE).seats} == {person.role}
    assert len({person.password for person in office.people}) == len(office.people)


def test_seeding_again_gives_new_passwords_and_no_new_people():
    first, again = demo.seed(), demo.seed()
    assert [p.account_id for p in first.people] == [p.account_id for p in again.people]
    account = Account.objects.get(pk=first.person(Role.CLERK).account_id)
    assert not account.check_password(first.person(Role.CLERK).password)
    assert Membership.objects.count() == len(first.people)


def test_a_folder_stays_what_it_is(own_folder):
    assert folder.kind() is None
    folder.claim(FolderKind.REAL)
    folder.claim(FolderKind.REAL)
    assert (own_folder / "kind").stat().st_mode & 0o777 == 0o600
    with pytest.raises(NotSetUp, match="folder_of_another_kind"):
        demo.seed()
    assert folder.kind() is FolderKind.REAL
    assert not Account.objects.exists()
