"""``moonseal audit verify``: recomputes every chain of the history and names the first bad entry."""

from commands.console import Console
from commands.sentences import both
from dossiers import audit


def verify() -> int:
    """Return 0 when every chain holds, 1 when one is broken."""
    console = Console()
    bad = list(audit.verify())
    for entry in bad:
        console.say(both("audit_entry_bad", chain=entry.unit_id, entry=entry.sequence, reason=entry.reason))
    if not bad:
        console.say(both("audit_holds"))
    return 1 if bad else 0
