"""The breakers of all endpoints that this process calls: who asks, what they are told, what operators see.

A partner's calls have breakers of their own: one whose nodes give up after a second must not stop the calls of
another to the same host.
"""

import time
from collections.abc import Callable
from typing import TypeAlias

from botyard.integrations.breaker import Breaker, Resting, Ticket
from botyard.integrations.places import Endpoint
from botyard.integrations.received import NotSent
from botyard.observe import breaker_turned, log

# A sick endpoint lets us wait, or lets us in not at all. An answer, whatever it says, is a sign of health.
SICK = frozenset({"timeout", "no_connection", "tls", "interrupted"})
_MOST = 1_000  # then those are forgotten that say nothing: endpoints come from builders, their number has no bound

_Key: TypeAlias = tuple[int, Endpoint]


class Breakers:
    """seconds: a clock that only goes forward; clock: seconds since 1970, for people's eyes."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic, clock: Callable[[], float] = time.time) -> None:
        self.seconds = seconds
        self._clock = clock
        self._of: dict[_Key, Breaker] = {}

    def watch(self, partner_id: int, endpoint: Endpoint) -> "_Watch":
        """Make one call in the block, and learn from how it ends. Raises NotSent where none may go out."""
        key = (partner_id, endpoint)
        breaker = self._of.get(key) or self._new(key)
        ticket = breaker.admit(self.seconds())
        if isinstance(ticket, Resting):
            raise NotSent("breaker_open", self._sentence(endpoint, ticket))
        return _Watch(self, breaker, ticket, key)

    def _new(self, key: _Key) -> Breaker:
        if len(self._of) >= _MOST:
            self._forget()
        made = self._of[key] = Breaker()
        return made

    def _forget(self) -> None:
        now = self.seconds()
        for key, breaker in tuple(self._of.items()):
            if breaker.is_forgettable(now):
                del self._of[key]
                if breaker.is_open:
                    breaker_turned(is_open=False)

    def _sentence(self, endpoint: Endpoint, resting: Resting) -> str:
        since_s = self.seconds() - resting.opened_at
        since = time.strftime("%H:%M:%S", time.gmtime(self._clock() - since_s))
        then = f"next try in {resting.next_try_s:.0f} s" if resting.next_try_s else "one call tries it right now"
        return (
            f"the breaker of {named(endpoint)} is open since {since} UTC, {then}: at least half of its calls within a"
            " minute ended without an answer"
        )

    def tell(self, partner_id: int, endpoint: Endpoint, *, is_open: bool) -> None:
        """Let operators know that a breaker turned."""
        breaker_turned(is_open=is_open)
        event = "breaker_opened" if is_open else "breaker_closed"
        log.warning(event, endpoint=named(endpoint), partner_id=partner_id)


class _Watch:
    """One call. No generator: nine of a call's function calls were its making and its end."""

    def __init__(self, breakers: Breakers, breaker: Breaker, ticket: Ticket, key: _Key) -> None:
        self._breakers = breakers
        self._breaker = breaker
        self._ticket = ticket
        self._key = key

    def __enter__(self) -> None:
        """The call goes out."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        is_sick = isinstance(error, NotSent) and error.reason in SICK
        if error is not None and not is_sick:
            self._breaker.unused(self._ticket)
        elif self._breaker.ended(self._ticket, self._breakers.seconds(), is_sick=is_sick):
            self._breakers.tell(*self._key, is_open=self._breaker.is_open)


def named(endpoint: Endpoint) -> str:
    """Write an endpoint as people do: the port only where it is not the usual one."""
    scheme, host, port = endpoint
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port == {"http": 80, "https": 443}.get(scheme) else f"{scheme}://{shown}:{port}"
