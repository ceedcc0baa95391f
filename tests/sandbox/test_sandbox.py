"""Whatever a task does, its caller gets an answer or one clear error, and the next task is not touched by it."""

import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import sandbox.zygote
from sandbox import LimitReached, Limits, Refused, TaskFailed
from sandbox.zygote import Sandbox


@pytest.fixture(scope="module")
def box():
    here = str(Path(__file__).parent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sandbox.zygote.ENVIRONMENT, "PYTHONPATH", f"{sandbox.zygote.ROOT}:{here}")
        with Sandbox(preload=["hostile"], limits=Limits(cpu_s=30, wall_s=30)) as box:
            box.start()
            yield box


def test_a_task_gets_files_and_arguments_and_gives_blobs_progress_and_an_answer(box, tmp_path):
    scan = tmp_path / "scan"
    scan.write_bytes(b"\x00" * (3 << 20))
    steps: list[object] = []
    reply = box.call(
        "hostile:echo", files={"scan": scan, "small": io.BytesIO(b"abc")}, arguments={"n": 1}, on_progress=steps.append
    )
    assert reply.value["arguments"] == {"n": 1}
    assert reply.blobs["scan"].read() == scan.read_bytes()
    assert reply.blobs["small"].read() == b"abc"
    assert steps == [{"step": 0}, {"step": 1}, {"step": 2}]


def test_a_file_is_read_from_its_start_whoever_read_it_before(box, tmp_path):
    path = tmp_path / "scan"
    path.write_bytes(b"from the start")
    with path.open("rb") as file:
        file.read()
        assert box.call("hostile:echo", files={"scan": file}).blobs["scan"].read() == b"from the start"


def test_each_call_runs_in_a_process_of_its_own_and_its_folder_is_gone_afterwards(box):
    first, second = box.call("hostile:echo").value, box.call("hostile:echo").value
    assert first["pid"] != second["pid"]
    assert first["folder"] != second["folder"]
    deadline = time.monotonic() + 10
    while Path(first["folder"]).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(first["folder"]).exists()


def test_a_refusal_arrives_with_its_code_and_parameters(box):
    with pytest.raises(Refused) as refused:
        box.call("hostile:refuse", arguments=501)
    assert (refused.value.code, refused.value.parameters) == ("too_many_pages", {"pages": 501})


@pytest.mark.parametrize(
    ("task", "limits", "limit"),
    [
        ("eat_memory", Limits(), "address_space_bytes"),
        ("spin", Limits(cpu_s=1), "cpu_s"),
        ("sleep", Limits(wall_s=0.3), "wall_s"),
        ("flood", Limits(output_bytes=5 << 20), "output_bytes"),
        ("lie_about_the_length", Limits(), "output_bytes"),
        ("fill_the_disk", Limits(file_bytes=5 << 20), "file_bytes"),
    ],
)
def test_a_task_that_wants_too_much_is_stopped_and_the_limit_is_named(box, task, limits, limit):
    with pytest.raises(LimitReached) as reached:
        box.call(f"hostile:{task}", limits=limits)
    assert reached.value.limit == limit
    assert box.call("hostile:echo", arguments="next").value["arguments"] == "next"


def test_a_crash_is_told_by_its_signal(box):
    with pytest.raises(TaskFailed, match="SIGSEGV"):
        box.call("hostile:crash")


def test_an_error_never_quotes_the_document(box):
    with pytest.raises(TaskFailed, match=r"ValueError at hostile\.py:\d+") as failed:
        box.call("hostile:quote_the_document")
    assert "citizen" not in str(failed.value)


def test_a_stopped_task_takes_the_programs_it_started_with_it(box, tmp_path):
    note = tmp_path / "pid"
    with pytest.raises(LimitReached):
        box.call("hostile:sleep_in_a_child", arguments=str(note), limits=Limits(wall_s=1.5))
    pid = int(note.read_text(encoding="utf-8"))
    deadline = time.monotonic() + 10
    while _is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _is_alive(pid)


def test_a_caller_that_was_killed_leaves_no_process_and_no_folder_behind(tmp_path):
    note = tmp_path / "pid"
    program = (
        "import sandbox.zygote as z; from pathlib import Path\n"
        f"z.ENVIRONMENT['PYTHONPATH'] += ':{Path(__file__).parent}'\n"
        f"z.Sandbox(['hostile']).call('hostile:sleep_in_a_child', arguments={str(note)!r})"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, cwd=sandbox.zygote.ROOT) as caller:
        deadline = time.monotonic() + 60
        while not note.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        caller.kill()
    pid = int(note.read_text(encoding="utf-8"))
    while (_is_alive(pid) or list(tmp_path.glob("moonseal-sandbox-*"))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_alive(pid)
    assert not list(tmp_path.glob("moonseal-sandbox-*"))


def test_the_callers_secrets_and_open_files_are_not_inside(box, tmp_path, monkeypatch):
    monkeypatch.setenv("MOONSEAL_SECRET", "not for strangers' files")
    with (tmp_path / "secret").open("w"):
        seen = box.call("hostile:look_around").value
    assert "MOONSEAL_SECRET" not in seen["environment"]
    assert len(seen["open"]) <= 12


def test_several_threads_may_call_at_once(box):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: box.call("hostile:echo", arguments=n).value["arguments"], range(12)))
    assert answers == list(range(12))


def test_a_sandbox_whose_process_died_starts_another(box):
    box.call("hostile:echo")
    child = box._process  # ruff: ignore[private-member-access] - what a crash of the child means cannot be seen from outside
    child.kill()
    child.wait()
    assert box.call("hostile:echo", arguments="again").value["arguments"] == "again"


def test_a_sandbox_that_cannot_start_says_why():
    with Sandbox(preload=["no_such_module"]) as broken, pytest.raises(TaskFailed, match="no_such_module"):
        broken.call("no_such_module:echo")


def _is_alive(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
