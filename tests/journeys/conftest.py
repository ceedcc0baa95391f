"""A browser (Debian's Chromium) before the real service: store, reader, printer, keys and verifier are real."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page

from dossiers.engines import set_up
from tests.dossiers.wiring import register_keys
from tests.web import cast as people
from tests.web.conftest import real_engines

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "var" / "test" / "screenshots"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread; the rows are read beside it

__all__ = ["real_engines"]


@pytest.fixture(scope="session")
def browser_type_launch_args():
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    return {"executable_path": CHROMIUM, "args": [*QUIET, *as_root]}


@pytest.fixture
def office(real_engines, transactional_db):
    folder, authority, engines = real_engines
    set_up(engines)
    made = people.gather()
    for account in (made.clerk, made.official, made.records_clerk, made.administrator):
        account.set_password(people.PASSWORD)
        account.save()
    if not list((folder / "keys").glob("*.p12")):
        register_keys(folder, authority, made.unit, made.official)
    return made


@dataclass
class Watched:
    """A browser window that remembers every request and every complaint of the browser."""

    page: Page
    home: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.home + path)

    def shot(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def sign_in(self, username: str) -> None:
        self.go("/sign-in")
        self.page.get_by_label("Tên tài khoản").fill(username)
        self.page.get_by_label("Mật khẩu").fill(people.PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()

    def assert_accessible(self) -> None:
        """Fail on any violation that axe finds (WCAG 2.2 AA and best practice)."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run().then(result => result.violations.map(v => [v.id, v.nodes[0].html]))")
        assert found == []

    def assert_fits(self) -> None:
        """Fail if the page scrolls sideways on a small telephone, or at twice the size on a desk."""
        before = self.page.viewport_size or {"width": 1366, "height": 850}
        for width in (320, 640):
            self.page.set_viewport_size({"width": width, "height": 800})
            sizes = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
            assert sizes[0] <= sizes[1], (width, sizes)
        self.page.set_viewport_size(before)

    def assert_large_enough(self) -> None:
        """Fail on text under 19 px, or on a control under 44 px, that a person is to read or touch."""
        small = self.page.evaluate(
            """() => [...document.querySelectorAll('main *, header *, footer *')].filter(e => e.offsetParent
                && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())
                && parseFloat(getComputedStyle(e).fontSize) < 18.9).map(e => e.outerHTML.slice(0, 120))"""
        )
        low = self.page.evaluate(
            """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, summary')]
                .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.9)
                .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert (small, low) == ([], [])

    def hear(self, told: ConsoleMessage) -> None:
        """Keep what the browser complains of; its remark on a form sent back (422) is none, and may come late."""
        if told.type == "error" and "status of 422" not in told.text:
            self.complaints.append(told.text)

    def assert_stayed_here(self) -> None:
        elsewhere = [url for url in self.requests if not url.startswith((self.home, "data:", "blob:"))]
        assert (elsewhere, self.complaints) == ([], [])


@pytest.fixture
def window(browser, live_server):
    """Return a function that opens a window; all are closed, and none has asked another host, at the end."""
    opened = []

    def open_window(*, scripts: bool = True, width: int = 1366) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 850},
            locale="en-US",  # the browser's wish must not change the language
            java_script_enabled=scripts,
            accept_downloads=True,
        )
        watched = Watched(context.new_page(), live_server.url)
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.on("console", watched.hear)
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        opened.append((context, watched))
        return watched

    yield open_window
    for context, watched in opened:
        context.close()
        watched.assert_stayed_here()
