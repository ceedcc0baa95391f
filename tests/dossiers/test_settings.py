"""Settings: imports with none set, refuses what must not be used, replaces the old SQLite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection

import settings

ROOT = Path(settings.__file__).parent


def import_settings(tmp_path, **variables: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MOONSEAL_")}
    code = "import settings, sqlite3; print(settings.SECRET_KEY, sqlite3.__name__, settings.PUBLIC_URL)"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, "PYTHONPATH": str(ROOT), "MOONSEAL_DATA": str(tmp_path / "data"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_old_sqlite_is_replaced_and_the_key_is_this_folders_own(tmp_path):
    first, again = import_settings(tmp_path), import_settings(tmp_path)
    other = import_settings(tmp_path / "other")
    key, sqlite_name, *_ = first.stdout.split()
    assert sqlite_name == "pysqlite3"
    assert again.stdout == first.stdout
    assert other.stdout.split()[0] != key
    assert (tmp_path / "data" / "secret-key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "url",
    [
        "http://hoso.example.gov.vn",
        "https://localhost",
        "https://192.168.1.4",
        "https://desk",
        "https://desk.local",
        "https://a.gov.vn/x",
        "https://[fd00::1]",
    ],
)
def test_an_address_that_citizens_cannot_reach_is_never_printed(url):
    with pytest.raises(settings.SettingRefused, match="MOONSEAL_PUBLIC_URL"):
        settings.public_url(url)


def test_a_public_address_is_taken_without_its_slash():
    assert settings.public_url("https://hoso.thanhhoa.gov.vn/") == "https://hoso.thanhhoa.gov.vn"
    assert not settings.public_url("")


def test_a_number_that_is_none_names_its_variable(tmp_path):
    refused = import_settings(tmp_path, MOONSEAL_SCANS_MAX="many")
    assert refused.returncode == 1
    assert "MOONSEAL_SCANS_MAX: 'many' is not a whole number above zero" in refused.stderr


def test_every_setting_says_what_it_means():
    assert all(setting.meaning and setting.unit for setting in settings.SETTINGS.values())


def test_no_transaction_holds_a_whole_request():
    assert django_settings.ATOMIC_REQUESTS is False
    assert connection.settings_dict["ATOMIC_REQUESTS"] is False


def test_the_database_loses_nothing_that_was_committed(db):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            assert cursor.fetchone() == ("wal",)
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone() == (2,)  # FULL
            cursor.execute("PRAGMA foreign_keys")
            assert cursor.fetchone() == (1,)
        else:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)
