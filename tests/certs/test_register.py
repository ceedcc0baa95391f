"""The register is append-only: every entry holds the hash of the one before, and damage is named."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from certs.errors import ClockWentBack, RegisterDamaged
from certs.register import Register

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


@pytest.fixture
def register(tmp_path):
    times = iter(START + timedelta(minutes=one) for one in range(100))
    found = Register(tmp_path, lambda: next(times))
    for serial in ("A1", "B2", "C3"):
        found.append("issued", serial=serial)
    return found


@pytest.fixture
def file(register, tmp_path):
    return tmp_path / "register.jsonl"


def test_entries_come_back_in_order(register):
    assert [(one.number, one.details["serial"]) for one in register.entries()] == [(1, "A1"), (2, "B2"), (3, "C3")]


def test_a_changed_entry_is_named(register, file):
    file.write_text(file.read_text().replace('"B2"', '"B3"'))
    with pytest.raises(RegisterDamaged) as caught:
        register.entries()
    assert caught.value.parameters["entry"] == 2


def test_an_entry_taken_out_is_noticed(register, file):
    lines = file.read_text().splitlines(keepends=True)
    file.write_text(lines[0] + lines[2])
    with pytest.raises(RegisterDamaged):
        register.append("issued", serial="D4")


def test_an_entry_written_anew_with_a_fitting_hash_breaks_the_next(register, file, tmp_path):
    lines = file.read_text().splitlines()
    forged = Register(tmp_path / "forged", lambda: START)
    (tmp_path / "forged").mkdir()
    forged.append("issued", serial="X9")
    lines[0] = (tmp_path / "forged" / "register.jsonl").read_text().strip()
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(RegisterDamaged):
        register.entries()


def test_a_line_torn_by_a_crash_is_cut_off_at_the_next_write(register, file):
    with file.open("a") as opened:
        opened.write('{"n": 4, "kind": "iss')
    assert len(register.entries()) == 3
    assert register.append("issued", serial="D4").number == 4
    assert json.loads(file.read_text().splitlines()[3])["details"] == {"serial": "D4"}


def test_a_clock_before_the_last_entry_stops_it(tmp_path, register):
    late = Register(tmp_path, lambda: START - timedelta(days=1))
    with pytest.raises(ClockWentBack):
        late.append("issued", serial="D4")
