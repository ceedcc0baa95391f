"""./moonseal as a stranger meets it: what it refuses, what it says, what it leaves alone.

Here a bare copy of the launcher in a path with a space, without any network; that the set-up itself works on fresh
machines, as root and as an ordinary user, is proved by tests/bare/prove.sh (`make soak`).
"""

import fcntl
import json
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import conftest

ROOT = Path(__file__).resolve().parent.parent
ABSENT = "moonseal-no-such-package"
READABLE_LINES = 120
PARTS = ("moonseal", "packages", "uv.lock", "package-lock.json")
NOT_SET_UP = 69


def run(*command: str | Path, cwd: Path = Path("/")) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )


def as_ordinary_user(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run it as somebody who has no sudo."""
    if os.geteuid() == 0:
        command = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command)
    return run(*command)


def on_system(os_release: str, copy: Path, *command: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run it where /etc/os-release says this, in a mount namespace of its own."""
    fake = copy / "os-release"
    fake.write_text(os_release, encoding="utf-8")
    script = 'mount --bind "$0" /etc/os-release && exec "$@"'
    return run("unshare", "--map-root-user", "--mount", "sh", "-c", script, fake, *command)


@pytest.fixture
def copy() -> Iterator[Path]:
    """A copy of the launcher that was never set up, readable by everybody."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as made:
        Path(made).chmod(0o755)
        folder = Path(made) / "moon seal"
        folder.mkdir()
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / part, folder / part)
        yield folder


@pytest.fixture
def lacking(copy) -> Path:
    for name in ("run", "test"):
        with (copy / "packages" / f"{name}.txt").open("a", encoding="utf-8") as file:
            file.write(f"{ABSENT}  # to be missing\n")
    return copy


def test_a_command_before_the_set_up_ends_with_69_and_one_sentence(copy):
    done = run(copy / "moonseal", "verify", "a file.pdf")
    assert done.returncode == NOT_SET_UP
    assert not done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert {path.name for path in copy.iterdir()} == set(PARTS)


def test_the_command_it_names_can_be_pasted(copy):
    done = run(copy / "moonseal", "verify")
    program, argument = shlex.split(done.stderr.split("run: ")[1])
    assert Path(program) == copy / "moonseal"
    assert argument == "demo"


def test_it_finds_its_folder_through_a_link_and_from_anywhere(copy, tmp_path):
    link = tmp_path / "link to it"
    link.symlink_to(copy / "moonseal")
    assert str(copy) in run(link, "verify", cwd=tmp_path).stderr
    assert str(copy) in run("sh", "moonseal", "verify", cwd=copy).stderr


def test_check_lists_what_is_missing_and_the_command(lacking):
    done = run(lacking / "moonseal", "check")
    assert done.returncode == NOT_SET_UP
    assert f"apt-get update && apt-get install -y --no-install-recommends {ABSENT}\n" in done.stderr
    assert not (lacking / ".tools").exists()


@pytest.mark.parametrize("command", ["demo", "serve", "setup", "test"])
def test_without_root_it_prints_the_exact_command_and_ends_with_69(lacking, command):
    done = as_ordinary_user(lacking / "moonseal", command)
    assert done.returncode == NOT_SET_UP
    assert done.stderr.splitlines()[-1] == f"apt-get update && apt-get install -y --no-install-recommends {ABSENT}"


def test_a_folder_that_cannot_be_written_is_said(copy):
    if os.geteuid() != 0:
        copy.chmod(0o555)
    for name in ("run", "test"):
        (copy / "packages" / f"{name}.txt").write_text("python3\n", encoding="utf-8")
    done = as_ordinary_user(copy / "moonseal", "demo")
    assert done.returncode == NOT_SET_UP
    assert f"cannot write to {copy}" in done.stderr


def test_ubuntu_22_04_is_refused_with_a_sentence(copy):
    done = on_system('ID=ubuntu\nVERSION_ID="22.04"\n', copy, copy / "moonseal", "check")
    assert done.returncode == NOT_SET_UP
    assert "24.04" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "system", ["ID=debian\nVERSION_ID=12", "ID=debian\nVERSION_ID=13", 'ID=ubuntu\nVERSION_ID="24.04"']
)
def test_the_three_systems_pass_in_silence(copy, system):
    assert "never tried" not in on_system(system, copy, copy / "moonseal", "check").stderr


def test_an_unknown_system_is_told_so_and_goes_on(copy):
    done = on_system("ID=trisquel\nVERSION_ID=12\n", copy, copy / "moonseal", "check")
    assert "'trisquel 12'" in done.stderr
    assert "not set up" in done.stderr


def test_a_second_set_up_waits_for_the_first(copy):
    (copy / "packages" / "run.txt").write_text("python3\n", encoding="utf-8")
    (copy / ".tools").mkdir()
    with (copy / ".tools" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(
            [copy / "moonseal", "demo"], stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert second.stderr is not None
        said = second.stderr.readline()
        os.killpg(second.pid, 9)  # before the lock is free, so that it never sets up
        second.wait()
        assert "waiting" in said
    assert not (copy / ".tools" / "begun").exists()


def test_a_stamp_of_another_place_does_not_count(copy):
    (copy / ".tools").mkdir()
    for stamp in (ROOT / ".tools").glob("ready-*"):
        shutil.copy(stamp, copy / ".tools")
    assert run(copy / "moonseal", "verify").returncode == NOT_SET_UP


def test_arguments_and_the_folder_one_stands_in_are_handed_on_unchanged(tmp_path):
    link = tmp_path / "moonseal"
    link.symlink_to(ROOT / "moonseal")
    done = run(link, "verify", "no  such 'file'.pdf", "--json", cwd=tmp_path)
    assert done.returncode == 4, done.stderr
    assert json.loads(done.stdout)["source"] == "no  such 'file'.pdf"


@pytest.mark.parametrize(("cores", "processes"), [("1", []), ("2", ["-n", "2"]), ("64", ["-n", "2"])])
def test_the_suite_runs_in_two_processes_where_there_are_two_cores(copy, cores, processes):
    """Whatever is given comes after it, so that `-n 0` counts."""
    programs = {
        "nproc": f"#!/bin/sh\necho {cores}\n",
        "sha256sum": "#!/bin/sh\ncat >/dev/null\necho stamp\n",
        ".venv/bin/python": '#!/bin/sh\nprintf "%s\\n" "$@"\n',
    }
    for name, script in programs.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(script, encoding="utf-8")
        (copy / name).chmod(0o755)
    (copy / ".tools").mkdir()
    (copy / ".tools" / "ready-test").write_text("stamp\n", encoding="utf-8")
    told = run("env", f"PATH={copy}:{os.environ['PATH']}", copy / "moonseal", "test", "tests/a b.py", "-q", "-n", "0")
    words = told.stdout.splitlines()
    assert words[:2] == ["-m", "pytest"], told.stderr
    assert words[2:4] == (processes or ["tests/a b.py", "-q"])
    assert words[-4:] == ["tests/a b.py", "-q", "-n", "0"]


def test_the_longest_modules_are_those_that_stand_there():
    assert not [name for name in conftest.LONGEST if not (ROOT / "tests" / name).is_file()]


def test_the_launcher_stays_one_readable_page_of_posix_sh():
    assert len((ROOT / "moonseal").read_text(encoding="utf-8").splitlines()) <= READABLE_LINES
    assert run("sh", "-n", ROOT / "moonseal").returncode == 0


def test_what_the_tests_need_includes_what_running_needs():
    def names(path: Path) -> set[str]:
        lines = path.read_text(encoding="utf-8").splitlines()
        return {name for line in lines if (name := line.partition("#")[0].strip())}

    assert names(ROOT / "packages" / "run.txt") < names(ROOT / "packages" / "test.txt")
