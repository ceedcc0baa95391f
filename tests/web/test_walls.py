"""What every address must keep: a rule, its methods, sign-in, CSRF, headers everywhere, nothing for strangers."""

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.converters import get_converters

from dossiers.lifecycle import State
from dossiers.models import Page

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ARGUMENTS = {"uuid": uuid4, "int": lambda: 1, "str": lambda: "AAAAAAAAAAAA"}
ROUTES = {pattern.name: pattern for pattern in get_resolver().url_patterns}


def address(name, **known):
    """Return the address of a route, with arguments that belong to nothing where none are known."""
    kinds = {kind.__class__: key for key, kind in get_converters().items()}
    wanted = ROUTES[name].pattern.converters
    return reverse(name, kwargs={k: known.get(k, ARGUMENTS[kinds[c.__class__]]()) for k, c in wanted.items()})


def assert_headers(response):
    told = {part.strip() for part in response.headers["Content-Security-Policy"].split(";") if part.strip()}
    assert told == {part.strip() for part in CSP.split(";")}
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]


def test_every_route_declares_its_rule_and_methods():
    undeclared = [name for name, route in ROUTES.items() if not hasattr(route.callback, "rule")]
    assert undeclared == []


def test_only_these_routes_are_open_to_everybody():
    open_to_all = {name for name, route in ROUTES.items() if not route.callback.rule.signed_in}
    assert open_to_all == {
        "home", "sign_in", "sign_out", "language", "healthz", "track", "progress", "more", "citizen_result", "verify",
        "verify_sheet",
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if route.callback.rule.signed_in])
def test_a_stranger_is_sent_to_sign_in(name, office):
    method = ROUTES[name].callback.methods[0].lower()
    response = getattr(Client(), method)(address(name))
    assert response.status_code == 302
    assert response.url.startswith(reverse("sign_in"))
    assert_headers(response)


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if route.callback.rule.verbs])
def test_a_role_without_the_verb_is_refused(name, office, as_):
    route = ROUTES[name].callback
    wrong = "clerk" if name == "accounts" else "administrator"
    response = getattr(as_(wrong), route.methods[0].lower())(address(name))
    assert response.status_code == 403
    assert_headers(response)


@pytest.mark.parametrize("name", list(ROUTES))
def test_another_method_is_refused(name, office, as_):
    response = as_("clerk").put(address(name))
    assert response.status_code == 405
    assert response.headers["Allow"] == ", ".join(ROUTES[name].callback.methods)
    assert_headers(response)


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if "POST" in route.callback.methods])
def test_a_form_without_its_token_is_refused(name, office, as_):
    response = as_("clerk", checks_csrf=True).post(address(name))
    assert response.status_code == 403
    assert "an toàn" in response.content.decode()
    assert_headers(response)


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if "POST" in route.callback.methods])
def test_a_form_that_another_site_sent_is_refused(name, office, as_):
    response = as_("clerk").post(address(name), headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403
    assert_headers(response)


def test_a_neighbouring_commune_finds_nothing(office, as_, dossier_at):
    signed = dossier_at(State.SIGNED)
    result = signed.results.get()
    page = Page.objects.filter(scan__dossier=signed).first()
    known = {
        "dossier_id": signed.pk,
        "page_id": page.pk,
        "result_id": result.pk,
        "sha256": result.signed.sha256,
        "number": 1,
    }
    stranger = as_("neighbour")
    forms = {
        "confirm_field": {"field": "purpose", "value": "x", "seen": "x"},
        "confirm_all": {"revision": "1"},
        "step": {"revision": str(signed.revision), "step": "withdraw", "reason": "other"},
        "give_back": {"reason": "other"},
    }
    for name, route in ROUTES.items():
        if not ({"dossier_id", "result_id"} & set(route.pattern.converters)):
            continue
        for method in route.callback.methods:
            sent = forms.get(str(name), {}) if method == "POST" else None
            response = getattr(stranger, method.lower())(address(name, **known), sent)
            expected = 302 if name == "give_back" else 404
            assert response.status_code in {404, expected}, (name, method, response.status_code)
    signed.refresh_from_db()
    assert signed.state == State.SIGNED
    assert signed.code not in stranger.get(reverse("desk")).content.decode()


def test_pages_answers_and_downloads_carry_the_headers(office, as_, dossier_at):
    sealed = dossier_at(State.SEALED)
    result = sealed.results.get()
    page = Page.objects.filter(scan__dossier=sealed).first()
    clerk = as_("clerk")
    for path in (
        reverse("desk"),
        reverse("dossier", args=[sealed.pk]),
        reverse("page_image", args=[sealed.pk, page.pk]),
        reverse("result_image", args=[result.pk, result.sealed.sha256, 1]),
        reverse("result_pdf", args=[result.pk]),
        reverse("progress", args=[sealed.receipt.code]),
        reverse("verify"),
        reverse("healthz"),
    ):
        response = clerk.get(path)
        assert response.status_code == 200, path
        assert_headers(response)
    download = clerk.get(reverse("result_pdf", args=[result.pk]))
    assert download.headers["Content-Type"] == "application/pdf"
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert download.content.startswith(b"%PDF-")


def test_an_unknown_page_is_told_in_both_languages_with_a_number_to_read_out(office):
    vietnamese = Client().get("/khong-co")
    assert vietnamese.status_code == 404
    assert "Không tìm thấy trang" in vietnamese.content.decode()
    english = Client()
    english.post(reverse("language"), {"language": "en", "next": "/"})
    assert "Page not found" in english.get("/khong-co").content.decode()
    assert_headers(vietnamese)


def test_too_large_a_request_is_refused_before_it_is_read(office, settings):
    settings.MOONSEAL_UPLOAD_MAX_BYTES = 10
    response = Client().post(reverse("verify"), {"document": "x" * 100})
    assert response.status_code == 413
    assert_headers(response)


def test_a_fault_of_our_own_is_told_without_a_traceback(office, as_, dossier_at, monkeypatch):
    client = as_("clerk")
    client.raise_request_exception = False
    monkeypatch.setattr("web.views.desk.Paginator", None)
    response = client.get(reverse("desk"))
    assert response.status_code == 500
    assert "Có lỗi ở phía chúng tôi" in response.content.decode()
    assert "Traceback" not in response.content.decode()
    assert_headers(response)


def test_no_template_steps_round_escaping_or_the_policy():
    folder = Path(__file__).parents[2] / "web" / "templates"
    for path in folder.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape off|mark_safe|\sstyle=|\son[a-z]+=|javascript:", source), path
        for tag in re.findall(r"<script[^>]*>", source):
            assert " src=" in tag, path
        assert "http://" not in source.replace("http://www.w3.org", ""), path
        assert "https://" not in source, path
