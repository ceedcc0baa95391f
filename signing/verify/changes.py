"""What later updates did to a signed revision.

Allowed are document timestamps, validation data, and signatures in fields that were there before: the seal-only rule
of signing.md B8. Anything else that changes an object which can be seen, or a value of a form, is forbidden. A
signature in a field that somebody added later is not judged here yet (signing.md F): undetermined.
"""

from collections.abc import Iterable

from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
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
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.values import Changes

MAY_CHANGE_IN_INFO = {"/ModDate", "/Producer"}


class _DatesOnly(DocInfoRule):
    """The information dictionary may get a new date, and no new title."""

    def apply(self, old: HistoricalResolver, new: HistoricalResolver) -> Iterable[ReferenceUpdate]:
        before, after = _info(old), _info(new)
        for name in {*before, *after} - MAY_CHANGE_IN_INFO:
            if before.get(name) != after.get(name):
                raise SuspiciousModification(f"{name} of the document was changed")
        yield from super().apply(old, new)


def _info(revision: HistoricalResolver) -> dict[str, object]:
    trailer = revision.trailer_view
    return dict(trailer["/Info"]) if "/Info" in trailer else {}


def _policy(*, visible_after_certification: bool) -> StandardDiffPolicy:
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(),  # type: ignore[no-untyped-call]  # pyHanko's
            _DatesOnly().as_qualified(ModificationLevel.LTA_UPDATES),
            XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
            ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
            DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
            MetadataUpdateRule().as_qualified(ModificationLevel.LTA_UPDATES),  # type: ignore[no-untyped-call]  # the same
        ],
        form_rule=FormUpdatingRule(
            field_rules=[
                SigFieldCreationRule(  # type: ignore[no-untyped-call]  # the same
                    allow_new_visible_after_certify=visible_after_certification
                ),
                SigFieldModificationRule(),
            ]
        ),
    )


# Genuine letters certify with P = 2 and add visible signatures afterwards (signing.md F), so creation is let through
# here and answered with "undetermined" below.
POLICY = _policy(visible_after_certification=True)


def changes_after(reader: PdfFileReader, signature: EmbeddedPdfSignature, later_fields: Iterable[str]) -> Changes:
    """Return what the updates after ``signature`` amount to; ``later_fields`` are signed after it."""
    last = reader.total_revisions - 1
    if signature.signed_revision == last:
        return Changes.NONE
    result = POLICY.review_file(
        reader, signature.signed_revision, field_mdp_spec=signature.fieldmdp, doc_mdp=signature.docmdp_level
    )
    if not isinstance(result, DiffResult) or result.modification_level is ModificationLevel.OTHER:
        return Changes.FORBIDDEN
    level = result.modification_level
    permitted = signature.docmdp_level
    if level is ModificationLevel.FORM_FILLING and permitted is MDPPerm.NO_CHANGES:
        return Changes.FORBIDDEN
    before = reader.get_historical_resolver(signature.signed_revision)
    known = {name for name, _, _ in enumerate_sig_fields(before)}
    if any(name not in known for name in later_fields):
        return Changes.UNDETERMINED
    return Changes.ALLOWED
