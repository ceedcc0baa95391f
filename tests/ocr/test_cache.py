"""What is kept of a scan: found again only whole and under its own key, for its owner only, and not for ever."""

import os
import resource
import time
from collections.abc import Callable, Mapping
from io import BytesIO

import pytest

from ocr.cache import Cache, KeptScan, Key

SCAN = "a" * 64
KEY: Key = {"stage": "page", "number": 3, "edition": "1"}
DAY_S = 24 * 3600


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache", most_bytes=1 << 20, days=7)


def kept_files(tmp_path):
    return sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())


def test_what_was_put_is_found_again(cache):
    cache.put(SCAN, KEY, {"text": "Nguyễn"}, BytesIO(b"%PDF-1.7 ..."))
    kept = cache.get(SCAN, KEY)
    assert kept is not None
    with kept.blob:
        assert (kept.value, kept.blob.read()) == ({"text": "Nguyễn"}, b"%PDF-1.7 ...")


def test_only_the_rest_of_a_blob_is_kept_and_the_blob_stays_where_it_was(cache):
    blob = BytesIO(b"before|after")
    blob.seek(7)
    cache.put(SCAN, KEY, None, blob)
    assert blob.tell() == 7
    kept = cache.get(SCAN, KEY)
    assert kept is not None
    with kept.blob:
        assert kept.blob.read() == b"after"


@pytest.mark.parametrize("other", [{**KEY, "number": 4}, {**KEY, "edition": "2"}, {**KEY, "stage": "whole"}])
def test_another_key_finds_nothing(cache, other):
    cache.put(SCAN, KEY, 1)
    assert cache.get(SCAN, other) is None
    assert cache.get("b" * 64, KEY) is None


HARMS: Mapping[str, Callable[[bytes], bytes]] = {
    "cut short": lambda content: content[: len(content) - 1],
    "longer": lambda content: content + b"x",
    "one bit off": lambda content: content[:60] + bytes([content[60] ^ 1]) + content[61:],
    "empty": lambda _content: b"",
    "of another program": lambda _content: b"%PDF-1.7\n" * 20,
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_a_damaged_file_is_a_miss_and_goes(cache, tmp_path, harm):
    cache.put(SCAN, KEY, {"text": "Hoa"}, BytesIO(b"0123456789"))
    (path,) = kept_files(tmp_path)
    path.write_bytes(harm(path.read_bytes()))
    assert cache.get(SCAN, KEY) is None
    assert kept_files(tmp_path) == []


def test_a_file_that_lies_in_anothers_place_is_a_miss(cache, tmp_path):
    cache.put(SCAN, KEY, "of page 3")
    (page_3,) = kept_files(tmp_path)
    cache.put(SCAN, {**KEY, "number": 4}, "of page 4")
    (page_4,) = (path for path in kept_files(tmp_path) if path != page_3)
    page_4.write_bytes(page_3.read_bytes())
    assert cache.get(SCAN, {**KEY, "number": 4}) is None


def test_nobody_else_may_read_it(cache, tmp_path):
    cache.put(SCAN, KEY, 1)
    (path,) = kept_files(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]


def test_a_scan_is_forgotten_whole_and_others_stay(cache):
    for scan in (SCAN, "b" * 64):
        cache.put(scan, KEY, 1)
        cache.put(scan, {**KEY, "number": 4}, 1)
    cache.forget(SCAN)
    assert cache.get(SCAN, KEY) is None
    assert cache.get("b" * 64, KEY) is not None


def test_a_stage_is_forgotten_and_the_others_stay(cache):
    kept = KeptScan(cache, SCAN, {"edition": "1"})
    kept.put("page", 1, number=1)
    kept.put("whole", 2)
    kept.forget("page")
    assert kept.get("page", 1) is None
    assert kept.get("whole") is not None


def test_without_a_cache_nothing_is_kept():
    kept = KeptScan(None, SCAN, {})
    kept.put("page", 1, number=1)
    kept.forget("page")
    assert kept.get("page", 1) is None


def test_what_was_not_used_for_days_is_swept(cache, tmp_path):
    for scan, age_days in ((SCAN, 8), ("b" * 64, 6)):
        cache.put(scan, KEY, 1)
        (path,) = (tmp_path / "cache" / scan).iterdir()
        os.utime(path, times=(time.time() - age_days * DAY_S,) * 2)
    cache.sweep()
    assert cache.get(SCAN, KEY) is None
    assert cache.get("b" * 64, KEY) is not None


def test_of_too_much_the_longest_unused_goes(tmp_path):
    small = Cache(tmp_path / "cache", most_bytes=2500, days=7)
    for age_s, scan in ((300, "a" * 64), (200, "b" * 64), (100, "c" * 64)):
        small.put(scan, KEY, 1, BytesIO(bytes(1000)))
        (path,) = (tmp_path / "cache" / scan).iterdir()
        os.utime(path, times=(time.time() - age_s,) * 2)
    assert small.get("a" * 64, KEY) is not None  # used just now
    small.sweep()
    assert [scan[0] for scan in ("a" * 64, "b" * 64, "c" * 64) if small.get(scan, KEY) is not None] == ["a", "c"]


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(tmp_path, caplog):
    (tmp_path / "cache").write_text("a file stands in its place")
    blocked = Cache(tmp_path / "cache", most_bytes=1, days=1)
    blocked.put(SCAN, KEY, 1)
    assert blocked.get(SCAN, KEY) is None
    assert "could not be written" in caplog.text


def test_on_a_disk_that_gets_full_the_blob_can_still_be_read_whole(cache, caplog):
    blob = BytesIO(b"before|" + bytes(3 << 20))
    blob.seek(7)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, before[1]))
    try:
        cache.put(SCAN, KEY, None, blob)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert blob.tell() == 7
    assert "could not be written" in caplog.text
    assert cache.get(SCAN, KEY) is None
