"""The signature fields of a route, made before the first signature, with the locks that keep their order.

Signing.md B3 (iv): approval signatures with locks in the fields. The official's closes everything but the seal and
allows only that form fields are filled; the seal's closes all. A field made after a lock would break the signature
before it, so what the route needs is made here, in one update, before any key is used.
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import BinaryIO, Protocol

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import (
    FieldMDPAction,
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    append_signature_field,
    enumerate_sig_fields,
)

from signing.document import opened_for_update, our_errors
from signing.errors import DocumentNotSignable
from signing.values import Role

FIELD_OF = {
    Role.INITIAL: "Initial",
    Role.OFFICIAL: "Official",
    Role.NUMBER: "Number",
    Role.SEAL: "Seal",
    Role.COPY: "Copy",
    Role.SCAN: "Scan",
}
ROLE_OF = {name: role for role, name in FIELD_OF.items() if role is not Role.NUMBER}
_OPEN_FOR_SEAL = FieldMDPSpec(FieldMDPAction.EXCLUDE, fields=[FIELD_OF[Role.SEAL]])
_OPEN_FOR_NUMBER = FieldMDPSpec(FieldMDPAction.EXCLUDE, fields=[FIELD_OF[Role.NUMBER], FIELD_OF[Role.SEAL]])
LOCK_OF = {
    Role.OFFICIAL: (_OPEN_FOR_SEAL, MDPPerm.FILL_FORMS),
    Role.NUMBER: (_OPEN_FOR_SEAL, MDPPerm.FILL_FORMS),
    Role.SEAL: (FieldMDPSpec(FieldMDPAction.ALL), MDPPerm.NO_CHANGES),
    Role.COPY: (FieldMDPSpec(FieldMDPAction.ALL), MDPPerm.NO_CHANGES),
}
LABEL_OF = {  # what a screen reader says (PDF /TU): content of a Vietnamese document
    Role.INITIAL: "Ký nháy",
    Role.OFFICIAL: "Chữ ký của người có thẩm quyền",
    Role.NUMBER: "Số và ngày ban hành",
    Role.SEAL: "Con dấu của cơ quan",
    Role.COPY: "Chữ ký bản sao",
    Role.SCAN: "Chữ ký trên bản số hóa",
}


class FieldPlace(Protocol):
    """A box on one page in PDF points from the bottom left; ``page`` counts from 0."""

    @property
    def page(self) -> int: ...
    @property
    def x0(self) -> float: ...
    @property
    def y0(self) -> float: ...
    @property
    def x1(self) -> float: ...
    @property
    def y1(self) -> float: ...


def prepare(pdf: bytes, places: Mapping[str, FieldPlace]) -> bytes:
    """Return the PDF with the Official and Seal fields added as one update, visible where a place is given.

    With a place for Number and date, that field comes between the two, and the official's lock leaves it open.
    Raises ``DocumentNotSignable``: not a PDF, encrypted, or one of the fields is there already.
    """
    with our_errors():
        writer = opened_for_update(BytesIO(pdf))
        taken = {name for name, _, _ in enumerate_sig_fields(writer.prev)}
        is_numbered_later = FIELD_OF[Role.NUMBER] in places
        for role in (Role.OFFICIAL, *([Role.NUMBER] if is_numbered_later else []), Role.SEAL):
            if FIELD_OF[role] in taken:
                raise DocumentNotSignable("field_exists", field=FIELD_OF[role])
            add_field(writer, role, places.get(FIELD_OF[role]), is_numbered_later=is_numbered_later)
        out = BytesIO()
        writer.write(out)  # type: ignore[no-untyped-call]  # pyHanko's
    return out.getvalue()


def add_field(
    writer: IncrementalPdfFileWriter, role: Role, place: FieldPlace | None, *, is_numbered_later: bool = False
) -> None:
    """Add the empty field of a role; without a place it is invisible."""
    lock, permission = LOCK_OF.get(role, (None, None))
    if role is Role.OFFICIAL and is_numbered_later:
        lock = _OPEN_FOR_NUMBER
    spec = SigFieldSpec(
        FIELD_OF[role],
        on_page=place.page if place else 0,
        box=(place.x0, place.y0, place.x1, place.y1) if place else None,  # type: ignore[arg-type]  # PDF rectangles are any numbers
        field_mdp_spec=lock,
        doc_mdp_update_value=permission,
        readable_field_name=LABEL_OF[role],
    )
    append_signature_field(writer, spec)


def holder_of(pdf: BinaryIO, role: Role) -> bytes | None:
    """Return the certificate (DER) that the field of a role is signed with; None where it is not signed."""
    with our_errors():
        for signature in PdfFileReader(pdf, strict=False).embedded_regular_signatures:
            if signature.field_name == FIELD_OF[role]:
                return bytes(signature.signer_cert.dump())
    return None


def fields_needed(role: Role, taken: Iterable[str], *, is_signed: bool) -> list[Role]:
    """Return the fields to add to a file that was not prepared: its whole route while nothing is signed yet."""
    route = [role]
    if not is_signed and role in {Role.INITIAL, Role.OFFICIAL}:
        route = [*dict.fromkeys([role, Role.OFFICIAL, Role.SEAL])]
    return [one for one in route if FIELD_OF[one] not in set(taken)]
