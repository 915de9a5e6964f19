"""The one tree of errors.

Every refusal Botyard makes on purpose is a `BotyardError`: a stable `code` for programs, facts as fields for
logs, a sentence for a person, and the HTTP status a door answers with. Facts never hold a secret or a user's words.
"""

from typing import ClassVar


class BotyardError(Exception):
    """Something was refused or failed, and somebody can do something about it.

    is_for_logs: whether its sentence is made of our own words alone and tells operators what to mend.
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    is_for_logs: ClassVar[bool] = False

    def __init__(self, sentence: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts = facts


class BadRequest(BotyardError):
    """What came in cannot be read or does not fit its contract."""

    code = "bad_request"
    http_status = 400


class NotAllowed(BotyardError):
    """The caller is known, or knowable, but may not do this."""

    code = "not_allowed"
    http_status = 403


class NotFound(BotyardError):
    """There is nothing here by that name, or it is somebody else's: the two are never told apart."""

    code = "not_found"
    http_status = 404


class TooMuch(BotyardError):
    """A bound was reached; the same request may pass later. `retry_after_s` tells when."""

    code = "too_much"
    http_status = 429

    def __init__(self, sentence: str, *, retry_after_s: int = 1, **facts: object) -> None:
        super().__init__(sentence, retry_after_s=retry_after_s, **facts)
        self.retry_after_s = retry_after_s


class Stopping(BotyardError):
    """The server is going down and takes nothing new. Its successor takes the request."""

    code = "stopping"
    http_status = 503

    def __init__(self) -> None:
        super().__init__("the server is stopping; ask again in a moment")
