"""What the pages themselves refuse; everything else that refuses is a step of ``dossiers`` or an engine.

WebError
├── SignInNeeded        nobody is signed in, or the session ended
├── NotYours            this role has no such page
├── WrongMethod         asked with another HTTP method than the page has
├── CameFromElsewhere   another site sent this form
├── RequestTooLarge     more bytes than MOONSEAL_UPLOAD_MAX_MB
├── TooManyTries        the receipt code or password was guessed too often; `parameters["minutes"]`
└── FormNotComplete     a field of a form is missing or of another kind
"""


class WebError(Exception):
    """The common base; ``code`` is stable and ``parameters`` fill the sentence."""

    code = "web"

    def __init__(self, **parameters: str | int) -> None:
        super().__init__(f"{self.code} {parameters}" if parameters else self.code)
        self.parameters = parameters


class SignInNeeded(WebError):
    code = "sign_in_needed"


class NotYours(WebError):
    code = "not_yours"


class WrongMethod(WebError):
    code = "wrong_method"


class CameFromElsewhere(WebError):
    code = "came_from_elsewhere"


class RequestTooLarge(WebError):
    code = "request_too_large"


class TooManyTries(WebError):
    code = "too_many_tries"


class FormNotComplete(WebError):
    code = "form_not_complete"
