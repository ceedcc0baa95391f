"""What a person sees while a command works; on standard error, so that standard output stays for machines."""

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Running:
    """``done`` shows that one more is finished; ``of`` gives what shows the progress of one of them, by its name."""

    done: Callable[[str], None]
    of: Callable[[str], Callable[[Mapping[str, object]], None]]


class Console:
    """Messages and progress: a moving bar on a terminal, one line for each finished file elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._print: Callable[[str], None] = _printed

    def say(self, text: str) -> None:
        self._print(text)

    @contextmanager
    def progress(self, total: int) -> Generator[Running, None, None]:
        """Show how many of ``total`` are done."""
        if not sys.stderr.isatty():
            yield Running(done=self._line, of=lambda _name: lambda _step: None)
            return
        from commands import bar  # noqa: PLC0415 - it brings rich, for which most runs have no terminal

        with bar.shown(total) as moving:
            self._print = moving.say  # above the bar, or it would tear it

            def done(line: str) -> None:
                moving.advance()
                self._line(line)

            try:
                yield Running(done=done, of=moving.of)
            finally:
                self._print = _printed

    def _line(self, text: str) -> None:
        if not self._quiet:
            self.say(text)


def _printed(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
