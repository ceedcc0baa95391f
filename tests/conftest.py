"""What all tests share: the real servers they may ask for, and the order in which two processes share the rooms.

Playwright's own event loop counts as running in a process that once opened a browser; tests without a page must not see
it, or nothing that starts a loop of its own (DBOS, pyHanko) would work after them.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest_plugins = ["tests.services.fixtures"]

ROOT = Path(__file__).parent
# Begun last, one of these would run alone at the end while the other process waits (./moonseal test, xdist).
LONGEST = (
    "dossiers/test_on_postgresql.py",
    "faults/test_kill_points.py",
    "commands/test_demo.py",
    "journeys/test_one_dossier.py",
    "journeys/test_pages.py",
    "signing/test_damage.py",
    "test_wheel.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest modules first, in this order; the others stay as they are."""
    rank = {ROOT / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(LONGEST)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    """Without the browsers' loop, unless the test opens a page."""
    with _without_loop(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """The same."""
    with _without_loop(item):
        return (yield)


@contextmanager
def _without_loop(item: pytest.Item) -> Generator[None]:
    loop = asyncio._get_running_loop()  # noqa: SLF001 - asyncio's own way to hide a loop
    if loop is None or "playwright" in getattr(item, "fixturenames", ()):
        yield
        return
    asyncio._set_running_loop(None)  # noqa: SLF001 - the same
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)  # noqa: SLF001 - the same
