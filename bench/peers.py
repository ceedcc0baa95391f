"""Stock peers that sign PDFs, used as their manuals say: pyHanko in this process, endesive in one of its own."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certs.certificate import Certificate
from certs.keys.file import FileKey, p12_of

ENDESIVE = "MOONSEAL_ENDESIVE"  # the Python of an environment with endesive==3.0.1 and pypdf<6
HERE = Path(__file__).parent


def _simple(key: FileKey) -> SimpleSigner:
    der = key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(key.certificate.der),
        signing_key=asn1_keys.PrivateKeyInfo.load(der),
        cert_registry=_store(key.chain),
    )


def _store(chain: tuple[Certificate, ...]) -> SimpleCertificateStore:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko's
    for one in chain:
        store.register(asn1_x509.Certificate.load(one.der))
    return store


def _signed(pdf: bytes, metadata: PdfSignatureMetadata, signer: object, **more: object) -> bytes:
    out: io.BytesIO = PdfSigner(metadata, signer, **more).sign_pdf(  # type: ignore[arg-type]  # pyHanko's
        IncrementalPdfFileWriter(io.BytesIO(pdf))
    )
    return out.getvalue()


def pyhanko_plain(key: FileKey, pdf: bytes) -> Callable[[], bytes]:
    """B-B with a key from a file."""
    signer = _simple(key)
    metadata = PdfSignatureMetadata(field_name="Official", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    return lambda: _signed(pdf, metadata, signer)


def pyhanko_long(key: FileKey, pdf: bytes, tsa_url: str) -> Callable[[], bytes]:
    """B-LTA; a context for each signature, since its time is that of its making."""
    signer, timestamper = _simple(key), HTTPTimeStamper(tsa_url)
    roots = [asn1_x509.Certificate.load(one.der) for one in key.chain if one.is_self_signed]
    others = [asn1_x509.Certificate.load(one.der) for one in key.chain if not one.is_self_signed]

    def one() -> bytes:
        metadata = PdfSignatureMetadata(
            field_name="Official",
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            validation_context=ValidationContext(trust_roots=roots, other_certs=others, allow_fetching=True),
            embed_validation_info=True,
            use_pades_lta=True,
        )
        return _signed(pdf, metadata, signer, timestamper=timestamper)

    return one


def pyhanko_token(module: Path, token: str, pin: str, label: str, pdf: bytes) -> Callable[[], bytes]:
    """B-B with a token whose session is opened for each signature."""
    metadata = PdfSignatureMetadata(field_name="Official", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)

    def one() -> bytes:
        session = open_pkcs11_session(str(module), token_criteria=TokenCriteria(label=token), user_pin=pin)
        try:
            return _signed(pdf, metadata, PKCS11Signer(session, cert_label=label, key_label=label))
        finally:
            session.close()

    return one


def endesive_plain_ms(key: FileKey, pdf: bytes, rounds: int) -> float | None:
    """Return the median CPU of one B-B-like signature (it knows adbe.pkcs7.detached only), None where it is absent."""
    if not (python := os.environ.get(ENDESIVE)):
        return None
    with TemporaryDirectory(prefix="moonseal-endesive-") as name:
        folder = Path(name)
        (folder / "key.p12").write_bytes(p12_of(key, b"bench"))
        (folder / "in.pdf").write_bytes(pdf)
        command = [python, str(HERE / "peer_endesive.py"), str(folder), str(rounds)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=sys.stderr, text=True)
    return float(done.stdout)
