"""Which authorities outside a command asks: what the settings allow, and what a person adds in the command itself.

Read from the variables themselves, since ``moonseal sign`` works without Django; settings.py gives their meaning.
"""

import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from certs.anchors import Store, TrustStores, government
from certs.authority import Authority
from certs.certificate import Certificate, certificates_of
from certs.sources import OWN, Allowed, Sources, is_address
from commands.folder import configured_folder, folder_to_serve
from commands.keys import now
from signing.outside import Outside

STATUSES = "statuses"  # answers and lists, each kept until its own nextUpdate
REAL = "real"  # dossiers.engines.FolderKind.REAL, which needs Django


@dataclass(frozen=True)
class Given:
    """Options: timestamp authorities in their order, hosts to ask about revocation, certificates to trust."""

    tsa_urls: Sequence[str] = ()
    hosts: Sequence[str] = ()
    anchors: Sequence[Path] = ()


@dataclass(frozen=True)
class Reach:
    """What a command works with: the outside, and whom it trusts."""

    outside: Outside
    stores: TrustStores


@contextmanager
def reached(given: Given, beside: Iterable[Certificate] = ()) -> Generator[Reach]:
    """Give it for one command; roots ``beside`` a key are trusted like given ones. Raises ``CertError``."""
    beside = tuple(beside)
    anchors = [*certificates_of(given.anchors), *(one for one in beside if one.is_self_signed)]
    own = list(_own(anchors))
    stores = government().with_certificates(Store.COMMUNE, [*anchors, *(one.root for one in own)])
    with closing(Sources(own, allowed(given), known(stores), configured_folder() / STATUSES, now)) as sources:
        yield Reach(Outside(sources.timestamps, sources.proofs, sources.known, now), stores)


def allowed(given: Given) -> Allowed:
    """Return what may be asked. An address that a person types may be inside; a name may only where settings say so."""
    urls = tuple(given.tsa_urls) or tuple(_names("MOONSEAL_TSA_URLS")) or (OWN,)
    typed = {urlsplit(url).hostname or "" for url in given.tsa_urls} | set(given.hosts)
    inside = {*_names("MOONSEAL_EGRESS_INSIDE_HOSTS"), *filter(is_address, typed)}
    hosts = frozenset({*_names("MOONSEAL_EGRESS_HOSTS"), *typed, *inside})
    return Allowed(urls, hosts, frozenset(inside), frozenset(_names("MOONSEAL_TSA_POLICIES")))


def known(stores: TrustStores) -> tuple[Certificate, ...]:
    """Return all whose timestamps are taken: the stores' own, and those that settings name; raises ``CertError``."""
    named = certificates_of(map(Path, _names("MOONSEAL_TSA_CERTIFICATES")))
    return (*(one.certificate for one in stores.anchors), *stores.intermediates, *named)


def _own(anchors: Sequence[Certificate]) -> Generator[Authority]:
    """Give the authorities of this machine that may speak here: the real office's, and whoever's root was named."""
    served, roots = folder_to_serve(), {one.der for one in anchors}
    kind = served / "kind"
    is_real = kind.exists() and kind.read_text(encoding="ascii").strip() == REAL
    for folder in (served / "authority", configured_folder() / "dev"):
        if not (folder / "root.pem").exists():
            continue
        authority = Authority.open(folder, now)
        if authority.root.der in roots or (is_real and folder.parent == served):
            yield authority


def _names(variable: str) -> list[str]:
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]
