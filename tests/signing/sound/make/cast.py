"""The people whose signatures the sound files carry, their authorities, and the sheets that they sign.

All are invented. Two authorities: one with Vietnamese names, and one with plain letters for tools that cannot write
others (signing.md 0.4). Keys live in the folder of one run and are never kept.
"""

import io
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pikepdf
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from certs.timestamps import TimestampAuthority
from tests.signing.attacks.forge import TIME_STAMPING, two_pages, with_form
from tests.signing.attacks.pki import CERTIFIES, DAY, Holder, Order, crl, issued, ocsp_answer, rsa_key, seconds

PASSWORD = b"sound"
OFFICE = "Ủy ban nhân dân xã Nguyệt Ấn"
CRL_LIFE = 30 * DAY


@dataclass(frozen=True)
class Authority:
    """A root, an issuing key below it, and the people that it certified by name."""

    root: Holder
    issuing: Holder
    people: dict[str, Holder]

    def lists(self, at: datetime) -> list[bytes]:
        return [crl(one, at=at, life=CRL_LIFE) for one in (self.root, self.issuing)]


class Cast:
    """Everything on disk for tools that want files: NAME.p12, NAME.pem, NAME.key, the anchors, and the lists."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, seconds(datetime.now(UTC))
        self.vietnamese = self._authority(
            "Chứng thực gốc thử", "Cấp chứng thư thử", OFFICE,
            {
                "thinh": Order("Lường Văn Thịnh", OFFICE, private_key=rsa_key(2048)),
                "huong": Order("Đặng Thị Ngọc Hương", OFFICE, private_key=rsa_key(2048)),
                "seal": Order(OFFICE, OFFICE, private_key=rsa_key(3072)),
                "rsa4096": Order("Hà Thị Mận", OFFICE, private_key=rsa_key(4096)),
                "p256": Order("Lò Văn Pá", OFFICE),
                "p384": Order("Quách Thị Ước", OFFICE, private_key=ec.generate_private_key(ec.SECP384R1())),
            },
        )  # fmt: skip
        self.plain = self._authority(
            "Test Root", "Test Issuing", "Nguyet An Commune",
            {"ascii": Order("Luong Van Thinh", "Nguyet An Commune", private_key=rsa_key(2048))},
        )  # fmt: skip
        self.long = self._long_chain()
        self.tsa = self._issue(
            Order(
                "Dấu thời gian thử",
                OFFICE,
                private_key=rsa_key(2048),
                usage=("digital_signature",),
                purposes=TIME_STAMPING,
            ),
            self.vietnamese.issuing,
        )
        self._write()

    def _issue(self, order: Order, issuer: Holder | None) -> Holder:
        return issued(replace(order, names_responder=False), issuer, self.now)

    def _authority(self, root: str, issuing: str, organisation: str, people: dict[str, Order]) -> Authority:
        above = Order(root, organisation, usage=CERTIFIES, purposes=(), is_authority=True, private_key=rsa_key(3072))
        top = self._issue(replace(above, ends=9000 * DAY), None)
        middle = self._issue(replace(above, common_name=issuing, private_key=rsa_key(2048), ends=3600 * DAY), top)
        return Authority(top, middle, {name: self._issue(order, middle) for name, order in people.items()})

    def _long_chain(self) -> tuple[list[Holder], Holder]:
        """Return two more authorities below the root, and a person below both."""
        order = Order("Cấp tỉnh thử", "Tỉnh thử", usage=CERTIFIES, purposes=(), is_authority=True)
        province = self._issue(order, self.vietnamese.root)
        district = self._issue(replace(order, common_name="Cấp huyện thử"), province)
        return [province, district], self._issue(Order("Vi Thị Ánh", "Huyện thử"), district)

    @property
    def people(self) -> dict[str, Holder]:
        return {**self.vietnamese.people, **self.plain.people, "long": self.long[1], "tsa": self.tsa}

    def lists(self) -> dict[str, bytes]:
        made = {
            "vietnamese-root": self.vietnamese.root, "vietnamese-issuing": self.vietnamese.issuing,
            "plain-root": self.plain.root, "plain-issuing": self.plain.issuing,
            "province": self.long[0][0], "district": self.long[0][1],
        }  # fmt: skip
        return {name: crl(one, at=self.now - DAY, life=CRL_LIFE) for name, one in made.items()}

    def answer_about(self, name: str) -> bytes:
        issuing = self.vietnamese.issuing
        return ocsp_answer(
            self.people[name].certificate, issuing.certificate, issuing, at=self.now - timedelta(hours=1)
        )

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, holder in self.people.items():
            chain = [one for one in holder.chain if one.subject != one.issuer]
            p12 = pkcs12.serialize_key_and_certificates(
                name.encode(), holder.private_key, holder.certificate, chain, _encryption()
            )
            (self.folder / f"{name}.p12").write_bytes(p12)
            key = holder.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            (self.folder / f"{name}.key").write_bytes(key)
            (self.folder / f"{name}.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
            (self.folder / f"{name}.chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in chain))
        for name, content in self.lists().items():
            (self.folder / f"{name}.crl").write_bytes(content)
        for name, content in sheets().items():
            (self.folder / f"{name}.pdf").write_bytes(content)

    @contextmanager
    def timestamps(self) -> Generator[str]:
        """Serve RFC 3161 on the loopback while the tools run; yields the address."""
        authority = TimestampAuthority(self.tsa.as_file_key, self.folder, lambda: datetime.now(UTC))

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                answer = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            server.server_close()


def _encryption() -> KeySerializationEncryption:
    """Old enough for every tool here: Java 17, node-forge and NSS all read it."""
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048)
    return builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).build(PASSWORD)


def sheets() -> dict[str, bytes]:
    """The same two pages in every shape that a PDF may have."""
    plain = two_pages()
    shapes: dict[str, dict[str, Any]] = {
        "plain": {},
        "packed": {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        "linear": {"linearize": True},
        "linear-packed": {"linearize": True, "object_stream_mode": pikepdf.ObjectStreamMode.generate},
        "encrypted": {"encryption": pikepdf.Encryption(user="", owner="sound", R=6)},
    }
    made = {name: _saved(plain, **how) for name, how in shapes.items()}
    return {**made, "form": with_form(plain)}


def _saved(pdf: bytes, **how: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, **how)
    return out.getvalue()
