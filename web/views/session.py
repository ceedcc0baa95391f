"""Signing in and out, the language, the first page, and whether the service is alive."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import connection
from django.http import HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from web.actors import account_of, actor_of
from web.context import MENU
from web.errors import locked_out
from web.forms import SignIn
from web.refusals import FormNotComplete
from web.rules import ANYONE, SIGNED_IN, StaffRequest, page


def safe_next(wanted: str) -> str:
    """Return the path if it is one of ours, else nothing: never a way to another site."""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if own else ""


@page(ANYONE, "GET")
def home(request: StaffRequest) -> HttpResponseBase:
    """Staff go to their first page; everybody else chooses."""
    if account_of(request) is not None:
        actor = actor_of(request)
        for name, _words, rule in MENU:
            if rule.admits(actor):
                return HttpResponseRedirect(reverse(name))
    return render(request, "web/home.html")


@page(ANYONE, "GET", "POST")
def sign_in(request: StaffRequest) -> HttpResponseBase:
    wanted = safe_next(request.POST.get("next", request.GET.get("next", "")))
    if account_of(request) is not None and request.method == "GET":
        return HttpResponseRedirect(wanted or reverse("home"))
    form = SignIn(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        account = authenticate(request, **form.cleaned_data)
        if getattr(request, "axes_locked_out", False):
            return locked_out(request)
        if account is not None:
            login(request, account)
            return HttpResponseRedirect(wanted or reverse("home"))
        form.add_error(None, _("The account name and the password do not belong together. Look at capital letters."))
    values = {"form": form, "next": wanted, "ended": bool(wanted) and wanted != reverse("home")}
    return render(request, "web/sign_in.html", values, status=422 if form.errors else 200)


@page(ANYONE, "POST")
def sign_out(request: StaffRequest) -> HttpResponseBase:
    logout(request)
    return HttpResponseRedirect(reverse("home"))


@page(SIGNED_IN, "POST")
def session_extend(request: StaffRequest) -> HttpResponseBase:
    """Begin the time of the session anew; without scripts it is a page like any other that does so."""
    request.session.modified = True
    return (
        HttpResponseRedirect(reverse("home")) if "text/html" in request.headers.get("Accept", "") else JsonResponse({})
    )


@page(ANYONE, "POST")
def language(request: StaffRequest) -> HttpResponseBase:
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise FormNotComplete
    response = HttpResponseRedirect(safe_next(request.POST.get("next", "")) or reverse("home"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@page(ANYONE, "GET")
def healthz(_request: StaffRequest) -> HttpResponseBase:
    """Say that the process answers and reaches its database; nothing about versions or machines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"alive": True})
