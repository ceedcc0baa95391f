"""How the child process is put behind bubblewrap's walls: what it sees of this machine, and nothing else.

It sees read-only: /usr, the Python that runs us with its libraries, our own packages (no data, though they may lie in
one folder), and the folders that its owner names. It has no network, no process of others, and nothing to write to.
"""

import os
import shutil
import stat
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from sandbox.cells import SCRATCH
from sandbox.values import Weakness

PROGRAM = "bwrap"
USER = "65534"  # the name inside; outside it stays who we are
ALWAYS_SEEN = Path("/usr")
LINKS = ("/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin")  # into /usr, on every system we promise
SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/localtime",
    "/sys/devices/system/cpu",
    "/sys/kernel/mm/transparent_hugepage",  # without it the C library takes memory in small pages
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
OTHERS_MAY_READ = stat.S_IROTH | stat.S_IXOTH
WHOLE_RANGE = "4294967295"


def is_real_root() -> bool:
    """Whether we are the machine's root (or its container's, which may become anybody), not a lone mapped user."""
    return os.geteuid() == 0 and Path("/proc/self/uid_map").read_text(encoding="ascii").split()[2] == WHOLE_RANGE


def command(program: Sequence[str], visible: Iterable[Path]) -> list[str]:
    """Return the command that runs a program behind the walls."""
    parts = [shutil.which(PROGRAM) or PROGRAM, "--ro-bind", str(ALWAYS_SEEN), str(ALWAYS_SEEN)]
    for link in map(Path, LINKS):
        if link.is_symlink():
            parts += ["--symlink", str(link.readlink()), str(link)]
        elif link.is_dir():
            parts += ["--ro-bind", str(link), str(link)]
    bound = [*map(Path, SYSTEM_FILES), *visible]
    for folder in sorted({parent for path in (*bound, *map(Path, DEVICES)) for parent in path.parents} - {Path("/")}):
        parts += ["--perms", "0755", "--dir", str(folder)]  # else only root could pass through them
    for path in bound:
        parts += ["--ro-bind-try", str(path), str(path)]
    for device in DEVICES:
        parts += ["--dev-bind", device, device]
    parts += ["--proc", "/proc", "--dir", SCRATCH, "--remount-ro", "/", "--chdir", "/", "--as-pid-1"]
    parts += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    parts += ["--hostname", "sandbox", "--cap-drop", "ALL", "--cap-add", "CAP_SYS_ADMIN"]
    if is_real_root():  # no namespace of users: tasks become another user (sandbox.cells)
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):
            parts += ["--cap-add", capability]
    else:
        parts += ["--unshare-user", "--uid", USER, "--gid", USER]
    return [*parts, "--", *program]


def seen(root: Path, python_path: str, folders: Iterable[Path]) -> list[Path]:
    """Return what a task needs: the interpreter, its libraries, what is importable from us, and the folders named."""
    wanted = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve(), *folders}
    wanted.add(Path(sys.executable).resolve().parent)
    for entry in map(Path, python_path.split(":")):
        is_checkout = entry == root and (root / "pyproject.toml").is_file()  # then data lie beside the code
        wanted |= {package.parent for package in root.glob("*/__init__.py")} if is_checkout else {entry}
    return _outermost(wanted)


def weakness(visible: Iterable[Path]) -> Weakness | None:
    """Return what can be seen beforehand to be in the way of these walls."""
    if shutil.which(PROGRAM) is None:
        return Weakness("bubblewrap_missing")
    if is_real_root():  # a task then is another user, whom the files must let in
        for path in visible:
            if path.exists() and path.stat().st_mode & OTHERS_MAY_READ != OTHERS_MAY_READ:
                return Weakness("unreadable", str(path))
    return None


def _outermost(paths: Iterable[Path]) -> list[Path]:
    kept: list[Path] = [ALWAYS_SEEN]
    for path in sorted(paths, key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return kept[1:]
