"""The office of the dossiers' tests, for commands that work on one."""

from tests.dossiers.conftest import authority_folder, office, session_engines

__all__ = ["authority_folder", "office", "session_engines"]
