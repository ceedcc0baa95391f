"""Document timestamps and validation data: the two updates that every signed PDF may still get.

They change nothing that is seen, so that even a document locked with NO_CHANGES allows them (ISO 32000-2 12.8.2.2,
EN 319 142-1 5.4). Each is appended; which of them a file needs is `signing.augment`'s to say.
"""

import secrets

from pyhanko.sign import PdfTimeStamper

from certs.keys.protocol import Digest
from certs.revocation import Evidence
from signing.document import opened_for_update
from signing.growth import BLOCK_BYTES, Growth
from signing.ready import TOKEN_BYTES, Timestamper, embed
from signing.signer import Stamper, finished


def stamp_document(growth: Growth, timestamper: Timestamper, digest: Digest, evidence: Evidence | None = None) -> None:
    """Append a document timestamp, over validation data in the same update where there is any."""
    writer = opened_for_update(growth.stream)
    if evidence is not None:
        embed(writer, (), evidence)
    maker = PdfTimeStamper(Stamper(timestamper.stamp), field_name=f"Timestamp-{secrets.token_hex(8)}")
    finished(
        maker.async_timestamp_pdf(
            writer, digest.value, bytes_reserved=2 * TOKEN_BYTES, in_place=True, chunk_size=BLOCK_BYTES
        )
    )


def embed_evidence(growth: Growth, evidence: Evidence) -> None:
    """Append validation data alone."""
    writer = opened_for_update(growth.stream)
    embed(writer, (), evidence)
    writer.write_in_place()  # type: ignore[no-untyped-call]  # pyHanko's
