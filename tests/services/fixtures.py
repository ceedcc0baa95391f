"""A real PostgreSQL and a real S3 server for the tests that ask for them, started once and shared.

Several test runs may go at once: each holds a lock while it uses a server, and the last one stops it, unless it was
running before (``make up``) or ``MOONSEAL_KEEP_SERVICES=1`` asks to leave it for the next run. A missing package
fails the test with the sentence that brings it: nothing is skipped.
"""

import fcntl
import os
import subprocess
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.s3 import S3Server, connect

_SCRIPTS = Path(__file__).parent
_STATE = Path(f"/var/tmp/moonseal-{os.getuid()}")  # noqa: S108 - where the scripts keep the servers: ours alone
_START_TIMEOUT_S = 180


def _script(name: str, verb: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(_SCRIPTS / f"start_{name}.sh"), verb],
        capture_output=True,
        text=True,
        timeout=_START_TIMEOUT_S,
        check=False,
    )


@contextmanager
def running(name: str) -> Generator[str, None, None]:
    """Yield what ``start_NAME.sh start`` printed; then stop the server if a test run started it and none uses it."""
    _STATE.mkdir(mode=0o711, exist_ok=True)
    ours = _STATE / f"{name}.started-by-tests"
    with (_STATE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # no run stops the server while another finds it running
        if _script(name, "status").returncode:
            ours.touch()
        started = _script(name, "start")
        fcntl.flock(lock, fcntl.LOCK_SH)
        if started.returncode:
            pytest.fail(started.stderr.strip() or f"start_{name}.sh ended with {started.returncode}", pytrace=False)
        try:
            yield started.stdout.strip()
        finally:
            _stop_if_last(name, lock.fileno(), ours)


def _stop_if_last(name: str, lock: int, ours: Path) -> None:
    if os.environ.get("MOONSEAL_KEEP_SERVICES") == "1" or not ours.exists():
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another run uses it, and will stop it
    _script(name, "stop")
    ours.unlink()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server's maintenance database, as its superuser; make a database of your own."""
    with running("pg") as url:
        yield url


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A bucket of this run's own on a real S3 server, over TLS with the server's own authority."""
    with running("s3") as printed:
        said = dict(line.split("=", 1) for line in printed.splitlines())
        server = S3Server(
            endpoint=said["S3_TLS_ENDPOINT"],
            bucket=f"moonseal-{uuid.uuid4()}",
            access_key=said["S3_ACCESS"],
            secret_key=said["S3_SECRET"],
            region=said["S3_REGION"],
            ca_file=Path(said["S3_CA"]),
        )
        client = connect(server)
        client.make_bucket(bucket_name=server.bucket)
        yield server
        for found in client.list_objects(bucket_name=server.bucket, recursive=True):
            client.remove_object(bucket_name=server.bucket, object_name=found.object_name or "")
        client.remove_bucket(bucket_name=server.bucket)
