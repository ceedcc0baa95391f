"""What signing needs and what verification finds. ``Report.to_json`` is the object of ``moonseal verify --json``."""

from dataclasses import dataclass
from datetime import timedelta, timezone
from enum import StrEnum

from signing.errors import SignatureNotTrusted

VIETNAM = timezone(timedelta(hours=7))  # no summer time


class Role(StrEnum):
    INITIAL = "initial"
    OFFICIAL = "official"
    NUMBER = "number"  # number and date, written by the records clerk; reported as unknown (interfaces.md)
    SEAL = "seal"
    COPY = "copy"
    SCAN = "scan"
    DOCUMENT_TIMESTAMP = "document-timestamp"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """PAdES baseline levels, ETSI EN 319 142-1."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"


class Verdict(StrEnum):
    """The main indications of ETSI EN 319 102-1, and the two answers for files without a signature to judge."""

    PASSED = "PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "FAILED"
    NO_SIGNATURE = "NO_SIGNATURE"
    UNREADABLE = "UNREADABLE"


class Changes(StrEnum):
    NONE = "none"
    ALLOWED = "allowed"
    UNDETERMINED = "undetermined"
    FORBIDDEN = "forbidden"


class Revocation(StrEnum):
    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NOT_CHECKED = "not-checked"


class Trust(StrEnum):
    """The trust stores; they stay apart."""

    OFFICIAL_DUTY = "official-duty"
    COMMUNE = "commune"
    PUBLIC = "public"
    DEMO = "demo"
    NONE = "none"


@dataclass(frozen=True)
class SignatureReport:
    """One signature. Times are ISO 8601 with an offset; ``proven_at`` is a token's."""

    field: str
    role: Role
    revision: int
    added_by: str
    signer: str
    organisation: str
    serial: str
    issuer: str
    level: Level
    digest: str
    declared_at: str | None
    proven_at: str | None
    intact: bool
    covers_whole_revision: bool
    changes_after: Changes
    trusted: bool
    revocation: Revocation
    verdict: Verdict
    sub_indication: str | None
    trust: Trust


@dataclass(frozen=True)
class Report:
    """All that verification found in one file. A bad signature is a report, never an exception."""

    sha256: str
    policy: str
    checked_at: str
    verdict: Verdict
    sub_indication: str | None
    message_vi: str
    message_en: str
    trust: Trust
    signatures: tuple[SignatureReport, ...]

    def require_passed(self) -> None:
        """Raise ``SignatureNotTrusted`` unless every signature passed: the gate before a file is stored or shown."""
        if self.verdict is not Verdict.PASSED:
            raise SignatureNotTrusted("not_passed", verdict=self.verdict, sub_indication=self.sub_indication or "")
