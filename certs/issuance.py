"""One certificate: built by its profile, looked over with a blank signature, then signed.

Serial numbers are random (RFC 5280 4.1.2.2). A request (PKCS#10) proves that its sender holds the key; its names are
not taken over.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from certs.certificate import Certificate
from certs.errors import CertificateInvalid
from certs.keys.algorithms import algorithm_of
from certs.keys.delegated import Blank, Signs, as_private_key
from certs.lint import Draft, faults
from certs.profiles import ANY_POLICY, POLICY, Addresses, Profile, Subject

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True)
class Order:
    """What is to be certified; ``host_names`` are those of a server."""

    profile: Profile
    subject: x509.Name
    public_key: PublicKey
    not_before: datetime
    not_after: datetime
    host_names: Sequence[str] = ()


def self_signed(key: Signs, order: Order) -> Certificate:
    """Return a root's certificate."""
    builder = _builder(order, order.subject)
    return _signed(builder, key, order, None, needs_addresses=False)


def certified(order: Order, issuer: Certificate, key: Signs, addresses: Addresses | None) -> Certificate:
    """Return a certificate by ``issuer``, whose key is ``key``; raises ``CertificateInvalid`` with what it breaks."""
    above = issuer.parsed.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    own_id = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above)
    policy = ANY_POLICY if order.profile.is_authority else POLICY
    builder = (
        _builder(order, issuer.parsed.subject)
        .add_extension(own_id, critical=False)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(policy, None)]), critical=False)
    )
    if addresses is not None:
        builder = _with_addresses(builder, order.profile, addresses)
    return _signed(builder, key, order, issuer, needs_addresses=addresses is not None)


def request(key: Signs, public_key: object, subject: Subject) -> bytes:
    """Return a request (PKCS#10) in DER, for a key that may lie on a token."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject.name())
    made = builder.sign(as_private_key(key, public_key), hashes.SHA256())
    return made.public_bytes(Encoding.DER)


def public_key_in(content: bytes) -> PublicKey:
    """Return the key of a request in PEM or DER, whose sender holds it; raises ``CertificateInvalid``."""
    try:
        load = x509.load_pem_x509_csr if b"-----BEGIN" in content else x509.load_der_x509_csr
        found = load(content)
        holds = found.is_signature_valid
    except (ValueError, TypeError) as error:
        raise CertificateInvalid("not_a_request") from error
    if not holds:
        raise CertificateInvalid("request_signature_wrong")
    return _taken(found.public_key())


def _builder(order: Order, issuer: x509.Name) -> x509.CertificateBuilder:
    profile = order.profile
    builder = (
        x509.CertificateBuilder()
        .subject_name(order.subject)
        .issuer_name(issuer)
        .public_key(order.public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(order.not_before)
        .not_valid_after(order.not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(order.public_key), critical=False)
        .add_extension(
            x509.BasicConstraints(ca=profile.is_authority, path_length=profile.path_length), critical=True
        )
        .add_extension(_usage(profile), critical=True)
    )  # fmt: skip
    if profile.purposes:
        only = ExtendedKeyUsageOID.TIME_STAMPING in profile.purposes  # RFC 3161 2.3
        builder = builder.add_extension(x509.ExtendedKeyUsage(profile.purposes), critical=only)
    if profile.no_check:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    if order.host_names:
        names = x509.SubjectAlternativeName([_host(one) for one in order.host_names])
        builder = builder.add_extension(names, critical=False)
    return builder


def _with_addresses(
    builder: x509.CertificateBuilder, profile: Profile, addresses: Addresses
) -> x509.CertificateBuilder:
    issuer = "root" if profile.is_authority else "issuing"
    access = [(AuthorityInformationAccessOID.CA_ISSUERS, addresses.certificate(issuer))]
    if not profile.is_authority and not profile.no_check:
        access.append((AuthorityInformationAccessOID.OCSP, addresses.ocsp))
    found = [x509.AccessDescription(method, x509.UniformResourceIdentifier(url)) for method, url in access]
    builder = builder.add_extension(x509.AuthorityInformationAccess(found), critical=False)
    if profile.no_check:
        return builder
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(addresses.crl(issuer))], None, None, None)
    return builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)


def _signed(
    builder: x509.CertificateBuilder, key: Signs, order: Order, issuer: Certificate | None, *, needs_addresses: bool
) -> Certificate:
    public_key = order.public_key if issuer is None else issuer.parsed.public_key()
    blank = builder.sign(as_private_key(Blank(), public_key), hashes.SHA256())
    draft = Draft(blank, order.profile, blank if issuer is None else issuer.parsed, needs_addresses)
    if found := list(faults(draft)):
        raise CertificateInvalid("lint_not_held", lints=", ".join(found))
    return Certificate.of(builder.sign(as_private_key(key, public_key), hashes.SHA256()))


def _usage(profile: Profile) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not profile.is_authority,
        content_commitment=profile.binds,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=profile.is_authority,
        crl_sign=profile.is_authority,
        encipher_only=False,
        decipher_only=False,
    )


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name)
    except ValueError as error:
        raise CertificateInvalid("name_not_possible", name=name) from error


def _taken(public_key: object) -> PublicKey:
    algorithm_of(public_key)
    if not isinstance(public_key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise TypeError(type(public_key))
    return public_key
