"""The moving bars of a terminal. Imported only where there is one: rich takes a tenth of a second."""

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from commands.sentences import both


@dataclass(frozen=True)
class Bar:
    """``say`` prints a line above the bars; the rest is as in ``commands.console.Running``."""

    say: Callable[[str], None]
    advance: Callable[[], None]
    of: Callable[[str], Callable[[Mapping[str, object]], None]]


@contextmanager
def shown(total: int) -> Generator[Bar]:
    """Show how many of ``total`` are done, on standard error."""
    console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield Bar(partial(console.print, markup=False), partial(bar.advance, task), partial(_bar_of, bar))


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
