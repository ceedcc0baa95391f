"""What a person sees while a command works; on standard error, so that standard output stays for machines."""

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from rich.console import Console as RichConsole
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from commands.sentences import both


@dataclass(frozen=True)
class Running:
    """``done`` shows that one more is finished; ``of`` gives what shows the progress of one of them, by its name."""

    done: Callable[[str], None]
    of: Callable[[str], Callable[[Mapping[str, object]], None]]


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
            yield Running(done=self._line, of=lambda _name: lambda _step: None)
            return
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with Progress(*columns, console=self._rich, transient=True) as bar:
            task = bar.add_task("", total=total)

            def done(line: str) -> None:
                bar.advance(task)
                self._line(line)

            yield Running(done=done, of=partial(_bar_of, bar))

    def _line(self, text: str) -> None:
        if not self._quiet:
            self.say(text)


def _bar_of(bar: Progress, name: str) -> Callable[[Mapping[str, object]], None]:
    """Return what moves a bar of its own, by the page; it is there from the first page to the last."""
    tasks: list[TaskID] = []

    def show(step: Mapping[str, object]) -> None:
        done, pages = int(str(step["done"])), int(str(step["pages"]))
        if not tasks:
            tasks.append(bar.add_task("", total=pages))
        what = both("page_of", page=step["page"], pages=pages)
        bar.update(tasks[0], completed=done, description=f"{escape(name)}: {what}", visible=done < pages)

    return show
