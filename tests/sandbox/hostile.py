"""Tasks that misbehave, one way each; the sandbox preloads this module."""

import ctypes
import mmap
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from sandbox import Refused
from sandbox.channel import Channel
from sandbox.values import Json

Files = Mapping[str, BinaryIO]
STATUS = Path("/proc/self/status")


def echo(files: Files, arguments: Json, channel: Channel) -> Json:
    for step in range(3):
        channel.progress({"step": step})
    for name, file in files.items():
        channel.blob(name, file.read())
    return {"arguments": arguments, "pid": os.getpid(), "folder": str(Path.cwd())}


def refuse(_files: Files, arguments: Json, _channel: Channel) -> Json:
    raise Refused("too_many_pages", pages=arguments)


def eat_memory(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    return len(bytearray(1 << 30))


def crash_for_want_of_memory(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    """Do what engines in C++ do when they get no more."""
    eaten = b"x" * (130 << 20)
    os.abort()
    return len(eaten)


def eat_shared_memory(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    """What is not counted as the process's own data."""
    with mmap.mmap(-1, 2 << 30) as shared:
        return len(shared)


def spin(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    while True:
        pass


def sleep(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    return time.sleep(600)


def sleep_in_a_child(_files: Files, arguments: Json, channel: Channel) -> Json:
    """Start a program that can be told by its arguments; it wants to leave the group."""
    program = "import os, sys, time\ntry: os.setsid()\nexcept OSError: pass\nprint(flush=True)\ntime.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", program, arguments], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        channel.progress("asleep")
    return None


def flood(_files: Files, _arguments: Json, channel: Channel) -> Json:
    while True:
        channel.blob("flood", b"x" * (1 << 20))


def fill_the_disk(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    with Path("scratch").open("wb") as scratch:
        scratch.writelines(b"x" * (1 << 20) for _ in range(1 << 10))
    return None


def fill_the_disk_with_many_files(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    for number in range(600):
        Path(f"scratch-{number}").write_bytes(b"x" * (1 << 20))
        time.sleep(0.002)
    return None


def crash(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    return ctypes.string_at(0)


def quote_the_document(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    raise ValueError("a citizen's name from the document")


def lie_about_the_length(_files: Files, _arguments: Json, channel: Channel) -> Json:
    channel._connection.sendall(b"B" + (1 << 60).to_bytes(8, "big"))  # ruff: ignore[private-member-access] - the lie is the point
    return None


def look_around(_files: Files, arguments: Json, _channel: Channel) -> Json:
    """Say what is there, of the places asked for too."""
    return {
        "environment": dict(os.environ),
        "open": sorted(int(name) for name in os.listdir("/proc/self/fd")),  # ruff: ignore[os-listdir] - numbers, not paths
        "there": [place for place in arguments or () if Path(place).exists()],
        "processes": sorted(int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()),
        "capabilities": next(line for line in STATUS.read_text(encoding="utf-8").splitlines() if "CapEff" in line),
        "user": os.getuid(),
    }


def write_everywhere(files: Files, arguments: Json, _channel: Channel) -> Json:
    """Return where something could be written, the given file included."""
    written = []
    for place in (*arguments, "."):
        try:
            (Path(place) / "mark").write_bytes(b"x")
            written.append(place)
        except OSError:
            pass
    for name, file in files.items():
        try:
            os.pwrite(file.fileno(), b"x", 0)
            written.append(name)
        except OSError:
            pass
    return written


def keep_a_secret(_files: Files, _arguments: Json, channel: Channel) -> Json:
    """Never end; say every now and then where it is."""
    Path("secret").write_bytes(b"of one citizen")
    while True:
        channel.progress(str(Path.cwd()))
        time.sleep(0.05)


def fork_without_end(_files: Files, most: Json, channel: Channel) -> Json:
    """Fork, and have every child fork too; the first says how often the kernel refused."""
    first, forks, refused = os.getpid(), 0, 0
    while forks < most:
        try:
            forks += 1
            os.fork()
        except BlockingIOError:
            refused += 1
            if os.getpid() == first:
                channel.progress(refused)
            time.sleep(0.05)
    return time.sleep(600)


def fork_one_by_one(_files: Files, most: Json, _channel: Channel) -> Json:
    """Fork children that sleep, at most so many: no danger to the machine where only the server counts."""
    for _ in range(most):
        if os.fork() == 0:
            break
    return time.sleep(600)


def start_programs(_files: Files, arguments: Json, _channel: Channel) -> Json:
    return [
        subprocess.run(["/bin/echo", "well"], check=True, capture_output=True).stdout for _ in range(arguments)
    ] != []


def hoard_files(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    return len([os.open("/dev/null", os.O_RDONLY) for _ in range(10_000)])


def hoard_programs(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    programs = [subprocess.Popen(["/bin/sleep", "600"]) for _ in range(200)]
    time.sleep(600)
    return len(programs)


def make_system_calls(_files: Files, arguments: Json, _channel: Channel) -> Json:
    """Return the error that each call gets: a number and its arguments."""
    kernel = ctypes.CDLL(None, use_errno=True)
    errors = []
    for number, *values in arguments:
        ctypes.set_errno(0)
        result = kernel.syscall(ctypes.c_long(number), *(ctypes.c_long(value) for value in values))
        errors.append(ctypes.get_errno() if result < 0 else 0)
    return errors


def signal_process(_files: Files, arguments: Json, _channel: Channel) -> Json:
    try:
        os.kill(arguments, 0)
    except OSError as error:
        return type(error).__name__
    return "there"
