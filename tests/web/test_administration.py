"""The administrator's page: accounts, and the certificates that end soon."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.urls import reverse

from dossiers.engines import set_up


class Later:
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=5 * 365 - 5)


def test_certificates_that_end_soon_stand_above_the_accounts(as_, real_engines, settings):
    folder, authority, engines = real_engines
    settings.DATA = folder
    browser = as_("administrator")
    serial = authority.timestamp_key.certificate.serial
    quiet = browser.get(reverse("accounts")).content.decode()
    set_up(replace(engines, clock=Later()))
    told = browser.get(reverse("accounts")).content.decode()
    assert serial not in quiet
    assert serial in told
    assert "Chứng thư cần gia hạn" in told
