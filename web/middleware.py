"""What stands round every page: security headers, the language, the size of a request, where a request came from.

``Outermost`` must be the first of all middlewares, so that error pages, downloads and refusals carry the headers
too. The policy itself (django-csp) is a setting; here stand the headers that have no home elsewhere.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from web.errors import answer_for, refused
from web.refusals import CameFromElsewhere, RequestTooLarge

Handler = Callable[[HttpRequest], HttpResponseBase]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Permitted-Cross-Domain-Policies": "none",
    "X-Robots-Tag": "noindex, nofollow",
}


class Outermost:
    """Every answer gets the headers; nothing of a dossier stays in a browser's or a proxy's cache."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class Language:
    """The language chosen by the person, else Vietnamese; the browser's own wish is never asked (ux.md B.5)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _name in settings.LANGUAGES}
        with translation.override(chosen if chosen in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
            return response


class Gate:
    """Refuses, before a body is read, what is too large or what another site sent (security.md B.2, 10 and 22)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in SAFE_METHODS:
            if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
                return refused(request, CameFromElsewhere())
            if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MOONSEAL_UPLOAD_MAX_BYTES:
                return refused(request, RequestTooLarge())
        return self.get_response(request)


class DomainErrors:
    """Turns what a step refused into a page; only known errors, the rest is Django's 500 handler."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    @staticmethod
    def process_exception(request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return answer_for(request, error)
