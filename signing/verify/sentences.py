"""The verdict in one plain sentence, Vietnamese first: what a citizen reads (ux.md C.5).

These stand in the report itself (interfaces.md), so they are made here and not in `web`. Never only "valid" or
"invalid"; a proven time is told apart from a declared one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from signing.values import VIETNAM, Role, SignatureReport, Trust, Verdict
from signing.verify.causes import Cause


class Unread(StrEnum):
    """Answers for files in which there is no signature to judge."""

    EMPTY = "empty"
    NOT_A_PDF = "not-a-pdf"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"
    NOT_FOUND = "not-found"
    STOPPED = "stopped"
    NO_SIGNATURE = "no-signature"
    SAVED_ANEW = "saved-anew"


@dataclass(frozen=True)
class Finding:
    report: SignatureReport
    cause: Cause
    role: Role  # number and date too, which the report calls unknown


UNREAD = {
    Unread.EMPTY: ("Không đọc được: tệp trống.", "Cannot be read: the file is empty."),
    Unread.NOT_A_PDF: (
        "Không đọc được: đây không phải là tệp PDF.",
        "Cannot be read: this is not a PDF file.",
    ),
    Unread.ENCRYPTED: (
        "Không đọc được: tệp có mật khẩu. Ông/bà hãy xin bản không đặt mật khẩu.",
        "Cannot be read: the file is protected by a password. Please ask for one without.",
    ),
    Unread.DAMAGED: (
        "Không đọc được: tệp PDF bị hỏng hoặc bị cắt cụt. Ông/bà hãy tải lại tệp gốc.",
        "Cannot be read: the PDF is damaged or cut off. Please fetch the original again.",
    ),
    Unread.TOO_LARGE: ("Không đọc được: tệp quá lớn.", "Cannot be read: the file is too large."),
    Unread.NOT_FOUND: (
        "Không đọc được: không mở được tệp này.",
        "Cannot be read: this file could not be opened.",
    ),
    Unread.STOPPED: (
        "Không đọc được: việc kiểm tra tệp này tốn quá nhiều thời gian hoặc bộ nhớ nên đã dừng.",
        "Cannot be read: checking this file took too much time or memory and was stopped.",
    ),
    Unread.NO_SIGNATURE: (
        "Tệp này không có chữ ký số. Ảnh chụp con dấu hoặc chữ ký không phải là chữ ký số.",
        "This file has no digital signature. A picture of a seal or a signature is none.",
    ),
    Unread.SAVED_ANEW: (
        (
            "Chưa kết luận được. Tệp đã từng được ký số nhưng sau đó bị lưu lại, nên chữ ký không còn chứng "
            "minh được gì. "
            "Ông/bà hãy xin tệp gốc."
        ),
        (
            "No conclusion. This file was once signed but was saved anew afterwards, so the signature proves "
            "nothing now. "
            "Please ask for the original file."
        ),
    ),
}

CAUSES = {
    Cause.FORMAT: ("chữ ký số bị hỏng", "the digital signature is damaged"),
    Cause.COVERAGE: (
        "chữ ký không bao trùm toàn bộ văn bản đã ký",
        "the signature does not cover all of the signed document",
    ),
    Cause.HASH: ("tệp đã bị sửa sau khi ký", "the file was changed after it was signed"),
    Cause.VALUE: ("chữ ký số không đúng", "the signature is wrong"),
    Cause.TOKEN: (
        "dấu thời gian không khớp với chữ ký",
        "the timestamp does not belong to the signature",
    ),
    Cause.CHANGED: ("tệp đã bị sửa sau khi ký", "the file was changed after it was signed"),
    Cause.NOT_YET_VALID: (
        "lúc ký, chứng thư của người ký chưa có hiệu lực",
        "the signer's certificate was not yet in force at the time of signing",
    ),
    Cause.REVOKED: (
        "chứng thư của người ký đã bị thu hồi",
        "the signer's certificate was revoked",
    ),
    Cause.REVOKED_AUTHORITY: (
        "chứng thư của cơ quan đã cấp chứng thư cho người ký bị thu hồi",
        "the certificate of the authority that issued the signer's was revoked",
    ),
    Cause.SUSPENDED: (
        "chứng thư của người ký đang bị tạm dừng; hãy kiểm tra lại sau",
        "the signer's certificate is suspended; check again later",
    ),
    Cause.NO_SIGNER: (
        "không xác định được chứng thư của người ký",
        "it cannot be told which certificate the signature was made with",
    ),
    Cause.EXPIRED: (
        "chứng thư của người ký không còn hoặc chưa có hiệu lực, và không có dấu thời gian chứng minh thời điểm ký",
        "the signer's certificate is not in force, and no timestamp proves when it was signed",
    ),
    Cause.NO_CHAIN: (
        "không biết cơ quan nào đã cấp chứng thư của người ký",
        "the authority that issued the signer's certificate is not known",
    ),
    Cause.PURPOSE: (
        "chứng thư của người ký không dùng để ký văn bản",
        "the signer's certificate is not meant for signing documents",
    ),
    Cause.CHAIN: (
        "chứng thư của người ký không hợp quy định",
        "the signer's certificate breaks a rule",
    ),
    Cause.ALGORITHM: (
        "thuật toán ký không còn đủ an toàn",
        "the algorithms of the signature are no longer safe enough",
    ),
    Cause.REVOCATION_UNKNOWN: (
        "chưa biết chứng thư của người ký có bị thu hồi hay không; cần danh sách thu hồi của cơ quan cấp",
        "it is not known whether the signer's certificate was revoked; the issuer's revocation list is needed",
    ),
    Cause.ADDED_SIGNATURE: (
        "có người ký thêm vào tệp đã ký, chưa rõ phần thêm có được phép hay không",
        "somebody added a signature to the signed file, and it is not clear whether the addition was allowed",
    ),
    Cause.SECOND_OPINION: (
        "công cụ kiểm tra thứ hai không đồng ý hoặc không trả lời",
        "a second tool disagreed or gave no answer",
    ),
}


ROLES = {
    Role.INITIAL: ("ký nháy", "initials"),
    Role.OFFICIAL: ("lãnh đạo ký", "the leader's signature"),
    Role.NUMBER: ("số, ngày", "number and date"),
    Role.SEAL: ("con dấu", "seal"),
    Role.COPY: ("ký bản sao", "signature on a copy"),
    Role.SCAN: ("ký bản số hóa", "signature on a scan"),
    Role.UNKNOWN: ("ký", "signature"),
}
TOLD = (
    {
        "count": " ({} chữ ký)",
        "declared": "tự khai",
        "proven": "dấu thời gian",
        "unproven": "không có dấu thời gian riêng",
    },
    {
        "count": " ({} signatures)",
        "declared": "declared",
        "proven": "timestamp",
        "unproven": "with no timestamp of its own",
    },
)


def unread_sentences(unread: Unread) -> tuple[str, str]:
    return UNREAD[unread]


def sentences_of(findings: Sequence[Finding], worst: Finding, trust: Trust) -> tuple[str, str]:
    """Return the sentence about the whole file in Vietnamese and English."""
    report = worst.report
    if report.verdict is Verdict.PASSED:
        return _passed(findings, trust)
    signed = [one for one in findings if one.role is not Role.DOCUMENT_TIMESTAMP]
    if len(signed) > 1 and {one.cause for one in findings} <= {Cause.REVOCATION_UNKNOWN, Cause.GOOD}:
        return _not_known(signed)
    causes = dict.fromkeys([worst.cause, *(one.cause for one in findings if one.report.verdict is report.verdict)])
    vietnamese, english = ("; ".join(CAUSES[cause][language] for cause in causes) for language in (0, 1))
    if Cause.ADDED_SIGNATURE in causes:
        added = "; ".join(dict.fromkeys(_who(one.report) for one in signed[1:]))
        vietnamese, english = f"{vietnamese}: {added}", f"{english}: {added}"
    who_vi = f" (chữ ký của {report.signer})" if report.signer else f" (chữ ký «{report.field}»)"
    who_en = f" (signature of {report.signer})" if report.signer else f" (signature “{report.field}”)"
    if report.verdict is Verdict.FAILED or worst.cause in {Cause.REVOKED, Cause.REVOKED_AUTHORITY}:
        return f"Không dùng được: {vietnamese}{who_vi}.", f"Not to be used: {english}{who_en}."
    intact = all(one.report.intact for one in findings)
    return (
        f"Chưa kết luận được. {'Chữ ký còn nguyên, nhưng ' if intact else ''}{vietnamese}{who_vi}.",
        f"No conclusion. {'The signatures are intact, but ' if intact else ''}{english}{who_en}.",
    )


def _passed(findings: Sequence[Finding], trust: Trust) -> tuple[str, str]:
    reports = [one.report for one in findings if one.report.role is not Role.DOCUMENT_TIMESTAMP]
    if not reports:
        return (
            "Tệp chỉ có dấu thời gian, không có chữ ký của ai; nội dung chưa bị sửa sau đó.",
            "The file has a timestamp only and nobody's signature; its content was not changed afterwards.",
        )
    seal = next((one for one in reports if one.role is Role.SEAL), None)
    first = seal or reports[-1]
    who = first.signer or first.organisation
    signers = [one for one in dict.fromkeys(one.signer for one in reports) if one and one != who]
    by_vi = f" (người ký: {', '.join(signers)})" if signers else ""
    by_en = f" (signed by {', '.join(signers)})" if signers else ""
    when_vi, when_en = _when(first)
    if trust is Trust.DEMO:
        return (
            (
                f"Bản trình diễn, KHÔNG CÓ GIÁ TRỊ PHÁP LÝ: chữ ký của {who}{by_vi}{when_vi} đúng về kỹ thuật "
                "và tệp chưa "
                "bị sửa sau khi ký."
            ),
            (
                f"A demonstration WITHOUT LEGAL VALUE: the signature of {who}{by_en}{when_en} is technically "
                "right and the "
                "file was not changed afterwards."
            ),
        )
    if trust is Trust.PUBLIC:
        return (
            f"Ký đúng nhưng không phải cơ quan nhà nước. Do {who}{by_vi} ký{when_vi}, chưa bị sửa sau khi ký.",
            f"Rightly signed, but not by a state office. Signed by {who}{by_en}{when_en}, not changed afterwards.",
        )
    return (
        f"Văn bản thật. Do {who}{by_vi} ký{when_vi}, chưa bị sửa sau khi ký.",
        f"Genuine. Signed by {who}{by_en}{when_en}, not changed afterwards.",
    )


def _not_known(findings: Sequence[Finding]) -> tuple[str, str]:
    """Tell of a file that nothing speaks against who added what, and what is missing."""
    vietnamese, english = told_in_order(findings)
    return (
        (
            f"Chưa kết luận được: tệp không bị sửa sau khi ký, lần lượt có {vietnamese}; nhưng chưa biết chứng thư "
            "của những người ký có bị thu hồi hay không, cần danh sách thu hồi của cơ quan cấp."
        ),
        (
            f"No conclusion: the file was not changed after it was signed, in this order: {english}; but it is not "
            "known whether the signers' certificates were revoked, and the issuer's revocation list is needed."
        ),
    )


def told_in_order(findings: Sequence[Finding]) -> tuple[str, str]:
    """Return who added what, by whose word when and proven when, in the order of signing."""
    groups = [list(group) for _, group in groupby(findings, _same_act)]
    return tuple(" → ".join(_told(group, language) for group in groups) for language in (0, 1))  # type: ignore[return-value]  # two


def _same_act(finding: Finding) -> tuple[object, ...]:
    """An office may set number, day and month in three signatures: they are told as one."""
    return finding.role, finding.report.signer, finding.report.serial, finding.report.proven_at is None


def _told(group: Sequence[Finding], language: int) -> str:
    report, words = group[0].report, TOLD[language]
    count = words["count"].format(len(group)) if len(group) > 1 else ""
    declared = _span([one.report.declared_at for one in group])
    proven = _span([one.report.proven_at for one in group])
    return "".join(
        (
            f"{ROLES[group[0].role][language]}{count}: {_who(report)}",
            f", {words['declared']} {declared}" if declared else "",
            f", {words['proven']} {proven}" if proven else f", {words['unproven']}",
        )
    )


def _who(report: SignatureReport) -> str:
    names = report.signer or f"«{report.field}»", report.organisation
    return ", ".join(dict.fromkeys(one for one in names if one))


def _span(times: Sequence[str | None]) -> str:
    known = [datetime.fromisoformat(one).astimezone(VIETNAM) for one in times if one is not None]
    if known and known[0].date() == known[-1].date():
        return "–".join(dict.fromkeys(f"{one:%H:%M}" for one in (known[0], known[-1]))) + f" {known[0]:%d/%m/%Y}"
    return " – ".join(f"{one:%H:%M %d/%m/%Y}" for one in known[:1] + known[-1:])


def _when(report: SignatureReport) -> tuple[str, str]:
    if report.proven_at is not None:
        at = datetime.fromisoformat(report.proven_at).astimezone(VIETNAM)
        return f" ngày {at:%d/%m/%Y}", f" on {at:%d/%m/%Y}"
    if report.declared_at is not None:
        at = datetime.fromisoformat(report.declared_at).astimezone(VIETNAM)
        return f" (tự khai ngày {at:%d/%m/%Y}, không có dấu thời gian)", f" (by their own word on {at:%d/%m/%Y})"
    return "", ""
