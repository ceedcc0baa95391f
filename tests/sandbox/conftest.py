"""The sandbox twice: as this machine can confine it fully, and without bubblewrap."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import sandbox.zygote
from sandbox import Confinement, Limits
from sandbox.zygote import Sandbox


@pytest.fixture(scope="session")
def without_bubblewrap(tmp_path_factory) -> str:
    """A PATH on which there is none."""
    return str(tmp_path_factory.mktemp("no programs"))


@pytest.fixture(scope="session")
def hostile_code() -> Iterator[None]:
    """The module of bad tasks is importable inside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sandbox.zygote.ENVIRONMENT, "PYTHONPATH", f"{sandbox.zygote.ROOT}:{Path(__file__).parent}")
        yield


@pytest.fixture(scope="session")
def confined(hostile_code) -> Iterator[Sandbox]:
    """Full confinement; a machine that cannot is named by ``moonseal check``, which has its own test."""
    with Sandbox(preload=["hostile"], limits=Limits(cpu_s=30, wall_s=60)) as box:
        found, weakness = box.confinement()
        # The kernel decides, no package helps: -ra prints why, and `moonseal check` says how to allow it.
        if found is not Confinement.FULL:
            pytest.skip(f"this machine has no full confinement: {weakness}")
        yield box


@pytest.fixture(scope="session")
def limited(hostile_code, without_bubblewrap) -> Iterator[Sandbox]:
    """Limits only."""
    with pytest.MonkeyPatch.context() as patch, Sandbox(["hostile"], Limits(cpu_s=30, wall_s=60)) as box:
        patch.setenv("PATH", without_bubblewrap)
        box.start()
        patch.undo()
        yield box


@pytest.fixture(params=["confined", "limited"])
def box(request) -> Sandbox:
    """Each of the two."""
    found: Sandbox = request.getfixturevalue(request.param)
    return found
