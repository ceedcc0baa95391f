"""From inside a task: no network, only the files needed, no other process, few system calls; and how that is told."""

import ctypes
import errno
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox import Confinement, LimitReached, Limits, TaskFailed
from sandbox.filter import LIBRARY
from sandbox.zygote import ROOT, Sandbox

CLONE_NEWUSER, CLONE_NEWNET, SIGCHLD = 0x10000000, 0x40000000, 17
AF_UNIX, AF_INET, AF_NETLINK, STREAM = 1, 2, 16, 1
RLIMIT_CPU, TIOCSTI = 0, 0x5412
FORBIDDEN = [
    ("socket", AF_INET, STREAM, 0),
    ("socket", AF_UNIX, STREAM, 0),
    ("socket", AF_NETLINK, STREAM, 0),
    ("connect", 0, 0, 0),
    ("bind", 0, 0, 0),
    ("sendmsg", 0, 0, 0),
    ("unshare", CLONE_NEWUSER),
    ("unshare", 0),
    ("setns", 0, 0),
    ("clone", CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0),
    ("clone", CLONE_NEWNET | SIGCHLD, 0, 0, 0, 0),
    ("clone3", 0, 0),
    ("mount", 0, 0, 0, 0, 0),
    ("umount2", 0, 0),
    ("pivot_root", 0, 0),
    ("chroot", 0),
    ("open_tree", 0, 0, 0),
    ("fsopen", 0, 0),
    ("ptrace", 0, 0, 0, 0),
    ("process_vm_readv", 0, 0, 0, 0, 0, 0),
    ("pidfd_open", 1, 0),
    ("keyctl", 0, 0, 0, 0, 0),
    ("add_key", 0, 0, 0, 0, 0),
    ("bpf", 0, 0, 0),
    ("perf_event_open", 0, 0, -1, -1, 0),
    ("userfaultfd", 0),
    ("io_uring_setup", 0, 0),
    ("kexec_load", 0, 0, 0, 0),
    ("init_module", 0, 0, 0),
    ("open_by_handle_at", -1, 0, 0),
    ("mknod", 0, 0, 0),
    ("setuid", 0),
    ("capset", 0, 0),
    ("setsid",),
    ("setpgid", 0, 0),
    ("seccomp", 0, 0, 0),
    ("memfd_create", 0, 0),
    ("shmget", 0, 1, 0),
    ("mq_open", 0, 0, 0, 0),
    ("personality", 0xFFFFFFFF),
    ("ioctl", 0, TIOCSTI, 0),
    ("setrlimit", RLIMIT_CPU, 0),
    ("prlimit64", 0, RLIMIT_CPU, 1, 0),
]


@pytest.fixture(scope="module")
def number_of():
    """The number of a system call on this machine; below zero where it has none."""
    return lambda name: ctypes.CDLL(LIBRARY).seccomp_syscall_resolve_name(name.encode())


def test_forbidden_system_calls_are_refused(box, number_of):
    calls = [(number_of(name), *values) for name, *values in FORBIDDEN]
    there = [(call, name) for call, (name, *_) in zip(calls, FORBIDDEN, strict=True) if call[0] >= 0]
    assert len(there) > 35
    errors = box.call("hostile:make_system_calls", arguments=[call for call, _ in there]).value
    allowed = [name for error, (_, name) in zip(errors, there, strict=True) if error != errno.ENOSYS]
    assert allowed == []


def test_what_a_task_needs_is_still_allowed(box, number_of):
    """The same way of asking finds calls that are not refused, so the refusals above mean something."""
    calls = [(number_of("getpid"),), (number_of("prlimit64"), 0, RLIMIT_CPU, 0, 0), (number_of("getppid"),)]
    assert box.call("hostile:make_system_calls", arguments=calls).value == [0, 0, 0]


def test_files_outside_are_not_there_and_nothing_but_scratch_can_be_written(confined, tmp_path):
    (tmp_path / "data").mkdir()
    outside = [
        tmp_path,
        tmp_path / "data",
        "/etc/passwd",
        "/etc/shadow",
        "/etc/hosts",
        "/root",
        "/home",
        "/var",
        "/run",
    ]
    outside += [
        ROOT / ".git",
        ROOT / "var",
        ROOT / "tests" / "journeys",
        ROOT / "pyproject.toml",
        "/dev/shm",  # noqa: S108 - that it is not there
        "/sys/fs",
    ]
    seen = confined.call("hostile:look_around", arguments=[str(place) for place in outside]).value
    assert seen["there"] == []
    places = [
        "/",
        "/usr",
        "/dev",
        tempfile.gettempdir(),
        "/etc",
        "/proc/sys/kernel",
        str(ROOT),
        str(ROOT / "sandbox"),
        str(tmp_path),
    ]
    assert confined.call("hostile:write_everywhere", arguments=places).value == ["."]


def test_a_task_has_no_rights_and_is_alone(confined):
    seen = confined.call("hostile:look_around").value
    assert seen["processes"] == [1]
    assert int(seen["capabilities"].split()[1], 16) == 0
    assert seen["user"] != 0
    assert confined.call("hostile:signal_process", arguments=os.getpid()).value == "ProcessLookupError"


def test_a_neighbours_scratch_and_process_cannot_be_seen(confined):
    ready, enough, places = threading.Event(), threading.Event(), list[str]()

    def note(place: object) -> None:
        places.append(str(place))
        ready.set()
        if enough.is_set():
            raise EnoughSeen

    with ThreadPoolExecutor(1) as pool:
        neighbour = pool.submit(confined.call, "hostile:keep_a_secret", on_progress=note)
        assert ready.wait(30)
        seen = confined.call("hostile:look_around", arguments=[f"{places[0]}/secret"]).value
        enough.set()
        with pytest.raises(EnoughSeen):
            neighbour.result()
    assert seen["there"] == []
    assert seen["processes"] == [1]


def test_a_fork_bomb_is_held_by_the_kernel_and_its_neighbours_go_on(confined):
    full, enough, before = threading.Event(), threading.Event(), processes()

    def note(refused: object) -> None:
        if int(str(refused)) > 2:
            full.set()
        if enough.is_set():
            raise EnoughSeen

    with ThreadPoolExecutor(1) as pool:
        limits = Limits(processes=24)
        bomb = pool.submit(
            confined.call, "hostile:fork_without_end", arguments=1 << 20, on_progress=note, limits=limits
        )
        assert full.wait(30)
        assert confined.call("hostile:start_programs", arguments=3).value
        most = processes() - before
        enough.set()
        with pytest.raises(EnoughSeen):
            bomb.result()
    assert most < 24 + 100  # what else comes and goes on this machine
    assert confined.call("hostile:echo", arguments="after").value["arguments"] == "after"


def test_without_walls_a_fork_bomb_is_ended_by_the_server(limited):
    with pytest.raises(LimitReached) as reached:
        limited.call("hostile:fork_one_by_one", arguments=500)
    assert reached.value.limit == "processes"
    assert limited.call("hostile:start_programs", arguments=3).value


class EnoughSeen(Exception):
    """Ends a call whose task would go on for ever."""


def processes() -> int:
    return sum(entry.name.isdigit() for entry in Path("/proc").iterdir())


def test_without_bubblewrap_the_confinement_is_told_and_why(limited):
    confinement, weakness = limited.confinement()
    assert confinement is Confinement.LIMITS_ONLY
    assert weakness is not None
    assert weakness.code == "bubblewrap_missing"


def test_a_bubblewrap_that_is_not_allowed_is_told_with_its_words(hostile_code, tmp_path, monkeypatch):
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2; exit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with Sandbox(["hostile"]) as box:
        confinement, weakness = box.confinement()
        assert confinement is Confinement.LIMITS_ONLY
        assert weakness is not None
        assert (weakness.code, "uid map" in weakness.detail) == ("not_allowed", True)
        assert box.call("hostile:echo", arguments="all the same").value["arguments"] == "all the same"


def test_walls_that_stood_once_are_never_done_without(confined, hostile_code, without_bubblewrap, monkeypatch):
    with Sandbox(["hostile"]) as box:
        assert box.confinement() == (Confinement.FULL, None)
        box.close()
        monkeypatch.setenv("PATH", without_bubblewrap)
        with pytest.raises(TaskFailed, match="walls"):
            box.call("hostile:echo")


@pytest.mark.skipif(os.getuid() != 0, reason="only root's tasks become another user")
def test_a_folder_that_the_tasks_user_may_not_read_is_named(confined, hostile_code, tmp_path):
    (tmp_path / "models").mkdir(mode=0o700)
    with Sandbox(["hostile"], folders=[tmp_path / "models"]) as box:
        _, weakness = box.confinement()
        assert weakness is not None
        assert (weakness.code, weakness.detail) == ("unreadable", str(tmp_path / "models"))


def test_a_folder_that_was_named_is_seen(confined, hostile_code, tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "vie").write_bytes(b"model")
    with Sandbox(["hostile"], folders=[tmp_path / "models"]) as box:
        seen = box.call("hostile:look_around", arguments=[str(tmp_path / "models" / "vie")]).value
        assert seen["there"] == [str(tmp_path / "models" / "vie")]
