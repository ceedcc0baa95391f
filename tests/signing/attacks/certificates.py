"""Certificates that must not carry a signature, chains that do not hold, and people who pass for others.

EN 319 102-1 5.2.6: no chain to an anchor is NO_CERTIFICATE_CHAIN_FOUND (a certificate that merely names the issuer,
and that its key has not signed, makes no chain); a chain that breaks RFC 5280 is CERTIFICATE_CHAIN_GENERAL_FAILURE; a
certificate for another purpose breaks the policy's constraints, CHAIN_CONSTRAINTS_FAILURE.
"""

from datetime import timedelta
from functools import partial

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from tests.signing.attacks.craft import Layout, Recipe, signed
from tests.signing.attacks.forge import Forge
from tests.signing.attacks.pki import CERTIFIES, DAY, Holder, Order, Withdrawn, crl, ec_key, issued, rsa_key, with_sha1
from tests.signing.attacks.registry import (
    CHAIN_CONSTRAINTS,
    CHAIN_GENERAL,
    NO_CHAIN,
    OUT_OF_BOUNDS,
    REVOKED,
    REVOKED_CA,
    TRY_LATER,
    WEAK,
    Case,
    Source,
    attack,
    register,
)

WRONG_PURPOSE = {
    "for-encryption-only": Order(usage=("key_encipherment", "data_encipherment")),
    "for-key-agreement-only": Order(usage=("key_agreement",)),
    "for-certificates-only": Order(usage=CERTIFIES),
    "for-servers": Order(purposes=(Purpose.SERVER_AUTH,)),
    "for-clients": Order(purposes=(Purpose.CLIENT_AUTH,)),
    "for-code": Order(purposes=(Purpose.CODE_SIGNING,)),
    "for-timestamps": Order(purposes=(Purpose.TIME_STAMPING,)),
    "for-ocsp-answers": Order(purposes=(Purpose.OCSP_SIGNING,)),
}


def _by(forge: Forge, order: Order) -> bytes:
    return signed(forge.plain, forge.issue(order))


for name, order in WRONG_PURPOSE.items():
    register(f"certificate-{name}", CHAIN_CONSTRAINTS, Source.CERTIFICATE, partial(_by, order=order))


@attack(CHAIN_CONSTRAINTS, Source.CERTIFICATE)
def signed_by_the_issuing_key(forge: Forge) -> bytes:
    """An authority's own certificate signs certificates and lists, not documents."""
    return signed(forge.plain, forge.issuing)


for name, outcome, order in (
    ("certificate-expired", OUT_OF_BOUNDS, Order(starts=-100 * DAY, ends=-DAY)),
    ("certificate-not-yet-valid", OUT_OF_BOUNDS, Order(starts=DAY)),
    ("certificate-with-unknown-critical-extension", CHAIN_GENERAL, Order(
        more=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5.6"), b"\x05\x00"), True),),
    )),
):  # fmt: skip
    register(name, outcome, Source.CERTIFICATE, partial(_by, order=order))


def _weak(forge: Forge, bits: int) -> bytes:
    return signed(forge.plain, forge.issue(Order(private_key=rsa_key(bits))))


for bits in (1024, 1536):
    register(f"rsa-key-of-{bits}-bits", WEAK, Source.ALGORITHM, partial(_weak, bits=bits))


@attack(WEAK, Source.ALGORITHM)
def certificate_signed_with_sha1(forge: Forge) -> bytes:
    """The signature on the certificate, where collisions let one be forged."""
    return signed(forge.plain, with_sha1(forge.official, forge.issuing))


@attack(WEAK, Source.ALGORITHM)
def small_key_of_an_authority(forge: Forge) -> Case:
    authority = forge.issue(
        Order("Cấp chứng thư nhỏ", private_key=rsa_key(1024), usage=CERTIFIES, purposes=(), is_authority=True),
        forge.root,
    )
    lists = (crl(forge.root, at=forge.now - DAY), crl(authority, at=forge.now - DAY))
    return Case(signed(forge.plain, forge.issue(None, authority)), lists)


def _withdrawn(forge: Forge, reason: x509.ReasonFlags, ago: timedelta) -> Case:
    official = forge.issue()
    withdrawn = Withdrawn(official.certificate, forge.now - ago, reason)
    return Case(signed(forge.plain, official), forge.crls(crl(forge.issuing, [withdrawn], at=forge.now)))


for name, outcome, reason in (
    ("certificate-revoked", REVOKED, x509.ReasonFlags.cessation_of_operation),
    ("certificate-revoked-for-a-stolen-key", REVOKED, x509.ReasonFlags.key_compromise),
    ("certificate-suspended", TRY_LATER, x509.ReasonFlags.certificate_hold),
):
    register(name, outcome, Source.REVOCATION, partial(_withdrawn, reason=reason, ago=DAY))


@attack(REVOKED_CA, Source.REVOCATION)
def issuing_key_revoked(forge: Forge) -> Case:
    withdrawn = Withdrawn(forge.issuing.certificate, forge.now - DAY)
    lists = (crl(forge.root, [withdrawn], at=forge.now), crl(forge.issuing, at=forge.now - DAY))
    return Case(signed(forge.plain, forge.official), lists)


@attack(NO_CHAIN, Source.CERTIFICATE)
def signed_by_a_stranger(forge: Forge) -> bytes:
    return signed(forge.plain, forge.stranger)


@attack(NO_CHAIN, Source.CERTIFICATE)
def signed_by_oneself(forge: Forge) -> bytes:
    """A certificate that its holder made, with the official's name."""
    return signed(forge.plain, issued(Order(), None, forge.now))


def _impostor(forge: Forge, *, same_key_id: bool, with_root: bool) -> Holder:
    """Return a key certified by authorities that bear our names and, if wanted, our key identifiers."""

    def double(real: x509.Certificate, above: Holder | None) -> Holder:
        own = real.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        more = ((own, False),) if same_key_id else ()
        order = Order(subject=real.subject, usage=CERTIFIES, purposes=(), is_authority=True, more=more)
        return issued(order, above, forge.now)

    root = double(forge.root.certificate, None)
    made = issued(Order(), double(forge.issuing.certificate, root), forge.now)
    return made if with_root else Holder(made.private_key, made.certificate, made.chain[:1])


def _by_impostor(forge: Forge, *, same_key_id: bool, with_root: bool) -> bytes:
    impostor = _impostor(forge, same_key_id=same_key_id, with_root=with_root)
    beside = [one.public_bytes(Encoding.DER) for one in impostor.chain]
    return signed(forge.plain, Holder(impostor.private_key, impostor.certificate), recipe=Recipe(beside=beside))


for same in (False, True):
    for whole in (False, True):
        title = f"impostor-authority{'-with-our-key-id' if same else ''}{'-and-its-root' if whole else ''}"
        register(title, NO_CHAIN, Source.CERTIFICATE, partial(_by_impostor, same_key_id=same, with_root=whole))


@attack(NO_CHAIN, Source.CERTIFICATE)
def impostor_of_the_issuing_key_alone(forge: Forge) -> bytes:
    """The certificate names our issuing key, whose real certificate lies beside it, and another key signed it."""
    double = Holder(ec_key(), forge.issuing.certificate, forge.issuing.chain)
    return signed(forge.plain, issued(Order(), double, forge.now))


@attack(CHAIN_GENERAL, Source.CERTIFICATE)
def certificate_issued_by_an_official(forge: Forge) -> Case:
    """An official's certificate is no authority's (basicConstraints)."""
    middle = forge.issue(Order("Lò Văn Pá", usage=(*CERTIFIES, "digital_signature")))
    return Case(signed(forge.plain, forge.issue(None, middle)), (*forge.good_crls, crl(middle, at=forge.now - DAY)))


@attack(CHAIN_GENERAL, Source.CERTIFICATE)
def chain_longer_than_allowed(forge: Forge) -> Case:
    """Our issuing key may have no authority below it (pathLenConstraint 0)."""
    below = forge.issue(Order("Cấp dưới", usage=CERTIFIES, purposes=(), is_authority=True))
    return Case(signed(forge.plain, forge.issue(None, below)), (*forge.good_crls, crl(below, at=forge.now - DAY)))


@attack(CHAIN_GENERAL, Source.CERTIFICATE)
def authority_that_may_not_certify(forge: Forge) -> Case:
    order = Order("Cấp lạ", usage=("digital_signature",), purposes=(), is_authority=True)
    above = forge.issue(order, forge.root)
    lists = (crl(forge.root, at=forge.now - DAY), crl(above, at=forge.now - DAY))
    return Case(signed(forge.plain, forge.issue(None, above)), lists)


@attack(CHAIN_GENERAL, Source.CERTIFICATE)
def name_outside_the_authority_s(forge: Forge) -> Case:
    """The authority may certify names of one commune only (nameConstraints)."""
    only = x509.NameConstraints([x509.DirectoryName(forge.neighbour.certificate.subject)], None)
    order = Order("Cấp hẹp", usage=CERTIFIES, purposes=(), is_authority=True, more=((only, True),))
    above = forge.issue(order, forge.root)
    lists = (crl(forge.root, at=forge.now - DAY), crl(above, at=forge.now - DAY))
    return Case(signed(forge.plain, forge.issue(None, above)), lists)


@attack(OUT_OF_BOUNDS, Source.CERTIFICATE)
def authority_expired(forge: Forge) -> Case:
    """RFC 5280 judges the whole chain at one time."""
    order = Order("Cấp cũ", usage=CERTIFIES, purposes=(), is_authority=True, starts=-100 * DAY, ends=-DAY)
    above = forge.issue(order, forge.root)
    lists = (crl(forge.root, at=forge.now - DAY), crl(above, at=forge.now - 2 * DAY))
    return Case(signed(forge.plain, forge.issue(Order(starts=-50 * DAY), above)), lists)


@attack(CHAIN_GENERAL, Source.HOSTILE)
def certificates_by_the_hundred(forge: Forge) -> bytes:
    """Three hundred authorities of one name that certify each other: whoever tries every path never ends.

    A limit of ours says nothing about the signature, so that it is not FAILED.
    """
    subject = forge.issuing.certificate.subject
    order = Order(subject=subject, usage=CERTIFIES, purposes=(), is_authority=True)
    crowd = [issued(order, None, forge.now) for _ in range(300)]
    stranger = issued(Order(), crowd[0], forge.now)
    return signed(forge.plain, stranger, Layout(room=500_000), Recipe(beside=[one.der for one in crowd]))


@attack(NO_CHAIN, Source.HOSTILE)
def authorities_in_a_ring(forge: Forge) -> bytes:
    """Two authorities, each certified by the other."""
    one, two = (
        Order(f"Vòng {number}", usage=CERTIFIES, purposes=(), is_authority=True, private_key=ec_key())
        for number in (1, 2)
    )
    first, second = issued(one, None, forge.now), issued(two, None, forge.now)
    ring = [issued(one, second, forge.now), issued(two, first, forge.now)]
    return signed(forge.plain, issued(Order(), first, forge.now), recipe=Recipe(beside=[each.der for each in ring]))
