"""The first keys of an authority: a root that signs itself, and an issuing key that the root certifies."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from glob import escape
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import padding, rsa

from certs.certificate import Certificate
from certs.errors import CertError
from certs.issuance import Order, certified, public_key_in, self_signed
from certs.keys.algorithms import HASHES
from certs.keys.file import FileKey
from certs.keys.protocol import Digest
from certs.profiles import ISSUING, ROOT, Addresses, Subject
from certs.register import Register
from storage.durable import write_durably

KEY_BITS = 3072  # good beyond 2030 (ETSI TS 119 312)
BACKDATED = timedelta(minutes=5)  # clocks of readers differ a little


@contextmanager
def whole_or_not(folder: Path) -> Generator[Path]:
    """Lend a folder to build in, which becomes ``folder`` at the end; raises ``CertError`` where there is one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone_in(folder.parent):
        if folder.exists():
            raise CertError("authority_exists", folder=str(folder))
        for left in folder.parent.glob(f".{escape(folder.name)}.*.part"):  # by one that was killed: we are alone here
            shutil.rmtree(left)
        building = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
        building.mkdir(mode=0o700)
        try:
            yield building
            building.rename(folder)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise


@dataclass(frozen=True)
class Foundation:
    """Where an authority is being founded; each certificate stands in the register before it is written."""

    folder: Path
    register: Register
    clock: Callable[[], datetime]

    def root(self, subject: Subject) -> FileKey:
        """Make the root; its key is the caller's to put away."""
        key, start = UncertifiedKey(), self.clock() - BACKDATED
        order = Order(ROOT, subject.name(), key.public_key, start, start + timedelta(days=ROOT.days))
        certificate = self_signed(key, order)
        self._keep("root", certificate)
        return key.with_certificate(certificate)

    def issuing(self, root: FileKey, subject: Subject, request: bytes, addresses: Addresses | None) -> Certificate:
        """Return the issuing key's certificate by the root; raises ``CertificateInvalid``."""
        start = max(self.clock() - BACKDATED, root.certificate.not_before)
        end = min(start + timedelta(days=ISSUING.days), root.certificate.not_after)
        order = Order(ISSUING, subject.name(), public_key_in(request), start, end)
        certificate = certified(order, root.certificate, root, addresses)
        self._keep("issuing", certificate)
        return certificate

    def _keep(self, name: str, certificate: Certificate) -> None:
        self.register.append("authority", name=name, serial=certificate.serial, certificate=certificate.der.hex())
        write_durably(self.folder / f"{name}.pem", certificate.pem())


class UncertifiedKey:
    """A key pair just made, in memory: it may sign its request or its own certificate."""

    def __init__(self) -> None:
        self._private_key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        return self._private_key.public_key()

    def sign(self, data: bytes, digest: Digest = Digest.SHA256) -> bytes:
        return self._private_key.sign(data, padding.PKCS1v15(), HASHES[digest])

    def with_certificate(self, certificate: Certificate, *chain: Certificate) -> FileKey:
        return FileKey(self._private_key, certificate, chain)


@contextmanager
def _alone_in(folder: Path) -> Generator[None]:
    """Hold a lock on a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
