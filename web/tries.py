"""How often somebody may guess: per address and for everybody together (security.md B.2, 5).

A try is written before the answer is looked up and taken back if it was right, so that fifty guesses sent at once
do not all slip through. There is no picture puzzle: it would keep out the people this page is for.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from web.models import Try
from web.refusals import TooManyTries

KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Budget:
    """At most ``tries_max`` tries within ``window``."""

    name: str
    tries_max: int
    window: timedelta


CODES_OF_ONE_ADDRESS = Budget("code-address", 10, timedelta(minutes=10))
CODES_OF_ALL = Budget("code-all", 600, timedelta(minutes=10))
DIGITS_OF_ONE_ADDRESS = Budget("digits-address", 5, timedelta(minutes=10))
DIGITS_OF_ONE_DOSSIER = Budget("digits-dossier", 10, timedelta(hours=1))
FILES_OF_ONE_ADDRESS = Budget("files-address", 60, timedelta(minutes=10))
FILES_OF_ALL = Budget("files-all", 600, timedelta(minutes=10))


def address_of(request: HttpRequest) -> str:
    """Return the caller's address; a proxy's word is taken only if the proxy itself is trusted."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if peer in settings.TRUSTED_PROXIES:
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        while told:
            peer = told.pop()
            if peer not in settings.TRUSTED_PROXIES:
                break
    return peer


def spend(*guesses: tuple[Budget, str]) -> list[int]:
    """Count one try in each budget, or raise ``TooManyTries`` and count none."""
    now = timezone.now()
    Try.objects.filter(at__lt=now - KEPT_FOR).delete()
    mine = [Try.objects.create(bucket=_bucket(budget, who), at=now) for budget, who in guesses]
    keys = [one.pk for one in mine]
    for (budget, _who), one in zip(guesses, mine, strict=True):
        if Try.objects.filter(bucket=one.bucket, at__gt=now - budget.window).count() > budget.tries_max:
            Try.objects.filter(pk__in=keys).delete()
            raise TooManyTries(minutes=int(budget.window.total_seconds() // 60))
    return keys


@contextmanager
def spending(*guesses: tuple[Budget, str]) -> Generator[None]:
    """Count one try in each budget; it is taken back if the body does not raise."""
    keys = spend(*guesses)
    yield  # noqa: RUF075 - a body that raises keeps its try on purpose
    Try.objects.filter(pk__in=keys).delete()


def _bucket(budget: Budget, who: str) -> str:
    return salted_hmac("web.tries", f"{budget.name}\0{who}", algorithm="sha256").hexdigest()
