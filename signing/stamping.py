"""Document timestamps and validation data: the two updates that every signed PDF may still get.

They change nothing that is seen, so that even a document locked with NO_CHANGES allows them (ISO 32000-2 12.8.2.2,
EN 319 142-1 5.4). Each is appended; which of them a file needs is `signing.augment`'s to say.
"""

import secrets

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp

from certs.keys.protocol import Digest
from certs.revocation import Evidence
from signing.document import opened_for_update
from signing.growth import Growth
from signing.ready import TOKEN_BYTES, Ready, Timestamper, embed, laid_out, signed_flags


def stamp_document(growth: Growth, timestamper: Timestamper, digest: Digest, evidence: Evidence | None = None) -> None:
    """Append a document timestamp, over validation data in the same update where there is any."""
    writer = opened_for_update(growth.stream)
    flags = signed_flags(writer)
    if evidence is not None:
        embed(writer, (), evidence)
    ready = Ready(growth, *laid_out(growth, writer, _place(writer), digest, flags))
    ready.fill(timestamper.stamp(ready.document_digest, digest).der)


def _place(writer: IncrementalPdfFileWriter) -> DocumentTimestamp:
    """Add a field of its own with an empty timestamp (EN 319 142-1 5.4.3), and say that the file holds such."""
    writer.ensure_output_version((1, 7))  # type: ignore[no-untyped-call]  # pyHanko's
    if writer.output_version < (2, 0):
        writer.register_extension(ESIC_EXTENSION_1)
    place = DocumentTimestamp(bytes_reserved=2 * TOKEN_BYTES)  # type: ignore[no-untyped-call]  # the same
    name = f"Timestamp-{secrets.token_hex(8)}"
    field = PdfCMSEmbedder(new_field_spec=SigFieldSpec(name)).write_cms(field_name=name, writer=writer)
    next(field)
    field.send(SigObjSetup(sig_placeholder=place))
    return place


def embed_evidence(growth: Growth, evidence: Evidence) -> None:
    """Append validation data alone."""
    writer = opened_for_update(growth.stream)
    embed(writer, (), evidence)
    writer.write_in_place()  # type: ignore[no-untyped-call]  # pyHanko's
