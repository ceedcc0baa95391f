"""Every store must keep these promises; the rest of the service relies on them.

Each test runs against each store in the ``store`` fixture: memory, local, and S3 on a real Ceph gateway that the
suite starts itself. ``tamper`` reaches behind the store's back.
"""

import io
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from minio import Minio

from storage import FileCorrupted, FileEmpty, FileKey, FileNotStored, FileStore, NameKey, Owner
from storage.envelope import HEADER
from storage.local import LocalStore
from storage.memory import MemoryStore
from storage.s3 import S3Server, S3Store, connect
from storage.urls import store_at

NAMES = NameKey(b"a key of thirty-two bytes, for one")


@dataclass
class Place:
    """A store, and the bytes it keeps as they lie there."""

    store: FileStore
    raw: Callable[[FileKey], bytes]
    overwrite: Callable[[FileKey, bytes], None]
    stray: Callable[[Owner], None]  # somebody else's file beside ours


def memory_place() -> Place:
    store = MemoryStore(NAMES, is_test=True)
    objects = store._objects  # noqa: SLF001 - behind its back on purpose

    def overwrite(key: FileKey, form: bytes) -> None:
        objects[key] = (form, datetime.now(UTC))

    return Place(store, lambda key: objects[key][0], overwrite, lambda _: None)


def local_place(folder: Path) -> Place:
    def overwrite(key: FileKey, form: bytes) -> None:
        (folder / str(key)).write_bytes(form)

    def stray(owner: Owner) -> None:
        (folder / str(owner) / ".directory").write_bytes(b"[Desktop Entry]")

    return Place(LocalStore(folder, NAMES), lambda key: (folder / str(key)).read_bytes(), overwrite, stray)


def s3_place(server: S3Server) -> Place:
    client: Minio = connect(server)

    def raw(key: FileKey) -> bytes:
        reply = client.get_object(bucket_name=server.bucket, object_name=str(key))
        with reply:
            return reply.read()

    def overwrite(key: FileKey, form: bytes) -> None:
        client.put_object(bucket_name=server.bucket, object_name=str(key), data=BytesIO(form), length=len(form))

    def stray(owner: Owner) -> None:
        name = f"{owner}/a note"
        client.put_object(bucket_name=server.bucket, object_name=name, data=BytesIO(b"note"), length=4)

    return Place(S3Store(client, server.bucket, NAMES), raw, overwrite, stray)


@pytest.fixture(params=["memory", "local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    match request.param:
        case "memory":
            return memory_place()
        case "local":
            return local_place(tmp_path / "a folder with blanks")
        case _:
            return s3_place(request.getfixturevalue("s3_server"))


@pytest.fixture
def store(place: Place) -> FileStore:
    return place.store


@pytest.fixture
def dossier() -> Owner:
    return Owner.dossier("nguyet-an", UUID(bytes=os.urandom(16), version=4))


def test_a_stored_file_comes_back_unchanged(store, dossier):
    key = store.put(dossier, BytesIO(b"%PDF-1.7 ..."))
    with store.opened(key) as content:
        assert content.read() == b"%PDF-1.7 ..."


def test_a_large_file_comes_back_unchanged(store, dossier):
    scan = os.urandom(9 * 1024 * 1024)  # larger than the spool's memory and than one part of an S3 upload
    with store.opened(store.put(dossier, BytesIO(scan))) as content:
        assert content.read() == scan


def test_a_file_is_stored_from_its_beginning_wherever_it_was_left(store, dossier):
    content = BytesIO(b"read before")
    content.read()
    with store.opened(store.put(dossier, content)) as stored:
        assert stored.read() == b"read before"


def test_what_is_given_out_can_be_read_twice(store, dossier):
    with store.opened(store.put(dossier, BytesIO(b"page"))) as content:
        assert content.read() == b"page"
        content.seek(0)
        assert content.read() == b"page"


def test_storing_the_same_bytes_twice_gives_one_key(store, dossier):
    assert store.put(dossier, BytesIO(b"page")) == store.put(dossier, BytesIO(b"page"))
    assert len(list(store.stored(dossier))) == 1


def test_two_owners_share_nothing(store, dossier):
    tray = Owner.tray("nguyet-an")
    filed, unfiled = store.put(dossier, BytesIO(b"page")), store.put(tray, BytesIO(b"page"))
    assert filed.digest != unfiled.digest
    store.remove(unfiled)
    with store.opened(filed) as content:
        assert content.read() == b"page"


def test_asking_for_a_file_never_stored_is_refused(store, dossier):
    with pytest.raises(FileNotStored):
        store.opened(NAMES.key(dossier, BytesIO(b"never stored")))


def test_an_empty_file_is_refused_and_nothing_is_stored(store, dossier):
    with pytest.raises(FileEmpty):
        store.put(dossier, BytesIO())
    assert not list(store.stored(dossier))


@pytest.mark.parametrize(
    "form",
    [
        HEADER + b"another result",
        HEADER + b"the resul",
        HEADER,
        HEADER[:7],
        b"",
        b"the result",
        b"MOONSEAL\x00\x02" + bytes(16) + b"the result",  # a version to come
        b"MOONSEAL\x00\x01" + bytes(15) + b"\x01the result",  # encrypted with a key that we don't have
    ],
)
def test_a_file_changed_behind_our_back_is_never_returned(place, dossier, form):
    key = place.store.put(dossier, BytesIO(b"the result"))
    place.overwrite(key, form)
    with pytest.raises(FileCorrupted):
        place.store.opened(key)


def test_storing_again_what_was_changed_behind_our_back_is_no_success(place, dossier):
    key = place.store.put(dossier, BytesIO(b"the result"))
    place.overwrite(key, HEADER + b"another result")
    with pytest.raises(FileCorrupted):
        place.store.put(dossier, BytesIO(b"the result"))


def test_what_lies_there_has_the_header_before_its_bytes(place, dossier):
    key = place.store.put(dossier, BytesIO(b"page"))
    assert place.raw(key) == b"MOONSEAL\x00\x01" + bytes(16) + b"page"


def test_a_file_that_changes_while_it_is_read_is_named_by_what_was_stored(store, dossier):
    class Growing(io.BytesIO):
        """A scan that the scanner is still writing: each time it is read from the start it is longer."""

        def seek(self, offset, whence=0):
            place = super().seek(0, io.SEEK_END)
            self.write(b" more")
            assert place >= 0
            return super().seek(offset, whence)

    key = store.put(dossier, Growing(b"page"))
    with store.opened(key) as content:
        assert NAMES.key(dossier, content) == key


def test_sixteen_at_once_may_store_the_same_bytes(store, dossier):
    start = threading.Barrier(16)

    def put(_: int) -> FileKey:
        start.wait()
        key: FileKey = store.put(dossier, BytesIO(b"one page" * 10_000))
        return key

    with ThreadPoolExecutor(16) as people:
        keys = set(people.map(put, range(16)))
    assert len(keys) == 1
    assert [one.key for one in store.stored(dossier)] == list(keys)
    with store.opened(keys.pop()) as content:
        assert content.read() == b"one page" * 10_000


def test_the_listing_names_each_file_once_with_its_age(store, dossier):
    keys = {store.put(dossier, BytesIO(f"page {number}".encode())) for number in range(5)}
    tray = store.put(Owner.tray("nguyet-an"), BytesIO(os.urandom(16)))
    listed = list(store.stored(dossier))
    assert [str(one.key) for one in listed] == sorted(str(key) for key in keys)
    assert all(abs(one.stored_at - datetime.now(UTC)) < timedelta(minutes=5) for one in listed)
    assert keys | {tray} <= {one.key for one in store.stored()}


def test_what_others_put_beside_our_files_is_not_listed(place, dossier):
    key = place.store.put(dossier, BytesIO(b"page"))
    place.stray(dossier)
    assert [one.key for one in place.store.stored(dossier)] == [key]


def test_one_owner_is_not_mistaken_for_another_whose_name_begins_alike(store):
    store.put(Owner.tray("nguyet-an-2"), BytesIO(b"page"))
    assert all(one.key.owner.commune == "nguyet-an" for one in store.stored(Owner.tray("nguyet-an")))


def test_a_removed_file_is_gone_and_removing_it_again_is_harmless(store, dossier):
    key = store.put(dossier, BytesIO(b"orphan"))
    store.remove(key)
    store.remove(key)
    with pytest.raises(FileNotStored):
        store.opened(key)


def test_a_memory_store_warns_that_it_forgets():
    with pytest.warns(UserWarning, match="loses every paper"):
        MemoryStore(NAMES)


def test_an_address_leads_to_its_store(tmp_path, s3_server):
    folder = tmp_path / "with blanks"
    local = store_at(f"file://{str(folder).replace(' ', '%20')}", NAMES)
    assert isinstance(local, LocalStore)
    assert folder.is_dir()
    remote = store_at(
        f"s3+https://{s3_server.endpoint}/{s3_server.bucket}",
        NAMES,
        access_key=s3_server.access_key,
        secret_key=s3_server.secret_key,
        region=s3_server.region,
        ca_file=s3_server.ca_file,
    )
    owner = Owner.office("nguyet-an")
    with remote.opened(remote.put(owner, BytesIO(b"revocation list"))) as content:
        assert content.read() == b"revocation list"


@pytest.mark.parametrize(
    "url", ["files", "file://host/x", "http://h/b", "s3+https://h", "s3+https://key:secret@h/b", ""]
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="a store is"):
        store_at(url, NAMES)
