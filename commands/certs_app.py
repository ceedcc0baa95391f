"""The process that granian starts for ``moonseal certs serve``: one authority's folder, named by a variable.

No PIN comes here. Where the issuing key lies on a token, the list that ``certs crl`` made last is handed out.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from certs.authority import Authority
from certs.responder import Responder

FOLDER_VARIABLE = "MOONSEAL_CERTS_FOLDER"


def _now() -> datetime:
    return datetime.now(UTC)


def _made() -> Responder:
    return Responder(Authority.open(Path(os.environ[FOLDER_VARIABLE]), _now))


def __getattr__(name: str) -> Responder:
    """Make the application when the server asks for it, so that the variable's name can be imported without one."""
    if name != "application":
        raise AttributeError(name)
    return _made()
