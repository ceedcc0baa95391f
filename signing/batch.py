"""Many documents, one opened key: each with an intent, a result of its own, and nothing signed twice.

The list of digests is fixed by the caller before the key is used; what is read for signing must have the listed one.
An intent is durable before the key touches a document (the caller's ``Ledger`` says where), and is closed as signed or
void whatever happens; what a killed process left open, the ledger settles at the next start-up. A batch that was
stopped, halted or killed is simply run again: what is signed is passed over.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from signing.errors import KeyUnavailable

Content_co = TypeVar("Content_co", covariant=True)  # a document as the caller reads it: bytes, or something open
Signed_contra = TypeVar("Signed_contra", contravariant=True)  # what the caller's ``sign`` makes of it
Content = TypeVar("Content")
Signed = TypeVar("Signed")

FAILURES_IN_A_ROW = 3  # then it is not the documents: nobody has to watch fifty of them fail


@dataclass(frozen=True)
class Document:
    """``identity`` is the caller's name for it, ``sha256`` the digest of what the person was shown."""

    identity: str
    sha256: str


class Outcome(StrEnum):
    SIGNED = "signed"
    SIGNED_BEFORE = "signed-before"
    FAILED = "failed"
    NOT_TRIED = "not-tried"


class Ended(StrEnum):
    DONE = "done"  # every document was tried
    STOPPED = "stopped"  # somebody wished it
    HALTED = "halted"  # three failures in a row
    KEY_LOST = "key-lost"  # the token is gone or locked: the PIN is needed again


@dataclass(frozen=True)
class Result:
    document: Document
    outcome: Outcome
    error: Exception | None = None


class Ledger(Protocol[Content_co, Signed_contra]):
    """Where documents, intents and signed files are kept; each method is durable when it returns."""

    def is_signed(self, document: Document) -> bool: ...

    def content(self, document: Document) -> Content_co:
        """Return what has the listed digest, or raise; also whatever forbids this signature now."""

    def begin(self, document: Document) -> None:
        """Open the intent."""

    def keep(self, document: Document, signed: Signed_contra) -> None:
        """Store the file, then close the intent as signed. Where it fails, the intent stays open to be settled."""

    def give_up(self, document: Document, reason: str) -> None:
        """Close the intent as void."""


def sign_one(document: Document, ledger: Ledger[Content, Signed], sign: Callable[[Document, Content], Signed]) -> None:
    """Sign one document under an intent; ``sign`` also looks over what it made. Its failure voids the intent."""
    content = ledger.content(document)
    ledger.begin(document)
    try:
        signed = sign(document, content)
    except Exception as error:
        ledger.give_up(document, str(getattr(error, "code", "failed")))
        raise
    ledger.keep(document, signed)  # no void from here on: the file may be stored although the store said no


def run(  # noqa: PLR0917 - what a batch is made of
    documents: Iterable[Document],
    ledger: Ledger[Content, Signed],
    sign: Callable[[Document, Content], Signed],
    refusals: tuple[type[Exception], ...],
    should_stop: Callable[[], bool],
    on_result: Callable[[Result], None],
) -> Ended:
    """Sign them in their order and tell each result at once; ``refusals`` are a document's failures, not the batch's.

    Every document gets exactly one result, also those that were not tried.
    """
    rest = iter(tuple(documents))
    failures = 0
    for document in rest:
        if should_stop():
            return _left(document, rest, on_result, Ended.STOPPED)
        if ledger.is_signed(document):
            on_result(Result(document, Outcome.SIGNED_BEFORE))
            continue
        try:
            sign_one(document, ledger, sign)
        except refusals as error:
            failures += 1
            on_result(Result(document, Outcome.FAILED, error))
            if isinstance(error, KeyUnavailable):
                return _left(None, rest, on_result, Ended.KEY_LOST)
            if failures == FAILURES_IN_A_ROW:
                return _left(None, rest, on_result, Ended.HALTED)
        else:
            failures = 0
            on_result(Result(document, Outcome.SIGNED))
    return Ended.DONE


def _left(first: Document | None, rest: Iterator[Document], on_result: Callable[[Result], None], ended: Ended) -> Ended:
    for document in ([first] if first else []) + list(rest):
        on_result(Result(document, Outcome.NOT_TRIED))
    return ended
