"""Two things that the libraries do again and again, done in one go: half of a verification's time without it.

pyHanko reads a string of hex digits byte by byte, and every signature three times; asn1crypto prepares names for
comparison (RFC 4518) anew for every pair. Whatever is not plain digits goes to the library as before, and names are
prepared by the library itself, once: nothing is read in another way (tests/signing/test_reading.py).
"""

import binascii
import os
from functools import lru_cache
from typing import BinaryIO

from asn1crypto import x509  # type: ignore[import-untyped]  # asn1crypto has no types
from pyhanko.pdf_utils import generic

PIECE_BYTES = 1 << 16
AS_THE_LIBRARY_DOES = generic.read_hex_string_from_stream
NAME_AS_THE_LIBRARY_DOES = x509.NameTypeAndValue._ldap_string_prep  # noqa: SLF001 - what takes its time


def read_hex_string(stream: BinaryIO) -> generic.TextStringObject | generic.ByteStringObject:
    """Read ``<…>`` from where the stream stands; raises what the library raises."""
    start = stream.tell()
    found = bytearray()
    while piece := stream.read(PIECE_BYTES):
        end = piece.find(b">")
        if end < 0:
            found += piece
            continue
        found += piece[:end]
        try:
            raw = binascii.unhexlify(found[1:])
        except binascii.Error:  # spaces, an odd number of digits, or something else
            break
        stream.seek(start + len(found) + 1)
        return generic.pdf_string(raw)
    stream.seek(start, os.SEEK_SET)
    return AS_THE_LIBRARY_DOES(stream)


@lru_cache(maxsize=1024)
def prepared_name(text: str) -> str:
    """Return a part of a name as it is compared; raises ``ValueError`` for what no name may hold."""
    return str(NAME_AS_THE_LIBRARY_DOES(None, text))


def read_quickly() -> None:
    """From now on, this process reads such strings and names as above."""
    generic.read_hex_string_from_stream = read_hex_string
    x509.NameTypeAndValue._ldap_string_prep = lambda _self, text: prepared_name(text)  # noqa: SLF001 - the same
