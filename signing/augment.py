"""Raises signed files to the next level, and renews their protection in time; every byte that was there stays.

B-B to B-T: EN 319 142-1 6.3 lets the time be proved by a signature-time-stamp attribute or by a document timestamp. The
attribute stands inside the signature's /Contents; to put it there afterwards would rewrite bytes that any later
signature or timestamp covers. So a signature that is made gets a document timestamp, appended. To B-LT: the
certificates, answers and lists that prove signers and timestamps, in the security store. To B-LTA, and with each
renewal: what proves the newest timestamp, and a document timestamp over everything. All of it is allowed after a
NO_CHANGES lock (ISO 32000-2 12.8.2.2).

The file is verified before, so that nothing broken, revoked or unknown is made to look well kept; and verified after:
what did not get the level by our own verifier is refused, and the caller writes nothing.
"""

from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from certs.keys.protocol import Digest
from certs.revocation import Evidence
from signing.carried import Carried, carried
from signing.document import our_errors
from signing.errors import CertificateNotAccepted, DocumentNotSignable, SignatureNotTrusted
from signing.growth import Growth
from signing.outside import Outside, Visit
from signing.stamping import embed_evidence, stamp_document
from signing.values import Level, Report, Role, SignatureReport, Verdict
from signing.verify.algorithms import digest_for

LEVELS = list(Level)
CURABLE = {"TRY_LATER"}  # what the proofs to be added may cure
UNKNOWN_CHAIN = "NO_CERTIFICATE_CHAIN_FOUND"
OF_REVOKED = {"REVOKED", "REVOKED_NO_POE", "REVOKED_CA_NO_POE"}


class Verify(Protocol):
    """``signing.verify.engine.Verifier.verify`` is one."""

    def __call__(self, pdf: BinaryIO, at: datetime) -> Report: ...


def augment(growth: Growth, to: Level, outside: Outside, verify: Verify) -> Report:
    """Append what the file lacks to ``to``; the report is of the file as it is then. Nothing lacking, nothing appended.

    Raises ``DocumentNotSignable``, ``SignatureNotTrusted``, ``CertificateNotAccepted`` or ``TimestampUnavailable``.
    """
    before = _sound(verify(growth.stream, outside.clock()), to)
    if all(LEVELS.index(one.level) >= LEVELS.index(to) for one in _regular(before)):
        return before
    with our_errors():
        _Raising(growth, before, outside).to(to)
    return _raised(growth, before, to, outside, verify)


def renew(growth: Growth, outside: Outside, verify: Verify, margin: timedelta) -> Report | None:
    """Append the next timestamp where the newest one's protection ends within ``margin``; None where it does not.

    Raises as ``augment`` does, and ``SignatureNotTrusted`` where the protection has ended already.
    """
    now = outside.clock()
    with our_errors():
        until = carried(growth).protected_until
    if until is None or until - margin > now:
        return None
    if until <= now:  # a new timestamp would prove today, and today nothing older is proved any more
        raise SignatureNotTrusted("protection_ended", ended=until.isoformat())
    before = _sound(verify(growth.stream, now), Level.B_LTA)
    with our_errors():
        _Raising(growth, before, outside).to(Level.B_LTA)
    return _raised(growth, before, Level.B_LTA, outside, verify)


class _Raising:
    def __init__(self, growth: Growth, before: Report, outside: Outside) -> None:
        self._growth, self._visit = growth, Visit(outside)
        self._levels = {one.field: one.level for one in _regular(before)}

    def to(self, level: Level) -> None:
        if Level.B_B in self._levels.values():
            self._stamp(None)
        if level is Level.B_T:
            return
        missing = self._lacking(carried(self._growth))
        if level is Level.B_LTA:
            self._stamp(missing)
            missing = self._visit.proofs_of_tokens()  # another authority's than those before
        if missing is not None:
            embed_evidence(self._growth, missing)

    def _stamp(self, evidence: Evidence | None) -> None:
        digest = Digest(digest_for(self._visit.outside.clock()))
        stamp_document(self._growth, self._visit, digest, evidence)

    def _lacking(self, found: Carried) -> Evidence | None:
        """Return the proofs of all that is not long-term yet, and of every timestamp that is still in force."""
        now = self._visit.outside.clock()
        signers = [
            one for field, one in found.signers.items() if self._levels.get(field, Level.B_B) in {Level.B_B, Level.B_T}
        ]
        stamps = [one.certificate for one in (*found.tokens, *found.stamps) if one.certificate.not_after > now]
        return self._visit.proofs([*signers, *stamps], found.certificates)


def _regular(report: Report) -> list[SignatureReport]:
    return [one for one in report.signatures if one.role is not Role.DOCUMENT_TIMESTAMP]


def _sound(report: Report, to: Level) -> Report:
    """Return the report of a file that may be raised, or raise what keeps it from that."""
    if report.verdict is Verdict.UNREADABLE:
        raise DocumentNotSignable("damaged")
    if not _regular(report):
        raise DocumentNotSignable("nothing_signed")
    for one in report.signatures:
        if one.sub_indication in OF_REVOKED:
            raise SignatureNotTrusted("signer_revoked", signer=one.signer)
        if one.verdict is Verdict.FAILED:
            raise SignatureNotTrusted("signature_broken", field=one.field, sub_indication=one.sub_indication or "")
        if one.sub_indication == UNKNOWN_CHAIN and to is not Level.B_T:
            raise CertificateNotAccepted("chain_unknown", signer=one.signer)
        if one.verdict is not Verdict.PASSED and one.sub_indication not in CURABLE | {UNKNOWN_CHAIN}:
            raise SignatureNotTrusted("not_raisable", field=one.field, sub_indication=one.sub_indication or "")
    return report


def _raised(growth: Growth, before: Report, to: Level, outside: Outside, verify: Verify) -> Report:
    """Return the report of the new file, or raise where our own verifier does not give it the level."""
    # A timestamp may be ahead of our clock by what the client tolerates; it was made all the same.
    report = verify(growth.stream, outside.clock() + timedelta(seconds=60))
    known = {one.field: one.verdict for one in before.signatures}
    for one in _regular(report):
        worse = to is Level.B_T and one.verdict is not known.get(one.field)
        if (
            LEVELS.index(one.level) < LEVELS.index(to)
            or worse
            or (to is not Level.B_T and one.verdict is not Verdict.PASSED)
        ):
            raise SignatureNotTrusted("not_raised", field=one.field, sub_indication=one.sub_indication or "")
    return report
