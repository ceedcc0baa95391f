"""Signatures made elsewhere: a hash goes out, a signature comes in (the agent on an official's PC, remote services).

One file of JSON and one PDF per preparation, in a folder of the service's own::

    prepared ──finish(right value)──► signed ──► embedded
       │ ten minutes, or a wrong value              ▲
       └──────────────► void          a kill in between: ``finish`` again, without the key

A preparation is used once. What comes in is checked against the certificate before anything is written into the PDF,
and the checked value is durable before it is embedded, so that after a kill nobody has to sign twice. A second
``finish`` with the same value gives the same file; with another, it is refused. The laid-out PDF never leaves the
folder, since readers refuse a file with an empty signature (signing.md B6).
"""

import base64
import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from certs.certificate import Certificate
from certs.keys.algorithms import verifies
from certs.keys.protocol import Digest
from certs.revocation import Evidence
from signing.cms import attributes_of
from signing.document import our_errors
from signing.errors import PreparationRefused
from signing.growth import Growth
from signing.ready import NOTHING_SAID, Ready, Statement, Timestamper, ready
from signing.sign import complete
from signing.values import Level, Report, Role
from storage.durable import write_durably

LIFE = timedelta(minutes=10)
KEPT = timedelta(days=1)  # after that, a preparation is swept, whatever became of it
ID_BYTES = 16
ID = re.compile(r"[0-9a-f]{32}")


class State(StrEnum):
    PREPARED = "prepared"
    SIGNED = "signed"
    EMBEDDED = "embedded"
    VOID = "void"


@dataclass(frozen=True)
class Request:
    """What goes out to whoever holds the key; ``attributes`` are what is signed, ``digest`` is their SHA-256."""

    identity: str
    attributes: bytes
    certificate: Certificate
    expires_at: datetime

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.attributes).digest()

    def to_json(self) -> str:
        """Return the request for the wire."""
        return json.dumps(
            {
                "id": self.identity,
                "digest_algorithm": Digest.SHA256.value,
                "digest": _text(self.digest),
                "to_be_signed": _text(self.attributes),
                "certificate_sha256": self.certificate.fingerprint,
                "expires_at": self.expires_at.isoformat(),
            }
        )


@dataclass(frozen=True)
class _Preparation:
    """What the JSON file holds; bytes as base64, times as ISO 8601."""

    state: State
    certificate: str
    chain: tuple[str, ...]
    level: Level
    document_digest: str
    start: int
    end: int
    laid_out_sha256: str
    expires_at: str
    signature: str = ""
    why_void: str = ""

    @property
    def holder(self) -> "_Holder":
        return _Holder(Certificate(_bytes(self.certificate)), tuple(Certificate(_bytes(one)) for one in self.chain))

    @property
    def attributes(self) -> bytes:
        return attributes_of(self.holder.certificate, _bytes(self.document_digest))


@dataclass(frozen=True)
class _Holder:
    certificate: Certificate
    chain: tuple[Certificate, ...]


class Desk:
    """Preparations in one folder; several processes may work on it."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder, self._clock = folder, clock
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def prepare(  # noqa: PLR0913 - keywords, each a decision of the caller's
        self,
        pdf: bytes,
        certificate: Certificate,
        chain: tuple[Certificate, ...],
        *,
        role: Role,
        level: Level,
        mark_pdf: bytes | None = None,
        has_timestamper: bool = True,
        evidence: Evidence | None = None,
        verify: Callable[[bytes], Report] | None = None,
        statement: Statement = NOTHING_SAID,
    ) -> Request:
        """Lay the PDF out and return what is to be signed; raises as ``signing.sign.sign`` does."""
        self._sweep()
        now = self._clock()
        with our_errors():
            laid_out = ready(
                Growth(pdf),
                certificate,
                chain,
                role=role,
                level=level,
                at=now,
                mark_pdf=mark_pdf,
                has_timestamper=has_timestamper,
                evidence=evidence,
                verify=None if verify is None else partial(verify, pdf),
                statement=statement,
                places={},
            )
            attributes = attributes_of(certificate, laid_out.document_digest)
        identity, expires_at = secrets.token_hex(ID_BYTES), now + LIFE
        write_durably(self._pdf(identity), laid_out.pdf, 0o600)  # before the JSON that names it
        self._write(
            identity,
            _Preparation(
                state=State.PREPARED,
                certificate=_text(certificate.der),
                chain=tuple(_text(one.der) for one in chain),
                level=level,
                document_digest=_text(laid_out.document_digest),
                start=laid_out.start,
                end=laid_out.end,
                laid_out_sha256=hashlib.sha256(laid_out.pdf).hexdigest(),
                expires_at=expires_at.isoformat(),
            ),
        )
        return Request(identity, attributes, certificate, expires_at)

    def finish(self, identity: str, signature: bytes, timestamper: Timestamper | None) -> bytes:
        """Check the signature, embed it, and return the signed PDF.

        Raises ``PreparationRefused`` (unknown, used, void, expired, a wrong value) or ``TimestampUnavailable``: then
        the signature is kept, and the same call may succeed a moment later.
        """
        with self._taken(identity) as found:
            signed = self._signed(identity, found, signature)
            if signed.state is State.EMBEDDED:
                return self._result(identity).read_bytes()
            laid_out = self._laid_out(identity, signed)
            with our_errors():
                complete(laid_out, signed.holder, signed.attributes, signature, signed.level, timestamper)
            done = laid_out.pdf
            write_durably(self._result(identity), done, 0o600)
            self._write(identity, replace(signed, state=State.EMBEDDED))
            self._pdf(identity).unlink(missing_ok=True)
            return done

    def state(self, identity: str) -> State:
        """Return where a preparation stands: what start-up asks for every open intent."""
        with self._taken(identity) as found:
            return found.state

    def _signed(self, identity: str, found: _Preparation, signature: bytes) -> _Preparation:
        """Return the preparation with this very signature, checked now or before."""
        if found.state is State.VOID:
            raise PreparationRefused(found.why_void, id=identity)
        if found.state is not State.PREPARED:
            if found.signature != _text(signature):
                raise PreparationRefused("preparation_used", id=identity)
            return found
        if self._clock() >= datetime.fromisoformat(found.expires_at):
            raise self._void(identity, found, "preparation_expired")
        public_key = found.holder.certificate.parsed.public_key()
        if not verifies(public_key, signature, found.attributes, Digest.SHA256):
            raise self._void(identity, found, "signature_wrong")
        signed = replace(found, state=State.SIGNED, signature=_text(signature))
        self._write(identity, signed)
        return signed

    def _void(self, identity: str, found: _Preparation, why: str) -> PreparationRefused:
        self._write(identity, replace(found, state=State.VOID, why_void=why))
        self._pdf(identity).unlink(missing_ok=True)
        return PreparationRefused(why, id=identity)

    def _laid_out(self, identity: str, found: _Preparation) -> Ready:
        pdf = self._pdf(identity).read_bytes()
        if hashlib.sha256(pdf).hexdigest() != found.laid_out_sha256:
            raise PreparationRefused("preparation_damaged", id=identity)
        return Ready.of(pdf, _bytes(found.document_digest), found.start, found.end)

    @contextmanager
    def _taken(self, identity: str) -> Generator[_Preparation]:
        """Hold a preparation alone; its lock is a file of its own, since the JSON is replaced."""
        if not ID.fullmatch(identity) or not self._json(identity).exists():
            raise PreparationRefused("preparation_unknown", id=identity)
        descriptor = os.open(self._folder / f"{identity}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield _read(self._json(identity).read_text(encoding="utf-8"))
        finally:
            os.close(descriptor)

    def _write(self, identity: str, preparation: _Preparation) -> None:
        write_durably(self._json(identity), json.dumps(asdict(preparation)).encode(), 0o600)

    def _sweep(self) -> None:
        """Remove what is older than a day, and PDFs whose JSON was never written."""
        oldest = (self._clock() - KEPT).timestamp()
        for path in self._folder.iterdir():
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)

    def _json(self, identity: str) -> Path:
        return self._folder / f"{identity}.json"

    def _pdf(self, identity: str) -> Path:
        return self._folder / f"{identity}.laid-out"

    def _result(self, identity: str) -> Path:
        return self._folder / f"{identity}.signed"


def _read(text: str) -> _Preparation:
    body = json.loads(text)
    body |= {"state": State(body["state"]), "level": Level(body["level"]), "chain": tuple(body["chain"])}
    return _Preparation(**body)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
