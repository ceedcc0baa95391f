"""What a person sees while a command works; on standard error, so that standard output stays for machines."""

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@dataclass(frozen=True)
class Running:
    """``stage`` shows what is being done now, ``done`` that one more is finished."""

    stage: Callable[[Mapping[str, object]], None]
    done: Callable[[str], None]


class Console:
    """Messages and progress: a moving bar on a terminal, one line for each finished file elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._rich = RichConsole(file=sys.stderr, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        self._rich.print(text, markup=False)

    @contextmanager
    def progress(self, total: int) -> Generator[Running, None, None]:
        """Show how many of ``total`` are done."""
        if not self._rich.is_terminal:
            yield Running(stage=lambda _stage: None, done=self._line)
            return
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[stage]}"))
        with Progress(*columns, console=self._rich, transient=True) as bar:
            task = bar.add_task("", total=total, stage="")

            def stage(value: Mapping[str, object]) -> None:
                bar.update(task, stage=str(value.get("stage", "")))

            def done(line: str) -> None:
                bar.advance(task)
                self._line(line)

            yield Running(stage=stage, done=done)

    def _line(self, text: str) -> None:
        if not self._quiet:
            self.say(text)
