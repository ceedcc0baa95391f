"""The confirmation sheet: what was found, in words; nothing on it could pass for a seal, a tick, or a promise."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from printing.confirmation import ConfirmationSheets
from signing.values import Changes, Level, Report, Revocation, Role, SignatureReport, Trust, Verdict
from signing.verify.sheet import sheet_values

SHEETS = ConfirmationSheets(Path(__file__).parents[2] / "assets" / "fonts" / "tinos")
ONE = SignatureReport(
    field="Official", role=Role.OFFICIAL, revision=2, added_by="Đặng Thị Ngọc Hương", signer="Đặng Thị Ngọc Hương",
    organisation="Ủy ban nhân dân xã Nguyệt Ấn", serial="6B3A", issuer="Cấp chứng thư", level=Level.B_LTA,
    digest="sha256", declared_at="2026-11-25T09:00:00+07:00", proven_at="2026-11-25T02:00:03+00:00", intact=True,
    covers_whole_revision=True, changes_after=Changes.ALLOWED, trusted=True, revocation=Revocation.GOOD,
    verdict=Verdict.PASSED, sub_indication=None, trust=Trust.COMMUNE,
)  # fmt: skip
GOOD = Report(
    sha256="ab" * 32, policy="moonseal-1", checked_at="2026-11-26T05:00:00+00:00", verdict=Verdict.PASSED,
    sub_indication=None, message_vi="Văn bản thật. Do Ủy ban ký.", message_en="Genuine. Signed by the office.",
    trust=Trust.COMMUNE, signatures=(ONE,),
)  # fmt: skip


def words(report, name="ket-qua.pdf"):
    with pypdfium2.PdfDocument(SHEETS.draw(sheet_values(report, name))) as document:
        pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    return " ".join(pages).replace("\u200b", "").replace("\ufffe", ""), len(pages)


def test_the_sheet_says_who_signed_when_and_what_was_found():
    said, count = words(GOOD)
    assert count == 1
    for wanted in (
        "Văn bản thật, chưa bị sửa sau khi ký", "Genuine, not changed since it was signed", GOOD.message_vi,
        GOOD.message_en, "ket-qua.pdf", "abababab abababab", "12:00:00 26/11/2026 (+07:00)", "moonseal-1", "commune",
        "Đặng Thị Ngọc Hương", "Ủy ban nhân dân xã Nguyệt Ấn", "09:00:03 25/11/2026 (+07:00)", "B-LTA", "6B3A",
        "chứng thư không bị thu hồi", "không thay cho tệp",
    ):  # fmt: skip
        assert wanted in said, wanted


@pytest.mark.parametrize(
    ("report", "headline"),
    [
        (replace(GOOD, trust=Trust.DEMO), "Bản trình diễn, không có giá trị pháp lý"),
        (replace(GOOD, trust=Trust.PUBLIC), "Ký đúng nhưng không phải cơ quan nhà nước"),
        (replace(GOOD, verdict=Verdict.FAILED, sub_indication="HASH_FAILURE"), "Không dùng được"),
        (replace(GOOD, verdict=Verdict.INDETERMINATE, sub_indication="TRY_LATER"), "Chưa kết luận được"),
        (replace(GOOD, verdict=Verdict.NO_SIGNATURE, signatures=()), "Tệp không có chữ ký số"),
        (replace(GOOD, verdict=Verdict.UNREADABLE, signatures=()), "Không đọc được tệp"),
    ],
)
def test_only_what_may_be_relied_on_is_called_genuine(report, headline):
    said, _ = words(report)
    assert headline in said
    assert "Văn bản thật, chưa bị sửa" not in said
    for never in ("✓", "✔", "☑", " valid", "Valid", "hợp lệ"):
        assert never not in said


def test_names_from_strangers_files_neither_break_it_nor_run_off_the_paper():
    strange = replace(ONE, signer="Ⓐ🙂" + "W" * 300, organisation="組織 " + "i" * 200, issuer="x" * 500)
    many = replace(GOOD, signatures=(strange,) * 50, message_vi="é" * 900, message_en="W" * 900)
    said, count = words(many, "…/../" + "名" * 90 + "a" * 400 + ".pdf")
    assert count > 1
    assert "??" + "W" * 30 in said.replace(" ", "")
