"""One authority for the tests of certificates, made once; keys that cost much are made once, too."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from certs.authority import Authority, Names, Subject
from certs.certificate import Certificate
from certs.keys.file import FileKey
from tests.certs.softhsm import SoftTokens

OFFICE = "Ủy ban nhân dân xã Nguyệt Ấn"


def now() -> datetime:
    return datetime.now(UTC)


def self_signed(private_key) -> FileKey:
    """A key of any kind with a certificate of its own making."""
    return FileKey(private_key, certificate_of(private_key))


def certificate_of(private_key) -> Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Người ký thử")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private_key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now() - timedelta(days=1))
    made = builder.not_valid_after(now() + timedelta(days=9)).sign(private_key, hashes.SHA256())
    return Certificate(made.public_bytes(Encoding.DER))


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority.create(tmp_path_factory.mktemp("certs") / "authority", Names.of(OFFICE))


@pytest.fixture(scope="session")
def other(tmp_path_factory):
    """Another commune's authority, which has nothing to say about ours."""
    return Authority.create(tmp_path_factory.mktemp("other") / "authority", Names.of("Xã khác"))


@pytest.fixture(scope="session")
def official(authority):
    return authority.issue("official", Subject("Đặng Thị Ngọc Hương", OFFICE))


@pytest.fixture(scope="session")
def kinds():
    """A key of each kind that we take."""
    private_keys: dict[str, Any] = {f"rsa-{bits}": rsa.generate_private_key(65537, bits) for bits in (2048, 3072, 4096)}
    private_keys |= {"p-256": ec.generate_private_key(ec.SECP256R1()), "p-384": ec.generate_private_key(ec.SECP384R1())}
    return {name: self_signed(private_key) for name, private_key in private_keys.items()}


@pytest.fixture(scope="session")
def tokens(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokens")
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    yield SoftTokens(folder)
    patch.undo()
