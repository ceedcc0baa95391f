"""When a later signature was allowed: in a place kept for it, or in a field of its own that it vouches for itself.

Genuine Vietnamese letters are signed by several people in turn, each update adding a new field (signing.md F). Such an
update is allowed when (a) no lock stands before it; (b) its picture lies on blank paper or over another's signature;
(c) it holds, and its signer is trusted in a store that speaks for offices; (d) it is of the earlier signer's own
organisation. Without (a), (b) or (c) it is forbidden; without (d), or where (c) can't be known, it is left undecided.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject, Reference, StreamObject
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.fields import MDPPerm

from certs.anchors import Store
from certs.certificate import Certificate
from signing.values import Changes
from signing.verify.causes import Cause
from signing.verify.changes import History, Kind
from signing.verify.limits import MOST_PAGES_SEARCHED
from signing.verify.pictures import Box, Scene, Seen, look
from signing.verify.proofs import members
from signing.verify.roles import plain
from signing.verify.work import Work

OF_OFFICES = {Store.OFFICIAL_DUTY, Store.COMMUNE}
NOT_KNOWN = {
    Cause.EXPIRED,
    Cause.REVOKED,
    Cause.REVOKED_AUTHORITY,
    Cause.SUSPENDED,
    Cause.ALGORITHM,
}  # true once, perhaps: nothing proves the time
PRINTED, HIDDEN, READ_ONLY, LOCKED, CONTENTS_LOCKED = 4, 2, 64, 128, 512  # ISO 32000-1, table 165
PLAIN_FLAGS = (
    PRINTED | HIDDEN | READ_ONLY | LOCKED | CONTENTS_LOCKED
)  # others show one thing on screen, another printed
ELSEWHERE = {"/OC", "/Properties", "/Alternates", "/OPI"}  # what may look different in another viewer or on paper
ACTS = {"/A", "/AA"}
MOST_OBJECTS = 2000  # of one appearance
MIN_AREA = 1e-6


class Additions:
    """Judges the signatures that were added to one file."""

    def __init__(
        self, reader: PdfFileReader, history: History, works: list[Work], cut: Callable[[int], BinaryIO]
    ) -> None:
        """``cut`` gives the first bytes of the file as a file of its own."""
        self._reader, self._history, self._works, self._cut = reader, history, works, cut
        self._seen: dict[int, Seen | None] = {}

    def changes_after(self, work: Work) -> Changes:
        """Return what all updates after a signature amount to."""
        found = Changes.NONE
        for update in self._history.after(work.revision):
            if update.kind is Kind.FORBIDDEN:
                return Changes.FORBIDDEN
            one = Changes.ALLOWED if update.signer is None else self._judged(work, update.signer)
            if one is Changes.FORBIDDEN:
                return one
            if found is not Changes.UNDETERMINED:
                found = one
        return found

    def _judged(self, earlier: Work, added: Work) -> Changes:
        if any(_locks(one, added.name) for one in self._works if one.revision < added.revision):
            return Changes.FORBIDDEN  # (a)
        is_new = added.name not in self._history.fields(earlier.revision)
        if not is_new and self._is_awaited(added):
            return Changes.ALLOWED
        seen = self.seen(added)
        if not is_new or seen is None:  # a place kept is agreed to; whether all of its picture is, a person must say
            return Changes.ALLOWED if seen is not None and seen.is_harmless else Changes.UNDETERMINED
        if not seen.is_harmless or not added.covers or added.signed is None:
            return Changes.FORBIDDEN  # (b), and the half of (c) that is about bytes
        trusted = _vouches(earlier, added)  # (c)
        if trusted is not Changes.ALLOWED or earlier.is_document_timestamp or _is_same_office(earlier, added):
            return trusted
        return Changes.UNDETERMINED  # (d)

    def _is_awaited(self, added: Work) -> bool:
        """Whether an earlier signer left this very field open: what stands in it was agreed to before."""
        return any(_leaves_open(one, added.name) for one in self._works if one.revision < added.revision)

    def is_on_another(self, added: Work) -> bool:
        """Whether a signature's picture lies over another signer's, as a seal does."""
        seen = self.seen(added)
        return seen is not None and seen.is_on_another

    def seen(self, added: Work) -> Seen | None:
        """Return what the signature's picture covers; None where it can't be told."""
        if added.revision not in self._seen:
            self._seen[added.revision] = self._looked_at(added)
        return self._seen[added.revision]

    def _looked_at(self, added: Work) -> Seen | None:
        before = max(
            (one for one in self._works if one.covers and one.revision < added.revision), key=_revision, default=None
        )
        if before is None:
            return None
        if not added.covers:
            return Seen(is_harmless=False)
        revision = self._reader.get_historical_resolver(added.revision)
        field = self._history.fields(added.revision)[added.name]
        widgets = [one for one in _widgets(field) if _area(one) > MIN_AREA]
        if not widgets:
            return Seen(is_harmless=True)
        if not all(_is_plain(one) for one in widgets):
            return Seen(is_harmless=False)
        try:
            scenes = list(self._scenes(revision, widgets, added))
            found = [look(self._cut(before.ends_at), self._cut(added.ends_at), one) for one in scenes]
        except Exception:  # ruff: ignore[blind-except] - security.md 0.6: renderer and reader throw anything at damaged bytes
            return None
        return Seen(all(one.is_harmless for one in found), any(one.is_on_another for one in found))

    def _scenes(self, revision: HistoricalResolver, widgets: list[DictionaryObject], added: Work) -> Iterator[Scene]:
        """Give each page on which one of the new widgets stands."""
        new = {_number(one) for one in widgets}
        signers = self._signers_of_widgets(added)
        for page, listed in enumerate(_annotations(revision)):
            numbers = [one.idnum for one in listed]
            boxes = [_box(one.get_object()) for one in listed if one.idnum in new]  # type: ignore[no-untyped-call]  # pyHanko's
            if not boxes:
                continue
            kept = [number for number in numbers if number not in new]  # the list as it was before
            signed = [index for index, number in enumerate(kept) if number in signers]
            others = [index for index in signed if not _is_same_signer(signers[kept[index]], added)]
            yield Scene(page, boxes, signed, others)

    def _signers_of_widgets(self, added: Work) -> dict[int, Work]:
        """Return whose signature each widget before the new one shows, by its object's number."""
        found = {}
        for work in self._works:
            if work.signature is not None and work.revision < added.revision:
                field = self._history.fields(work.revision)[work.name]
                for widget in _widgets(field):
                    found[_number(widget)] = work
        return found


def _revision(work: Work) -> int:
    return work.revision


def _locks(work: Work, field: str) -> bool:
    """Whether a signature forbids that this field is signed after it."""
    if work.signature is None:
        return False
    try:
        lock = work.signature.fieldmdp
        return work.signature.docmdp_level is MDPPerm.NO_CHANGES or (lock is not None and bool(lock.is_locked(field)))
    except Exception:  # ruff: ignore[blind-except] - what can't be read as a lock is one
        return True


def _leaves_open(work: Work, field: str) -> bool:
    """Whether a signature's lock names this field as one still to be signed."""
    lock = work.signature.fieldmdp if work.signature is not None else None
    return lock is not None and not lock.is_locked(field) and field in (lock.fields or ())


def _vouches(earlier: Work, added: Work) -> Changes:
    """(c) Whether the added signature's certificate may vouch for its own update."""
    stores = OF_OFFICES | ({Store.DEMO} if earlier.chain.store is Store.DEMO else set())
    if added.chain.store in stores and added.chain.is_trusted:
        return Changes.ALLOWED
    if added.chain.store in stores and added.chain.cause in NOT_KNOWN:
        return Changes.UNDETERMINED
    if added.chain.store is None and earlier.chain.store is None and not earlier.is_document_timestamp:
        return Changes.UNDETERMINED  # of neither do we know whose it is
    return Changes.FORBIDDEN


def _is_same_office(one: Work, other: Work) -> bool:
    """(d) Whether both certificates name one organisation."""
    if _is_same_signer(one, other):
        return True
    first, second = (
        plain(Certificate(work.signed.certificate.dump()).organisation) if work.signed else "" for work in (one, other)
    )
    return first == second and bool(first)


def _is_same_signer(one: Work, other: Work) -> bool:
    return (
        one.signed is not None
        and other.signed is not None
        and one.signed.certificate.dump() == other.signed.certificate.dump()
    )


def _is_plain(widget: DictionaryObject) -> bool:
    """Whether a widget looks the same everywhere, and does nothing."""
    if "/Rect" not in widget:
        return True
    if int(widget.get("/F", 0)) & ~PLAIN_FLAGS or (ELSEWHERE | ACTS) & widget.keys():
        return False
    appearance = widget["/AP"] if "/AP" in widget else DictionaryObject()  # type: ignore[no-untyped-call]  # pyHanko's
    if not appearance.keys() <= {"/N"} or ("/N" in appearance and not isinstance(appearance["/N"], StreamObject)):
        return False
    return not any(ELSEWHERE & one.keys() for one in _dictionaries(appearance))


def _dictionaries(top: PdfObject) -> Iterator[DictionaryObject]:
    """Give every dictionary under an object; raises ``ValueError`` for more than an appearance can need."""
    open_ones: list[PdfObject] = [top]
    visited: set[int] = set()
    count = 0
    while open_ones:
        one = open_ones.pop()
        if isinstance(one, IndirectObject):
            if one.idnum in visited:
                continue
            visited.add(one.idnum)
            one = one.get_object()  # type: ignore[no-untyped-call]  # pyHanko's
        count += 1
        if count > MOST_OBJECTS:
            raise ValueError("an appearance of too many parts")
        if isinstance(one, DictionaryObject):
            yield one
            open_ones += [one.raw_get(name) for name in one]
        elif isinstance(one, ArrayObject):
            open_ones += [one.raw_get(index) for index in range(len(one))]


def _annotations(revision: HistoricalResolver) -> Iterator[list[IndirectObject]]:
    """Give each page's list of annotations, in the order of the pages."""
    nodes, seen = [revision.root["/Pages"]], 0
    while nodes:
        node, seen = nodes.pop(), seen + 1
        if seen > MOST_PAGES_SEARCHED:
            raise ValueError("too many pages to search")
        if "/Kids" in node:
            nodes += reversed(members(node, "/Kids"))
        else:
            listed = node["/Annots"] if "/Annots" in node else ArrayObject()
            yield [one for one in map(listed.raw_get, range(len(listed))) if isinstance(one, IndirectObject)]


def _widgets(field: DictionaryObject) -> list[DictionaryObject]:
    """Return what shows a field on a page: itself, or its kids."""
    return [field, *(one for one in members(field, "/Kids") if isinstance(one, DictionaryObject))]


def _number(widget: DictionaryObject) -> int:
    return cast("Reference", widget.get_container_ref()).idnum


def _box(widget: DictionaryObject) -> Box:
    x0, y0, x1, y1 = (float(one) for one in widget["/Rect"])
    return x0, y0, x1, y1


def _area(widget: DictionaryObject) -> float:
    if "/Rect" not in widget:
        return 0.0
    x0, y0, x1, y1 = _box(widget)
    return abs(x1 - x0) * abs(y1 - y0)
