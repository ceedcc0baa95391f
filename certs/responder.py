"""The authority over HTTP, without a framework: OCSP (RFC 6960 A), lists and certificates (RFC 5280), RFC 3161 time.

A WSGI application that reads and answers, and changes nothing but the register of its own lists. What comes in is
small or refused; whatever is wrong with it is answered in the protocol's own words. A clock that went back stops every
answer that a reader would take for fresh.
"""

import base64
import binascii
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from certs.answers import Answers
from certs.certificate import Certificate
from certs.errors import CertError
from certs.revocation import Asked
from certs.timestamps import REPLY_TYPE, REQUEST_TYPE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LARGEST_QUESTION_BYTES = 16 << 10
OCSP_QUESTION, OCSP_ANSWER = "application/ocsp-request", "application/ocsp-response"
CRL_TYPE, CERTIFICATE_TYPE, TEXT = "application/pkix-crl", "application/pkix-cert", "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    content: bytes
    content_type: str
    code: HTTPStatus = HTTPStatus.OK


class Responder:
    """Serves one authority; safe to call from several threads."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._gets: dict[str, Callable[[], Reply]] = {
            "/issuing.crl": lambda: Reply(answers.published_crl(), CRL_TYPE),
            "/root.crl": lambda: Reply(answers.root_crl(), CRL_TYPE),
            "/issuing.cer": lambda: _certificate(answers.issuer),
            "/root.cer": lambda: _certificate(answers.root),
            "/health": self._health,
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        reply = self._reply(environ)
        headers = [
            ("Content-Type", reply.content_type),
            ("Content-Length", str(len(reply.content))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(f"{reply.code.value} {reply.code.phrase}", headers)
        return [reply.content if environ["REQUEST_METHOD"] != "HEAD" else b""]

    def _reply(self, environ: "WSGIEnvironment") -> Reply:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        try:
            if method in {"GET", "HEAD"} and path in self._gets:
                return self._gets[path]()
            if method == "GET" and path.startswith("/ocsp/"):
                return self._ocsp(_from_path(environ))
            if method == "POST" and path in {"/ocsp", "/ocsp/", "/tsa"}:
                return self._posted(environ, path)
        except CertError as error:
            return Reply(f"{error.code}\n".encode(), TEXT, HTTPStatus.SERVICE_UNAVAILABLE)
        if path in self._gets or path in {"/ocsp", "/ocsp/", "/tsa"}:
            return Reply(b"", TEXT, HTTPStatus.METHOD_NOT_ALLOWED)
        return Reply(b"", TEXT, HTTPStatus.NOT_FOUND)

    def _posted(self, environ: "WSGIEnvironment", path: str) -> Reply:
        try:
            size_bytes = int(environ.get("CONTENT_LENGTH") or 0)
        except ValueError:
            size_bytes = -1
        if not 0 < size_bytes <= LARGEST_QUESTION_BYTES:
            return Reply(b"", TEXT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        wanted = REQUEST_TYPE if path == "/tsa" else OCSP_QUESTION
        if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != wanted:
            return Reply(b"", TEXT, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        content = environ["wsgi.input"].read(size_bytes)
        return Reply(self._answers.timestamp(content), REPLY_TYPE) if path == "/tsa" else self._ocsp(content)

    def _ocsp(self, content: bytes) -> Reply:
        try:
            asked = Asked.of(ocsp.load_der_ocsp_request(content))
        except (ValueError, NotImplementedError, UnsupportedAlgorithm):  # or about several certificates at once
            return _refused(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        try:
            if not asked.names(self._answers.issuer):
                return _refused(ocsp.OCSPResponseStatus.UNAUTHORIZED)
            return Reply(self._answers.answer_about(asked), OCSP_ANSWER)
        except CertError:
            return _refused(ocsp.OCSPResponseStatus.TRY_LATER)

    def _health(self) -> Reply:
        return Reply(f"{self._answers.now().isoformat()}\n".encode(), TEXT)


def _from_path(environ: "WSGIEnvironment") -> bytes:
    """Return the question in a path (RFC 6960 A.1); what is no base64 is no question either."""
    text = unquote_to_bytes(environ["PATH_INFO"].removeprefix("/ocsp/"))
    with contextlib.suppress(binascii.Error):
        return base64.b64decode(text, validate=True)
    return b""


def _refused(status: ocsp.OCSPResponseStatus) -> Reply:
    return Reply(ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER), OCSP_ANSWER)


def _certificate(certificate: Certificate) -> Reply:
    return Reply(certificate.der, CERTIFICATE_TYPE)
