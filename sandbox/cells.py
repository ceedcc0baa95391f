"""What stands round one task, made in the child process: ``Namespaces`` (full) or ``Folders`` (limits only).

Both fork, confine the fork before it sees a stranger's byte, and end it with all that it started. What runs as root
outside becomes an invented user first: to the kernel root's processes are without number, and its files are everywhere.
"""

import contextlib
import os
import resource
import secrets
import shutil
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from sandbox import kernel
from sandbox.filter import compiled
from sandbox.kernel import Namespace
from sandbox.values import Limits

SCRATCH = "/moonseal-scratch"  # a file system of the task alone; /tmp may hold our code
SCRATCH_FILES = 4096
INVENTED_USERS = 0x70000000, 1 << 28  # first, how many: a range that nobody hands out (systemd's UIDS-GIDS)
BLOCK_BYTES = 512  # of stat's st_blocks


@dataclass(frozen=True)
class Task:
    """One that runs."""

    pid: int
    status: int  # the pipe on which its caller learns how it ended
    limits: Limits


class Cells(Protocol):
    """How the server makes, watches and ends the processes of its tasks."""

    def fork(self, call: int) -> int:
        """Fork; 0 in the child, as ``os.fork``."""

    def enter(self, call: int, limits: Limits) -> None:
        """In the child: confine this process for good; its working folder is then its scratch folder."""

    def overdrawn(self, running: Mapping[int, Task]) -> dict[int, str]:
        """Return which calls have passed which limit, of those that the kernel does not watch here."""

    def end(self, pid: int) -> None:
        """Kill a task with all that it started."""

    def clean(self, call: int) -> None:
        """Remove what is left of it."""


class Namespaces:
    """Inside bubblewrap: each task sees its own processes, its own scratch in memory, and nothing it could write to."""

    def __init__(self) -> None:
        self._filter = compiled()
        self._as_root = os.getuid() == 0
        self._processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        kernel.die_with_parent(signal.SIGKILL)  # bubblewrap, which has one thread and lives as long as we should

    def fork(self, call: int) -> int:
        """See ``Cells``; the child is the first process of its namespace, so that all others end with it."""
        del call
        kernel.unshare(Namespace.PROCESSES)
        pid = -1
        try:
            pid = os.fork()
        finally:
            if pid != 0:
                kernel.enter(self._processes, Namespace.PROCESSES)
        return pid

    def enter(self, call: int, limits: Limits) -> None:
        """See ``Cells``."""
        del call
        kernel.unshare(Namespace.MOUNTS)
        kernel.mount("proc", "/proc")
        first, count = INVENTED_USERS
        user, group = (first + secrets.randbelow(count),) * 2 if self._as_root else (os.getuid(), os.getgid())
        options = f"size={limits.scratch_bytes},nr_inodes={SCRATCH_FILES},mode=0700,uid={user},gid={group}"
        kernel.mount("tmpfs", SCRATCH, options)
        if self._as_root:
            os.setgroups([])
            os.setresgid(group, group, group)
            os.setresuid(user, user, user)
        else:  # the kernel counts the processes of a user anew in each namespace of users
            kernel.unshare(Namespace.USERS)
            Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
        kernel.drop_capabilities()
        os.chdir(SCRATCH)
        _limit(limits)
        resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
        kernel.filter_system_calls(self._filter)

    def overdrawn(self, running: Mapping[int, Task]) -> dict[int, str]:  # noqa: PLR6301 - the protocol's shape
        """See ``Cells``: the kernel watches everything."""
        del running
        return {}

    def end(self, pid: int) -> None:  # noqa: PLR6301 - the protocol's shape
        """See ``Cells``."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def clean(self, call: int) -> None:
        """See ``Cells``: its scratch went with its namespace."""


class Folders:
    """Without bubblewrap: a process group and a folder for each task; who is in the group is counted now and then."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._filter = b""
        with contextlib.suppress(OSError):
            self._filter = compiled()

    def fork(self, call: int) -> int:
        """See ``Cells``."""
        self._folder(call).mkdir(mode=0o700)
        return os.fork()

    def enter(self, call: int, limits: Limits) -> None:
        """See ``Cells``."""
        os.setpgid(0, 0)
        os.chdir(self._folder(call))
        _limit(limits)
        if self._filter:  # it lets nobody leave the group
            kernel.filter_system_calls(self._filter)

    def overdrawn(self, running: Mapping[int, Task]) -> dict[int, str]:
        """See ``Cells``."""
        groups = Counter(_process_groups())
        found = {call: "processes" for call, task in running.items() if groups[task.pid] > task.limits.processes}
        for call, task in running.items():
            if _size(self._folder(call)) > task.limits.scratch_bytes:
                found[call] = "scratch_bytes"
        return found

    def end(self, pid: int) -> None:  # noqa: PLR6301 - the protocol's shape
        """See ``Cells``."""
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:  # it had no time to make its own group
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def clean(self, call: int) -> None:
        """See ``Cells``."""
        shutil.rmtree(self._folder(call), ignore_errors=True)

    def _folder(self, call: int) -> Path:
        return self._scratch / str(call)


def tried(cells: Cells) -> None:
    """Confine a child as a task would be. Raises ``OSError`` where this machine does not let us."""
    read, write = os.pipe()
    pid = cells.fork(0)
    if pid == 0:
        try:
            cells.enter(0, replace(Limits(), processes=1))
        except OSError as error:
            os.write(write, str(error).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        reason = file.read()
    os.waitpid(pid, 0)
    cells.clean(0)
    if reason:
        raise OSError(reason)


def _limit(limits: Limits) -> None:
    mapped = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(
        resource.RLIMIT_AS, (mapped + limits.memory_bytes,) * 2
    )  # the engines map much, use little of it
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.open_files, limits.open_files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _process_groups() -> Iterator[int]:
    """Give the process group of every thread on this machine that we may see."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                _, _, group, *others = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                yield from [int(group)] * int(others[14])


def _size(folder: Path) -> int:
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(directory, name)).st_blocks * BLOCK_BYTES  # noqa: PTH118 - of a walk
    return total
