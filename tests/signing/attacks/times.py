"""Timestamps that prove nothing, and what a signature is without them.

A token over other bytes is itself FAILED / HASH_FAILURE (EN 319 102-1 5.4), and with it the file. A good token that
nobody can rely on is left out (5.5.4), so that the signature is judged as if it were made now: in most of these files
the signer's certificate has ended meanwhile, which makes the difference.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from asn1crypto import cms, core
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from pyhanko.sign.fields import SigSeedSubFilter

from tests.signing.attacks.craft import TIMESTAMP, LaidOut, Layout, Recipe, attribute, laid_out, signed
from tests.signing.attacks.forge import TIME_STAMPING, Forge
from tests.signing.attacks.pki import DAY, Holder, Order, Withdrawn, crl, issued, token
from tests.signing.attacks.registry import (
    CHAIN_CONSTRAINTS,
    FORMAT,
    HASH,
    NO_CHAIN,
    NOT_YET_VALID,
    OUT_OF_BOUNDS,
    REVOKED,
    Case,
    Source,
    attack,
    register,
)
from tests.signing.attacks.wrapping import evil_update

ENDED = Order(starts=-100 * DAY, ends=-2 * DAY)
WHILE_IN_FORCE = -10 * DAY


Tokens = Callable[[Forge, bytes], list[cms.ContentInfo]]


def _with_token(forge: Forge, holder: Holder, made: Tokens) -> bytes:
    recipe = Recipe(unsigned=lambda value: [attribute("signature_time_stamp_token", *made(forge, value))])
    return signed(forge.plain, holder, recipe=recipe)


def _over_other_bytes(forge: Forge, _value: bytes) -> list[cms.ContentInfo]:
    return [token(forge.tsa, hashlib.sha256(b"other").digest(), forge.now)]


def _over_the_document(forge: Forge, _value: bytes) -> list[cms.ContentInfo]:
    return [token(forge.tsa, hashlib.sha256(forge.plain).digest(), forge.now)]


def _damaged(forge: Forge, value: bytes) -> list[cms.ContentInfo]:
    """The time in the token was changed after it was signed."""
    good = token(forge.tsa, hashlib.sha256(value).digest(), forge.now)
    year = f"{forge.now:%Y%m%d}".encode()
    return [cms.ContentInfo.load(good.dump().replace(year, f"{forge.now - 10 * DAY:%Y%m%d}".encode()))]


def _officials_with_token(forge: Forge, made: Tokens) -> bytes:
    return _with_token(forge, forge.official, made)


for name, made in {
    "token-over-other-bytes": _over_other_bytes,
    "token-over-the-document": _over_the_document,
    "token-damaged": _damaged,
}.items():
    register(name, HASH, Source.TIME, partial(_officials_with_token, made=made))


@attack(FORMAT, Source.TIME)
def token_attribute_empty(forge: Forge) -> bytes:
    return _with_token(forge, forge.official, lambda _forge, _value: [])


@attack(FORMAT, Source.TIME)
def token_of_zeros(forge: Forge) -> bytes:
    """The attribute holds four zero bytes instead of a token."""
    unknown, wanted = bytes.fromhex("2a864886f70d0109100263"), bytes.fromhex("2a864886f70d010910020e")
    zeros = attribute("1.2.840.113549.1.9.16.2.99", core.OctetString(bytes(4)))
    recipe = Recipe(unsigned=lambda _value: [zeros], der=lambda der: der.replace(unknown, wanted))
    return signed(forge.plain, forge.official, recipe=recipe)


def _authority(forge: Forge, kind: str) -> Holder:
    """Return the key of an authority that nobody may rely on for a time."""
    if kind == "unknown":
        return issued(Order("Giờ lạ", "Xã khác", usage=("digital_signature",), purposes=TIME_STAMPING), None, forge.now)
    orders = {
        "an-official": Order(),
        "of-many-purposes": Order("Giờ", purposes=(Purpose.TIME_STAMPING, Purpose.CODE_SIGNING)),
        "without-purpose": Order("Giờ", purposes=()),
        "expired": Order("Giờ", usage=("digital_signature",), purposes=TIME_STAMPING, starts=-60 * DAY, ends=-DAY),
        "not-yet-valid": Order("Giờ", usage=("digital_signature",), purposes=TIME_STAMPING, starts=DAY),
    }
    return forge.issue(orders[kind])


def _backdated(forge: Forge, kind: str) -> Case:
    """A signer's certificate that has ended, carried by a token that proves nothing."""
    at = forge.now + WHILE_IN_FORCE
    pdf = forge.stamped(forge.issue(ENDED), at, _authority(forge, kind))
    return Case(pdf, forge.crls(crl(forge.issuing, at=forge.now - 20 * DAY, life=60 * DAY)))


for kind in ("unknown", "an-official", "of-many-purposes", "without-purpose", "expired", "not-yet-valid"):
    register(f"token-by-authority-{kind}", OUT_OF_BOUNDS, Source.TIME, partial(_backdated, kind=kind))


@attack(OUT_OF_BOUNDS, Source.TIME)
def token_by_a_revoked_authority(forge: Forge) -> Case:
    tsa = forge.issue(Order("Giờ", usage=("digital_signature",), purposes=TIME_STAMPING, starts=-60 * DAY))
    stolen = Withdrawn(tsa.certificate, forge.now - 30 * DAY, x509.ReasonFlags.key_compromise)
    pdf = forge.stamped(forge.issue(ENDED), forge.now + WHILE_IN_FORCE, tsa)
    return Case(pdf, forge.crls(crl(forge.issuing, [stolen], at=forge.now - 20 * DAY, life=60 * DAY)))


@attack(OUT_OF_BOUNDS, Source.TIME)
def declared_time_within_an_ended_certificate(forge: Forge) -> bytes:
    """The signer's own word for a time proves nothing."""
    return signed(forge.plain, forge.issue(ENDED), Layout(declared=forge.now + WHILE_IN_FORCE))


@attack(OUT_OF_BOUNDS, Source.TIME)
def token_from_the_future(forge: Forge) -> Case:
    pdf = forge.stamped(forge.issue(ENDED), forge.now + DAY)
    return Case(pdf, forge.crls(crl(forge.issuing, at=forge.now - 20 * DAY, life=60 * DAY)))


@attack(NOT_YET_VALID, Source.TIME)
def proven_older_than_its_certificate(forge: Forge) -> bytes:
    return forge.stamped(forge.issue(Order(starts=timedelta(hours=1))), forge.now)


@attack(REVOKED, Source.TIME)
def proven_after_the_revocation(forge: Forge) -> Case:
    official = forge.issue()
    withdrawn = Withdrawn(official.certificate, forge.now - timedelta(hours=2))
    return Case(forge.stamped(official, forge.now), forge.crls(crl(forge.issuing, [withdrawn], at=forge.now)))


def _place_for_time(forge: Forge) -> LaidOut:
    return laid_out(forge.signed, Layout("Time", kind=TIMESTAMP, sub_filter=SigSeedSubFilter.ETSI_RFC3161))


@attack(HASH, Source.TIME)
def document_timestamp_over_other_bytes(forge: Forge) -> bytes:
    place = _place_for_time(forge)
    return place.filled(bytes(token(forge.tsa, hashlib.sha256(forge.signed).digest(), forge.now).dump()))


@attack(FORMAT, Source.TIME)
def document_timestamp_over_a_part(forge: Forge) -> bytes:
    """The token fits the bytes that its range names, which leave the last ones out."""
    place = _place_for_time(forge)
    place = place.with_range(0, place.start, place.end, place.rest - 20)
    covered = place.pdf[: place.start] + place.pdf[place.end : -20]
    return place.filled(bytes(token(forge.tsa, hashlib.sha256(covered).digest(), forge.now).dump()))


def _document_timestamp_by(forge: Forge, kind: str) -> bytes:
    return forge.document_timestamp(forge.signed, forge.now, _authority(forge, kind))


for kind, outcome in (("an-official", CHAIN_CONSTRAINTS), ("unknown", NO_CHAIN), ("expired", OUT_OF_BOUNDS)):
    register(f"document-timestamp-by-{kind}", outcome, Source.TIME, partial(_document_timestamp_by, kind=kind))


@attack(FORMAT, Source.ISA)
def content_replaced_before_the_document_timestamp(forge: Forge) -> bytes:
    """The timestamp covers the change, and makes it no better."""
    return forge.document_timestamp(evil_update(forge.signed), forge.now)
