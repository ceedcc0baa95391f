"""Which certificates of the office end soon: told to the administrator in good time, 90, 30 and 7 days before."""

from pathlib import Path

from django.conf import settings

from certs.inventory import AUTHORITY, REGISTRATIONS, Holding, kept_in
from dossiers.engines import current
from dossiers.people import Actor
from dossiers.permissions import Office, Verb, require


def ending(actor: Actor) -> list[Holding]:
    """Return those that need somebody's attention, the first to end first; raises ``NotPermitted``."""
    for unit_id in actor.unit_ids:
        require(actor, Verb.MANAGE_ACCOUNTS, Office(unit_id))
    data = Path(settings.DATA)
    held = kept_in(data / AUTHORITY, data / REGISTRATIONS, current().clock.now)
    return [one for one in held if one.needs_attention]
