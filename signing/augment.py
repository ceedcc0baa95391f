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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from certs.certificate import Certificate
from certs.chains import chain_of
from certs.errors import CertificateInvalid
from certs.keys.protocol import Digest
from certs.revocation import Evidence
from certs.timestamps import Token
from signing.carried import Carried, carried
from signing.document import our_errors
from signing.errors import CertificateNotAccepted, DocumentNotSignable, SignatureNotTrusted, TimestampUnavailable
from signing.growth import Growth
from signing.ready import Timestamper
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


@dataclass(frozen=True)
class Outside:
    """What is not in the file: who gives timestamps, who proves a chain, and certificates that help to build one."""

    timestamper: Timestamper | None
    proofs: Callable[[Sequence[Certificate]], Evidence]
    known: tuple[Certificate, ...]
    clock: Callable[[], datetime]


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


def secure(growth: Growth, to: Level, outside: Outside) -> None:
    """Bring a file that was signed just now to ``to``, where its timestamps are another authority's than its signer's.

    Raises as ``augment`` does. Nothing is verified here.
    """
    with our_errors():
        _Raising(growth, None, outside).to(to)


class _Raising:
    def __init__(self, growth: Growth, before: Report | None, outside: Outside) -> None:
        self._growth, self._outside = growth, outside
        self._levels = {} if before is None else {one.field: one.level for one in _regular(before)}
        self._proved: list[Certificate] = []

    def to(self, level: Level) -> None:
        if Level.B_B in self._levels.values():
            self._stamp(None)
        if level is Level.B_T:
            return
        evidence = self._lacking(carried(self._growth))
        if level is Level.B_LT:
            embed_evidence(self._growth, evidence)
            return
        token = self._stamp(evidence)
        if token.certificate not in self._proved:  # another authority than those before: with its proofs, too
            embed_evidence(self._growth, self._proofs([token.certificate], carried(self._growth)))

    def _stamp(self, evidence: Evidence | None) -> Token:
        if self._outside.timestamper is None:
            raise TimestampUnavailable("no_authority_configured")
        digest = Digest(digest_for(self._outside.clock()))
        return stamp_document(self._growth, self._outside.timestamper, digest, evidence)

    def _lacking(self, found: Carried) -> Evidence:
        """Return the proofs of all that is not long-term yet, and of every timestamp that is still in force."""
        now = self._outside.clock()
        signers = [
            one for field, one in found.signers.items() if self._levels.get(field, Level.B_B) in {Level.B_B, Level.B_T}
        ]
        stamps = [one.certificate for one in (*found.tokens, *found.stamps) if one.certificate.not_after > now]
        return self._proofs([*signers, *stamps], found)

    def _proofs(self, certificates: Iterable[Certificate], found: Carried) -> Evidence:
        evidence = Evidence()
        for certificate in dict.fromkeys(certificates):
            try:
                chain = chain_of(certificate, (*self._outside.known, *found.certificates))
            except CertificateInvalid as error:
                raise CertificateNotAccepted("chain_unknown", signer=certificate.common_name) from error
            evidence += self._outside.proofs(chain)
            self._proved.append(certificate)
        return evidence


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
