"""Certificates, lists, answers and tokens as no honest authority would give them, beside good ones of the same hand."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from certs.certificate import DOCUMENT_SIGNING, Certificate
from certs.keys.file import FileKey, PrivateKey
from certs.timestamps import TimestampAuthority

DAY = timedelta(days=1)
SIGNS = ("digital_signature", "content_commitment")
RESPONDER = x509.AccessDescription(
    AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example.vn/")
)
CERTIFIES = ("key_cert_sign", "crl_sign")
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@dataclass(frozen=True)
class Holder:
    """A private key with its certificate, and the certificates that lie beside it in a signature."""

    private_key: PrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @classmethod
    def of(cls, key: FileKey) -> "Holder":
        return cls(key.private_key, key.certificate.parsed, tuple(one.parsed for one in key.chain))

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def as_certificate(self) -> Certificate:
        return Certificate(self.der)

    @property
    def as_file_key(self) -> FileKey:
        return FileKey(
            self.private_key, self.as_certificate, tuple(Certificate(x.public_bytes(Encoding.DER)) for x in self.chain)
        )


def ec_key() -> PrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_key(bits: int) -> PrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def named(common_name: str, organisation: str) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "VN"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.COMMON_NAME, common_name),
    ]
    return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in parts])


@dataclass(frozen=True)
class Order:
    """What a certificate says; each default is what an official's would say."""

    common_name: str = "Đặng Thị Ngọc Hương"
    organisation: str = "Ủy ban nhân dân xã Nguyệt Ấn"
    private_key: PrivateKey | None = None
    subject: x509.Name | None = None
    usage: Sequence[str] | None = SIGNS
    purposes: Sequence[x509.ObjectIdentifier] = (DOCUMENT_SIGNING,)
    starts: timedelta = -DAY
    ends: timedelta = 700 * DAY
    path_length: int | None = None
    is_authority: bool = False
    more: Sequence[tuple[x509.ExtensionType, bool]] = ()
    names_responder: bool = True  # where OCSP is answered; some readers look at no answer without it


def issued(order: Order, issuer: Holder | None, now: datetime) -> Holder:
    """Return a certificate by ``issuer``, or one that signs itself."""
    private_key = order.private_key or ec_key()
    subject = order.subject or named(order.common_name, order.organisation)
    signing_key = issuer.private_key if issuer else private_key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + order.starts)
        .not_valid_after(now + order.ends)
        .add_extension(x509.BasicConstraints(order.is_authority, order.path_length), critical=True)
    )
    extensions = [*order.more]
    kinds = {type(one) for one, _ in extensions}
    if x509.SubjectKeyIdentifier not in kinds:
        extensions.append((x509.SubjectKeyIdentifier.from_public_key(private_key.public_key()), False))
    if issuer and x509.AuthorityKeyIdentifier not in kinds:
        extensions.append((_key_id_of(issuer), False))
    if order.usage is not None:
        extensions.append((x509.KeyUsage(**{name: name in order.usage for name in USAGES}), True))
    if order.purposes:
        extensions.append((x509.ExtendedKeyUsage(order.purposes), False))
    if order.names_responder and not order.is_authority:
        extensions.append((x509.AuthorityInformationAccess([RESPONDER]), False))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    above = () if issuer is None else (issuer.certificate, *issuer.chain)
    return Holder(private_key, builder.sign(signing_key, hashes.SHA256()), above)


def with_sha1(holder: Holder, issuer: Holder) -> Holder:
    """Return the same certificate signed anew with SHA-1, which the library no longer does."""
    found = asn1_x509.Certificate.load(holder.der)
    if not isinstance(issuer.private_key, rsa.RSAPrivateKey):
        raise TypeError(issuer)
    tbs, mechanism = found["tbs_certificate"], algos.SignedDigestAlgorithm({"algorithm": "sha1_rsa"})
    tbs["signature"] = mechanism
    value = issuer.private_key.sign(tbs.dump(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - weak on purpose
    made = asn1_x509.Certificate({"tbs_certificate": tbs, "signature_algorithm": mechanism, "signature_value": value})
    return Holder(holder.private_key, x509.load_der_x509_certificate(made.dump()), holder.chain)


def _key_id_of(issuer: Holder) -> x509.AuthorityKeyIdentifier:
    own = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


@dataclass(frozen=True)
class Withdrawn:
    certificate: x509.Certificate
    at: datetime
    reason: x509.ReasonFlags = x509.ReasonFlags.cessation_of_operation


def crl(
    issuer: Holder,
    withdrawn: Sequence[Withdrawn] = (),
    *,
    at: datetime,
    life: timedelta = 7 * DAY,
    more: Sequence[tuple[x509.ExtensionType, bool]] = (),
    name: x509.Name | None = None,
) -> bytes:
    """Return a list in DER; ``more`` are extensions with whether they are critical."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(name or issuer.certificate.subject)
        .last_update(at)
        .next_update(at + life)
        .add_extension(x509.CRLNumber(7), critical=False)
        .add_extension(_key_id_of(issuer), critical=False)
    )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    for one in withdrawn:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number).revocation_date(one.at)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(one.reason), False).build())
    return builder.sign(issuer.private_key, hashes.SHA256()).public_bytes(Encoding.DER)


def ocsp_answer(
    about: x509.Certificate,
    issuer: x509.Certificate,
    responder: Holder,
    *,
    at: datetime,
    life: timedelta = DAY,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
) -> bytes:
    """Return an answer in DER that the responder's key signed, whoever that is."""
    revoked_at = at - DAY if status is ocsp.OCSPCertStatus.REVOKED else None
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(about, issuer, hashes.SHA256(), status, at, at + life, revoked_at, None)
        .responder_id(ocsp.OCSPResponderEncoding.HASH, responder.certificate)
        .certificates([responder.certificate])
    )
    return builder.sign(responder.private_key, hashes.SHA256()).public_bytes(Encoding.DER)


def token(authority: Holder, digest: bytes, at: datetime) -> cms.ContentInfo:
    """Return a timestamp token by any key, with any time."""
    asked = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
            "cert_req": True,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        answer = TimestampAuthority(authority.as_file_key, Path(folder), lambda: at).answer(asked.dump())
    return tsp.TimeStampResp.load(answer)["time_stamp_token"]


def seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
