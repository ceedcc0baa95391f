"""Every main page for itself: axe finds nothing, text and targets are large, nothing scrolls sideways."""

import pytest

from dossiers.lifecycle import State
from tests.journeys.conftest import SCREENSHOTS
from tests.web import cast as people


def assert_good(watched, path, name):
    watched.go(path)
    watched.shot(name)
    watched.assert_accessible()
    watched.assert_large_enough()
    watched.assert_fits()


@pytest.mark.parametrize("language", ["Tiếng Việt", "English"])
def test_pages_for_everybody(office, window, language):
    dossier = people.received(office)
    anybody = window()
    anybody.go("/")
    if language == "English":
        anybody.page.get_by_role("button", name=language).click()
    for name, path in {
        "first-page": "/",
        "sign-in": "/sign-in?next=/desk",
        "track": "/track",
        "verify": "/verify",
        "progress": f"/k/{dossier.receipt.code}",
    }.items():
        assert_good(anybody, path, f"page-{name}-{anybody.page.locator('html').get_attribute('lang')}")
    anybody.go("/track")
    anybody.page.locator("#id_code").fill("123")
    anybody.page.get_by_role("main").get_by_role("button").click()
    assert anybody.page.locator(":focus").get_attribute("class") == "govuk-error-summary"
    anybody.assert_accessible()


def test_a_flagged_dossier_and_the_accounts(office, window):
    dossier = people.transcribed(office, flags=("wrong-page",))
    desk = window()
    desk.sign_in("lan")
    assert_good(desk, f"/dossiers/{dossier.pk}", "page-flagged")
    administrator = window()
    administrator.sign_in("quan")
    assert_good(administrator, "/accounts", "page-accounts")


def test_the_fields_are_confirmed_without_scripts(office, window):
    dossier = people.transcribed(office)
    desk = window(scripts=False)
    desk.sign_in("lan")
    desk.go(f"/dossiers/{dossier.pk}")
    for _ in range(dossier.fields.count()):
        row = desk.page.locator(".ms-field:not(.is-confirmed)").first
        row.get_by_role("button", name="Đúng").click()
    desk.page.get_by_role("button", name="Mọi ô đã đúng: chuyển ký").click()
    dossier.refresh_from_db()
    assert dossier.state == State.CONFIRMED
    desk.shot("page-without-scripts")


def test_a_field_and_its_box_find_each_other(office, window):
    dossier = people.transcribed(office)
    field = dossier.fields.get(name="purpose")
    desk = window()
    desk.sign_in("lan")
    desk.go(f"/dossiers/{dossier.pk}")
    desk.page.locator(f"#i-{field.pk}").focus()
    assert "is-here" in desk.page.locator(f"#box-{field.pk}").get_attribute("class")
    other = dossier.fields.get(name="subject.sex")
    desk.page.locator(f"#box-{other.pk}").click()
    assert desk.page.locator(":focus").get_attribute("id") == f"i-{other.pk}"
    desk.page.keyboard.press("Shift+Enter")
    assert desk.page.locator(":focus").get_attribute("id") != f"i-{other.pk}"


def test_a_proposal_is_chosen_by_keyboard_and_only_by_choosing(office, window):
    dossier = people.transcribed(office)
    field = dossier.fields.get(name="subject.ethnicity")
    desk = window()
    desk.sign_in("lan")
    desk.go(f"/dossiers/{dossier.pk}")
    row = desk.page.locator(f"#f-{field.pk}")
    desk.page.locator(f"#i-{field.pk}").focus()
    desk.page.set_viewport_size({"width": 320, "height": 800})
    row.screenshot(path=SCREENSHOTS / "page-proposals-320.png")
    desk.page.set_viewport_size({"width": 683, "height": 425})  # a desk's window at 200 %
    row.screenshot(path=SCREENSHOTS / "page-proposals-200.png")
    desk.assert_fits()
    desk.assert_large_enough()
    desk.assert_accessible()
    for _ in range(3):  # from the input over "Right" and the first proposal to the second
        desk.page.keyboard.press("Tab")
    assert desk.page.locator(":focus").inner_text() == "Mảng"
    desk.page.keyboard.press("Enter")
    row.get_by_text("✓ Đã sửa").wait_for()
    assert not row.get_by_role("button", name="Mông").count()
    field.refresh_from_db()
    assert field.final_value == "Mảng"
    assert "is-confirmed" not in desk.page.locator(":focus").locator("xpath=ancestor::li").get_attribute("class")


def test_the_page_shows_by_itself_when_the_machine_has_read(office, window):
    dossier = people.received(office)
    desk = window()
    desk.sign_in("lan")
    desk.go(f"/dossiers/{dossier.pk}")
    assert desk.page.get_by_text("Máy đang đọc bản quét").count()
    people.read(office, dossier)
    desk.page.get_by_role("heading", name="Các ô").wait_for()
