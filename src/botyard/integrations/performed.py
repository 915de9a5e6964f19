"""What comes of a call: the answer, and what the builder may see of the way to it."""

from typing import Any

from msgspec import Struct

from botyard.engine.happenings import IntegrationAnswer, Timing


class Performed(Struct, frozen=True, kw_only=True):
    """One call, done. request, response: what the builder may see, secrets and auth_code masked; as JSON writes it.

    printed: what custom code wrote, the beginning of what is long; it stands in `response` too.
    """

    answer: IntegrationAnswer
    timings: tuple[Timing, ...] = ()
    request: dict[str, Any] = {}
    response: dict[str, Any] = {}
    printed: str = ""
