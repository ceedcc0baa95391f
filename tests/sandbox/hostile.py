"""Tasks that misbehave, one way each; the sandbox preloads this module."""

import os
import signal
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


def echo(files: Files, arguments: Json, channel: Channel) -> Json:
    for step in range(3):
        channel.progress({"step": step})
    for name, file in files.items():
        channel.blob(name, file.read())
    return {"arguments": arguments, "pid": os.getpid(), "folder": str(Path.cwd())}


def refuse(_files: Files, arguments: Json, _channel: Channel) -> Json:
    raise Refused("too_many_pages", pages=arguments)


def eat_memory(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    return len(bytearray(4 << 30))


def spin(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    while True:
        pass


def sleep(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    return time.sleep(600)


def sleep_in_a_child(_files: Files, arguments: Json, _channel: Channel) -> Json:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        Path(arguments).write_text(str(child.pid), encoding="utf-8")
    return None


def flood(_files: Files, _arguments: Json, channel: Channel) -> Json:
    while True:
        channel.blob("flood", b"x" * (1 << 20))


def fill_the_disk(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    with Path("scratch").open("wb") as scratch:
        scratch.writelines(b"x" * (1 << 20) for _ in range(1 << 10))
    return None


def crash(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    os.kill(os.getpid(), signal.SIGSEGV)
    return None


def quote_the_document(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    raise ValueError("a citizen's name from the document")


def lie_about_the_length(_files: Files, _arguments: Json, channel: Channel) -> Json:
    channel._connection.sendall(b"B" + (1 << 60).to_bytes(8, "big"))  # ruff: ignore[private-member-access] - the lie is the point
    return None


def look_around(_files: Files, _arguments: Json, _channel: Channel) -> Json:
    return {"environment": dict(os.environ), "open": sorted(int(name) for name in os.listdir("/proc/self/fd"))}  # ruff: ignore[os-listdir] - numbers, not paths
