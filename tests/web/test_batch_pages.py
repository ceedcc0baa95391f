"""Lists to sign or seal with one PIN, as pages: what is chosen, what is shown, what is refused, how far it is."""

import pytest
from django.conf import settings
from django.urls import reverse

from dossiers import batches, issue
from dossiers.lifecycle import State
from dossiers.models import NumberEntry, Signature, SigningBatch
from tests.dossiers.office import SECRET
from tests.dossiers.wiring import register_number_key


@pytest.fixture
def official(as_):
    return as_("official")


def gathered(client, *dossiers, to="gather_to_sign"):
    response = client.post(reverse(to), {"dossier": [str(one.pk) for one in dossiers]})
    assert response.status_code == 302
    return response["Location"]


def test_a_list_shows_what_each_result_is_before_any_pin(official, dossier_at):
    dossiers = [dossier_at(State.CONFIRMED) for _ in range(2)]
    assert official.get(reverse("official")).content.decode().count('type="checkbox"') == 2
    page = official.get(gathered(official, *dossiers)).content.decode()
    batch = SigningBatch.objects.get()
    for item in batch.items.all():
        assert item.result.session.number_text in page
        assert reverse("result_image", args=[item.result.pk, item.shown_sha256, 1]) in page
    assert f'value="{batch.list_sha256}"' in page
    assert "Đã xong 0 trong 2 kết quả." in page
    assert not Signature.objects.exists()


def test_nothing_chosen_says_so(official):
    response = official.post(reverse("gather_to_sign"), follow=True)
    assert "hãy chọn ít nhất một kết quả" in response.content.decode()
    assert official.post(reverse("gather_to_sign"), {"dossier": "no id"}).status_code == 400


def test_a_wrong_pin_and_another_list_begin_nothing(official, dossier_at):
    address = gathered(official, dossier_at(State.CONFIRMED))
    batch = SigningBatch.objects.get()
    answer = official.post(address, {"list_sha256": batch.list_sha256, "pin": "wrong-pin-0000"})
    assert answer.status_code == 422
    assert "Mã PIN không đúng" in answer.content.decode()
    assert "wrong-pin-0000" not in answer.content.decode()
    assert official.post(address, {"list_sha256": "0" * 64, "pin": SECRET}).status_code == 409
    batch.refresh_from_db()
    assert not batch.run


def test_while_it_runs_the_page_tells_how_far_it_is_and_can_stop_it(office, official, dossier_at):
    address = gathered(official, dossier_at(State.CONFIRMED))
    batch = SigningBatch.objects.get()
    run = batches.start(office.actor(office.official), batch.pk, batch.list_sha256, SECRET)
    page = official.get(address).content.decode()
    assert "Dừng lại" in page
    assert 'type="password"' not in page
    assert "Đã xong 0 trong 1" in official.get(reverse("batch_progress", args=[batch.pk])).content.decode()
    assert official.post(reverse("stop_batch", args=[batch.pk])).status_code == 302
    run()
    assert official.get(reverse("batch_progress", args=[batch.pk])).status_code == 204
    assert "Đã dừng theo ý ông/bà" in official.get(address).content.decode()
    batches.start(office.actor(office.official), batch.pk, batch.list_sha256, SECRET)()
    page = official.get(address).content.decode()
    assert "Đã xong 1 trong 1 kết quả." in page
    assert 'type="password"' not in page


def test_nobody_else_sees_a_list(official, as_, dossier_at):
    address = gathered(official, dossier_at(State.CONFIRMED))
    assert as_("records_clerk").get(address).status_code == 404
    assert as_("clerk").get(address).status_code == 403


def test_a_result_that_was_signed_without_number_gets_it_from_the_records_clerk(
    office, as_, dossier_at, real_engines, monkeypatch
):
    folder, authority, _engines = real_engines
    register_number_key(folder, authority, office.unit, office.records_clerk)
    monkeypatch.setattr(settings, "NUMBERING", "after_signing")
    dossier, records = dossier_at(State.DRAWN), as_("records_clerk")
    assert "Văn thư sẽ ghi số" in as_("official").get(reverse("sign", args=[dossier.pk])).content.decode()
    official = office.actor(office.official)
    issue.sign(official, dossier.pk, issue.shown(official, dossier.pk).sha256, SECRET)
    assert 'type="checkbox"' not in records.get(reverse("records")).content.decode()  # cannot be sealed yet
    records.post(reverse("number", args=[dossier.pk]))
    text = NumberEntry.objects.get().text
    page = records.get(reverse("seal", args=[dossier.pk])).content.decode()
    assert text in page
    assert "Mã PIN của khóa" in page
    result = dossier.results.get()
    form = {"shown_sha256": result.signed.sha256, "pin": SECRET}
    assert records.post(reverse("number", args=[dossier.pk]), form | {"pin": "a guess"}).status_code == 422
    assert records.post(reverse("number", args=[dossier.pk]), form).status_code == 302
    page = records.get(reverse("seal", args=[dossier.pk])).content.decode()
    assert "Mã PIN của con dấu" in page
    assert 'type="checkbox"' in records.get(reverse("records")).content.decode()
