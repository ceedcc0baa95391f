"""The one client for outgoing requests: allowed hosts, resolved addresses checked, no redirects, size and time caps.

A name is resolved once, every address it gives is checked, and the connection goes to a checked address, so that a
name which changes its mind in between (DNS rebinding) leads nowhere. Each request has a connection of its own. No
proxy or credentials of the environment, and nothing is decompressed: a few bytes could become very many.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import httpx

from egress.errors import AddressRefused, AnswerUnusable
from egress.watch import Watch


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
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, limits=limits)

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
        host, addresses = urlsplit(url).hostname or "", self._addresses(url)
        slow = AnswerUnusable("too_slow", host=host, limit_s=self._policy.total_s)
        with Watch(self._policy.total_s) as watch:
            for address in addresses:
                try:
                    content = self._answer(self._request(method, url, address, body, headers, watch))
                except (httpx.ConnectError, httpx.ConnectTimeout):  # another of its addresses may be reached
                    continue
                except (httpx.HTTPError, OSError) as error:
                    raise slow if watch.is_over else AnswerUnusable("no_answer", host=host) from error
                if watch.is_over:  # an answer without a length ends where its connection was shut
                    raise slow
                return content
        raise AnswerUnusable("no_answer", host=host)

    def _request(  # noqa: PLR0917 - the parts of a request
        self, method: str, url: str, address: str, body: bytes, headers: Mapping[str, str], watch: Watch
    ) -> httpx.Request:
        parts = urlsplit(url)
        own = {**headers, "Host": parts.netloc.rpartition("@")[2], "Accept-Encoding": "identity"}
        return self._http.build_request(
            method,
            httpx.URL(url).copy_with(host=address),
            content=body,
            headers=own,
            extensions={"sni_hostname": parts.hostname or "", "trace": watch.trace},
        )

    def _answer(self, request: httpx.Request) -> bytes:
        host = request.headers["Host"]
        reply = self._http.send(request, stream=True)
        try:
            if reply.status_code != httpx.codes.OK:
                raise AnswerUnusable("not_ok", host=host, http_code=reply.status_code)
            if reply.headers.get("Content-Encoding", "identity") != "identity":
                raise AnswerUnusable("compressed", host=host)
            content = bytearray()
            for part in reply.iter_raw():
                content += part
                if len(content) > self._policy.answer_bytes:
                    raise AnswerUnusable("answer_too_large", host=host, limit_bytes=self._policy.answer_bytes)
            return bytes(content)
        finally:
            reply.close()

    def _addresses(self, url: str) -> list[str]:
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
        return list(dict.fromkeys(addresses))
