"""``serve`` listens for others only behind all the walls, and says which is missing."""

import pytest

from commands.addresses import why_not_served
from commands.installation import models
from commands.sentences import both
from ocr.confinement import weakness

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what is asked about


@pytest.fixture
def real_folder(tmp_path, settings):
    settings.DATA, settings.TRUSTED_PROXIES = tmp_path, []
    (tmp_path / "kind").write_text("real", encoding="ascii")
    return tmp_path


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_itself_is_always_served(host, tmp_path, settings):
    settings.DATA = tmp_path
    assert not why_not_served(host, has_tls=False)


@pytest.mark.parametrize("kind", ["", "demo"])
@pytest.mark.parametrize("host", [EVERYWHERE, "::", "192.168.1.7", "xa.example"])
def test_a_demo_or_an_empty_folder_is_for_this_machine_only(host, kind, real_folder):
    (real_folder / "kind").unlink()
    if kind:
        (real_folder / "kind").write_text(kind, encoding="ascii")
    assert why_not_served(host, has_tls=True) == both("only_loopback_unreal", host=host)


def test_others_need_tls_or_a_trusted_proxy(real_folder, settings, confined):
    assert why_not_served(EVERYWHERE, has_tls=False) == both("only_loopback_plain", host=EVERYWHERE)
    assert not why_not_served(EVERYWHERE, has_tls=True)
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    assert not why_not_served(EVERYWHERE, has_tls=False)


def test_others_need_the_whole_sandbox(real_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert why_not_served(EVERYWHERE, has_tls=True) == both("only_loopback_weak", host=EVERYWHERE)


@pytest.fixture
def confined():
    # The kernel decides, no package helps: -ra prints why, and `moonseal check` says how to allow it.
    if (found := weakness(models())) is not None:
        pytest.skip(f"this machine has no full confinement: {found}")
