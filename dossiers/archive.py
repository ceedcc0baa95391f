"""Keeps signed results provable: the archive that wiring hands to the steps. It uses timestamps, no person's key."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from signing import Report
from signing.augment import Verify, renew
from signing.carried import carried
from signing.document import our_errors
from signing.growth import Growth
from signing.outside import Outside


@dataclass(frozen=True)
class OfficeArchive:
    """A ``dossiers.engines.Archive``; ``margin`` is how long before its end a protection is renewed."""

    outside: Outside
    verify: Verify
    margin: timedelta

    def protected_until(  # noqa: PLR6301 - the protocol's shape
        self, pdf: bytes
    ) -> datetime | None:
        """Return when the newest timestamp ends, None where there is none; raises a ``SigningError``."""
        with our_errors():
            return carried(Growth(pdf)).protected_until

    def renewed(self, pdf: bytes) -> tuple[bytes, Report] | None:
        """Return the file with its next timestamp, verified; None where it is not due. Raises a ``SigningError``."""
        growth = Growth(pdf)
        report = renew(growth, self.outside, self.verify, self.margin)
        return None if report is None else (growth.whole(), report)
