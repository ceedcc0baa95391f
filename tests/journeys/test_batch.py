"""An official signs three results with one PIN, by keyboard, on a small telephone too; the seals without scripts."""

from dossiers import review
from dossiers.lifecycle import State
from dossiers.models import Dossier, Signature
from tests.dossiers.office import SECRET
from tests.web import cast as people

COUNT = 3


def confirmed(office):
    clerk = office.actor(office.clerk)
    for _ in range(COUNT):
        dossier = people.transcribed(office)
        review.confirm_fields(clerk, dossier.pk, dossier.fields.values_list("name", flat=True))
        review.make_record(clerk, dossier.pk)


def checked(watched, name):
    watched.shot(name)
    watched.assert_accessible()
    watched.assert_large_enough()
    watched.assert_fits()


def pictures_at(watched, name):
    """The page at 320 px, and at 200 % of a desk's screen (which is half as many CSS pixels)."""
    before = watched.page.viewport_size
    for width, of in ((320, "320px"), (683, "200percent")):
        watched.page.set_viewport_size({"width": width, "height": 800})
        watched.shot(f"{name}-{of}")
    watched.page.set_viewport_size(before)


def finished(watched):
    watched.page.get_by_text(f"Đã xong {COUNT} trong {COUNT} kết quả.").wait_for(timeout=120_000)
    watched.page.locator("input[type=password]").wait_for(state="detached")


def test_fifty_are_signed_as_three_are(office, window):
    confirmed(office)
    official = window()
    official.sign_in("hung")
    official.go("/to-sign")
    checked(official, "30-batch-choose")
    pictures_at(official, "30-batch-choose")
    page = official.page
    page.get_by_role("button", name="Chọn tất cả").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="ký bằng một mã PIN").press("Enter")
    page.get_by_label("Mã PIN của khóa ký").wait_for()
    page.locator("summary").first.press("Enter")
    first = page.locator(".ms-table img").first
    assert first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 1000
    checked(official, "31-batch-list")
    pictures_at(official, "31-batch-list")
    page.get_by_label("Mã PIN của khóa ký").fill("wrong")
    page.keyboard.press("Enter")
    assert "PIN" in page.get_by_role("alert").first.inner_text()
    assert not Signature.objects.exists()
    page.get_by_label("Mã PIN của khóa ký").fill(SECRET)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Dừng lại").wait_for()
    checked(official, "32-batch-running")
    finished(official)
    checked(official, "33-batch-done")
    pictures_at(official, "33-batch-done")
    assert Signature.objects.filter(role="official").count() == COUNT

    records = window(scripts=False)
    records.sign_in("mai")
    records.go("/to-seal")
    records.shot("34-batch-seals")
    for box in records.page.locator("input[type=checkbox]").all():
        box.check()
    records.page.get_by_role("button", name="đóng dấu bằng một mã PIN").click()
    records.page.get_by_label("Mã PIN của con dấu").fill(SECRET)
    records.page.keyboard.press("Enter")
    finished(records)
    assert set(Dossier.objects.values_list("state", flat=True)) == {State.SEALED.value}
