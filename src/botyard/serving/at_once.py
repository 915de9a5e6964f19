"""A small request is whole when its turn comes, and so is its answer: both are handed over at once, without messages.

ASGI hands bodies over in messages, either way, with a deadline for the next and a look at each header: some fifty
function calls, for a request of one reading and an answer of one writing. Only requests on our own connections
(connection.py) have this; others go the usual way.
"""

from collections.abc import MutableMapping
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_KEY = "botyard.at_once"


class Request(RequestResponseCycle):
    """uvicorn's, that can also be had at once. request_id: goes with the answer. status: 0 before there is one."""

    request_id = b""
    status = 0
    _is_taken = False

    def whole_body(self) -> bytes | None:
        """All of the body, once, if it has arrived; None where it must be waited for."""
        if self._is_taken or self.more_body or self.disconnected or self.waiting_for_100_continue:
            return None
        self._is_taken = True
        self.flow.resume_reading()
        self.message_event.clear()  # who asks for more waits for the client to go
        body, self.body = bytes(self.body), bytearray()
        return body

    def answers(self, status: int, lines: bytes, body: bytes, *, ends: bool) -> bool:
        """Write a whole answer. False: it must take the usual way.

        lines: its headers as they stand on the wire, with the body's length. ends: they say that the connection ends.
        """
        if self.response_started or self.flow.write_paused:
            return False
        self.status = status
        if self.disconnected:
            return True  # nobody hears it
        servers = [b"%s: %s\r\n" % header for header in self.default_headers]
        end = b"\r\n\r\n"
        if ends:
            self.keep_alive = False
        elif not self.keep_alive:
            end = b"\r\nconnection: close\r\n\r\n"
        if self.scope["method"] == "HEAD":
            body = b""
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.write(
            b"".join((STATUS_LINE[status], *servers, lines, b"x-request-id: ", self.request_id, end, body))
        )
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
        return True


def offer(request: Request) -> None:
    """Let a request be taken and answered at once."""
    cast("dict[str, Any]", request.scope)[_KEY] = request


def at_once(scope: MutableMapping[str, Any]) -> Request | None:
    """Find out whether a request can be."""
    found: Request | None = scope.get(_KEY)
    return found


def forget(scope: MutableMapping[str, Any]) -> None:
    """End it: a request and its scope that hold each other are garbage that must be searched for."""
    scope.pop(_KEY, None)
