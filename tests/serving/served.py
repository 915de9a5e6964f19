"""Runs an ASGI application in a real server on a free port, and asks it over real connections."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any

import uvicorn
from msgspec import Struct
from starlette.types import ASGIApp

from botyard.app.server import configured
from botyard.serving.crowd import Crowd, Network


class Answer(Struct, frozen=True):
    """What came back. headers: names in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.content)

    @property
    def error(self) -> str:
        """The sentence of a refusal, which must be all there is."""
        assert set(self.json) == {"error_message"}
        return str(self.json["error_message"])


class Served(Struct, frozen=True):
    """A running server."""

    port: int

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Mapping[str, Any] | Iterator[bytes] | None = None,
        headers: Mapping[str, str | bytes] | None = None,
    ) -> Answer:
        """Send one request on a connection of its own."""
        content = json.dumps(body).encode() if isinstance(body, Mapping) else body
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            connection.request(method, path, content, headers or {})
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())

    def raw(self, sent: bytes) -> bytes:
        """Send bytes as they are, and read until the server closes or falls silent."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=2)) as connection:
            connection.sendall(sent)
            got = b""
            try:
                while chunk := connection.recv(65536):
                    got += chunk
            except (TimeoutError, ConnectionResetError):
                pass
            return got


@contextmanager
def serving(
    application: ASGIApp, trusted_proxies: Sequence[Network] = (), crowd: Crowd | None = None
) -> Iterator[Served]:
    """Serve for as long as the block runs. Lifespan events reach the application."""
    config = configured(application, trusted_proxies=trusted_proxies, crowd=crowd)
    config.lifespan = "auto"
    server = uvicorn.Server(config)
    with closing(socket.socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        try:
            yield Served(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(20)
