"""Timestamps (RFC 3161): the commune's own authority, and a client that asks several in order.

A time is never made up: when no authority gives a good token there is none, and the caller must wait or go without a
timestamped signature. Our own authority stops when the clock stands before its last token.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from asn1crypto import algos, cms, core, tsp  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from certs.breaker import Breaker
from certs.certificate import Certificate
from certs.chains import leads_to
from certs.errors import CertError, ClockWentBack, TimestampUnavailable
from certs.keys.protocol import Digest, KeyAlgorithm, SigningKey
from egress.client import Client
from egress.errors import EgressError

POLICY = "2.25.98465120730114785523917406318825740211"  # a UUID of ours (ITU-T X.667): no registered arc is needed
REQUEST_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
DIGESTS = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
SYNC_EVERY = timedelta(minutes=1)  # the kernel keeps what was written when we are killed; a power cut costs a minute
NONCE_BYTES = 8
KEPT_TIME = "last-token"


class _Answer(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """RFC 3161 2.4.2; asn1crypto's own holds the token for required, so it can't read a refusal."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]


Ask = Callable[[bytes], bytes]  # a request in DER to an answer in DER, whatever lies between


class TimestampAuthority:
    """Signs tokens with a key whose certificate is for nothing else."""

    def __init__(self, key: SigningKey, folder: Path, clock: Callable[[], datetime]) -> None:
        self._key, self._path, self._clock = key, folder / KEPT_TIME, clock

    @property
    def certificate(self) -> Certificate:
        return self._key.certificate

    def answer(self, request: bytes) -> bytes:
        """Return the answer to a request, both in DER; one that cannot be served is told so (RFC 3161 2.4.2)."""
        try:
            asked = tsp.TimeStampReq.load(request, strict=True)
            imprint = asked["message_imprint"]
            algorithm, digest = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
            if algorithm not in DIGESTS:
                return refusal("bad_alg")
            if len(digest) != DIGESTS[algorithm].digest_size:
                return refusal("bad_data_format")
            nonce, policy = asked["nonce"].native, asked["req_policy"].native
            if policy not in {None, POLICY}:
                return refusal("unaccepted_policy")
            if asked["extensions"].native:
                return refusal("unaccepted_extensions")
            wants_certificates = bool(asked["cert_req"].native)
        except (ValueError, TypeError, KeyError):
            return refusal("bad_data_format")
        info = self._info(digest, Digest(algorithm), nonce)
        token = self._signed(info, with_certificates=wants_certificates)
        status = tsp.PKIStatusInfo({"status": "granted"})
        content = _Answer({"status": status, "time_stamp_token": cms.ContentInfo.load(token)})
        return bytes(content.dump())

    def _info(self, digest: bytes, algorithm: Digest, nonce: int | None) -> bytes:
        """Return what a token says (RFC 3161 2.4.2) in DER; raises ``ClockWentBack``."""
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": {"hash_algorithm": {"algorithm": algorithm.value}, "hashed_message": digest},
                "serial_number": int.from_bytes(secrets.token_bytes(16)),
                "gen_time": self._now(),
                "accuracy": {"seconds": 1},
                **({} if nonce is None else {"nonce": nonce}),
            }
        )
        return bytes(info.dump())

    def _now(self) -> datetime:
        """Return the time, and keep it as the last one given out."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            kept = os.pread(descriptor, 64, 0).decode().strip()
            now = self._clock().astimezone(UTC).replace(microsecond=0)
            last = datetime.fromisoformat(kept) if kept else None
            if last is not None and now < last:
                raise ClockWentBack("clock_before_last_token", last=kept)
            os.pwrite(descriptor, now.isoformat().encode(), 0)
            if last is None or now.replace(second=0) - last.replace(second=0) >= SYNC_EVERY:
                os.fdatasync(descriptor)
            return now
        finally:
            os.close(descriptor)

    def _signed(self, info: bytes, *, with_certificates: bool) -> bytes:
        own = asn1_x509.Certificate.load(self._key.certificate.der)
        digest = algos.DigestAlgorithm({"algorithm": "sha256"})
        name = "sha256_rsa" if self._key.algorithm is KeyAlgorithm.RSA else "sha256_ecdsa"
        mechanism = algos.SignedDigestAlgorithm({"algorithm": name})
        attributes = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("message_digest", hashlib.sha256(info).digest()),
                _attribute("signing_certificate_v2", {"certs": [{"cert_hash": hashlib.sha256(own.dump()).digest()}]}),
                _attribute("cms_algorithm_protection", {"digest_algorithm": digest, "signature_algorithm": mechanism}),
            ]
        )
        signature = self._key.sign(attributes.dump(), Digest.SHA256)
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
                "digest_algorithm": digest,
                "signed_attrs": attributes,
                "signature_algorithm": mechanism,
                "signature": signature,
            }
        )
        chain = [asn1_x509.Certificate.load(one.der) for one in self._key.chain if not one.is_self_signed]
        content = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [digest],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
                "signer_infos": [signer],
                **({"certificates": [own, *chain]} if with_certificates else {}),  # 2.4.1, certReq
            }
        )
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": content}).dump())


def last_token_at(folder: Path) -> datetime | None:
    """Return the time of the last token that the authority in this folder gave."""
    try:
        kept = (folder / KEPT_TIME).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    return datetime.fromisoformat(kept) if kept else None


class HttpAuthority:
    """An authority on the network, through the one way out."""

    def __init__(self, url: str, client: Client) -> None:
        self._url, self._client = url, client

    def __call__(self, request: bytes) -> bytes:
        try:
            return self._client.post(self._url, request, REQUEST_TYPE)
        except EgressError as error:
            raise TimestampUnavailable(error.code, url=self._url) from error


@dataclass(frozen=True)
class Token:
    """What a token says, after it was checked."""

    der: bytes
    at: datetime
    certificate: Certificate


class TimestampClient:
    """Asks the authorities in their order until one gives a good token; one that keeps failing rests for a while.

    ``issuers`` are whose certificates we take, their own or of authorities below them; ``policies`` which a token may
    be made under (None: any).
    """

    def __init__(
        self,
        authorities: Sequence[Ask],
        issuers: Sequence[Certificate],
        clock: Callable[[], datetime],
        *,
        policies: frozenset[str] | None = None,
        tolerance: timedelta = timedelta(seconds=60),
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._authorities = tuple((ask, Breaker(ticks)) for ask in authorities)
        self._issuers, self._policies = tuple(issuers), policies
        self._clock, self._tolerance = clock, tolerance

    def stamp(self, digest: bytes, algorithm: Digest = Digest.SHA256) -> Token:
        """Return a checked token, or raise ``TimestampUnavailable`` with the reason of the last one that was asked."""
        reason = CertError("no_authority_configured" if not self._authorities else "authorities_resting")
        for ask, breaker in self._authorities:
            if not breaker.may_try():
                continue
            try:
                token = self._asked(ask, digest, algorithm)
            except CertError as error:  # the next one may do better
                breaker.failed()
                reason = error
            else:
                breaker.worked()
                return token
        raise TimestampUnavailable("no_timestamp", **{**reason.parameters, "reason": reason.code}) from reason

    def _asked(self, ask: Ask, digest: bytes, algorithm: Digest) -> Token:
        nonce = int.from_bytes(secrets.token_bytes(NONCE_BYTES))
        request = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {"hash_algorithm": {"algorithm": algorithm.value}, "hashed_message": digest},
                "nonce": nonce,
                "cert_req": True,
            }
        )
        return self._checked(ask(request.dump()), digest, algorithm, nonce)

    def _checked(self, answer: bytes, digest: bytes, algorithm: Digest, nonce: int) -> Token:
        try:
            found = _Answer.load(answer, strict=True)
            if found["status"]["status"].native not in {"granted", "granted_with_mods"}:
                raise TimestampUnavailable("not_granted")
            token = found["time_stamp_token"]
            info = token["content"]["encap_content_info"]["content"].parsed
            imprint = info["message_imprint"]
            if (
                imprint["hashed_message"].native != digest
                or imprint["hash_algorithm"]["algorithm"].native != algorithm.value
            ):
                raise TimestampUnavailable("wrong_imprint")
            if info["nonce"].native != nonce:
                raise TimestampUnavailable("wrong_nonce")
            if self._policies is not None and info["policy"].native not in self._policies:
                raise TimestampUnavailable("wrong_policy")
            at: datetime = info["gen_time"].native
            der = token.dump()
            certificate = signer_of(der)
        except (ValueError, TypeError, KeyError) as error:
            raise TimestampUnavailable("not_a_token") from error
        self._accept(certificate, certificates_of_token(der), at)
        return Token(der, at, certificate)

    def _accept(self, certificate: Certificate, beside: Sequence[Certificate], at: datetime) -> None:
        if not certificate.may_stamp_time:
            raise TimestampUnavailable("certificate_of_wrong_purpose")
        if not certificate.not_before <= at <= certificate.not_after:
            raise TimestampUnavailable("certificate_not_in_force")
        if not leads_to(certificate, beside, self._issuers):
            raise TimestampUnavailable("authority_not_trusted")
        if abs(self._clock() - at) > self._tolerance:  # theirs or ours is wrong: a person must look (security.md B 16)
            raise TimestampUnavailable("time_differs", difference_s=abs(self._clock() - at).total_seconds())


def certificates_of_token(token: bytes) -> tuple[Certificate, ...]:
    """Return what came with a token that was checked: its authority's certificate and, mostly, those above it."""
    found = cms.ContentInfo.load(token)["content"]["certificates"]
    return tuple(Certificate(one.chosen.dump()) for one in found if one.name == "certificate")


def signer_of(token: bytes) -> Certificate:
    """Return the certificate whose key signed the token (RFC 5652 5.4); raises ``TimestampUnavailable``."""
    content = cms.ContentInfo.load(token)["content"]
    signer = content["signer_infos"][0]
    sid = signer["sid"].chosen
    own = next(
        (
            one.chosen
            for one in content["certificates"]
            if one.chosen.serial_number == sid["serial_number"].native and one.chosen.issuer == sid["issuer"]
        ),
        None,
    )
    if own is None:
        raise TimestampUnavailable("certificate_missing")
    certificate = Certificate(own.dump())
    attributes = signer["signed_attrs"].untag()
    values = {one["type"].native: one["values"][0] for one in attributes}
    info = content["encap_content_info"]["content"].contents
    algorithm = signer["digest_algorithm"]["algorithm"].native
    if algorithm not in DIGESTS or hashlib.new(algorithm, info).digest() != values["message_digest"].native:
        raise TimestampUnavailable("token_damaged")
    key, signature = certificate.parsed.public_key(), signer["signature"].native
    with contextlib.suppress(InvalidSignature):
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, attributes.dump(), padding.PKCS1v15(), DIGESTS[algorithm])
            return certificate
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, attributes.dump(), ec.ECDSA(DIGESTS[algorithm]))
            return certificate
    raise TimestampUnavailable("token_damaged")


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})


def refusal(reason: str) -> bytes:
    """Return an answer without a token (RFC 3161 2.4.2, PKIFailureInfo)."""
    failure = tsp.PKIFailureInfo({reason})
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": failure})
    return bytes(_Answer({"status": status}).dump())
