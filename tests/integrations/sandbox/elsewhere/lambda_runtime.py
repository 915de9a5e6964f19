"""AWS Lambda's own runtime for Python, and the small address that it asks for events and tells its answers to."""

import os
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

from msgspec import Struct

_PATIENCE_S = 20.0
_ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Ended(Struct, frozen=True):
    """What a call came to. is_error: payload is what the runtime says of an exception."""

    payload: bytes
    is_error: bool


class LambdaRuntime:
    """awslambdaric around a folder with code. python: an interpreter that has it. handler: as a function's is."""

    def __init__(self, folder: Path, handler: str, *, python: str = sys.executable, timeout_s: float = 20.0) -> None:
        self._timeout_s = timeout_s
        self._door = socket.create_server(("127.0.0.1", 0))
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._door, selectors.EVENT_READ)
        self._unread: dict[socket.socket, bytes] = {}
        self._asking: socket.socket | None = None  # waits for an event
        environment = {
            "PATH": os.defpath,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._door.getsockname()[1]}",
            "LAMBDA_TASK_ROOT": str(folder),
            "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": "g",
            "AWS_LAMBDA_LOG_STREAM_NAME": "l",
            "AWS_REGION": "eu-central-1",
        }
        command = [python, "-m", "awslambdaric", handler]
        nowhere = subprocess.DEVNULL
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            start_new_session=True,
        )

    def call(self, event: bytes) -> Ended:
        """Make one call; a failure to load the file answers it as well."""
        until = time.monotonic() + _PATIENCE_S
        given = False
        while time.monotonic() < until:
            if self._asking is not None and not given:
                self._give(event)
                given = True
            for key, _ in self._ready.select(1.0):
                ended = self._heard(key.fileobj)
                if ended is not None:
                    return ended
        raise TimeoutError("Lambda's runtime did not answer")

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        for connection in (*self._unread, self._door):
            connection.close()
        self._ready.close()

    def _give(self, event: bytes) -> None:
        assert self._asking is not None
        until_ms = int((time.time() + self._timeout_s) * 1000)
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            f"Lambda-Runtime-Aws-Request-Id: {uuid4()}\r\nLambda-Runtime-Deadline-Ms: {until_ms}\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-central-1:1:function:f\r\n"
            f"Content-Length: {len(event)}\r\n\r\n"
        )
        self._asking.sendall(head.encode() + event)
        self._asking = None

    def _heard(self, ready: object) -> Ended | None:
        """Take what came; a whole request is answered."""
        if ready is self._door:
            connection, _ = self._door.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._ready.register(connection, selectors.EVENT_READ)
            self._unread[connection] = b""
            return None
        assert isinstance(ready, socket.socket)
        more = ready.recv(1 << 20)
        if not more:
            self._ready.unregister(ready)
            del self._unread[ready]
            ready.close()
            return None
        self._unread[ready] += more
        return self._request(ready)

    def _request(self, connection: socket.socket) -> Ended | None:
        head, found, body = self._unread[connection].partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower()[:15] == b"content-length:"), 0)
        if not found or len(body) < length:
            if b"100-continue" in head and found and not body:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            return None
        self._unread[connection] = body[length:]
        path = head.split(b" ", 2)[1]
        if path.endswith(b"/next"):
            self._asking = connection
            return None
        connection.sendall(_ACCEPTED)
        return Ended(body[:length], is_error=path.endswith(b"/error"))
