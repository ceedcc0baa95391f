"""What the case work refuses.

DossierError            `code` is stable, `parameters` fill the sentence that service.py and web make of it
├── NotPermitted        this actor may not do this (also: has to wait for another person, four eyes)
├── StepNotAllowed      the lifecycle's table has no such step from this state for this role
├── DossierNotFound     no such dossier, or not this actor's to see; the two are never told apart
├── SubmissionRefused   what was handed in cannot be taken: nothing, too much, not a paper of this procedure
├── FieldNotConfirmed   a required field is empty or a value is not of its kind
├── ChangedMeanwhile    another person or process was faster: look again
├── SigningInterrupted  the signature could not be made; nothing was changed
├── RecordChanged       stored bytes are not those the row names: stop and call the administrator
├── CodeNotFound        no receipt with this code and digits; the two are never told apart
├── ProcedureUnknown    no such procedure was in force on that day
└── NotSetUp            the engines were not wired, or the data folder is of another kind
"""

from collections.abc import Mapping


class DossierError(Exception):
    """The common base. The message is for operators; it never holds personal data."""

    def __init__(self, code: str, **parameters: str | int) -> None:
        super().__init__(f"{code} {parameters}" if parameters else code)
        self.code = code
        self.parameters: Mapping[str, str | int] = parameters


class NotPermitted(DossierError):
    pass


class StepNotAllowed(DossierError):
    pass


class DossierNotFound(DossierError):
    pass


class SubmissionRefused(DossierError):
    pass


class FieldNotConfirmed(DossierError):
    pass


class ChangedMeanwhile(DossierError):
    pass


class SigningInterrupted(DossierError):
    pass


class RecordChanged(DossierError):
    pass


class CodeNotFound(DossierError):
    pass


class ProcedureUnknown(DossierError):
    pass


class NotSetUp(DossierError):
    pass
