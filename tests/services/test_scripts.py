"""The scripts of the test servers: repeated, in a folder with blanks, and without their packages."""

import os
import socket
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.services import fixtures

_SCRIPTS = Path(fixtures.__file__).parent


def _free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


@pytest.fixture
def own_postgres(tmp_path_factory):
    """A second server in a folder with blanks; /var/tmp, because the server's own user must be able to enter it."""
    folder = Path("/var/tmp") / f"moonseal test {os.getpid()}"  # noqa: S108 - removed below
    folder.mkdir(mode=0o755)
    environment = os.environ | {"PG_DIR": str(folder / "a server"), "PG_PORT": _free_port()}

    def script(verb: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [_SCRIPTS / "start_pg.sh", verb], env=environment, capture_output=True, text=True, check=False
        )

    yield script
    script("wipe")
    folder.rmdir()


def test_postgres_may_be_started_again_and_keeps_its_data_over_a_stop(own_postgres):
    url = own_postgres("start").stdout.strip()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE dossier AS SELECT 1 AS id")
    assert own_postgres("start").stdout.strip() == url
    assert own_postgres("stop").returncode == 0
    assert own_postgres("stop").returncode == 0
    assert own_postgres("status").returncode != 0
    own_postgres("start")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT id FROM dossier").fetchall() == [(1,)]


def test_a_half_made_postgres_is_made_again(own_postgres):
    own_postgres("start")
    own_postgres("stop")
    folder = Path("/var/tmp") / f"moonseal test {os.getpid()}" / "a server"  # noqa: S108 - as above
    (folder / "made").unlink()
    (folder / "postgresql.conf").write_text("half a file")
    with psycopg.connect(own_postgres("start").stdout.strip()) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_vietnamese_names_sort_as_in_vietnam(postgres_url):
    with psycopg.connect(postgres_url) as connection:
        names = connection.execute("SELECT n FROM unnest(ARRAY['Đào','Dũng','Bà','Ân','An','Ăn','Ba']) AS n ORDER BY n")
        assert [name for (name,) in names] == ["An", "Ăn", "Ân", "Ba", "Bà", "Dũng", "Đào"]


def test_without_its_packages_the_s3_script_says_what_to_install(tmp_path):
    run = subprocess.run(
        ["/bin/bash", _SCRIPTS / "start_s3.sh", "start"],
        env={"PATH": str(tmp_path), "S3_DIR": str(tmp_path / "s3")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 3
    assert "apt-get install -y --no-install-recommends radosgw" in run.stderr


def test_a_folder_that_ceph_cannot_use_is_refused(tmp_path):
    environment = os.environ | {"S3_DIR": str(tmp_path / "with blanks")}
    run = subprocess.run(
        [_SCRIPTS / "start_s3.sh", "start"], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert "must not hold a blank" in run.stderr
