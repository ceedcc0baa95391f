"""The CMS itself against RFC 5652, RFC 5035 and EN 319 142-1, and bytes damaged or added.

Format first (EN 319 102-1 5.2.2), then the signer's certificate (5.2.3), then digest and value (5.2.7).
"""

import hashlib
from collections.abc import Callable
from functools import partial
from operator import itemgetter

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509

from tests.signing.attacks.craft import Layout, Recipe, attribute, cms_of, laid_out, raw_signature, signed, signer_info
from tests.signing.attacks.forge import Forge
from tests.signing.attacks.registry import (
    CRYPTO,
    FORMAT,
    HASH,
    NO_SIGNER,
    UNREADABLE,
    WEAK,
    Outcome,
    Source,
    attack,
    register,
)

Attributes = list[cms.CMSAttribute]
OTHER = hashlib.sha256(b"other").digest()


def without(kind: str) -> Callable[[Attributes], Attributes]:
    return lambda found: [one for one in found if one["type"].native != kind]


def replaced(kind: str, *values: object) -> Callable[[Attributes], Attributes]:
    return lambda found: [attribute(kind, *values) if one["type"].native == kind else one for one in found]


def twice(kind: str, value: object) -> Callable[[Attributes], Attributes]:
    return lambda found: [*found, attribute(kind, value)]


ESS = "signing_certificate_v2"
ATTRIBUTES: dict[str, tuple[Outcome, Callable[[Attributes], Attributes]]] = {
    "digest-attribute-missing": (FORMAT, without("message_digest")),
    "digest-attribute-twice": (FORMAT, twice("message_digest", OTHER)),
    "digest-attribute-with-two-values": (
        FORMAT,
        lambda found: replaced("message_digest", found[1]["values"][0].native, OTHER)(found),
    ),
    "digest-of-another-document": (HASH, replaced("message_digest", OTHER)),
    "digest-cut-short": (HASH, lambda found: replaced("message_digest", found[1]["values"][0].native[:16])(found)),
    "digest-empty": (HASH, replaced("message_digest", b"")),
    "content-type-missing": (FORMAT, without("content_type")),
    "content-type-of-a-timestamp": (FORMAT, replaced("content_type", "tst_info")),
    "signing-certificate-missing": (NO_SIGNER, without(ESS)),
    "signing-certificate-of-another": (NO_SIGNER, replaced(ESS, {"certs": [{"cert_hash": OTHER}]})),
}


def _attributes(forge: Forge, edit: Callable[[Attributes], Attributes]) -> bytes:
    return signed(forge.plain, forge.official, recipe=Recipe(attributes=edit))


for name, (outcome, edit) in ATTRIBUTES.items():
    register(name, outcome, Source.CMS, partial(_attributes, edit=edit))


@attack(FORMAT, Source.CMS)
def signed_attributes_missing(forge: Forge) -> bytes:
    """A bare signature over the content, which RFC 5652 allows and PAdES does not (EN 319 142-1 6.3)."""
    place = laid_out(forge.plain, Layout())

    def bare(signer: cms.SignerInfo) -> cms.SignerInfo:
        del signer["signed_attrs"]
        signer["signature"] = raw_signature(forge.official, place.digest_input, "sha256")
        return signer

    return place.filled(cms_of(forge.official, place.digest(), Recipe(signer=bare)))


def _two_signers(forge: Forge, second: str) -> bytes:
    place = laid_out(forge.plain, Layout())
    other = signer_info(getattr(forge, second), place.digest(), Recipe())

    def both(content: cms.SignedData) -> cms.SignedData:
        content["signer_infos"] = [content["signer_infos"][0], other]
        return content

    beside = [getattr(forge, second).der]
    return place.filled(cms_of(forge.official, place.digest(), Recipe(content=both, beside=beside)))


register("two-signers", FORMAT, Source.CMS, partial(_two_signers, second="colleague"))
register("two-signers-one-a-stranger", FORMAT, Source.CMS, partial(_two_signers, second="stranger"))


def _content(forge: Forge, edit: Callable[[cms.SignedData], None]) -> bytes:
    def edited(content: cms.SignedData) -> cms.SignedData:
        edit(content)
        return content

    return signed(forge.plain, forge.official, recipe=Recipe(content=edited))


def _no_signer(content: cms.SignedData) -> None:
    content["signer_infos"] = []


def _no_certificates(content: cms.SignedData) -> None:
    content["certificates"] = content["certificates"][1:]


def _own_content(content: cms.SignedData) -> None:
    """The CMS carries another content than the PDF's bytes."""
    content["encap_content_info"] = {"content_type": "data", "content": b"noi dung khac"}


def _version(content: cms.SignedData) -> None:
    content["version"] = "v5"


def _digests(content: cms.SignedData) -> None:
    content["digest_algorithms"] = [{"algorithm": "sha512"}]


for name, outcome, change in (
    ("no-signer", FORMAT, _no_signer),
    ("signer-certificate-absent", NO_SIGNER, _no_certificates),
    ("content-inside-the-signature", FORMAT, _own_content),
    ("version-of-another-kind", FORMAT, _version),
    ("digest-not-among-those-listed", FORMAT, _digests),
):
    register(name, outcome, Source.CMS, partial(_content, edit=change))


@attack(CRYPTO, Source.BYTES)
def value_damaged(forge: Forge) -> bytes:
    damage = Recipe(value=lambda value: bytes([*value[:-1], value[-1] ^ 1]))
    return signed(forge.plain, forge.rsa_official, recipe=damage)


@attack(CRYPTO, Source.CMS)
def value_by_another_key(forge: Forge) -> bytes:
    """The official's certificate, a stranger's key: everything else is as it should be."""
    forged = type(forge.official)(forge.stranger.private_key, forge.official.certificate, forge.official.chain)
    return signed(forge.plain, forged)


@attack(CRYPTO, Source.BYTES)
def cms_ends_in_zeros(forge: Forge) -> bytes:
    """The room's padding swallowed the end of the signature value."""
    return _der(forge, itemgetter(slice(-40)))


@attack(CRYPTO, Source.CMS)
def value_of_zeros(forge: Forge) -> bytes:
    return signed(forge.plain, forge.rsa_official, recipe=Recipe(value=lambda value: bytes(len(value))))


@attack(CRYPTO, Source.CMS)
def value_of_a_zero_pair(forge: Forge) -> bytes:
    """ECDSA with r = s = 0, which some libraries took for good (CVE-2022-21449)."""
    zero = bytes.fromhex("3006020100020100")
    return signed(forge.plain, forge.official, recipe=Recipe(value=lambda _value: zero))


@attack(CRYPTO, Source.CMS)
def value_of_another_signature(forge: Forge) -> bytes:
    """Value and attributes do not belong together: the declared time in the attributes was changed after signing."""
    place = laid_out(forge.plain, Layout())
    old = signer_info(forge.official, place.digest(), Recipe())

    def swapped(signer: cms.SignerInfo) -> cms.SignerInfo:
        signer["signature"] = old["signature"].native
        return signer

    later = Recipe(attributes=twice("signing_time", cms.Time({"utc_time": forge.now})), signer=swapped)
    return place.filled(cms_of(forge.official, place.digest(), later))


@attack(HASH, Source.BYTES)
def content_byte_flipped(forge: Forge) -> bytes:
    pdf = forge.signed
    at = pdf.index(b"100.000")
    return pdf[:at] + b"9" + pdf[at + 1 :]


@attack(UNREADABLE, Source.BYTES)
def bytes_before_the_header(forge: Forge) -> bytes:
    """Every offset in the file is wrong: whoever opens it all the same has repaired it."""
    return b"%Kinh gui\n" + forge.signed


def _tail(forge: Forge, tail: bytes) -> bytes:
    return forge.signed + tail


for name, tail in {
    "trailing-space": b" ",
    "trailing-zeros": b"\x00" * 100,
    "trailing-comment": b"%phu luc\n",
    "trailing-end-mark": b"%%EOF\n",
    "trailing-script-for-browsers": b"<script>alert(1)</script>",
}.items():
    register(name, FORMAT, Source.BYTES, partial(_tail, tail=tail))


def _der(forge: Forge, edit: Callable[[bytes], bytes]) -> bytes:
    return signed(forge.plain, forge.official, recipe=Recipe(der=edit))


def _indefinite(der: bytes) -> bytes:
    """BER with an end mark: PAdES wants DER (EN 319 142-1 6.3)."""
    header = 2 + (der[1] & 0x7F)
    return b"\x30\x80" + der[header:] + b"\x00\x00"


for name, edit in {
    "bytes-behind-the-cms": lambda der: der + b"\x04\x04hide",
    "cms-longer-than-its-room": lambda der: b"\x30\x83\xff\xff\xff" + der[2 + (der[1] & 0x7F) :],
    "cms-of-indefinite-length-and-more": lambda der: _indefinite(der) + b"\x04\x04hide",
    "cms-of-another-kind": lambda der: bytes(cms.ContentInfo({"content_type": "data", "content": der}).dump()),
    "cms-not-asn1": lambda der: b"%PDF-1.7" + der,
}.items():
    register(name, FORMAT, Source.CMS, partial(_der, edit=edit))


@attack(FORMAT, Source.CMS)
def unsigned_attribute_unknown(forge: Forge) -> bytes:
    """Nothing signs an unsigned attribute: what nobody can explain was added by anyone."""
    return signed(
        forge.plain, forge.official, recipe=Recipe(unsigned=lambda _value: [attribute("1.2.3.4.5", core.Null())])
    )


@attack(FORMAT, Source.CMS)
def signer_named_in_other_letters(forge: Forge) -> bytes:
    """The issuer's name in the signer's identity differs in case only, which name comparison would forgive."""

    def renamed(signer: cms.SignerInfo) -> cms.SignerInfo:
        der = forge.official.certificate.issuer.public_bytes().replace("ấp".encode(), "ẤP".encode())
        signer["sid"] = cms.IssuerAndSerialNumber(
            {"issuer": asn1_x509.Name.load(der), "serial_number": forge.official.certificate.serial_number}
        )
        return signer

    return signed(forge.plain, forge.official, recipe=Recipe(signer=renamed))


def _weak_digest(forge: Forge, digest: str) -> bytes:
    return signed(forge.plain, forge.rsa_official, recipe=Recipe(digest))


for digest in ("md5", "sha1"):
    register(f"digest-{digest}", WEAK, Source.ALGORITHM, partial(_weak_digest, digest=digest))
