"""``digitize`` refuses what the service refuses: the same three variables, the same defaults."""

import pytest
from typer.testing import CliRunner

import service
from commands.caps import caps
from ocr import OcrError
from settings import SETTINGS
from tests.ocr.conftest import drawn_page, jpeg, pdf_of_jpegs

VARIABLES = ("MOONSEAL_SCAN_MAX_MB", "MOONSEAL_SCAN_PAGES_MAX", "MOONSEAL_PAGE_MAX_MEGAPIXELS")


def in_settings_units():
    own = caps()
    return [own.size_bytes / (1 << 20), own.pages, own.page_pixels / 1_000_000]


def test_where_nothing_is_set_the_defaults_are_those_of_the_service(monkeypatch):
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    assert in_settings_units() == [SETTINGS[variable].number() for variable in VARIABLES]


def test_what_is_set_for_the_service_counts_here(monkeypatch):
    for number, variable in enumerate(VARIABLES, start=7):
        monkeypatch.setenv(variable, str(number))
    assert in_settings_units() == [7, 8, 9]


@pytest.mark.parametrize("text", ["0", "-3", "nhiều", "٣"])
def test_a_number_that_is_none_names_its_variable(monkeypatch, text):
    monkeypatch.setenv("MOONSEAL_SCAN_PAGES_MAX", text)
    with pytest.raises(OcrError) as refusal:
        caps()
    assert refusal.value.parameters == {"variable": "MOONSEAL_SCAN_PAGES_MAX"}


def test_the_command_refuses_by_them_and_says_what_a_variable_must_be(monkeypatch, tmp_path):
    scan = pdf_of_jpegs(tmp_path / "two.pdf", [jpeg(drawn_page(["Giấy"], dpi=50))] * 2, dpi=50)
    call = ["digitize", str(scan), "--json", "--out", str(tmp_path / "out")]
    monkeypatch.setenv("MOONSEAL_SCAN_PAGES_MAX", "1")
    ended = CliRunner().invoke(service.app, call)
    assert (ended.exit_code, '"outcome": "refused"' in ended.stdout, "tối đa 1" in ended.stdout) == (1, True, True)
    monkeypatch.setenv("MOONSEAL_SCAN_PAGES_MAX", "một")
    ended = CliRunner().invoke(service.app, call)
    assert ended.exit_code == 1
    assert "MOONSEAL_SCAN_PAGES_MAX phải là số nguyên" in ended.stderr
