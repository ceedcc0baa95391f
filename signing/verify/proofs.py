"""The certificates, lists and answers that a file carries along: they help, and are trusted for nothing."""

import contextlib
from collections.abc import Callable, Iterable

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]  # asn1crypto has no types
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl
from cryptography.x509.ocsp import load_der_ocsp_response
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, PdfObject, StreamObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.verify.trust import Known


def embedded_proofs(reader: PdfHandler, signatures: Iterable[EmbeddedPdfSignature | None]) -> Known:
    """What the file carries: the document security store, and Adobe's attribute of older signatures."""
    try:
        store = reader.root["/DSS"]  # not get(), which does not follow references
    except (PdfError, KeyError, TypeError):
        store = DictionaryObject()  # type: ignore[no-untyped-call]  # pyHanko's
    certificates = _readable(_streams(store, "/Certs"), load_der_x509_certificate)
    crls = _readable(_streams(store, "/CRLs"), load_der_x509_crl)
    answers = _readable(_streams(store, "/OCSPs"), load_der_ocsp_response)
    found = Known(
        tuple(map(asn1_x509.Certificate.load, certificates)),
        tuple(crls),
        tuple(answers),
    )
    for signature in signatures:
        if signature is not None:
            found += _adobe_attribute(signature)
    return found


def _adobe_attribute(signature: EmbeddedPdfSignature) -> Known:
    try:
        for attribute in signature.signer_info["signed_attrs"]:
            if attribute["type"].native == "adobe_revocation_info_archival":
                value = attribute["values"][0]
                lists, answers = ([one.dump() for one in value[kind] or ()] for kind in ("crl", "ocsp"))
                return Known(
                    (), tuple(_readable(lists, load_der_x509_crl)), tuple(_readable(answers, load_der_ocsp_response))
                )
    except (ValueError, TypeError, KeyError):
        return Known()
    return Known()


def members(holder: DictionaryObject, name: str) -> list[PdfObject]:
    """Return the objects of an array in a dictionary; ``get`` would not follow a reference to the array."""
    if name not in holder:
        return []
    return [
        one.get_object() if isinstance(one, IndirectObject) else one  # type: ignore[no-untyped-call]  # pyHanko's
        for one in holder[name]
    ]


def _streams(store: DictionaryObject, name: str) -> list[bytes]:
    try:
        return [bytes(one.data) for one in members(store, name) if isinstance(one, StreamObject)]
    except Exception:  # ruff: ignore[blind-except] - security.md 0.6; proofs that can't be read prove nothing
        return []


def _readable(items: list[bytes], read: Callable[[bytes], object]) -> list[bytes]:
    """Leave out what a strict reader refuses: such a proof proves nothing, and must not hide the others."""
    found = []
    for der in items:
        with contextlib.suppress(ValueError, TypeError):
            read(der)
            found.append(der)
    return found
