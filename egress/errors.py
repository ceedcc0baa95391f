"""What can go wrong on the way out.

EgressError            `code` is stable
├── AddressRefused     the host is not on the list, or its name leads to an address that is not allowed
└── AnswerUnusable     no answer in time, too large, a redirect, or not 200 (transient)
"""


class EgressError(Exception):
    """The common base; no foreign exception leaves this package."""

    def __init__(self, code: str, **parameters: str | float) -> None:
        super().__init__(f"{code} {parameters}" if parameters else code)
        self.code, self.parameters = code, parameters


class AddressRefused(EgressError):
    pass


class AnswerUnusable(EgressError):
    """The same request may succeed a moment later."""
