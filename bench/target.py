"""A webhook that answers everybody the same at once: what a turn costs beside it is the sender's.

python -m bench.target PORT
"""

import asyncio
import sys
from typing import cast

import msgspec

SENTENCE = "The Wireless Radio Alarm Clock Speaker can be yours only for Rs.1599"
BODY = msgspec.json.encode({"status": True, "response": [SENTENCE]})
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Target(asyncio.Protocol):
    """One connection of a caller; requests may arrive in pieces, or several in one."""

    def __init__(self) -> None:
        self.pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = cast("asyncio.Transport", transport)  # of TCP; uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self.pending += data
        while (head := self.pending.find(b"\r\n\r\n")) >= 0:
            whole = head + 4 + content_length(self.pending[:head])
            if len(self.pending) < whole:
                return
            self.pending = self.pending[whole:]
            self.transport.write(ANSWER)


def content_length(head: bytes) -> int:
    """Read how many bytes follow a head; names of headers may be written in any case."""
    at = head.lower().find(b"\r\ncontent-length:")
    return 0 if at < 0 else int(head[at + 17 :].split(b"\r\n", 1)[0])


async def serve(port: int) -> None:
    """Answer until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Target, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(serve(int(sys.argv[1])))
