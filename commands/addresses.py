"""Which addresses ``moonseal serve`` may listen on: this machine's own always, others only behind all the walls.

Others can reach: TLS (ours or a trusted proxy's), a folder that is no demo, and full confinement of strangers' files.
"""

import ipaddress

from django.conf import settings

from commands.installation import models
from commands.sentences import both
from dossiers import folder
from dossiers.engines import FolderKind
from ocr.confinement import weakness


def why_not_served(host: str, *, has_tls: bool) -> str:
    """Return the reason why this address is refused, as a sentence; nothing where it is not."""
    if _is_loopback(host):
        return ""
    if folder.kind() in {None, FolderKind.DEMO}:
        return both("only_loopback_unreal", host=host)
    if not (has_tls or settings.TRUSTED_PROXIES):
        return both("only_loopback_plain", host=host)
    if weakness(models()) is not None:
        return both("only_loopback_weak", host=host)
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
