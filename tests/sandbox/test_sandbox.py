"""Whatever a task does, its caller gets an answer or one clear error, and the next task is not touched by it."""

import io
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import sandbox.zygote
from sandbox import LimitReached, Limits, Refused, TaskFailed
from sandbox.zygote import Sandbox


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
        file.read(4)
        assert box.call("hostile:echo", files={"scan": file}).blobs["scan"].read() == b"from the start"
        assert file.read() == b" the start"


def test_a_file_cannot_be_written_to_though_its_owner_can(box, tmp_path):
    path = tmp_path / "scan"
    path.write_bytes(b"as it came")
    with path.open("r+b") as file:
        assert box.call("hostile:write_everywhere", files={"scan": file}, arguments=[]).value == ["."]
    assert path.read_bytes() == b"as it came"


def test_each_call_finds_an_empty_folder_that_is_gone_afterwards(box):
    assert box.call("hostile:write_everywhere", arguments=[]).value == ["."]
    place = box.call("hostile:echo").value["folder"]
    assert box.call("hostile:look_around", arguments=["mark"]).value["there"] == []
    assert eventually(lambda: not list(Path(place).glob("*")))


def test_a_refusal_arrives_with_its_code_and_parameters(box):
    with pytest.raises(Refused) as refused:
        box.call("hostile:refuse", arguments=501)
    assert (refused.value.code, refused.value.parameters) == ("too_many_pages", {"pages": 501})


@pytest.mark.parametrize(
    ("task", "limits", "limit"),
    [
        ("eat_memory", Limits(), "memory_bytes"),
        ("eat_shared_memory", Limits(), "memory_bytes"),
        ("crash_for_want_of_memory", Limits(memory_bytes=240 << 20), "memory_bytes"),
        ("spin", Limits(cpu_s=1), "cpu_s"),
        ("sleep", Limits(wall_s=0.3), "wall_s"),
        ("flood", Limits(output_bytes=5 << 20), "output_bytes"),
        ("lie_about_the_length", Limits(), "output_bytes"),
        ("fill_the_disk", Limits(file_bytes=5 << 20), "file_bytes"),
        ("fill_the_disk_with_many_files", Limits(scratch_bytes=5 << 20), "scratch_bytes"),
        ("hoard_files", Limits(), "open_files"),
        ("hoard_programs", Limits(), "processes"),
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


def test_a_stopped_task_takes_the_programs_it_started_with_it(box):
    token = f"moonseal-test-{os.getpid()}-{time.monotonic_ns()}"
    with pytest.raises(LimitReached):
        box.call(
            "hostile:sleep_in_a_child",
            arguments=token,
            limits=Limits(wall_s=15),
            on_progress=lambda _: stop_now(token),
        )
    assert eventually(lambda: not running(token))


def stop_now(token: str) -> None:
    assert running(token)
    raise LimitReached("asked for by the test")


@pytest.mark.parametrize("confinement", ["confined", "limited"])
def test_a_caller_that_was_killed_leaves_no_process_and_no_folder_behind(
    request, confinement, without_bubblewrap, tmp_path
):
    request.getfixturevalue(confinement)
    token = str(tmp_path)  # stands among the arguments of everything that runs for it
    program = (
        "import sys; import sandbox.zygote as z; from pathlib import Path\n"
        f"z.ENVIRONMENT['PYTHONPATH'] += ':{Path(__file__).parent}'\n"
        f"box = z.Sandbox(['hostile'], folders=[Path({token!r})])\n"
        f"box.call('hostile:sleep_in_a_child', arguments={token!r}, on_progress=lambda step: print(step, flush=True))"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    if confinement == "limited":
        environment["PATH"] = without_bubblewrap
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, env=environment, cwd=sandbox.zygote.ROOT, stdout=subprocess.PIPE) as caller:
        assert caller.stdout is not None
        assert caller.stdout.readline() == b"asleep\n"
        assert len(running(token)) >= 3
        caller.kill()
    assert eventually(lambda: not running(token))
    assert eventually(lambda: not list(tmp_path.glob("moonseal-sandbox-*")))


def test_the_callers_secrets_and_open_files_are_not_inside(box, tmp_path, monkeypatch):
    monkeypatch.setenv("MOONSEAL_SECRET", "not for strangers' files")
    with (tmp_path / "secret").open("w"):
        seen = box.call("hostile:look_around").value
    assert set(seen["environment"]) - {"PWD"} == set(sandbox.zygote.ENVIRONMENT) | {"TMPDIR"}
    assert len(seen["open"]) == 5  # three standard ones, its connection, and the folder just being read


def test_several_threads_may_call_at_once(box):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: box.call("hostile:echo", arguments=n).value["arguments"], range(12)))
    assert answers == list(range(12))


def test_many_tasks_may_read_one_open_file_at_once(box, tmp_path):
    path = tmp_path / "scan"
    path.write_bytes(bytes(range(256)) * 4096)
    with path.open("rb") as file, ThreadPoolExecutor(4) as pool:
        for reply in pool.map(lambda _: box.call("hostile:echo", files={"scan": file}), range(8)):
            assert reply.blobs["scan"].read() == path.read_bytes()


def test_a_sandbox_whose_process_died_starts_another(box):
    box.call("hostile:echo")
    child = box._process  # ruff: ignore[private-member-access] - what a crash of the child means cannot be seen from outside
    child.kill()
    child.wait()
    assert box.call("hostile:echo", arguments="again").value["arguments"] == "again"


def test_a_sandbox_outlives_the_thread_that_started_it(hostile_code):
    with Sandbox(preload=["hostile"]) as lasting:
        starter = threading.Thread(target=lasting.start)
        starter.start()
        starter.join()
        child = lasting._process  # ruff: ignore[private-member-access] - that it is the same one cannot be seen from outside
        assert lasting.call("hostile:echo", arguments="still there").value["arguments"] == "still there"
        assert lasting._process is child  # ruff: ignore[private-member-access] - the same


def test_a_sandbox_that_cannot_start_says_why(box):
    with Sandbox(preload=["no_such_module"]) as broken, pytest.raises(TaskFailed, match="no_such_module"):
        broken.call("no_such_module:echo")


def eventually(is_so) -> bool:
    """Whether it becomes so within the time that a busy machine may need."""
    deadline = time.monotonic() + 30
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(is_so())


def running(token: str) -> list[int]:
    """Return the processes that have the token among their arguments, but not their own end behind them."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if token.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found
