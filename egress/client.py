"""The one client for outgoing requests: allowed hosts, resolved addresses checked, no redirects, size and time caps.

A name is resolved once, every address it gives is checked, and the connection goes to the checked address, so that a
name which changes its mind in between (DNS rebinding) leads nowhere. No proxy or credentials of the environment.
"""

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import httpx

from egress.errors import AddressRefused, AnswerUnusable


@dataclass(frozen=True)
class Policy:
    """Where requests may go and how much they may cost."""

    hosts: frozenset[str]
    inside_hosts: frozenset[str] = field(
        default_factory=frozenset
    )  # of ``hosts``, those that may be loopback or private
    answer_bytes: int = 1 << 20
    total_s: float = 10
    connect_s: float = 3


class Client:
    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        timeout = httpx.Timeout(policy.total_s, connect=policy.connect_s)
        self._http = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get(self, url: str) -> bytes:
        """Return the body, or raise ``AddressRefused`` or ``AnswerUnusable``."""
        return self._send("GET", url, b"", {})

    def post(self, url: str, body: bytes, content_type: str) -> bytes:
        """Send ``body`` and return the answer's, or raise ``AddressRefused`` or ``AnswerUnusable``."""
        return self._send("POST", url, body, {"Content-Type": content_type})

    def _send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        parts = urlsplit(url)
        host, address = parts.hostname or "", self._address(url)
        target = httpx.URL(url).copy_with(host=address)
        request = self._http.build_request(
            method,
            target,
            content=body,
            headers={**headers, "Host": parts.netloc.rpartition("@")[2]},
            extensions={"sni_hostname": host},
        )
        deadline = time.monotonic() + self._policy.total_s
        try:
            reply = self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise AnswerUnusable("no_answer", host=host) from error
        try:
            return self._body(reply, host, deadline)
        except httpx.HTTPError as error:
            raise AnswerUnusable("no_answer", host=host) from error
        finally:
            reply.close()

    def _body(self, reply: httpx.Response, host: str, deadline: float) -> bytes:
        if reply.status_code != httpx.codes.OK:
            raise AnswerUnusable("not_ok", host=host, http_code=reply.status_code)
        content = bytearray()
        for part in reply.iter_bytes():
            content += part
            if len(content) > self._policy.answer_bytes:
                raise AnswerUnusable("too_large", host=host, limit_bytes=self._policy.answer_bytes)
            if time.monotonic() > deadline:  # a server that drips keeps each single read within its time-out
                raise AnswerUnusable("too_slow", host=host, limit_s=self._policy.total_s)
        return bytes(content)

    def _address(self, url: str) -> str:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or host not in self._policy.hosts:
            raise AddressRefused("host_not_allowed", host=host)
        try:
            found = socket.getaddrinfo(host, parts.port or parts.scheme, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as error:
            raise AnswerUnusable("name_unknown", host=host) from error
        addresses = [str(entry[4][0]) for entry in found]
        if host not in self._policy.inside_hosts:
            for address in addresses:
                if not ipaddress.ip_address(address.partition("%")[0]).is_global:
                    raise AddressRefused("address_not_allowed", host=host)
        return addresses[0]
