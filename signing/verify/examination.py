"""The verification of one file, from its bytes to its report; runs inside the sandbox.

A guard first, then every signature is found, also those that can't be taken apart, and judged by itself
(`signing.verify.process`, with the steps of ETSI EN 319 102-1), then the file. One bad field never hides the others,
any exception is a verdict, and nothing goes out.
"""

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from certs.anchors import TrustStores
from signing.values import Report
from signing.verify.causes import Cause
from signing.verify.coverage import cut_off, last_end, unlocked
from signing.verify.limits import DECODE_LIMITS, HEAD_BYTES, LARGEST_FILE_BYTES, MOST_SIGNATURES
from signing.verify.process import Process
from signing.verify.reading import read_quickly
from signing.verify.remains import has_remains, is_cut_off
from signing.verify.sentences import Unread
from signing.verify.verdict import summed_up, without_signature
from signing.verify.work import Work, finding_of

read_quickly()
CHUNK_BYTES = 1 << 20
THROWN_AT_DAMAGE = (  # security.md 0.6: what the reader throws at damaged files
    PdfError,
    ArithmeticError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)


def examine(stream: BinaryIO, stores: TrustStores, crls: Iterable[bytes], at: datetime) -> Report:
    """Return everything found in the file; never raises for what the file holds."""
    size_bytes = stream.seek(0, os.SEEK_END)
    digest = _digest(stream)
    try:
        unread = _guard(stream, size_bytes)
        if unread is not None:
            return without_signature(unread, digest, at)
        reader = _opened(stream, size_bytes)
        if not unlocked(reader):
            return without_signature(Unread.ENCRYPTED, digest, at)
        works = _signatures(reader)
    except THROWN_AT_DAMAGE:
        return without_signature(Unread.DAMAGED, digest, at)
    if not works:
        return without_signature(_why_no_signature(stream, size_bytes, reader), digest, at)
    Process(stream, size_bytes, reader, works, stores, crls, at).run()
    return summed_up([finding_of(work) for work in works], digest, at)


def _guard(stream: BinaryIO, size_bytes: int) -> Unread | None:
    """Say what is no PDF to begin with."""
    if size_bytes == 0:
        return Unread.EMPTY
    if size_bytes > LARGEST_FILE_BYTES:
        return Unread.TOO_LARGE
    stream.seek(0)
    return None if b"%PDF-" in stream.read(HEAD_BYTES) else Unread.NOT_A_PDF


def _opened(stream: BinaryIO, size_bytes: int) -> PdfFileReader:
    """Open the file; what stands behind its proper end must not hide whose signature it was."""
    try:
        return PdfFileReader(stream, strict=False, decode_limits=DECODE_LIMITS)
    except PdfError:
        end = last_end(stream, size_bytes)
        if end == size_bytes:
            raise
        return PdfFileReader(cut_off(stream, end), strict=False, decode_limits=DECODE_LIMITS)


def _signatures(reader: PdfFileReader) -> list[Work]:
    """Return every filled signature field, oldest first, also those that can't be taken apart."""
    works: list[Work] = []
    fields = enumerate_sig_fields(reader, filled_status=True)
    while True:
        try:
            name, value, reference = next(fields)
        except StopIteration:
            break
        except THROWN_AT_DAMAGE:
            if not works:
                raise
            works.append(Work("", cause=Cause.FORMAT))  # the rest of the form cannot be read
            break
        if value is None:
            continue
        if len(works) == MOST_SIGNATURES:
            raise ValueError("too many signatures")
        works.append(
            _taken_apart(reader, str(name), reference)
        )  # not the reader's own text, which holds on to the file
    return sorted(works, key=lambda one: one.revision)


def _taken_apart(reader: PdfFileReader, name: str, reference: DictionaryObject) -> Work:
    work = Work(name)
    try:
        work.signature = EmbeddedPdfSignature(reader, reference, name)
        _ = work.signature.signed_data["signer_infos"][0]
    except Exception:  # ruff: ignore[blind-except] - security.md 0.6; the other fields are still judged
        work.signature = None
        work.cause = Cause.FORMAT
    return work


def _why_no_signature(stream: BinaryIO, size_bytes: int, reader: PdfFileReader) -> Unread:
    """Tell a file that never had a signature from one cut off, and one saved anew after signing (signing.md F)."""
    if is_cut_off(stream, size_bytes):
        return Unread.DAMAGED
    return Unread.SAVED_ANEW if has_remains(stream, reader) else Unread.NO_SIGNATURE


def _digest(stream: BinaryIO) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while part := stream.read(CHUNK_BYTES):
        digest.update(part)
    return digest.hexdigest()
