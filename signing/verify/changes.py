"""What each update after a signature amounts to, and what all of them together did to a signed revision.

Each update is looked at once, against the revision before it. It is upkeep (document timestamps, validation data), or
nothing but one new signature's own, or forbidden: anything else that can be seen, or a value of a form. A signature in
a field that was there before is the seal-only rule of signing.md B8; one in a field added later is vouched for by
itself (`signing.verify.added`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader, RawPdfPath
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    ReferenceUpdate,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.constants import VALUE_UPDATE_KEYS
from pyhanko.sign.diff_analysis.rules_api import Context
from pyhanko.sign.fields import enumerate_sig_fields

from signing.verify.work import Work

MAY_CHANGE_IN_INFO = {"/ModDate", "/Producer"}
IN_STORE = {"/Type", "/VRI", "/Certs", "/CRLs", "/OCSPs"}
LOOKS_OF_VALUES = ("/DR", "/DA", "/Q")


class Kind(StrEnum):
    UPKEEP = "upkeep"
    SIGNATURE = "signature"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Update:
    """One update; ``signer`` made it where its kind is a signature."""

    kind: Kind
    signer: Work | None = None


class _DatesOnly(DocInfoRule):
    """The information dictionary may get a new date, and no new title."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        before, after = _info(old), _info(new)
        for name in {*before, *after} - MAY_CHANGE_IN_INFO:
            if before.get(name) != after.get(name):
                raise SuspiciousModification(f"{name} of the document was changed")
        yield from super().apply(old, new)


class _ValidationData(DSSCompareRule):
    """The library keeps old entries by signature (VRI) as they are; iText and pyHanko itself write them anew.

    Allowed too is a store whose entries are all in objects that were not there before.
    """

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        try:
            yield from list(super().apply(old, new))
        except SuspiciousModification:
            if "/DSS" not in new.root or not new.root["/DSS"].keys() <= IN_STORE:
                raise
            written = new.collect_dependencies(new.root["/DSS"], since_revision=old.revision + 1)
            store = new.root.raw_get("/DSS")
            if isinstance(store, IndirectObject):
                place = Context.from_absolute(old, RawPdfPath("/Root", "/DSS"))
                yield ReferenceUpdate(store.reference, context_checked=place)
                written.discard(store.reference)
            if not all(old.is_ref_unassignable(one) for one in written):
                raise
            yield from map(ReferenceUpdate, written)


def _info(revision: HistoricalResolver) -> dict[str, object]:
    trailer = revision.trailer_view
    return dict(trailer["/Info"]) if "/Info" in trailer else {}


POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),  # type: ignore[no-untyped-call]  # pyHanko's
        _DatesOnly().as_qualified(ModificationLevel.LTA_UPDATES),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        _ValidationData().as_qualified(ModificationLevel.LTA_UPDATES),
        MetadataUpdateRule().as_qualified(ModificationLevel.LTA_UPDATES),  # type: ignore[no-untyped-call]  # the same
    ],
    form_rule=FormUpdatingRule(
        field_rules=[
            SigFieldCreationRule(),  # type: ignore[no-untyped-call]  # the same
            SigFieldModificationRule(value_update_keys=VALUE_UPDATE_KEYS | {"/M"}),  # the annotation's date
        ]
    ),
)


class History:
    """The updates of one file, each looked at once."""

    def __init__(self, reader: PdfFileReader, works: Sequence[Work]) -> None:
        self._reader = reader
        self._signers = {one.revision: one for one in works if one.signature and not one.is_document_timestamp}
        self._updates: dict[int, Update] = {}
        self._fields: dict[int, dict[str, DictionaryObject]] = {}

    def after(self, revision: int) -> list[Update]:
        """Return the updates after a revision, oldest first."""
        return [self._update(number) for number in range(revision + 1, self._reader.total_revisions)]

    def fields(self, revision: int) -> dict[str, DictionaryObject]:
        """Return the signature fields of a revision by name."""
        if revision not in self._fields:
            resolver = self._reader.get_historical_resolver(revision)
            found = {str(name): reference for name, _, reference in enumerate_sig_fields(resolver)}
            self._fields[revision] = {
                name: one.get_object() if isinstance(one, IndirectObject) else one  # type: ignore[no-untyped-call]  # pyHanko's
                for name, one in found.items()
            }
        return self._fields[revision]

    def _update(self, number: int) -> Update:
        if number not in self._updates:
            self._updates[number] = self._looked_at(number)
        return self._updates[number]

    def _looked_at(self, number: int) -> Update:
        old, new = (self._reader.get_historical_resolver(one) for one in (number - 1, number))
        try:
            found = POLICY.apply(old, new)
            _check_form(old, new)
        except SuspiciousModification:
            return Update(Kind.FORBIDDEN)
        if found.modification_level > ModificationLevel.FORM_FILLING:
            return Update(Kind.FORBIDDEN)
        if found.modification_level <= ModificationLevel.LTA_UPDATES and number not in self._signers:
            return Update(Kind.UPKEEP)
        signer = self._signers.get(number)
        own = {signer.name} if signer else set()
        fields, before = self.fields(number), self.fields(number - 1)
        changed = {str(name) for name in found.changed_form_fields} | (fields.keys() - before.keys())
        if any(name in before or not _shows_nothing(fields[name]) for name in changed - own):
            return Update(Kind.FORBIDDEN)
        return Update(Kind.SIGNATURE, signer) if signer else Update(Kind.UPKEEP)


def _shows_nothing(field: DictionaryObject) -> bool:
    """Whether a new field is a place kept for later, or a document timestamp without a place on the paper."""
    if "/Kids" in field:
        return False
    if "/V" not in field:
        return "/AP" not in field
    x0, y0, x1, y1 = (float(one) for one in field["/Rect"]) if "/Rect" in field else (0.0, 0.0, 0.0, 0.0)
    return bool(field["/V"].get("/Type") == "/DocTimeStamp") and (x0 == x1 or y0 == y1)


def _check_form(old: HistoricalResolver, new: HistoricalResolver) -> None:
    """Nothing of the form may change how values look: the library lets these through (ISO 32000-1, table 218)."""
    before, after = _form(old), _form(new)
    if after.get("/NeedAppearances", False) and not before.get("/NeedAppearances", False):
        raise SuspiciousModification("values are to be drawn anew")
    if any(name in before and before.get(name) != after.get(name) for name in LOOKS_OF_VALUES):
        raise SuspiciousModification("values are to be drawn in another way")


def _form(revision: HistoricalResolver) -> DictionaryObject:
    root = revision.root
    return root["/AcroForm"] if "/AcroForm" in root else DictionaryObject()  # type: ignore[no-untyped-call]  # pyHanko's
