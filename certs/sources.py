"""Where timestamps and proofs come from: the authorities in our own folders, and those outside, through one client.

Our own authority is asked in this process, without a network; others only at addresses that were allowed.
"""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from certs.answers import Answers
from certs.certificate import Certificate
from certs.revocation import Evidence
from certs.statuses import Statuses
from certs.timestamps import POLICY, Ask, HttpAuthority, TimestampClient
from egress.client import Client, Policy

OWN = "own"  # in the list of timestamp authorities: our own, in this process


@dataclass(frozen=True)
class Allowed:
    """What may be asked: timestamp authorities in their order, hosts of answers and lists, and who may be inside."""

    tsa_urls: tuple[str, ...] = (OWN,)
    hosts: frozenset[str] = frozenset()
    inside_hosts: frozenset[str] = frozenset()  # of those, the ones that may be loopback or private
    tsa_policies: frozenset[str] = frozenset()  # what a timestamp may be made under, beside our own; none: anything

    @property
    def policy(self) -> Policy:
        stamping = {urlsplit(url).hostname or "" for url in self.tsa_urls if url != OWN}
        return Policy(self.hosts | stamping, inside_hosts=self.inside_hosts)


class Sources:
    """Timestamps and proofs for one process; ``known`` are the certificates of authorities that we take tokens of."""

    def __init__(
        self,
        own: Sequence[Answers],
        allowed: Allowed,
        known: Sequence[Certificate],
        kept: Path,
        clock: Callable[[], datetime],
    ) -> None:
        self._own, self._kept, self._clock = tuple(own), kept, clock
        self._client = Client(allowed.policy)
        self._statuses: Statuses | None = None
        self.known = (*(one for authority in own for one in (authority.issuer, authority.root)), *known)
        asked = [ask for url in allowed.tsa_urls for ask in self._authority(url)]
        policies = allowed.tsa_policies | {POLICY} if allowed.tsa_policies else None
        self.timestamps = TimestampClient(asked, self.known, clock, policies=policies) if asked else None

    def close(self) -> None:
        self._client.close()

    def proofs(self, chain: Sequence[Certificate]) -> Evidence:
        """Return fresh proofs about a chain from its end to its root; raises ``RevocationUnknown``."""
        for authority in self._own:
            if chain[-1].der == authority.root.der:
                return authority.evidence()
        if self._statuses is None:  # made when it is needed, since it makes a folder
            self._statuses = Statuses(self._kept, self._clock, self._client)
        return self._statuses.evidence(chain)

    def _authority(self, url: str) -> list[Ask]:
        if url == OWN:
            return [authority.timestamp for authority in self._own[:1]]
        return [HttpAuthority(url, self._client)]


def is_address(host: str) -> bool:
    """Whether a host is named by its address, or is this machine: then no name can lead anywhere else."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True
