"""A real server on loopback for a WSGI application, in threads of the test's own process."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from egress.client import Client, Policy

HERE = frozenset({"127.0.0.1"})


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        pass


@contextmanager
def served(application: Any) -> Generator[str]:
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(application)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def asking(total_s: float = 60) -> Generator[Client]:
    with Client(Policy(HERE, inside_hosts=HERE, total_s=total_s)) as client:
        yield client
