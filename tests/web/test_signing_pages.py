"""The official's and the records clerk's pages: what is shown is what is signed, and only with the PIN."""

from django.urls import reverse

from dossiers.lifecycle import State
from dossiers.models import NumberEntry, Signature
from tests.dossiers.office import SECRET


def opened(client, dossier):
    client.post(reverse("sign", args=[dossier.pk]))
    return dossier.results.get(voided_at=None)


def test_looking_changes_nothing_and_opening_reserves_a_number(as_, dossier_at):
    dossier, official = dossier_at(State.CONFIRMED), as_("official")
    assert "Mở kết quả để ký" in official.get(reverse("sign", args=[dossier.pk])).content.decode()
    assert not NumberEntry.objects.exists()
    result = opened(official, dossier)
    page = official.get(reverse("sign", args=[dossier.pk])).content.decode()
    assert result.session.number.text in page
    assert reverse("result_image", args=[result.pk, result.drawn.sha256, 1]) in page
    assert f'value="{result.drawn.sha256}"' in page
    image = official.get(reverse("result_image", args=[result.pk, result.drawn.sha256, 1]))
    assert image.content.startswith(b"\x89PNG")
    assert official.get(reverse("result_image", args=[result.pk, "0" * 64, 1])).status_code == 404
    assert official.get(reverse("result_image", args=[result.pk, result.drawn.sha256, 2])).status_code == 404


def test_a_wrong_pin_signs_nothing_and_is_not_drawn_back(as_, dossier_at):
    dossier, official = dossier_at(State.CONFIRMED), as_("official")
    result = opened(official, dossier)
    form = {"shown_sha256": result.drawn.sha256, "pin": "wrong-pin-0000"}
    response = official.post(reverse("sign", args=[dossier.pk]), form)
    assert response.status_code == 422
    assert "Mã PIN không đúng" in response.content.decode()
    assert "wrong-pin-0000" not in response.content.decode()
    assert not Signature.objects.exists()


def test_other_bytes_than_those_shown_are_not_signed(as_, dossier_at):
    dossier, official = dossier_at(State.CONFIRMED), as_("official")
    opened(official, dossier)
    response = official.post(reverse("sign", args=[dossier.pk]), {"shown_sha256": "0" * 64, "pin": SECRET})
    assert response.status_code == 409
    assert not Signature.objects.exists()


def test_signed_then_sealed_then_downloaded(as_, dossier_at):
    dossier, official, records = dossier_at(State.CONFIRMED), as_("official"), as_("records_clerk")
    result = opened(official, dossier)
    assert (
        official.post(
            reverse("sign", args=[dossier.pk]), {"shown_sha256": result.drawn.sha256, "pin": SECRET}
        ).status_code
        == 302
    )
    result.refresh_from_db()
    page = records.get(reverse("seal", args=[dossier.pk])).content.decode()
    assert "Chữ ký đúng" in page
    assert "Phạm Văn Hùng" in page
    assert result.session.number.text in records.get(reverse("records")).content.decode()
    assert (
        records.post(
            reverse("seal", args=[dossier.pk]), {"shown_sha256": result.signed.sha256, "pin": SECRET}
        ).status_code
        == 302
    )
    dossier.refresh_from_db()
    assert dossier.state == State.SEALED
    assert "Tải kết quả đã đóng dấu" in as_("clerk").get(reverse("dossier", args=[dossier.pk])).content.decode()


def test_given_back_with_a_reason_voids_the_number_and_the_desk_reads_why(as_, dossier_at):
    dossier, official = dossier_at(State.CONFIRMED), as_("official")
    opened(official, dossier)
    assert official.post(reverse("give_back", args=[dossier.pk]), {"reason": "facts-wrong"}).status_code == 302
    assert NumberEntry.objects.get().state == NumberEntry.VOID
    assert "Nội dung ghi chưa đúng" in as_("clerk").get(reverse("dossier", args=[dossier.pk])).content.decode()
    assert "Nội dung ghi chưa đúng" in official.get(reverse("official")).content.decode()


def test_empty_queues_say_what_comes_there(as_):
    assert "Không có hồ sơ chờ ký" in as_("official").get(reverse("official")).content.decode()
    assert "Không có kết quả chờ đóng dấu" in as_("records_clerk").get(reverse("records")).content.decode()
