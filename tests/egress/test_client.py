"""The one way out, against a real server on loopback: where it may go, and how much an answer may cost."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from egress import AddressRefused, AnswerUnusable
from egress.client import Client, Policy

HERE = frozenset({"127.0.0.1", "localhost"})


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/plain")
            self.end_headers()
            return
        self.send_response(404 if self.path == "/missing" else 200)
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        if self.path == "/slow-head":
            for letter in b"X-Slow: " + b"a" * 60:
                self.wfile.write(bytes([letter]))
                time.sleep(0.1)
        self.end_headers()
        if self.path == "/short":
            self.wfile.write(b"five")
            return
        if self.path == "/drip":
            for _ in range(40):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        self.wfile.write(b"y" * 5000 if self.path == "/large" else self.headers["Host"].encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["Content-Type"].encode() + b":" + body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def client():
    with Client(Policy(HERE, inside_hosts=HERE, answer_bytes=1000, total_s=3)) as found:
        yield found


def test_an_allowed_host_answers_under_its_own_name(client, port):
    assert client.get(f"http://localhost:{port}/plain") == f"localhost:{port}".encode()


def test_a_body_is_posted_with_its_type(client, port):
    assert client.post(f"http://127.0.0.1:{port}/", b"q", "application/ocsp-request") == b"application/ocsp-request:q"


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "file:///etc/passwd", "http://127.0.0.1@evil.example/", "ftp://localhost/", "http://"],
)
def test_a_host_that_is_not_on_the_list_is_not_asked(client, url):
    with pytest.raises(AddressRefused):
        client.get(url)


def test_a_listed_name_that_leads_inside_is_refused(port):
    with Client(Policy(HERE)) as client, pytest.raises(AddressRefused) as caught:
        client.get(f"http://localhost:{port}/plain")
    assert caught.value.code == "address_not_allowed"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("moved", "not_ok"),
        ("missing", "not_ok"),
        ("large", "answer_too_large"),
        ("packed", "compressed"),
        ("drip", "too_slow"),
        ("slow-head", "too_slow"),
    ],
)
def test_a_redirect_an_error_a_flood_and_a_drip_are_no_answers(client, port, path, code):
    with pytest.raises(AnswerUnusable) as caught:
        client.get(f"http://127.0.0.1:{port}/{path}")
    assert caught.value.code == code


def test_nobody_listening_is_no_answer(client):
    with pytest.raises(AnswerUnusable):
        client.get("http://127.0.0.1:9/")


def test_proxies_of_the_environment_are_ignored(client, port, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Client(Policy(HERE, inside_hosts=HERE)) as fresh:
        assert fresh.get(f"http://127.0.0.1:{port}/plain")


def test_a_name_with_two_addresses_is_reached_at_the_one_that_listens(client, port):
    """``localhost`` is ::1 as well on most machines; the server listens at 127.0.0.1 only."""
    assert client.get(f"http://localhost:{port}/short") == b"five"
