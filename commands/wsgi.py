"""The application that a web process loads: engines wired, then Django's. Who starts it has chosen the data folder."""

import atexit
from contextlib import ExitStack

from commands.folder import set_up_django

set_up_django()

from commands.wiring import wired  # noqa: E402 - models exist only after the set-up
from web.wsgi import application  # noqa: E402 - the same

_open = ExitStack()
_open.enter_context(wired())
atexit.register(_open.close)

__all__ = ["application"]
