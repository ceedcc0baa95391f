"""The desk's pages: the list, taking in, comparing fields, and two clerks at once."""

import re
import subprocess
from io import BytesIO
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp
from django.urls import reverse

from dossiers.lifecycle import State
from dossiers.models import Dossier
from ocr.sorting import SEPARATOR
from tests.web import cast as people
from web import typed


def seen(page, name):
    """Return the mark of what was shown of a field, as the form carries it."""
    row = page.split(f'name="field" value="{name}"')[1]
    return row.split('name="seen" value="')[1].split('"')[0]


def sent(client, dossier, name, value, *, seen, **headers):
    form = {"field": name, "value": value, "seen": seen, "revision": str(dossier.revision)}
    return client.post(reverse("confirm_field", args=[dossier.pk]), form, headers=headers)


def test_an_empty_list_says_what_will_stand_there(as_):
    page = as_("clerk").get(reverse("desk")).content.decode()
    assert "Chưa có hồ sơ" in page


def test_the_list_shows_state_due_day_flag_and_counts(as_, office):
    people.transcribed(office, flags=("misfiled",))
    people.received(office)
    page = as_("clerk").get(reverse("desk")).content.decode()
    for words in ("2 hồ sơ", "Chờ đối chiếu", "Máy đang đọc", "Nộp nhầm thủ tục", "Phạm Thị Vân", "Hạn trả"):
        assert words in page
    one = as_("clerk").get(reverse("desk"), {"state": "received"}).content.decode()
    assert "1 hồ sơ" in one
    assert "Nộp nhầm thủ tục" not in one


def test_a_submission_sent_twice_is_one_dossier(as_, office):
    form = {"id": str(uuid4()), "procedure": "1.004873", "applicant_name": "Phạm Thị Vân", "identity_digits": "0417"}
    for _ in range(2):
        response = as_("clerk").post(reverse("receive"), form | {"scans": BytesIO(people.scan_pdf())})
        assert response.status_code == 302
    assert Dossier.objects.count() == 1
    assert "Mã hồ sơ cho người dân" in as_("clerk").get(response.url).content.decode()


def test_several_files_of_every_kind_that_scanners_and_phones_give_are_one_dossier(as_, office):
    kinds = (people.scan_pdf(), b"\xff\xd8\xff\xe0", b"II*\0", b"\0\0\0\x18ftypheic", b"\x89PNG\r\n\x1a\n")
    form = {"id": str(uuid4()), "procedure": "1.004873", "applicant_name": "Phạm Thị Vân", "identity_digits": "0417"}
    response = as_("clerk").post(reverse("receive"), form | {"scans": [BytesIO(kind) for kind in kinds]})
    assert response.status_code == 302
    scans = Dossier.objects.get().scans.order_by("position")
    assert [scan.position for scan in scans] == [1, 2, 3, 4, 5]
    assert [scan.file.media_type for scan in scans] == [
        "application/pdf", "image/jpeg", "image/tiff", "image/heic", "image/png"
    ]  # fmt: skip


def test_the_desk_is_told_at_once_which_page_to_scan_again(as_, dossier_at):
    page = as_("clerk").get(reverse("dossier", args=[dossier_at(State.TRANSCRIBED).pk])).content.decode()
    assert "Trang 2 bị mờ: hãy quét lại." in page
    assert "Trang 1 bị mờ" not in page


def test_the_slip_is_a_sheet_to_print_without_the_digits(as_, dossier_at, tmp_path):
    dossier = dossier_at(State.RECEIVED)
    response = as_("clerk").get(reverse("slip_sheet", args=[dossier.pk]))
    assert response.headers["Content-Type"] == "application/pdf"
    (tmp_path / "slip.pdf").write_bytes(response.content)
    text = subprocess.run(["pdftotext", tmp_path / "slip.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert dossier.code in text
    assert dossier.receipt.code in "".join(text.split()).replace("-", "")
    assert "BỘ PHẬN TIẾP NHẬN" in text
    assert people.DIGITS not in text.replace(dossier.code, "")


def test_a_scan_of_unknown_type_is_refused_beside_the_form(as_):
    form = {"id": str(uuid4()), "procedure": "1.004873", "applicant_name": "Phạm Thị Vân", "telephone_digits": "0417"}
    response = as_("clerk").post(reverse("receive"), form | {"scans": BytesIO(b"MZ not a scan")})
    assert response.status_code == 422
    assert "Tệp thứ 1 không phải PDF" in response.content.decode()
    assert not Dossier.objects.exists()


def test_a_form_without_digits_is_told_which_field(as_):
    form = {"id": str(uuid4()), "procedure": "1.004873", "applicant_name": "Phạm Thị Vân"}
    response = as_("clerk").post(reverse("receive"), form | {"scans": BytesIO(people.scan_pdf())})
    assert response.status_code == 422
    assert 'href="#id_telephone_digits"' in response.content.decode()


def test_doubtful_fields_stand_first_and_boxes_are_drawn_without_styles(as_, dossier_at):
    dossier = dossier_at(State.TRANSCRIBED)
    page = as_("clerk").get(reverse("dossier", args=[dossier.pk])).content.decode()
    assert page.index('value="subject.birth_date"') < page.index('value="request.agency"')
    assert page.count("<rect ") == dossier.fields.count()
    assert " style=" not in page
    assert "onclick" not in page
    assert 'value="12/06/1985"' in page


def test_a_field_is_corrected_without_scripts_and_the_cursor_goes_on(as_, dossier_at):
    dossier, clerk = dossier_at(State.TRANSCRIBED), as_("clerk")
    page = clerk.get(reverse("dossier", args=[dossier.pk])).content.decode()
    response = sent(clerk, dossier, "subject.birth_date", "13/6/1985", seen=seen(page, "subject.birth_date"))
    assert response.status_code == 302
    assert response.url.endswith(f"#f-{dossier.fields.get(name='subject.ethnicity').pk}")
    field = dossier.fields.get(name="subject.birth_date")
    assert (field.final_value, field.is_corrected) == ("1985-06-13", True)
    assert "✓ Đã sửa" in clerk.get(reverse("dossier", args=[dossier.pk])).content.decode()


def row_of(page, field):
    return page.split(f'id="f-{field.pk}"')[1].split("</li>")[0]


def test_proposals_stand_behind_what_was_read_and_none_is_chosen(as_, dossier_at):
    dossier, clerk = dossier_at(State.TRANSCRIBED), as_("clerk")
    row = row_of(
        clerk.get(reverse("dossier", args=[dossier.pk])).content.decode(), dossier.fields.get(name="subject.ethnicity")
    )
    assert re.findall(r'name="proposal" value="([^"]+)"', row) == people.PROPOSED["subject.ethnicity"]
    assert "Gợi ý, không phải máy đọc từ giấy" in row
    assert re.findall(r'name="value" value="([^"]*)"', row) == ["Mường"]
    # The first button of a form is what Enter presses where there are no scripts: it confirms what stands there.
    assert "proposal" not in re.findall(r"<button[^>]*>", row)[0]


def test_a_proposal_that_was_pressed_is_the_persons_value_and_the_others_go(as_, dossier_at):
    dossier, clerk = dossier_at(State.TRANSCRIBED), as_("clerk")
    page = clerk.get(reverse("dossier", args=[dossier.pk])).content.decode()
    form = {"field": "subject.ethnicity", "value": "Mường", "proposal": "Mông", "seen": seen(page, "subject.ethnicity")}
    assert clerk.post(reverse("confirm_field", args=[dossier.pk]), form).status_code == 302
    field = dossier.fields.get(name="subject.ethnicity")
    assert (field.value, field.final_value, field.confirmed_by.username) == ("Mường", "Mông", "lan")
    page = clerk.get(reverse("dossier", args=[dossier.pk])).content.decode()
    assert 'name="proposal"' not in page


def test_a_script_gets_json_with_what_is_left(as_, dossier_at):
    dossier, clerk = dossier_at(State.TRANSCRIBED), as_("clerk")
    page = clerk.get(reverse("dossier", args=[dossier.pk])).content.decode()
    told = sent(
        clerk, dossier, "purpose", people.VALUES["purpose"], seen=seen(page, "purpose"), Accept="application/json"
    ).json()
    assert told["confirmed"]
    assert told["left_words"] == f"Còn {len(people.VALUES) - 1} ô cần xác nhận."


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_two_clerks_do_not_overwrite_each_other(as_, dossier_at, accept):
    dossier, one, other = dossier_at(State.TRANSCRIBED), as_("clerk"), as_("clerk")
    page = one.get(reverse("dossier", args=[dossier.pk])).content.decode()
    stale = seen(page, "purpose")
    assert sent(other, dossier, "purpose", "Để vay vốn", seen=stale).status_code == 302
    response = sent(one, dossier, "purpose", "Để đi học", seen=stale, Accept=accept)
    assert response.status_code == 409
    told = response.json()["problem"] if accept == "application/json" else response.content.decode()
    assert "Đồng nghiệp vừa sửa" in told
    assert dossier.fields.get(name="purpose").final_value == "Để vay vốn"


def test_handing_on_before_every_field_is_confirmed_names_the_field(as_, dossier_at):
    dossier = dossier_at(State.TRANSCRIBED)
    response = as_("clerk").post(reverse("confirm_all", args=[dossier.pk]), {"revision": dossier.revision})
    assert response.status_code == 422
    assert "Ô này chưa được xác nhận" in response.content.decode()
    dossier.refresh_from_db()
    assert dossier.state == State.TRANSCRIBED


def test_a_misfiled_dossier_says_what_to_do_and_can_be_filed_anew(as_, office):
    dossier, clerk = people.transcribed(office, flags=("misfiled",)), as_("clerk")
    page = clerk.get(reverse("dossier", args=[dossier.pk])).content.decode()
    assert "Nộp nhầm thủ tục" in page
    assert "chuyển sang đúng thủ tục" in page
    assert "chuyển ký</button>" not in page
    form = {"step": "refile", "procedure": "2.000635", "revision": dossier.revision}
    assert clerk.post(reverse("step", args=[dossier.pk]), form).status_code == 302
    dossier.refresh_from_db()
    assert (dossier.procedure_code, dossier.state, dossier.flags) == ("2.000635", State.RECEIVED, [])


def test_a_step_on_a_dossier_that_moved_on_is_refused(as_, office):
    dossier, clerk = people.transcribed(office, flags=("wrong-page",)), as_("clerk")
    form = {"step": "return", "reason": "wrong-page", "revision": dossier.revision}
    assert clerk.post(reverse("step", args=[dossier.pk]), form).status_code == 302
    assert clerk.post(reverse("step", args=[dossier.pk]), form).status_code == 409


def test_what_a_scan_says_is_never_markup(as_, dossier_at):
    dossier = dossier_at(State.TRANSCRIBED)
    dossier.fields.filter(name="purpose").update(value="<script>alert(1)</script>")
    page = as_("clerk").get(reverse("dossier", args=[dossier.pk])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("05/03/1985", "1985-03-05"),
        ("5.3.1985", "1985-03-05"),
        ("3/1985", "1985-03"),
        ("1985", "1985"),
        ("năm 1985", "năm 1985"),
        ("", None),
    ],
)
def test_dates_are_written_as_people_do(written, kept):
    assert typed.stored("subject.birth_date", written) == kept
    assert typed.stored("purpose", "3/1985") == "3/1985"


def test_the_separator_sheet_is_printed_from_the_page_for_new_dossiers(as_):
    clerk = as_("clerk")
    address = reverse("separator_sheet")
    assert f'href="{address}"' in clerk.get(reverse("receive")).content.decode()
    with pypdfium2.PdfDocument(clerk.get(address).content) as sheet:
        (code,) = zxingcpp.read_barcodes(sheet[0].render(scale=1).to_pil())
    assert code.text == SEPARATOR
