"""From the KEY of the command line to a key: ``file:PATH.p12``, ``pkcs11:token=…;object=…`` (RFC 7512), ``dev:NAME``.

A development key belongs to an authority of its own in the data folder, made at first use; nobody trusts it unless
told to (``verify --anchors``). Its names say what it is, and it needs no PIN.
"""

import getpass
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from certs.authority import Authority, Names, Subject
from certs.errors import KeyUnavailable
from certs.fitness import require_fit
from certs.keys.file import load_key, load_saved_key, save_key
from certs.keys.protocol import SigningKey
from certs.keys.token import Token
from certs.keys.uri import address_in
from commands.folder import configured_folder

DEV_ORGANISATION = "DEV – không có giá trị"
DEV_PROFILES = {"official": "official", "seal": "seal", "clerk": "clerk"}


def now() -> datetime:
    return datetime.now(UTC)


def chosen(name: str, pin_file: Path | None) -> SigningKey:
    """Return the key that a person named; raises ``KeyUnavailable`` or ``KeyLocked``."""
    kind, _, rest = name.partition(":")
    if kind == "file" and rest:
        return load_key(Path(rest), secret(pin_file, f"Mật khẩu / password {rest}: ").encode())
    if kind == "pkcs11" and rest:
        return _token_key(name, pin_file)
    if kind == "dev" and rest in DEV_PROFILES:
        return _dev_key(rest, configured_folder() / "dev")
    raise KeyUnavailable("key_name_not_understood", name=name)


def secret(pin_file: Path | None, prompt: str) -> str:
    if pin_file is not None:
        try:
            return pin_file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise KeyUnavailable("pin_file_unreadable", path=str(pin_file)) from error
    if not sys.stdin.isatty():
        raise KeyUnavailable("pin_needed")
    return getpass.getpass(prompt)


def _token_key(uri: str, pin_file: Path | None) -> SigningKey:
    """The certificate is judged before its PIN is asked for."""
    address = address_in(uri)
    token = Token(address.module, address.token)
    require_fit(token.certificate(label=address.label, key_id=address.key_id), (), at=now())
    ask = partial(secret, pin_file, f"PIN {address.token}: ")
    token.login(ask(), ask)
    return token.key(label=address.label, key_id=address.key_id)


def _dev_key(name: str, folder: Path) -> SigningKey:
    if not folder.exists():
        Authority.create(folder, Names.of(DEV_ORGANISATION), now)
    authority = Authority.open(folder, now)
    if not (folder / f"dev-{name}.p12").exists():
        save_key(folder, f"dev-{name}", authority.issue(DEV_PROFILES[name], Subject(f"dev {name}", DEV_ORGANISATION)))
    return load_saved_key(folder, f"dev-{name}")
