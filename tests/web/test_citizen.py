"""What anybody can open: progress by code, the result by code and digits, a check; and the limits on guesses."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dossiers import files
from dossiers.lifecycle import State
from tests.web import cast as people
from web.models import Try


def page_of(response):
    return response.content.decode()


def test_the_code_alone_shows_progress_and_names_nobody(dossier_at):
    dossier = dossier_at(State.CONFIRMED)
    page = page_of(Client().get(f"/k/{dossier.receipt.code}"))
    assert "Hồ sơ đang chờ lãnh đạo ký" in page
    assert "Phạm Thị Vân" not in page
    assert "Tải kết quả" not in page


def test_the_printed_address_forgives_case_and_misread_letters(dossier_at):
    dossier = dossier_at(State.RECEIVED)
    code = dossier.receipt.code
    misread = code.lower().replace("0", "o").replace("1", "l")
    assert Client().get(f"/k/{misread}").status_code == 200
    spaced = f" {misread[:4]} {misread[4:8]}-{misread[8:]}"
    assert Client().post(reverse("track"), {"code": spaced}).headers["Location"] == f"/k/{code}"


def test_code_and_digits_open_the_result_which_is_then_delivered(dossier_at):
    dossier = dossier_at(State.SEALED)
    code, citizen = dossier.receipt.code, Client()
    page = page_of(citizen.post(reverse("more", args=[code]), {"digits": people.DIGITS}))
    token = page.split('name="token" value="')[1].split('"')[0]
    download = citizen.post(reverse("citizen_result", args=[code]), {"token": token})
    assert download.content.startswith(b"%PDF-")
    assert f'filename="{dossier.code}.pdf"' in download.headers["Content-Disposition"]
    dossier.refresh_from_db()
    assert dossier.state == State.DELIVERED


def test_a_token_of_our_own_making_only(dossier_at):
    dossier = dossier_at(State.SEALED)
    response = Client().post(reverse("citizen_result", args=[dossier.receipt.code]), {"token": str(dossier.pk)})
    assert response.status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.SEALED


def test_wrong_digits_and_a_wrong_code_read_the_same(dossier_at):
    dossier = dossier_at(State.SEALED)
    wrong_digits = Client().post(reverse("more", args=[dossier.receipt.code]), {"digits": "9999"})
    wrong_code = Client().get("/k/AAAAAAAAAAAA")
    sentence = "Không tìm thấy hồ sơ theo thông tin đã nhập"
    assert (wrong_digits.status_code, wrong_code.status_code) == (404, 404)
    assert sentence in page_of(wrong_digits)
    assert sentence in page_of(wrong_code)


def test_guessing_codes_is_stopped_per_address_and_the_owner_elsewhere_is_not(dossier_at):
    dossier = dossier_at(State.RECEIVED)
    guesser = Client(REMOTE_ADDR="203.0.113.9")
    answers = [guesser.get(f"/k/AAAAAAAAAA{n:02d}").status_code for n in range(12)]
    assert answers == [404] * 10 + [429] * 2
    stopped = guesser.get(f"/k/{dossier.receipt.code}")
    assert (stopped.status_code, stopped.headers["Retry-After"]) == (429, "600")
    assert "10 phút" in page_of(stopped)
    assert Client(REMOTE_ADDR="203.0.113.10").get(f"/k/{dossier.receipt.code}").status_code == 200


def test_right_codes_are_not_counted(dossier_at):
    dossier = dossier_at(State.RECEIVED)
    assert {Client().get(f"/k/{dossier.receipt.code}").status_code for _ in range(15)} == {200}
    assert not Try.objects.exists()


def test_guessing_digits_is_stopped(dossier_at):
    dossier = dossier_at(State.SEALED)
    address = reverse("more", args=[dossier.receipt.code])
    answers = [Client().post(address, {"digits": f"9{n:03d}"}).status_code for n in range(6)]
    assert answers == [404] * 5 + [429]


def test_the_table_of_tries_holds_no_address(office):
    Client(REMOTE_ADDR="203.0.113.9").get("/k/AAAAAAAAAAAA")
    assert [len(one.bucket) for one in Try.objects.all()] == [64, 64]


@pytest.mark.parametrize("content", [b"not a PDF", b"%PDF-1.7 cut off"])
def test_a_file_that_is_no_pdf_gets_an_answer_not_an_error(office, content):
    response = Client().post(reverse("verify"), {"document": SimpleUploadedFile("x.pdf", content)})
    assert response.status_code == 200
    assert "Không đọc được tệp này" in page_of(response)


def test_an_empty_file_is_told_beside_the_field(office):
    response = Client().post(reverse("verify"), {"document": SimpleUploadedFile("x.pdf", b"")})
    assert response.status_code == 422
    assert "Tệp này trống" in page_of(response)


def test_a_sealed_result_is_found_good_and_a_changed_one_is_not(dossier_at, office):
    dossier = dossier_at(State.SEALED)
    with files.opened(dossier.results.get().sealed) as file:
        content = bytearray(file.read())
    good = page_of(Client().post(reverse("verify"), {"document": BytesIO(bytes(content))}))
    assert "Chữ ký đúng – chỉ là bản dùng thử" in good
    assert "con dấu của cơ quan" in good
    content[len(content) // 3] ^= 1
    assert "Chữ ký đúng" not in page_of(Client().post(reverse("verify"), {"document": BytesIO(bytes(content))}))
