"""A small request is whole when its turn comes, and so is its answer: both are handed over at once, without messages.

ASGI hands bodies over in messages, either way, with a deadline for the next and a look at each header: some fifty
function calls, for a request of one reading and an answer of one writing. Only requests on our own connections
(connection.py) have this; others go the usual way.
"""

from collections.abc import MutableMapping
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_KEY = "botyard.at_once"


class AtOnce:
    """One request, as far as its connection has it. request_id: goes with the answer. status: 0 before there is one."""

    __slots__ = ("_cycle", "_is_taken", "request_id", "status")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._is_taken = False
        self.request_id = b""
        self.status = 0

    def body(self) -> bytes | None:
        """All of the body, once, if it has arrived; None where it must be waited for."""
        cycle = self._cycle
        if self._is_taken or cycle.more_body or cycle.disconnected or cycle.waiting_for_100_continue:
            return None
        self._is_taken = True
        cycle.flow.resume_reading()
        cycle.message_event.clear()  # who asks for more waits for the client to go
        body, cycle.body = bytes(cycle.body), bytearray()
        return body

    def answers(self, status: int, lines: bytes, body: bytes, *, ends: bool) -> bool:
        """Write a whole answer. False: it must take the usual way.

        lines: its headers as they stand on the wire, with the body's length. ends: they say that the connection ends.
        """
        cycle = self._cycle
        if cycle.response_started or cycle.flow.write_paused:
            return False
        self.status = status
        if cycle.disconnected:
            return True  # nobody hears it
        servers = [b"%s: %s\r\n" % header for header in cycle.default_headers]
        end = b"\r\n\r\n"
        if ends:
            cycle.keep_alive = False
        elif not cycle.keep_alive:
            end = b"\r\nconnection: close\r\n\r\n"
        if cycle.scope["method"] == "HEAD":
            body = b""
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.transport.write(
            b"".join((STATUS_LINE[status], *servers, lines, b"x-request-id: ", self.request_id, end, body))
        )
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        return True


def offer(cycle: RequestResponseCycle) -> None:
    """Let a request be taken and answered at once."""
    cast("dict[str, Any]", cycle.scope)[_KEY] = AtOnce(cycle)


def at_once(scope: MutableMapping[str, Any]) -> AtOnce | None:
    """Find out whether a request can be."""
    found: AtOnce | None = scope.get(_KEY)
    return found


def forget(scope: MutableMapping[str, Any]) -> None:
    """End it: a request and its scope that hold each other are garbage that must be searched for."""
    scope.pop(_KEY, None)
