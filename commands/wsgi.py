"""The application that a web process loads: engines wired, then Django's. Who starts it has chosen the data folder."""

import atexit
import ctypes
import os
import signal
from contextlib import ExitStack

from commands.folder import set_up_django

PR_SET_PDEATHSIG = 1  # linux/prctl.h
# A killed `serve` must not leave its port taken by a process that nobody watches; nothing is lost by being killed.
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
if os.getppid() == 1:  # it was killed before the line above
    os.kill(os.getpid(), signal.SIGKILL)

set_up_django()

from commands.wiring import wired  # noqa: E402 - models exist only after the set-up
from web.wsgi import application  # noqa: E402 - the same

_open = ExitStack()
_open.enter_context(wired())
atexit.register(_open.close)

__all__ = ["application"]
