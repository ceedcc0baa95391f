"""A ``FileStore`` over one bucket of an S3 server; the only module that imports minio.

Plain put, get, stat, list and remove, by keyword: what every S3 server keeps, and what minio's next version keeps too.
The bucket, its versioning and its locks are the administrator's and left alone.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from storage.errors import FileNotStored, StorageUnavailable
from storage.keys import BLOCK_SIZE_BYTES, FileKey, NameKey, Owner, new_spool
from storage.store import Stored

_ABSENT = {"NoSuchKey", "NoSuchObject"}
# The server did its part, only not for us to see: the same request again may go through.
_RETRIED_STATES = (500, 502, 503, 504)


@dataclass(frozen=True)
class S3Server:
    """Where the bucket is, and how long we wait. The defaults of minio would let one call hang for half an hour."""

    endpoint: str  # host:port
    bucket: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = "us-east-1"  # given, it saves a request for each bucket's place
    is_tls: bool = True
    ca_file: Path | None = None  # the system's own authorities if absent
    pool_size: int = 32
    connect_timeout_s: float = 3
    read_timeout_s: float = 20  # a full or broken server does not refuse, it hangs
    retries: int = 3


def connect(server: S3Server) -> Minio:
    """Return a client; nothing is sent yet. One for each process, made after the fork: it is safe for threads only."""
    pool = urllib3.PoolManager(
        maxsize=server.pool_size,
        timeout=urllib3.Timeout(connect=server.connect_timeout_s, read=server.read_timeout_s),
        retries=urllib3.Retry(total=server.retries, backoff_factor=0.2, status_forcelist=_RETRIED_STATES),
        ca_certs=str(server.ca_file) if server.ca_file else None,
    )
    return Minio(
        endpoint=server.endpoint,
        access_key=server.access_key,
        secret_key=server.secret_key,
        secure=server.is_tls,
        region=server.region,
        http_client=pool,
    )


class S3Store:
    def __init__(self, client: Minio, bucket: str, names: NameKey) -> None:
        self._s3, self._bucket, self._names = client, bucket, names

    def put(self, owner: Owner, content: BinaryIO) -> FileKey:
        with _our_errors(owner), new_spool() as form:
            key = self._names.copied(owner, content, form)
            size_bytes = form.tell()
            form.seek(0)
            if self._size_bytes(key) is not None:
                self.opened(key).close()  # raises FileCorrupted
                return key
            self._s3.put_object(bucket_name=self._bucket, object_name=str(key), data=form, length=size_bytes)
        if (there_bytes := self._size_bytes(key)) != size_bytes:  # a server's 200 is not believed
            raise StorageUnavailable("written_in_part", key=str(key), size_bytes=there_bytes or 0)
        return key

    def opened(self, key: FileKey) -> BinaryIO:
        with _our_errors(key):
            reply = self._s3.get_object(bucket_name=self._bucket, object_name=str(key))
            try:
                return self._names.spooled(reply.stream(BLOCK_SIZE_BYTES), key)
            finally:  # minio keeps the connection until both are called
                reply.close()
                reply.release_conn()

    def stored(self, owner: Owner | None = None) -> Iterator[Stored]:
        prefix = f"{owner or 'v1'}/"
        with _our_errors(prefix):
            for found in self._s3.list_objects(bucket_name=self._bucket, prefix=prefix, recursive=True):
                if (key := FileKey.found(found.object_name or "")) and found.last_modified:
                    yield Stored(key, found.last_modified)

    def remove(self, key: FileKey) -> None:
        with _our_errors(key):
            self._s3.remove_object(bucket_name=self._bucket, object_name=str(key))

    def _size_bytes(self, key: FileKey) -> int | None:
        with _our_errors(key):
            try:
                return self._s3.stat_object(bucket_name=self._bucket, object_name=str(key)).size
            except S3Error as error:
                if error.code in _ABSENT:
                    return None
                raise


@contextmanager
def _our_errors(key: FileKey | Owner | str) -> Generator[None, None, None]:
    try:
        yield
    except S3Error as error:
        if error.code in _ABSENT:
            raise FileNotStored("file_not_stored", key=str(key)) from error
        raise StorageUnavailable("storage_refused", key=str(key), reason=str(error.code)) from error
    # ValueError: minio could not read a date or a number that the server sent. OSError: no room for our own spool.
    except (MinioException, HTTPError, ValueError, OSError) as error:
        raise StorageUnavailable("storage_unavailable", key=str(key), reason=type(error).__name__) from error
