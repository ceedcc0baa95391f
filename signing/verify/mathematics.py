"""Digest and signature value, and a strict look at everything in the CMS that no signature covers.

The bytes of a signature lie in the gap that it cannot cover itself, so each unsigned part there is held against a
signed one: versions, algorithm names, certificates, attributes. What cannot be explained is a change.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import algos, cms, core, keys, x509  # type: ignore[import-untyped]  # asn1crypto has no types
from pyhanko.sign.general import CMSExtractionError, SignedDataCerts, check_ess_certid, extract_signer_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    get_signing_cert_attr,
    validate_sig_integrity,
)
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

from signing.verify.algorithms import POLICY
from signing.verify.limits import MOST_CERTIFICATES
from signing.verify.links import Link

NULL = b"\x05\x00"
EC_PUBLIC_KEY = "1.2.840.10045.2.1"
KNOWN_UNSIGNED = {
    "signature_time_stamp_token",
    "counter_signature",
    "1.2.840.113549.1.9.16.2.14",
    "1.2.840.113549.1.9.16.2.21",  # complete certificate references (CAdES-C)
    "1.2.840.113549.1.9.16.2.22",
    "1.2.840.113549.1.9.16.2.23",  # certificate values
    "1.2.840.113549.1.9.16.2.24",
    "1.2.840.113583.1.1.8",  # Adobe's revocation data, put here by some
    "adobe_revocation_info_archival",
}


class Damaged(Exception):
    """The CMS is not what its signer made; ``cause`` is one of ``signing.verify.causes``."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


@dataclass(frozen=True)
class Signed:
    """One CMS signature that holds, whoever made it."""

    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]
    signer: cms.SignerInfo
    digest: str


@dataclass(frozen=True)
class TokenFound:
    signed: Signed
    at: datetime


class _ByKeyToo(DefaultSignatureValidator):
    """Some tools name the kind of key where the mechanism belongs (id-ecPublicKey, RFC 5480 2.1.1): ECDSA is meant."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        if signature_algorithm["algorithm"].native == EC_PUBLIC_KEY:
            signature_algorithm = algos.SignedDigestAlgorithm({"algorithm": f"{context.contextual_md_algorithm}_ecdsa"})
        super().validate_signature(signature, signed_data, public_key_info, signature_algorithm, context)


def check_signature(
    content: cms.SignedData, digest: bytes, expected_type: str = "data", *, must_name_certificate: bool = False
) -> Signed:
    """Return who signed, or raise ``Damaged``."""
    try:
        _check_shape(content, expected_type)
        signer = extract_signer_info(content)
        certificates = _identified(content, signer, must_name_certificate=must_name_certificate)
        intact, valid = validate_sig_integrity(signer, certificates.signer_cert, expected_type, digest, _ByKeyToo())
    except (CMSExtractionError, SignatureValidationError) as error:
        raise Damaged("format", str(error)) from error
    if not intact:
        raise Damaged("hash", "the digest differs")
    if not valid:
        raise Damaged("value", "the signature value does not fit the key")
    sid = signer["sid"]
    if sid.name == "issuer_and_serial_number" and sid.chosen["issuer"].dump() != certificates.signer_cert.issuer.dump():
        raise Damaged("format", "the signer is named in other letters")  # the library compares names without case
    others = tuple(certificates.other_certs)
    return Signed(certificates.signer_cert, others, signer, signer["digest_algorithm"]["algorithm"].native)


def _identified(content: cms.SignedData, signer: cms.SignerInfo, *, must_name_certificate: bool) -> SignedDataCerts:
    """5.2.3: the signing certificate is the one that the signed attribute names by its digest."""
    named = get_signing_cert_attr(signer["signed_attrs"])
    try:
        found = extract_certs_for_validation(content)
    except SignatureValidationError as error:
        beside = certificates_beside(content)
        if named is not None and any(check_ess_certid(one, named["certs"][0]) for one in beside):
            raise Damaged("format", "the signer is named in other words than were signed") from error
        raise Damaged("no-signer", str(error)) from error
    if named is None and must_name_certificate:  # EN 319 142-1 6.3: in every PAdES signature
        raise Damaged("no-signer", "no certificate is named")
    return found


def check_token(content: cms.ContentInfo, covered: bytes) -> TokenFound:
    """Return what a timestamp token over ``covered`` says, or raise ``Damaged``."""
    if content["content_type"].native != "signed_data":
        raise Damaged("format", "the token is not signed data")
    data = content["content"]
    inner = data["encap_content_info"]["content"]
    algorithm = extract_signer_info(data)["digest_algorithm"]["algorithm"].native
    signed = check_signature(data, hashlib.new(algorithm, bytes(inner)).digest(), "tst_info")
    info = inner.parsed
    imprint = info["message_imprint"]
    name = imprint["hash_algorithm"]["algorithm"].native
    if hashlib.new(name, covered).digest() != imprint["hashed_message"].native:
        raise Damaged("token", "the token is of something else")
    return TokenFound(signed, info["gen_time"].native)


def tokens_of(signer: cms.SignerInfo) -> list[cms.ContentInfo]:
    """Return the signature timestamp tokens; unsigned attributes nobody knows raise ``Damaged``."""
    found: list[cms.ContentInfo] = []
    if not isinstance(signer["unsigned_attrs"], cms.CMSAttributes):
        return found
    for attribute in signer["unsigned_attrs"]:
        kind = attribute["type"].native
        if kind not in KNOWN_UNSIGNED:
            raise Damaged("format", f"unknown unsigned attribute {kind}")
        if kind == "signature_time_stamp_token":
            if len(attribute["values"]) == 0:
                raise Damaged("format", "an attribute for a token holds none")
            found += list(attribute["values"])
    return found


def algorithms_allowed(signed: Signed, moment: datetime) -> bool:
    """Whether digest, mechanism and key were good enough at that time."""
    return bool(
        POLICY.digest_algorithm_allowed(signed.signer["digest_algorithm"], moment)
        and POLICY.signature_algorithm_allowed(
            signed.signer["signature_algorithm"], moment, signed.certificate.public_key
        )
    )


def _check_shape(content: cms.SignedData, expected_type: str) -> None:
    """Versions and algorithm lists stand outside the signature; RFC 5652 5.1 fixes them."""
    if len(content["signer_infos"]) != 1:
        raise Damaged("format", "not one signer")
    if len(content["certificates"] or ()) > MOST_CERTIFICATES:
        raise Damaged("chain", "too many certificates")
    signer = content["signer_infos"][0]
    if not isinstance(signer["signed_attrs"], cms.CMSAttributes):
        raise Damaged("format", "no signed attributes")
    inner = content["encap_content_info"]["content"]
    if expected_type == "data" and not isinstance(inner, core.Void):
        raise Damaged("format", "a content of its own in a detached signature")
    by_key_id = signer["sid"].name == "subject_key_identifier"
    if signer["version"].native != ("v3" if by_key_id else "v1"):
        raise Damaged("format", "wrong version of the signer")
    plain = "v3" if by_key_id or expected_type != "data" else "v1"
    kinds = {one.name for one in content["certificates"] or ()}
    if content["version"].native != plain and kinds <= {"certificate"}:  # other kinds ask for 4 or 5
        raise Damaged("format", "wrong version")
    if content["encap_content_info"]["content_type"].native != expected_type:
        raise Damaged("format", "wrong content type")
    _check_algorithms(content, signer)


def _check_algorithms(content: cms.SignedData, signer: cms.SignerInfo) -> None:
    own = signer["digest_algorithm"]["algorithm"].native
    if own not in [one["algorithm"].native for one in content["digest_algorithms"]]:
        raise Damaged("format", "the signer's digest is not listed")
    mechanism = signer["signature_algorithm"]
    plain_ones = [*content["digest_algorithms"], signer["digest_algorithm"]]
    if mechanism["algorithm"].native != "rsassa_pss":
        plain_ones.append(mechanism)
    if any(one["parameters"].dump() not in {b"", NULL} for one in plain_ones):
        raise Damaged("format", "an algorithm has parameters it does not take")
    try:
        named = mechanism.hash_algo
    except ValueError:
        named = own
    if named != own:
        raise Damaged("format", "two digests are named")


def check_twins(beside: Iterable[x509.Certificate], known: Iterable[bytes]) -> None:
    """Certificates beside a signature are not signed by it: one that passes for another must be what it seems.

    Raises ``Damaged`` for a certificate that no issuer at hand has signed, although it names one by name and key, or
    has the number or the key of another certificate at hand (two with one name may be renewals).
    """
    everyone = [Link(der) for der in dict.fromkeys(known)]
    for one in (Link(certificate.dump()) for certificate in beside):
        try:
            if any(one.is_issued_by(parent) for parent in everyone):
                continue
            is_named = any(one.names(parent) for parent in everyone)
            has_twin = any(one.is_twin_of(other) for other in everyone if other != one)
        except ValueError as error:
            raise Damaged("format", "a certificate beside the signature cannot be read") from error
        if is_named or has_twin:
            raise Damaged("format", "a certificate beside the signature was altered")


def certificates_beside(content: cms.SignedData) -> list[x509.Certificate]:
    """Return the certificates in a CMS, whoever put them there; for comparison only."""
    return [one.chosen for one in content["certificates"] or () if one.name == "certificate"]
