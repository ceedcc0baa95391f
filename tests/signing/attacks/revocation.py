"""Proofs of revocation that are none: whoever signed them, and whatever they say, must be looked at.

The certificate's status stays unknown, INDETERMINATE / TRY_LATER, where nothing else proves it.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from tests.signing.attacks.craft import Layout, signed
from tests.signing.attacks.forge import Forge
from tests.signing.attacks.pki import CERTIFIES, DAY, Holder, Order, Withdrawn, crl, issued, ocsp_answer
from tests.signing.attacks.registry import REVOKED, TRY_LATER, Case, Source, attack, register

HOUR = timedelta(hours=1)
ANSWERS = Order(
    "Trả lời", usage=("digital_signature",), purposes=(Purpose.OCSP_SIGNING,), more=((x509.OCSPNoCheck(), False),)
)


def with_store(forge: Forge, holder: Holder, *, crls: tuple[bytes, ...] = (), ocsps: tuple[bytes, ...] = ()) -> bytes:
    """Return a signature whose validation data (DSS) it covers itself."""

    def embed(writer: IncrementalPdfFileWriter) -> None:
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            crls=[asn1_crl.CertificateList.load(one) for one in crls],
            ocsps=[asn1_ocsp.OCSPResponse.load(one) for one in ocsps],
        )

    return signed(forge.plain, holder, Layout(prepare=embed))


def _embedded(
    forge: Forge, ocsps: tuple[bytes, ...] = (), lists: tuple[bytes, ...] = (), holder: Holder | None = None
) -> Case:
    """Nothing is known but what the file brings, and the root's own list."""
    roots = crl(forge.root, at=forge.now - DAY)
    return Case(with_store(forge, holder or forge.official, crls=(roots, *lists), ocsps=ocsps), ())


def _answer(forge: Forge, responder: Holder, **more: Any) -> bytes:
    given: dict[str, Any] = {"at": forge.now - HOUR, **more}
    return ocsp_answer(forge.official.certificate, forge.issuing.certificate, responder, **given)


LISTS: dict[str, Callable[[Forge], bytes]] = {
    "list-by-a-stranger": lambda forge: crl(forge.foreign_root, at=forge.now - HOUR),
    "list-forged-in-our-name": lambda forge: crl(_double(forge), at=forge.now - HOUR),
    "list-by-another-issuer-of-ours": lambda forge: crl(
        forge.root, at=forge.now - HOUR, name=forge.issuing.certificate.subject
    ),
    "list-by-an-official": lambda forge: crl(
        forge.colleague, at=forge.now - HOUR, name=forge.issuing.certificate.subject
    ),
    "list-outdated": lambda forge: crl(forge.issuing, at=forge.now - 30 * DAY, life=DAY),
    "list-of-authorities-only": lambda forge: crl(
        forge.issuing,
        at=forge.now - HOUR,
        more=((x509.IssuingDistributionPoint(None, None, False, True, None, False, False), True),),
    ),
    "list-of-some-reasons-only": lambda forge: crl(
        forge.issuing,
        at=forge.now - HOUR,
        more=(
            (
                x509.IssuingDistributionPoint(
                    None, None, False, False, frozenset({x509.ReasonFlags.affiliation_changed}), False, False
                ),
                True,
            ),
        ),
    ),
    "list-of-changes-only": lambda forge: crl(
        forge.issuing, at=forge.now - HOUR, more=((x509.DeltaCRLIndicator(6), True),)
    ),
    "list-with-unknown-critical-extension": lambda forge: crl(
        forge.issuing,
        at=forge.now - HOUR,
        more=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5.6"), b"\x05\x00"), True),),
    ),
}


def _with_list(forge: Forge, make: Callable[[Forge], bytes]) -> Case:
    return _embedded(forge, lists=(make(forge),))


for name, make in LISTS.items():
    register(name, TRY_LATER, Source.REVOCATION, partial(_with_list, make=make))


def _double(forge: Forge) -> Holder:
    """Return a key that bears our issuing key's name and identifier."""
    real = forge.issuing.certificate
    own = real.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return issued(
        Order(subject=real.subject, usage=CERTIFIES, purposes=(), is_authority=True, more=((own, False),)),
        None,
        forge.now,
    )


OCSPS: dict[str, Callable[[Forge], bytes]] = {
    "answer-by-a-stranger": lambda forge: _answer(forge, forge.stranger),
    "answer-forged-in-our-name": lambda forge: _answer(forge, _double(forge)),
    "answer-by-an-official": lambda forge: _answer(forge, forge.colleague),
    "answer-by-oneself": lambda forge: _answer(forge, forge.official),
    "answer-by-an-authority-for-time": lambda forge: _answer(forge, forge.tsa),
    "answer-by-a-responder-of-another-authority": lambda forge: _answer(
        forge, forge.issue(ANSWERS, forge.foreign_root)
    ),
    "answer-outdated": lambda forge: _answer(forge, forge.issuing, at=forge.now - 30 * DAY),
    "answer-unknown": lambda forge: _answer(forge, forge.issuing, status=ocsp.OCSPCertStatus.UNKNOWN),
    "answer-about-another": lambda forge: ocsp_answer(
        forge.colleague.certificate, forge.issuing.certificate, forge.issuing, at=forge.now - HOUR
    ),
    "answer-about-the-same-number-elsewhere": lambda forge: ocsp_answer(
        forge.official.certificate, forge.foreign_root.certificate, forge.issuing, at=forge.now - HOUR
    ),
    "answer-refused": lambda _forge: ocsp.OCSPResponseBuilder.build_unsuccessful(
        ocsp.OCSPResponseStatus.UNAUTHORIZED
    ).public_bytes(Encoding.DER),
    "answer-by-an-expired-responder": lambda forge: _answer(
        forge,
        forge.issue(
            Order(
                "Trả lời", usage=("digital_signature",), purposes=(Purpose.OCSP_SIGNING,), starts=-90 * DAY, ends=-DAY
            )
        ),
    ),
}


def _with_answer(forge: Forge, make: Callable[[Forge], bytes]) -> Case:
    return _embedded(forge, ocsps=(make(forge),))


for name, make in OCSPS.items():
    register(name, TRY_LATER, Source.REVOCATION, partial(_with_answer, make=make))


@attack(TRY_LATER, Source.REVOCATION)
def nothing_about_revocation(forge: Forge) -> Case:
    return Case(forge.signed, ())


@attack(TRY_LATER, Source.REVOCATION)
def nothing_about_the_issuing_key(forge: Forge) -> Case:
    return Case(forge.signed, (crl(forge.issuing, at=forge.now - HOUR),))


def _revoked(forge: Forge) -> tuple[Holder, bytes]:
    official = forge.issue()
    return official, crl(forge.issuing, [Withdrawn(official.certificate, forge.now - DAY)], at=forge.now - HOUR)


@attack(REVOKED, Source.REVOCATION)
def embedded_answer_forged_for_a_revoked_one(forge: Forge) -> Case:
    """The file brings a good answer by a stranger; our own list knows better."""
    official, known = _revoked(forge)
    forged = ocsp_answer(official.certificate, forge.issuing.certificate, forge.stranger, at=forge.now - HOUR)
    return Case(with_store(forge, official, ocsps=(forged,)), forge.crls(known))


@attack(REVOKED, Source.REVOCATION)
def embedded_list_older_than_the_revocation(forge: Forge) -> Case:
    """The file brings a true list from before, still in force; our own list is newer."""
    official, known = _revoked(forge)
    old = crl(forge.issuing, at=forge.now - 3 * DAY)
    return Case(with_store(forge, official, crls=forge.crls(old)), forge.crls(known))


@attack(REVOKED, Source.REVOCATION)
def embedded_answer_older_than_the_revocation(forge: Forge) -> Case:
    official, known = _revoked(forge)
    old = ocsp_answer(
        official.certificate, forge.issuing.certificate, forge.issuing, at=forge.now - 3 * DAY, life=7 * DAY
    )
    return Case(with_store(forge, official, crls=forge.crls(), ocsps=(old,)), forge.crls(known))


@attack(REVOKED, Source.REVOCATION)
def embedded_list_says_revoked(forge: Forge) -> Case:
    """Nobody gave a list; the file itself tells."""
    official, known = _revoked(forge)
    return _embedded(forge, lists=(known,), holder=official)


@attack(REVOKED, Source.REVOCATION)
def embedded_answer_says_revoked(forge: Forge) -> Case:
    answer = _answer(forge, forge.issuing, status=ocsp.OCSPCertStatus.REVOKED)
    return _embedded(forge, ocsps=(answer,))


@attack(REVOKED, Source.REVOCATION)
def embedded_answer_says_revoked_unasked(forge: Forge) -> Case:
    """The certificate names no place to ask, and a list that is older than the answer is given, too."""
    official = forge.issue(Order(names_responder=False))
    answer = ocsp_answer(
        official.certificate, forge.issuing.certificate, forge.issuing, at=forge.now - HOUR,
        status=ocsp.OCSPCertStatus.REVOKED,
    )  # fmt: skip
    return _embedded(forge, ocsps=(answer,), lists=(crl(forge.issuing, at=forge.now - 3 * DAY),), holder=official)
