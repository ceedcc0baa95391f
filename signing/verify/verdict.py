"""The verdict on a file: its worst signature's (EN 319 102-1 leaves several signatures to the one who asks)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from signing.values import Report, Trust, Verdict
from signing.verify.causes import OUTCOME, Cause
from signing.verify.sentences import Finding, Unread, sentences_of, unread_sentences
from signing.verify.work import GRAVITY

POLICY_NAME = "moonseal-1"


def summed_up(findings: Sequence[Finding], digest: str, at: datetime) -> Report:
    """Return the report of a file with signatures; its store is the weakest chain's."""
    # Of equally grave ones the first speaks, but what can be cured by trying later goes before what cannot.
    worst = min(
        findings,
        key=lambda one: (GRAVITY.index(one.report.verdict), one.cause is not Cause.REVOCATION_UNKNOWN),
    )
    weakest = max((one.report.trust for one in findings), key=list(Trust).index)
    vietnamese, english = sentences_of(findings, worst, weakest)
    return Report(
        sha256=digest,
        policy=POLICY_NAME,
        checked_at=at.isoformat(timespec="seconds"),
        verdict=worst.report.verdict,
        sub_indication=worst.report.sub_indication,
        message_vi=vietnamese,
        message_en=english,
        trust=weakest,
        signatures=tuple(one.report for one in findings),
    )


def with_second_opinion(report: Report, at: datetime) -> Report:
    """Lower a PASSED report to INDETERMINATE; a second opinion can do nothing else."""
    if report.verdict is not Verdict.PASSED:
        return report
    verdict, sub_indication = OUTCOME[Cause.SECOND_OPINION]
    findings = tuple(
        Finding(replace(one, verdict=verdict, sub_indication=sub_indication), Cause.SECOND_OPINION, one.role)
        for one in report.signatures
    )
    return summed_up(findings, report.sha256, at)


def without_signature(unread: Unread, digest: str, at: datetime) -> Report:
    """Return the report of a file in which there is no signature to judge."""
    verdict, sub_indication = {
        Unread.NO_SIGNATURE: (Verdict.NO_SIGNATURE, None),
        Unread.SAVED_ANEW: (Verdict.INDETERMINATE, "SIGNED_DATA_NOT_FOUND"),
    }.get(unread, (Verdict.UNREADABLE, None))
    vietnamese, english = unread_sentences(unread)
    moment = at.isoformat(timespec="seconds")
    return Report(digest, POLICY_NAME, moment, verdict, sub_indication, vietnamese, english, Trust.NONE, ())
