"""From a scan to the citizen's verified result in a browser, in Vietnamese, by the four people who do it.

The scan is one of the committed samples, read by the real reader; what it misread is corrected as a clerk would, by the
truth that lies beside the samples. Screenshots of every step stay under var/test/screenshots.
"""

import json
from pathlib import Path

from dossiers import transcription
from dossiers.models import Dossier
from tests.dossiers.office import SECRET
from tests.web.cast import DIGITS
from web import typed

SAMPLES = Path(__file__).parents[2] / "samples"
SAMPLE = "12-marital-status"
GENUINE = "Chữ ký đúng – chỉ là bản dùng thử"  # the authority of these tests is no public office


def test_a_dossier_goes_from_scan_to_the_citizens_verified_result(office, window, tmp_path):
    code = received_at_the_desk(window)
    compared_with_the_scan(window)
    signed_by_the_official(window)
    sealed_by_the_records_clerk(window)
    fetched_by_the_citizen(window, code, tmp_path)


def received_at_the_desk(window) -> str:
    desk = window()
    desk.sign_in("lan")
    desk.shot("01-desk-empty")
    desk.assert_accessible()
    desk.page.get_by_role("main").get_by_role("link", name="Hồ sơ mới").click()
    desk.page.get_by_label("Thủ tục").select_option(label="Cấp Giấy xác nhận tình trạng hôn nhân")
    desk.page.get_by_label("Họ và tên người nộp").fill("Chu Mạnh Cường")
    desk.page.get_by_label("Bốn số cuối điện thoại của người nộp").fill(DIGITS)
    scan = next(path for path in sorted((SAMPLES / "dossiers" / SAMPLE).iterdir()) if path.name != "dossier.toml")
    desk.page.get_by_label("Bản quét").set_input_files(scan)
    checked(desk, "02-new-dossier")
    desk.page.get_by_role("button", name="Nhận hồ sơ và in giấy hẹn").click()
    checked(desk, "03-slip")
    code = desk.page.locator(".ms-code").inner_text()
    transcription.transcribe(Dossier.objects.get().pk)  # what the worker does
    return code


def compared_with_the_scan(window) -> None:
    truth = json.loads((SAMPLES / "truth" / f"{SAMPLE}.json").read_text(encoding="utf-8"))["fields"]
    desk = window()
    desk.sign_in("lan")
    page = desk.page
    checked(desk, "04-desk")
    page.get_by_role("link", name=Dossier.objects.get().code).click()
    page.locator(".ms-page img").first.wait_for()
    assert page.locator(".ms-page img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
    checked(desk, "05-review")
    total = page.locator(".ms-field").count()
    for _ in range(total):
        here = page.locator(":focus")
        name = here.evaluate("input => input.form.elements.field.value")
        right = typed.shown(name, truth.get(name))
        if here.input_value() != right:
            here.fill(right)
        row = page.locator(".ms-field", has=page.locator(f"input[name=field][value='{name}']"))
        page.keyboard.press("Enter")
        row.get_by_text("✓").wait_for()
    page.get_by_text("Mọi ô đã được xác nhận.").wait_for()
    desk.shot("06-review-done")
    page.get_by_role("button", name="Mọi ô đã đúng: chuyển ký").click()
    page.get_by_text("Hồ sơ đã được chuyển ký.").wait_for()
    desk.shot("07-handed-on")


def signed_by_the_official(window) -> None:
    official = window()
    official.sign_in("hung")
    official.go("/to-sign")
    checked(official, "08-to-sign")
    official.page.get_by_role("link", name="Xem và ký").click()
    checked(official, "09-before-opening")
    official.page.get_by_role("button", name="Mở kết quả để ký").click()
    loaded(official)
    checked(official, "10-result-to-sign")
    official.page.get_by_label("Mã PIN của khóa ký").fill("wrong")
    official.page.get_by_role("button", name="Ký", exact=True).click()
    assert official.page.get_by_role("alert").first.inner_text().count("PIN")
    official.shot("11-wrong-pin")
    official.page.get_by_label("Mã PIN của khóa ký").fill(SECRET)
    official.page.get_by_role("button", name="Ký", exact=True).click()
    official.page.get_by_text("Đã ký. Văn thư sẽ đóng dấu tiếp.").wait_for()


def sealed_by_the_records_clerk(window) -> None:
    records = window()
    records.sign_in("mai")
    records.go("/to-seal")
    checked(records, "12-to-seal")
    records.page.locator(".ms-table tbody a").first.click()
    loaded(records)
    checked(records, "13-signed-result")
    assert records.page.get_by_role("heading", name=GENUINE).count()
    records.page.get_by_label("Mã PIN của con dấu").fill(SECRET)
    records.page.get_by_role("button", name="Đóng dấu").click()
    records.page.get_by_text("Đã đóng dấu.").wait_for()


def fetched_by_the_citizen(window, code, tmp_path) -> None:
    """An old telephone without scripts: track, four digits, download, check; and a check with one byte changed."""
    citizen = window(scripts=False, width=320)
    citizen.go("/")
    citizen.shot("14-first-page")
    citizen.page.get_by_role("main").get_by_role("link", name="Tra cứu hồ sơ").click()
    citizen.page.get_by_label("Mã hồ sơ trên giấy hẹn").fill(code.lower().replace("-", " "))
    citizen.shot("15-track")
    citizen.page.get_by_role("button", name="Xem hồ sơ đang ở bước nào").click()
    assert "Chu Mạnh Cường" not in citizen.page.content()
    citizen.shot("16-progress")
    citizen.page.get_by_label("Bốn số cuối").fill(DIGITS)
    citizen.page.get_by_role("button", name="Tiếp tục").click()
    citizen.shot("17-result-ready")
    with citizen.page.expect_download() as download:
        citizen.page.get_by_role("button", name="Tải kết quả (PDF)").click()
    result = tmp_path / "ket-qua.pdf"
    download.value.save_as(result)
    assert checked_document(citizen, result, "18-genuine") == GENUINE
    content = bytearray(result.read_bytes())
    content[len(content) // 3] ^= 1
    (tmp_path / "sua.pdf").write_bytes(content)
    assert checked_document(citizen, tmp_path / "sua.pdf", "19-changed") != GENUINE
    (tmp_path / "anh.pdf").write_bytes(b"not a PDF")
    assert checked_document(citizen, tmp_path / "anh.pdf", "20-unreadable") == "Không đọc được tệp này"


def checked_document(citizen, path, name) -> str:
    citizen.go("/verify")
    citizen.page.get_by_label("Tệp PDF").set_input_files(path)
    citizen.page.get_by_role("button", name="Kiểm tra", exact=True).click()
    citizen.shot(name)
    return citizen.page.locator("#verdict").inner_text().splitlines()[-1]


def loaded(watched) -> None:
    for image in watched.page.locator(".ms-page img").all():
        image.scroll_into_view_if_needed()
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000


def checked(watched, name) -> None:
    watched.shot(name)
    watched.assert_accessible()
    watched.assert_large_enough()
    watched.assert_fits()
