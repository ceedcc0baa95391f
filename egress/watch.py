"""A limit on the whole of a request: a server that drips keeps every single read within its own time-out."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

CONNECTED = {"connection.connect_tcp.complete", "connection.start_tls.complete"}


class Watch:
    """Shuts the connection when the time is over. ``trace`` is httpcore's, and tells which connection it is."""

    def __init__(self, total_s: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(total_s, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: dict[str, object]) -> None:
        if event in CONNECTED:
            stream = info["return_value"]
            self._socket = stream.get_extra_info("socket")  # type: ignore[attr-defined]  # httpcore's stream
            if self.is_over:
                self._shut()

    def _end(self) -> None:
        self.is_over = True
        self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
