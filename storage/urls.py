"""From one setting to a store: ``file:///srv/moonseal/files`` or ``s3+https://host:port/bucket``.

Keys and secrets have settings of their own: an address is shown on pages and in logs.
"""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from storage.keys import NameKey
from storage.local import LocalStore
from storage.s3 import S3Server, S3Store, connect
from storage.store import FileStore


def store_at(
    url: str,
    names: NameKey,
    *,
    access_key: str = "",
    secret_key: str = "",
    region: str = "us-east-1",
    ca_file: Path | None = None,
) -> FileStore:
    """Return the store behind an address, or raise ``ValueError``. A folder is made; a bucket must be there."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return LocalStore(Path(unquote(parts.path)), names)
    bucket = parts.path.strip("/")
    if parts.scheme not in {"s3+http", "s3+https"} or not parts.hostname or not bucket or "@" in parts.netloc:
        raise ValueError("a store is file:///FOLDER or s3+https://HOST[:PORT]/BUCKET, without keys in it")
    server = S3Server(
        endpoint=parts.netloc,
        bucket=bucket,
        access_key=access_key,
        secret_key=secret_key,
        region=region,
        is_tls=parts.scheme == "s3+https",
        ca_file=ca_file,
    )
    return S3Store(connect(server), bucket, names)
