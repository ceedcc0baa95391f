"""Stores that break: killed in the middle, full, gone. Nothing half written is ever visible, and the error is ours."""

import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from storage import FileNotStored, FileStore, NameKey, Owner, StorageUnavailable
from storage.local import LocalStore
from storage.s3 import S3Server, S3Store, connect

NAMES = NameKey(b"a key of thirty-two bytes, for one")
TRAY = Owner.tray("nguyet-an")

# Stores one file for ever, each a little different; says each key when `put` has returned.
_WRITER = """
import sys
from io import BytesIO
from pathlib import Path
from storage import NameKey, Owner
from storage.urls import store_at
url, size, access_key, secret_key, ca_file = sys.argv[1:]
names = NameKey(b"a key of thirty-two bytes, for one")
store = store_at(url, names, access_key=access_key, secret_key=secret_key, region="default", ca_file=Path(ca_file))
number = 0
while True:
    number += 1
    print(store.put(Owner.office("killed"), BytesIO((b"%d " % number).ljust(int(size), b"."))), flush=True)
"""


def _killed(url: str, size_bytes: int, server: S3Server, after_s: float) -> list[str]:
    """Let a process store files, kill it in the middle, and return the keys it was promised."""
    secrets = (server.access_key, server.secret_key, str(server.ca_file))
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, url, str(size_bytes), *secrets],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert writer.stdout
    said = [writer.stdout.readline()]
    time.sleep(after_s)  # somewhere in the middle of a later file
    writer.send_signal(signal.SIGKILL)
    said += writer.stdout.readlines()
    writer.stdout.close()
    writer.wait()
    return [line.strip() for line in said if line.endswith("\n")]


@pytest.mark.parametrize("where", ["local", "s3"])
def test_killed_in_the_middle_nothing_half_written_is_visible_and_nothing_promised_is_lost(where, tmp_path, s3_server):
    store: FileStore = LocalStore(tmp_path, NAMES)
    url, size_bytes = tmp_path.as_uri(), 1_000_000
    if where == "s3":  # more than one part each
        url, size_bytes = f"s3+https://{s3_server.endpoint}/{s3_server.bucket}", 12_000_000
        store = S3Store(connect(s3_server), s3_server.bucket, NAMES)
    promised = []
    for after_s in (0, 0.007, 0.05):
        promised += _killed(url, size_bytes, s3_server, after_s)
    visible = {str(one.key) for one in store.stored(Owner.office("killed"))}
    for one in store.stored(Owner.office("killed")):
        store.opened(one.key).close()  # raises FileCorrupted if half written
    assert set(promised) <= visible


def test_what_a_killed_process_left_unfinished_goes_after_a_day_and_not_before(tmp_path):
    LocalStore(tmp_path, NAMES)
    old, new = tmp_path / "unfinished" / "old", tmp_path / "unfinished" / "new"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))
    LocalStore(tmp_path, NAMES)
    assert [left.name for left in (tmp_path / "unfinished").iterdir()] == ["new"]


def test_files_are_for_us_alone(tmp_path):
    store = LocalStore(tmp_path / "files", NAMES)
    key = store.put(TRAY, BytesIO(b"page"))
    place = tmp_path / "files" / str(key)
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_a_full_disk_is_unavailable_and_leaves_nothing(tmp_path):
    store = LocalStore(tmp_path, NAMES)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(StorageUnavailable) as refusal:
            store.put(TRAY, BytesIO(bytes(200_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refusal.value.code == "storage_full"
    assert not list(store.stored())
    assert not list((tmp_path / "unfinished").iterdir())
    store.opened(store.put(TRAY, BytesIO(bytes(200_000)))).close()  # the same call succeeds when there is room


def test_no_room_for_the_way_to_s3_is_unavailable(s3_server):
    store = S3Store(connect(s3_server), s3_server.bucket, NAMES)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(StorageUnavailable):
            store.put(TRAY, BytesIO(bytes(9_000_000)))  # larger than the spool keeps in memory
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "a file").write_bytes(b"in the way")
    with pytest.raises(StorageUnavailable):
        LocalStore(tmp_path / "a file" / "store", NAMES)


def _impatient(server: S3Server, endpoint: str) -> S3Store:
    quick = replace(server, endpoint=endpoint, connect_timeout_s=0.5, read_timeout_s=0.5, retries=0)
    return S3Store(connect(quick), quick.bucket, NAMES)


def test_a_server_that_is_gone_is_unavailable(s3_server):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        store = _impatient(s3_server, f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(StorageUnavailable):
            store.put(TRAY, BytesIO(b"page"))
        with pytest.raises(StorageUnavailable):
            store.opened(NAMES.key(TRAY, BytesIO(b"page")))
        with pytest.raises(StorageUnavailable):
            list(store.stored())


def test_a_server_that_says_nothing_does_not_hold_us_for_ever(s3_server):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        store = _impatient(s3_server, f"127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(StorageUnavailable):
            store.put(TRAY, BytesIO(b"page"))


def test_a_bucket_that_is_not_there_is_unavailable_and_not_a_missing_file(s3_server):
    store = S3Store(connect(s3_server), "no-such-bucket-of-ours", NAMES)
    with pytest.raises(StorageUnavailable) as refusal:
        store.opened(NAMES.key(TRAY, BytesIO(b"page")))
    assert refusal.value.parameters["reason"] == "NoSuchBucket"


def test_a_wrong_secret_is_unavailable_and_is_not_repeated(s3_server):
    wrong = replace(s3_server, secret_key="not the secret at all")
    with pytest.raises(StorageUnavailable) as refusal:
        S3Store(connect(wrong), wrong.bucket, NAMES).put(TRAY, BytesIO(b"page"))
    assert "not the secret" not in f"{refusal.value} {wrong}"


class _Cutting(threading.Thread):
    """A relay to the server that closes after so many bytes of the answer, or of the request."""

    def __init__(self, target: str, *, answer_bytes: int | None = None, request_bytes: int | None = None) -> None:
        super().__init__(daemon=True)
        host, port = target.split(":")
        self._target, self._answer, self._request = (host, int(port)), answer_bytes, request_bytes
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"127.0.0.1:{self._listening.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            for source, sink, limit in ((near, far, self._request), (far, near, self._answer)):
                threading.Thread(target=self._pump, args=(source, sink, limit, (near, far)), daemon=True).start()

    @staticmethod
    def _pump(source, sink, limit, both) -> None:
        passed = 0
        with suppress(OSError):  # the other pump closed it
            while block := source.recv(4096):
                passed += len(block)
                if limit is not None and passed > limit:
                    break
                sink.sendall(block)
        for end in both:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listening.close()


def test_an_answer_cut_in_the_middle_is_unavailable_and_never_half_a_file(s3_server):
    content = os.urandom(1_000_000)
    key = S3Store(connect(s3_server), s3_server.bucket, NAMES).put(TRAY, BytesIO(content))
    relay = _Cutting(s3_server.endpoint, answer_bytes=300_000)
    relay.start()
    with pytest.raises(StorageUnavailable):
        _impatient(s3_server, relay.endpoint).opened(key)
    relay.close()


def test_a_file_cut_in_the_middle_of_its_way_is_not_there_and_can_be_put_again(s3_server):
    content = os.urandom(1_000_000)
    relay = _Cutting(s3_server.endpoint, request_bytes=300_000)
    relay.start()
    with pytest.raises(StorageUnavailable):
        _impatient(s3_server, relay.endpoint).put(TRAY, BytesIO(content))
    relay.close()
    store = S3Store(connect(s3_server), s3_server.bucket, NAMES)
    with pytest.raises(FileNotStored):
        store.opened(NAMES.key(TRAY, BytesIO(content)))
    with store.opened(store.put(TRAY, BytesIO(content))) as back:
        assert back.read() == content


def test_a_file_whose_answer_was_lost_had_been_stored_and_putting_it_again_gives_its_key(s3_server, monkeypatch):
    """Failed, but it had happened: the write went through and only its answer did not arrive."""
    content = os.urandom(1000)
    client = connect(s3_server)
    store = S3Store(client, s3_server.bucket, NAMES)
    really_put = client.put_object

    def lose_the_answer(**request):
        really_put(**request)
        raise TimeoutError("the answer")

    with monkeypatch.context() as lost:
        lost.setattr(client, "put_object", lose_the_answer)
        with pytest.raises(StorageUnavailable):
            store.put(TRAY, BytesIO(content))
    with store.opened(store.put(TRAY, BytesIO(content))) as back:
        assert back.read() == content


def test_a_server_that_keeps_half_and_says_yes_is_not_believed(s3_server, monkeypatch):
    client = connect(s3_server)
    really_put = client.put_object

    def keep_half(**request):
        half = request["length"] // 2
        return really_put(**request | {"data": BytesIO(request["data"].read(half)), "length": half})

    monkeypatch.setattr(client, "put_object", keep_half)
    with pytest.raises(StorageUnavailable) as refusal:
        S3Store(client, s3_server.bucket, NAMES).put(TRAY, BytesIO(os.urandom(1000)))
    assert refusal.value.code == "written_in_part"
