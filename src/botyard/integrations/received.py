"""What comes of a call: an answer, or the reason why there is none."""

from msgspec import Struct

from botyard.errors import BotyardError


class Received(Struct, frozen=True):
    """An HTTP answer. body: whole if status is 200, else its beginning.

    content_type: as the receiver wrote it; of several, the first; "" where there is none.
    """

    status: int
    content_type: str
    body: bytes


class NotSent(BotyardError):
    """A call got no whole answer. reason: a stable word.

    may_try_again: nothing was written, and it may go better the next time. Else the receiver may have seen the call.
    """

    code = "call_failed"
    http_status = 502

    def __init__(self, reason: str, why: str, *, may_try_again: bool = False) -> None:
        super().__init__(why, reason=reason)
        self.reason = reason
        self.may_try_again = may_try_again
