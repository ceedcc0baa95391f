"""What is known so far about one signature while its file is examined, and how it is told in the report."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from certs.certificate import Certificate
from signing.fields import ROLE_OF
from signing.values import Changes, Level, Role, SignatureReport, Trust, Verdict
from signing.verify.causes import OUTCOME, Cause
from signing.verify.mathematics import Signed
from signing.verify.sentences import Finding
from signing.verify.trust import Chain

GRAVITY = [Verdict.FAILED, Verdict.INDETERMINATE, Verdict.PASSED]


@dataclass
class Work:
    """What is known so far about one signature field."""

    name: str
    signature: EmbeddedPdfSignature | None = None
    cause: Cause = Cause.GOOD
    ends_at: int = 0  # of the bytes it covers
    covers: bool = False
    changes: Changes = Changes.UNDETERMINED
    signed: Signed | None = None
    chain: Chain = field(default_factory=lambda: Chain(Cause.NO_CHAIN))
    proven_at: datetime | None = None
    has_token: bool = False
    level: Level = Level.B_B
    role: Role = Role.UNKNOWN

    def __post_init__(self) -> None:
        self.role = ROLE_OF.get(self.name, Role.UNKNOWN)

    @property
    def is_document_timestamp(self) -> bool:
        return self.signature is not None and self.signature.sig_object.get("/Type") == "/DocTimeStamp"

    @property
    def revision(self) -> int:
        return self.signature.signed_revision if self.signature is not None else -1

    def blame(self, cause: Cause) -> None:
        """Note a cause unless a graver one is known."""
        if GRAVITY.index(OUTCOME[cause][0]) < GRAVITY.index(OUTCOME[self.cause][0]):
            self.cause = cause


def finding_of(work: Work) -> Finding:
    """Return what is known about a signature in the words of the report."""
    verdict, sub_indication = OUTCOME[work.cause]
    signature, signed = work.signature, work.signed
    certificate = _certificate(signed.certificate.dump() if signed else _claimed_signer(signature))
    role = Role.DOCUMENT_TIMESTAMP if work.is_document_timestamp else work.role
    store = work.chain.store if work.chain.is_trusted else None
    report = SignatureReport(
        field=work.name,
        role=Role.UNKNOWN if role is Role.NUMBER else role,  # interfaces.md
        revision=work.revision + 1,
        added_by=certificate.common_name if certificate else "",
        signer=certificate.common_name if certificate else "",
        organisation=certificate.organisation if certificate else "",
        serial=certificate.serial if certificate else "",
        issuer=certificate.issuer_name if certificate else "",
        level=work.level,
        digest=signed.digest if signed else "",
        declared_at=_declared_at(signature),
        proven_at=work.proven_at.isoformat() if work.proven_at else None,
        intact=signed is not None and work.covers,
        covers_whole_revision=work.covers,
        changes_after=work.changes,
        trusted=work.chain.is_trusted,
        revocation=work.chain.revocation,
        verdict=verdict,
        sub_indication=sub_indication,
        trust=Trust(store.value) if store else Trust.NONE,
    )
    return Finding(report, work.cause, role)


def _claimed_signer(signature: EmbeddedPdfSignature | None) -> bytes | None:
    try:
        return None if signature is None else bytes(signature.signer_cert.dump())
    except Exception:  # ruff: ignore[blind-except] - there is none to name
        return None


def _certificate(der: bytes | None) -> Certificate | None:
    if der is None:
        return None
    certificate = Certificate(der)
    try:
        _ = certificate.common_name, certificate.organisation, certificate.serial, certificate.issuer_name
    except Exception:  # ruff: ignore[blind-except] - a damaged certificate has no name to show
        return None
    return certificate


def _declared_at(signature: EmbeddedPdfSignature | None) -> str | None:
    if signature is None or signature.sig_object.get("/Type") == "/DocTimeStamp":
        return None
    try:
        said = signature.self_reported_timestamp
    except Exception:  # ruff: ignore[blind-except] - a date that can't be read was not declared
        return None
    if said is None:
        return None
    return (said if said.tzinfo else said.replace(tzinfo=UTC)).isoformat()
