"""CPU per B-B signature (RSA-2048) against stock pyHanko's SimpleSigner, in one process, in turns.

``python -m bench.signing --json`` prints one object: {"measure", "ours_ms", "peer_ms", "ratio"}.
"""

import argparse
import io
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pikepdf
from asn1crypto import keys as asn1_keys  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certs.certificate import Certificate
from certs.keys.file import FileKey
from signing.fields import prepare
from signing.sign import sign
from signing.values import Level, Role

PDF_BYTES = 111_000
ROUNDS = 15


def document() -> bytes:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    page.Contents = pdf.make_stream(b"% " + b"x" * PDF_BYTES)
    out = io.BytesIO()
    pdf.save(out, compress_streams=False)
    return prepare(out.getvalue(), {})


def make_key() -> FileKey:
    private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Người ký thử")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private_key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
    certificate = builder.not_valid_after(now + timedelta(days=9)).sign(private_key, hashes.SHA256())
    return FileKey(private_key, Certificate(certificate.public_bytes(Encoding.DER)))


def peer(key: FileKey, pdf: bytes) -> Callable[[], bytes]:
    der = key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(key.certificate.der),
        signing_key=asn1_keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]  # pyHanko's
    )
    metadata = PdfSignatureMetadata(field_name="Official", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)

    def one() -> bytes:
        out: io.BytesIO = PdfSigner(metadata, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)))
        return out.getvalue()

    return one


def ours(key: FileKey, pdf: bytes) -> Callable[[], bytes]:
    return lambda: sign(pdf, key, role=Role.OFFICIAL, level=Level.B_B, at=datetime.now(UTC))


def cpu_ms(work: Callable[[], bytes]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def measure() -> dict[str, object]:
    key, pdf = make_key(), document()
    we, they = ours(key, pdf), peer(key, pdf)
    we(), they()  # imports and caches
    pairs = [(cpu_ms(we), cpu_ms(they)) for _ in range(ROUNDS)]  # in turns, so that both meet the same machine
    ours_ms, peer_ms = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {
        "measure": f"CPU per PAdES B-B signature, RSA-2048, {len(pdf) // 1000} KB PDF, against stock pyHanko",
        "ours": f"{ours_ms:.1f} ms",
        "peer": f"{peer_ms:.1f} ms",
        "ours_ms": round(ours_ms, 2),
        "peer_ms": round(peer_ms, 2),
        "ratio": round(ours_ms / peer_ms, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="the only form there is; said for clearness")
    parser.parse_args()
    print(json.dumps(measure(), ensure_ascii=False))


if __name__ == "__main__":
    main()
