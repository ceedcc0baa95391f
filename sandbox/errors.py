"""What can go wrong in the sandbox.

SandboxError
├── Refused        the task itself said no: a code and its parameters (expected, told to a person)
├── LimitReached   the task was stopped at a limit; `limit` names the field of ``Limits``
└── TaskFailed     the task crashed or raised something it should not have
"""

from collections.abc import Mapping


class SandboxError(Exception):
    """The common base; nothing else leaves this package."""


class Refused(SandboxError):
    """Raised inside a task to say no; arrives in the caller with the same code and parameters."""

    def __init__(self, code: str, **parameters: str | float) -> None:
        super().__init__(f"{code} {parameters}" if parameters else code)
        self.code = code
        self.parameters: Mapping[str, str | float] = parameters


class LimitReached(SandboxError):
    def __init__(self, limit: str) -> None:
        super().__init__(f"stopped at its limit: {limit}")
        self.limit = limit


class TaskFailed(SandboxError):
    """Crashed, was killed, or raised an undeclared exception; the message is for operators."""
