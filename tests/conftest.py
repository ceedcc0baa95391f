"""What all tests share: the real servers they may ask for, and the order in which two processes share the rooms."""

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
