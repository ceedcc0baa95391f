"""Lets an authority that fails rest, so that a batch does not wait for it again and again."""

import threading
import time
from collections.abc import Callable

FAILURES = 3  # in a row
FIRST_REST_S, LONGEST_REST_S = 30.0, 600.0


class Breaker:
    """Closed while all goes well; open after some failures in a row; after a rest, one try decides.

    Each rest is twice as long as the one before. Safe to use from several threads.
    """

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._lock = threading.Lock()
        self._failures = 0
        self._rest_s = FIRST_REST_S
        self._rests_until = 0.0

    def may_try(self) -> bool:
        """Whether to ask now; of several threads that come after a rest, one is told yes."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._ticks() < self._rests_until:
                return False
            self._rests_until = self._ticks() + self._rest_s  # the others wait for this try
            return True

    def worked(self) -> None:
        with self._lock:
            self._failures, self._rest_s = 0, FIRST_REST_S

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures > FAILURES:
                self._rest_s = min(2 * self._rest_s, LONGEST_REST_S)
            if self._failures >= FAILURES:
                self._rests_until = self._ticks() + self._rest_s
