"""What all tests share: the real servers they may ask for, and the order in which two processes share the rooms.

Playwright's own event loop counts as running in a process that once opened a browser, and nothing that starts a loop of
its own (DBOS, pyHanko) works after that: modules that open pages come last.
"""

from pathlib import Path

import pytest

pytest_plugins = ["tests.services.fixtures"]

ROOT = Path(__file__).parent
# Begun last, one of these would run alone at the end while the other process waits (./moonseal test, xdist).
LONGEST = (
    "dossiers/test_on_postgresql.py",
    "faults/test_kill_points.py",
    "commands/test_demo.py",
    "signing/test_damage.py",
    "test_wheel.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest modules first, in this order, and those that open pages last; the others stay as they are."""
    rank = {ROOT / name: place for place, name in enumerate(LONGEST)}
    rank |= {item.path: len(LONGEST) + 1 for item in items if "playwright" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: rank.get(item.path, len(LONGEST)))
