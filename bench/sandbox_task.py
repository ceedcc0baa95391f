"""The least a task can do; what it costs is the sandbox's own."""

from collections.abc import Mapping
from typing import BinaryIO

from sandbox.channel import Channel
from sandbox.values import Json


def nothing(_files: Mapping[str, BinaryIO], _arguments: Json, _channel: Channel) -> Json:
    return None
