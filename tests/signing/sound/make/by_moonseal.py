"""Sound files by our own signer, so that what we made on one day still passes on every later one."""

import io
from datetime import UTC, datetime

from certs.keys.file import FileKey, load_key
from certs.revocation import Evidence
from certs.timestamps import TimestampAuthority, TimestampClient
from signing.fields import prepare
from signing.sign import sign
from signing.values import Level, Role
from signing.verify.examination import examine
from tests.signing.sound.make.cast import PASSWORD, Cast
from tests.signing.sound.make.trust import stores_of


def make(cast: Cast, _url: str) -> dict[str, bytes]:
    authority = TimestampAuthority(cast.tsa.as_file_key, cast.folder, lambda: datetime.now(UTC))
    issuer = cast.vietnamese.issuing.as_certificate
    client = TimestampClient([authority.answer], [issuer], lambda: datetime.now(UTC))
    evidence = Evidence((issuer.der, cast.vietnamese.root.der, cast.tsa.der), tuple(cast.vietnamese.lists(cast.now)))

    def signed(pdf: bytes, who: str, role: Role, level: Level) -> bytes:
        key: FileKey = load_key(cast.folder / f"{who}.p12", PASSWORD)
        return sign(
            pdf, key, role=role, level=level, at=datetime.now(UTC), timestamper=client, evidence=evidence,
            verify=lambda content: examine(io.BytesIO(content), stores_of(cast), evidence.crls, datetime.now(UTC)),
        )  # fmt: skip

    prepared = prepare((cast.folder / "plain.pdf").read_bytes(), {})
    made = {
        level.lower(): signed(prepared, "thinh", Role.OFFICIAL, level) for level in (Level.B_B, Level.B_T, Level.B_LT)
    }
    made["p384"] = signed(prepared, "p384", Role.OFFICIAL, Level.B_B)
    made["sealed-b-lta"] = signed(made["b-lt"], "seal", Role.SEAL, Level.B_LTA)
    return made
