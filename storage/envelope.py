"""The first bytes of every stored object: what it is, and which data key encrypts the rest.

The nil key id says that the content follows as it is. Encryption will bring other ids without another format: wrapped
data keys are rows, so that rotation never rewrites an object that may not change.
"""

from collections.abc import Iterable, Iterator
from struct import Struct
from uuid import UUID

from storage.errors import FileCorrupted

_LAYOUT = Struct(">8sH16s")  # magic, version, data-key id
_MAGIC = b"MOONSEAL"
_VERSION = 1
NOT_ENCRYPTED = UUID(int=0)

HEADER = _LAYOUT.pack(_MAGIC, _VERSION, NOT_ENCRYPTED.bytes)


def content(stored: Iterable[bytes], key: str) -> Iterator[bytes]:
    """Yield what follows the header, or raise ``FileCorrupted`` if it is none of ours."""
    head = b""
    blocks = iter(stored)
    for block in blocks:
        head += block
        if len(head) >= _LAYOUT.size:
            break
    else:
        raise FileCorrupted("header_missing", key=key)
    magic, version, key_id = _LAYOUT.unpack_from(head)
    if magic != _MAGIC or version != _VERSION:
        raise FileCorrupted("header_unknown", key=key)
    if UUID(bytes=key_id) != NOT_ENCRYPTED:
        raise FileCorrupted("data_key_unknown", key=key, data_key=str(UUID(bytes=key_id)))
    yield head[_LAYOUT.size :]
    yield from blocks
