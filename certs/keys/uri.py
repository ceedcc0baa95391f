"""Addresses of keys on tokens: PKCS#11 URIs (RFC 7512)."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from certs.errors import KeyUnavailable


@dataclass(frozen=True)
class KeyAddress:
    """A module, a token by its label, and on it one key by the label or the id of its certificate."""

    module: Path
    token: str
    label: str | None = None
    key_id: bytes | None = None


def address_in(uri: str) -> KeyAddress:
    """Return what a URI names; raises ``KeyUnavailable`` where it is not well formed or lacks module and token."""
    scheme, _, rest = uri.partition(":")
    if scheme != "pkcs11":
        raise KeyUnavailable("not_a_pkcs11_uri")
    path, _, query = rest.partition("?")
    try:
        pairs = [part.split("=", 1) for part in (*path.split(";"), *query.split("&")) if part]
        parts = {name: unquote_to_bytes(value) for name, value in pairs}
        module, token = parts.get("module-path", b"").decode(), parts.get("token", b"").decode()
        label = parts["object"].decode() if "object" in parts else None
    except ValueError as error:
        raise KeyUnavailable("not_a_pkcs11_uri") from error
    if not module or not token:
        raise KeyUnavailable("pkcs11_uri_incomplete")
    return KeyAddress(Path(module), token, label, parts.get("id"))
