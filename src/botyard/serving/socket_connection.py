"""One connection of a WebSocket: its handshake is refused in JSON, its frames are counted.

Frames are counted where they are read, because one reading may hold 40,000 empty ones: nobody else is served while
they are taken apart. Only what a page of ours never comes near is too many.
"""

from http import HTTPStatus
from typing import Any

import msgspec
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.exceptions import PayloadTooBig
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Response
from websockets.server import ServerProtocol

from botyard.serving.answers import BROKEN, Refusal
from botyard.serving.crowd import Crowd

# Of any kind, pings too. A page sends one when somebody presses a key to send; a program that floods is shown out.
FRAMES, FRAMES_WITHIN_S = 1_000, 10.0
# Of one message. Browsers send a message of this size in one.
PARTS = 100


class SocketConnection(WebSocketsSansIOProtocol):
    """uvicorn's, with bounds."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], *, crowd: Crowd, **more: Any
    ) -> None:
        super().__init__(config, server_state, app_state, **more)
        self._crowd = crowd  # it came in as a connection of HTTP
        theirs = self.conn
        self.conn = self._frames_in = _Frames(
            extensions=theirs.available_extensions, max_size=config.ws_max_size, logger=theirs.logger
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """There is room for another."""
        self._crowd.left(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._frames_in.now = self.loop.time()
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            self._refuse()

    def send_receive_event_to_app(self) -> None:
        """Hand a whole message on, if its text is text."""
        if self.curr_msg_data_type == "text" and not self.close_sent and not _is_text(b"".join(self.frames)):
            self.conn.fail(CloseCode.INVALID_DATA, "this is not UTF-8")
            self.handle_parser_exception()
            return
        super().send_receive_event_to_app()

    def _refuse(self) -> None:
        """Answer a handshake that could not even be read; uvicorn would leave it open."""
        self.handshake_initiated = self.handshake_complete = self.close_sent = True
        said = b"".join(self.conn.data_to_send())
        self.transport.write(said or self.conn.reject(HTTPStatus.BAD_REQUEST, "").serialize())
        self.transport.close()


class _Frames(ServerProtocol):
    """The library's, which says its refusals in our words and counts. now: set before data is handed in."""

    now = 0.0
    _since = float("-inf")
    _frames = _parts = 0

    def recv_frame(self, frame: Frame) -> None:
        """Count a frame, then take it."""
        if self.now - self._since > FRAMES_WITHIN_S:
            self._since, self._frames = self.now, 0
        self._frames += 1
        if frame.opcode is Opcode.CONT:
            self._parts += 1
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._parts = 1
        if self._frames > FRAMES:
            self._end(CloseCode.POLICY_VIOLATION, "too many frames")
        if self._parts > PARTS:
            self._end(CloseCode.MESSAGE_TOO_BIG, "this message has too many parts")
        super().recv_frame(frame)

    def reject(self, status: HTTPStatus | int, text: str) -> Response:
        """Refuse a handshake. text: the library's; ours is said instead where it has none to help with."""
        sentence = _SENTENCES.get(status) or text.partition("\n")[0] or "this is no WebSocket handshake"
        response = super().reject(status, msgspec.json.encode(Refusal(sentence)).decode())
        del response.headers["Content-Type"]
        response.headers["Content-Type"] = "application/json"
        return response

    def _end(self, code: CloseCode, why: str) -> None:
        self.fail(code, why)
        raise PayloadTooBig(None, 0)  # the one exception that ends the library's reading and blames nobody of ours


_SENTENCES: dict[int, str] = {
    HTTPStatus.FORBIDDEN: "no socket can be opened here, or not from that page",
    HTTPStatus.INTERNAL_SERVER_ERROR: BROKEN,
}


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
