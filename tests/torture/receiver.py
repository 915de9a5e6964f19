"""The builder's server: writes every call down before it answers, and may be the murderer."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self

from tests.torture.ledger import Ledger

TAKES_S = 0.003


class Receiver:
    """Answers webhooks. passed: told "call_received" and "call_answered", where a server may be killed."""

    ledger: Ledger
    passed: Callable[[str], None]
    port: int
    takes_s = TAKES_S

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first, *lines = head.split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                writer.write(await self._answer(first.split()[1], headers["webhook-id"], body))
                await writer.drain()
                self.passed("call_answered")
        except (OSError, asyncio.IncompleteReadError):
            pass  # the server was killed, or closed a connection it did not need
        finally:
            writer.close()

    async def _answer(self, path: str, call_id: str, body: Any) -> bytes:
        number = body["entities"][f"{path[1:]}_no"][0]["entity_value"]
        user = body["user"]["auth_id"] or body["user"]["user_id"]  # a visitor of the chat page has only the second
        self.ledger.write("called", path=path, id=call_id, number=f"{user} {number}")
        self.passed("call_received")
        await asyncio.sleep(self.takes_s)
        return answer_of(f"done {number}")


def answer_of(text: str) -> bytes:
    """Write the answer that says this to the user."""
    body = json.dumps({"status": True, "response": [text]}).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body
