"""``moonseal serve`` refuses what would be unsafe, says what people need, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@contextmanager
def serve(data, *arguments):
    """Run the service for the block; whatever the block does, nothing of it outlives the test."""
    command = [sys.executable, "-m", "service", "serve", *arguments]
    environment = os.environ | {"MOONSEAL_DATA": str(data), "PYTHONFAULTHANDLER": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def said_until_it_ended(process):
    """Return what it printed; one that does not end fails the test with the place where each thread waits."""
    try:
        return process.communicate(timeout=120)[0]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT)  # faulthandler prints the stacks
        pytest.fail(f"the service did not end: {process.communicate(timeout=10)[0]}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as reply:
        return reply.status


def wait_for(port, process):
    deadline = time.monotonic() + 240
    last = ""
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return answer(port)
        except OSError as error:
            last = str(error)
            time.sleep(0.1)
    process.send_signal(signal.SIGABRT)
    pytest.fail(f"the service did not start ({last}): {process.communicate(timeout=10)[0]}")


def members(session):
    """Return the processes of a session that are alive."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=", "--sid", str(session)], capture_output=True, text=True, check=False
    )
    return [line for line in listed.stdout.splitlines() if " Z" not in line]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("served") / "var"


@pytest.mark.parametrize("host", ["0.0.0.0", "example.invalid"])  # noqa: S104 - it is refused
def test_an_address_that_others_can_reach_is_refused_with_the_reason(data, host):
    with serve(data, "--host", host) as process:
        said = said_until_it_ended(process)
    assert process.returncode == 1
    assert "127.0.0.1" in said
    assert "Traceback" not in said


def test_a_taken_port_is_said_to_be_taken(data):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with serve(data, "--port", str(taken.getsockname()[1])) as process:
            said = said_until_it_ended(process)
    assert process.returncode == 1
    assert "--port" in said


def test_it_tells_the_demo_people_once_answers_and_stops_when_told_to(data):
    port = free_port()
    with serve(data, "--port", str(port)) as process:
        assert wait_for(port, process) == 200
        process.send_signal(signal.SIGTERM)
        said = said_until_it_ended(process)
    assert process.returncode == 0
    for username in ("clerk", "official", "records", "admin"):
        assert re.search(rf"{username}\s+\S{{12,}}", said)
    assert said.count("PIN") == 2
    assert "Traceback" not in said
    assert members(process.pid) == []


def test_killed_it_leaves_no_process_and_starts_again(data):
    port = free_port()
    with serve(data, "--port", str(port)) as process:
        wait_for(port, process)
        process.kill()
        deadline = time.monotonic() + 30
        while members(process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert members(process.pid) == []
    with serve(data, "--port", str(port)) as again:
        assert wait_for(port, again) == 200
        again.send_signal(signal.SIGINT)
        said_until_it_ended(again)
    assert again.returncode == 0
