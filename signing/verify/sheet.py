"""The words of the printable confirmation sheet, Vietnamese first; `printing` draws it.

Names come out of strangers' certificates and files: letters that no print font of ours has are shown as a question
mark, and what could run over its place may be broken anywhere.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from itertools import starmap
from pathlib import PurePath

from signing.values import VIETNAM, Changes, Report, Revocation, Role, SignatureReport, Trust, Verdict

Pair = tuple[str, str]  # Vietnamese, English
HEADLINES: Mapping[Verdict, Pair] = {
    Verdict.PASSED: ("Văn bản thật, chưa bị sửa sau khi ký", "Genuine, not changed since it was signed"),
    Verdict.FAILED: ("Không dùng được", "Not to be used"),
    Verdict.INDETERMINATE: ("Chưa kết luận được", "No conclusion"),
    Verdict.NO_SIGNATURE: ("Tệp không có chữ ký số", "The file has no digital signature"),
    Verdict.UNREADABLE: ("Không đọc được tệp", "The file cannot be read"),
}
PASSED_BUT: Mapping[Trust, Pair] = {
    Trust.PUBLIC: ("Ký đúng nhưng không phải cơ quan nhà nước", "Rightly signed, but not by a state office"),
    Trust.DEMO: ("Bản trình diễn, không có giá trị pháp lý", "A demonstration, without legal value"),
}
ROLES: Mapping[Role, Pair] = {
    Role.INITIAL: ("Ký nháy", "Initials"),
    Role.OFFICIAL: ("Người có thẩm quyền ký", "Signature of an official"),
    Role.SEAL: ("Con dấu của cơ quan", "Seal of the office"),
    Role.COPY: ("Ký bản sao", "Signature on a copy"),
    Role.SCAN: ("Ký bản số hóa", "Signature on a scan"),
    Role.DOCUMENT_TIMESTAMP: ("Dấu thời gian của văn bản", "Timestamp on the document"),
}
SIGNATURE: Pair = ("Chữ ký", "Signature")
OUTCOMES: Mapping[Verdict, Pair] = {
    Verdict.PASSED: ("Tin được", "To be relied on"),
    **{verdict: HEADLINES[verdict] for verdict in (Verdict.FAILED, Verdict.INDETERMINATE)},
}
REVOCATIONS: Mapping[Revocation, Pair] = {
    Revocation.GOOD: ("chứng thư không bị thu hồi", "certificate not revoked"),
    Revocation.REVOKED: ("chứng thư đã bị thu hồi", "certificate revoked"),
    Revocation.UNKNOWN: ("chưa biết chứng thư có bị thu hồi không", "revocation not known"),
    Revocation.NOT_CHECKED: ("chưa tra thu hồi", "revocation not checked"),
}
CHANGES: Mapping[Changes, Pair] = {
    Changes.NONE: ("không có gì thêm sau khi ký", "nothing added afterwards"),
    Changes.ALLOWED: ("sau đó chỉ thêm phần được phép", "only what is allowed was added afterwards"),
    Changes.UNDETERMINED: ("chưa rõ phần thêm sau khi ký", "what was added afterwards is not clear"),
    Changes.FORBIDDEN: ("bị sửa sau khi ký", "changed afterwards"),
}
NONE_PROVEN: Pair = ("không có dấu thời gian", "no timestamp")
LONGEST_NAME = 120
UNBROKEN = 24
PRINTABLE = re.compile(r"[ -~\u00a0-\u04ff\u1e00-\u1fff\u2010-\u2026\u2030-\u203a\u20ab\u2192]")
BREAK = "\u200b"


def sheet_values(report: Report, source: str) -> dict[str, object]:
    """Return what the sheet says of one file; ``source`` is its name as the reader knows it."""
    headline = HEADLINES[report.verdict]
    if report.verdict is Verdict.PASSED:
        headline = PASSED_BUT.get(report.trust, headline)
    return {
        "headline": _both(headline),
        "sentence": _both((report.message_vi, report.message_en)),
        "verdict": " / ".join(one for one in (report.verdict.value, report.sub_indication) if one),
        "file_name": _printed(PurePath(source).name[:LONGEST_NAME]),
        "sha256": " ".join(report.sha256[at : at + 8] for at in range(0, len(report.sha256), 8)),
        "checked_at": _time(report.checked_at),
        "checked_iso": report.checked_at,
        "policy": report.policy,
        "trust": report.trust.value,
        "signatures": list(starmap(_row, enumerate(report.signatures, start=1))),
    }


def _row(number: int, one: SignatureReport) -> dict[str, object]:
    intact = ("nguyên vẹn", "intact") if one.intact else ("bị hỏng hoặc bị sửa", "damaged or changed")
    facts = (intact, CHANGES[one.changes_after], REVOCATIONS[one.revocation])
    return {
        "number": number,
        "role": _both(ROLES.get(one.role, SIGNATURE)),
        "signer": _printed(one.signer or one.field),
        "organisation": _printed(one.organisation if one.organisation != one.signer else ""),
        "declared": _time(one.declared_at) if one.declared_at else "–",
        "proven": _both((_time(one.proven_at),) * 2 if one.proven_at else NONE_PROVEN),
        "outcome": _both(OUTCOMES[one.verdict]),
        "facts": _both(("; ".join(fact[0] for fact in facts), "; ".join(fact[1] for fact in facts))),
        "finding": " / ".join(part for part in (one.verdict.value, one.sub_indication) if part),
        "technical": _printed(f"{one.level} · {one.digest or '–'} · {one.issuer} · {one.serial}"),
    }


def _both(pair: Pair) -> dict[str, str]:
    return {"vi": _printed(pair[0]), "en": _printed(pair[1])}


def _time(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(VIETNAM):%H:%M:%S %d/%m/%Y} (+07:00)"


def _printed(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    known = "".join(one if PRINTABLE.match(one) else "?" for one in composed)
    return re.sub(rf"(\S{{{UNBROKEN}}})(?=\S)", rf"\1{BREAK}", known)
