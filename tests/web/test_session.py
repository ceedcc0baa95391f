"""Signing in and out, guesses at passwords, the end of a session, and the language."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from tests.web import cast as people
from web import rules


@pytest.fixture
def clerk(office):
    office.clerk.set_password(people.PASSWORD)
    office.clerk.save()
    return office.clerk


def tried(client, password, **more):
    return client.post(reverse("sign_in"), {"username": "lan", "password": password, **more})


def test_the_right_password_leads_to_the_page_that_was_wanted(clerk):
    client = Client()
    assert tried(client, people.PASSWORD, next="/desk/new").url == "/desk/new"
    assert client.get("/desk/new").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", "\\\\example.org"]
)
def test_signing_in_never_leads_elsewhere(clerk, elsewhere):
    assert tried(Client(), people.PASSWORD, next=elsewhere).url == "/"


def test_a_wrong_password_and_an_unknown_name_read_the_same(clerk):
    wrong = tried(Client(), "wrong").content.decode()
    unknown = Client().post(reverse("sign_in"), {"username": "nobody", "password": "wrong"}).content.decode()
    sentence = "Tên tài khoản và mật khẩu không khớp"
    assert sentence in wrong
    assert sentence in unknown


def test_guessing_a_password_locks_the_name_for_this_address_only(clerk):
    client = Client(REMOTE_ADDR="203.0.113.9")
    answers = [tried(client, "wrong").status_code for _ in range(6)]
    assert answers[0] == 422
    assert answers[-1] == 429
    locked = tried(client, people.PASSWORD)
    assert locked.status_code == 429
    assert "15 phút" in locked.content.decode()
    assert tried(Client(REMOTE_ADDR="203.0.113.10"), people.PASSWORD).status_code == 302


def test_signing_out_ends_the_session_on_the_server(clerk):
    client = Client()
    tried(client, people.PASSWORD)
    cookie = client.cookies["sessionid"].value
    client.post(reverse("sign_out"))
    client.cookies["sessionid"] = cookie
    assert client.get("/desk").headers["Location"].startswith(reverse("sign_in"))


def test_a_session_ends_after_a_working_day_whatever_was_done(as_):
    client = as_("clerk")
    assert client.get("/desk").status_code == 200
    session = client.session
    session["since"] = int(time.time()) - rules.LONGEST_SESSION_S - 1
    session.save()
    response = client.get("/desk", follow=True)
    assert "phiên làm việc đã hết" in response.content.decode()


def test_the_browsers_wish_does_not_change_the_language_but_the_person_does(office):
    client = Client(headers={"Accept-Language": "en"})
    assert "Ông/bà cần làm gì?" in client.get("/").content.decode()
    client.post(reverse("language"), {"language": "en", "next": "/track"})
    page = client.get("/").content.decode()
    assert "What would you like to do?" in page
    assert '<html lang="en"' in page
    assert client.post(reverse("language"), {"language": "xx"}).status_code == 400


def test_a_session_cookie_cannot_be_read_by_scripts(clerk):
    client = Client()
    tried(client, people.PASSWORD)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_the_health_page_says_no_more_than_that(office):
    response = Client().get(reverse("healthz"))
    assert response.json() == {"alive": True}
