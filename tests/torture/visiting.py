"""Visitors at chat pages of our own, which keep the page's rules (channels/web/page.html) with the proxy before them.

A page comes back when its socket ends, when what it sent is not accepted in time, and when nothing is heard for long;
it tells how far it has read and sends again, under the same key, what was not accepted. What it shows in the end must
be the transcript, whatever happened to its sockets.
"""

import asyncio
import json
import random
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.torture.bot import message
from tests.torture.ledger import Ledger
from tests.torture.place import Place
from tests.torture.toxic_proxy import ToxicProxy

VISITORS = 4
# The page's own figures.
ACCEPTED_WITHIN_S, WELCOME_WITHIN_S, HEARD_WITHIN_S = 10.0, 10.0, 35.0
_LOOKS_EVERY_S, _CLOSES_WITHIN_S = 0.05, 0.2
_COMES_BACK_S = 0.25, 0.5
# 1005, 1006: no code came. 1012: the server is stopping.
_CODES = {1000, 1005, 1006, 1012}


class Visitors:
    """All of them, each at a page. served: told whenever a page was shown a line."""

    def __init__(  # noqa: PLR0917 - as all talkers of a link are made
        self,
        place: Place,
        proxy: ToxicProxy,
        ledger: Ledger,
        name: str,
        chance: random.Random,
        served: Callable[[], None],
    ) -> None:
        self.place, self.proxy, self.ledger, self.chance, self.served = place, proxy, ledger, chance, served
        place.receiver.passed = lambda _: None
        self.is_over = False
        self.quiet_s = 20.0
        self._pages = [_Page(self, f"{name}-v{number}") for number in range(VISITORS)]

    @property
    def messages(self) -> int:
        """Count what was accepted."""
        return sum(len(page.accepted) for page in self._pages)

    async def talk(self) -> None:
        """Go on until it is over and everything is answered."""
        async with asyncio.TaskGroup() as all_of_them:
            for page in self._pages:
                all_of_them.create_task(page.stay())

    async def write_transcripts(self) -> None:
        """Write down what each page shows, and compare it with what a new page is told that nothing stands before."""
        for page in self._pages:
            lines = [{"sender": line["sender"], "text": line["text"]} for line in page.lines]
            self.ledger.write("transcript", user=page.name, lines=lines)
            told = await page.told_anew(self.place.server.port)
            if [(line["seq"], line["text"]) for line in told] != [(line["seq"], line["text"]) for line in page.lines]:
                self.ledger.write("wrong", what="a page shows another transcript", user=page.name)


class _Page:
    """One visitor's page. lines: what it shows. accepted: by key, the message."""

    def __init__(self, visitors: Visitors, name: str) -> None:
        self._all = visitors
        self.name = name
        self.lines: list[dict[str, Any]] = []
        self.accepted: dict[str, int] = {}
        self._token: str | None = None
        self._said = 0
        self._waiting: tuple[str, str] | None = None  # key and text of what is sent and not accepted
        self._sent_at = self._heard_at = self._shown_at = self._says_next_at = 0.0
        self._is_welcome = False

    async def stay(self) -> None:
        """Open a socket again and again, until all is said and answered."""
        while not self._is_done():
            with suppress(OSError, TimeoutError, WebSocketException):
                await self._open()
            await asyncio.sleep(self._all.chance.uniform(*_COMES_BACK_S))

    async def told_anew(self, port: int) -> list[dict[str, Any]]:
        """Ask for everything that was ever said, past the proxy."""
        lines: list[dict[str, Any]] = []
        async with connect(self._address(port), proxy=None, close_timeout=_CLOSES_WITHIN_S) as socket:
            await socket.send(json.dumps({"hello": {"visitor": self._token}}))
            while True:
                told = json.loads(await asyncio.wait_for(socket.recv(), self._all.quiet_s))
                if "messages" in told:
                    lines += told["messages"]
                    if len(told["messages"]) < 1_000:  # a full frame has another behind it
                        return lines

    def _address(self, port: int) -> str:
        return f"ws://127.0.0.1:{port}/chat/{self._all.place.business_id}/socket"

    async def _open(self) -> None:
        self._heard_at, self._is_welcome = perf_counter(), False
        socket = await connect(
            self._address(self._all.proxy.port),
            proxy=None, ping_interval=None, open_timeout=WELCOME_WITHIN_S, close_timeout=_CLOSES_WITHIN_S,
        )  # fmt: skip
        try:
            await socket.send(json.dumps({"hello": {"visitor": self._token, "after": self._last()}}))
            self._told_to = self._last()
            while not self._is_done() and not self._is_tired():
                await self._go_on(socket)
        except ConnectionClosed as ended:
            if (code := ended.rcvd.code if ended.rcvd else 1006) not in _CODES:
                self._wrong(f"a socket was closed with {code}")
        finally:
            await socket.close()

    async def _go_on(self, socket: ClientConnection) -> None:
        """Take one frame if there is one, and say the next thing if it is time."""
        with suppress(TimeoutError):
            told = json.loads(await asyncio.wait_for(socket.recv(), _LOOKS_EVERY_S))
            self._heard_at = perf_counter()
            self._hear(told)
            if "welcome" in told:
                self._is_welcome = True
                if self._waiting is not None:
                    await self._transmit(socket)
        is_time = self._is_welcome and self._waiting is None and perf_counter() > self._says_next_at
        if is_time and not self._all.is_over:
            self._said += 1
            self._waiting = f"{self.name}-{self._said}", message(self._all.chance.choice(("note", "call")), self._said)
            await self._transmit(socket)

    async def _transmit(self, socket: ClientConnection) -> None:
        assert self._waiting is not None
        self._sent_at = perf_counter()
        await socket.send(json.dumps({"say": {"key": self._waiting[0], "text": self._waiting[1]}}))

    def _hear(self, told: dict[str, Any]) -> None:
        [(what, body)] = told.items()
        match what:
            case "welcome":
                if self._token not in {None, body["visitor"]}:
                    self._wrong("a visitor became somebody else")
                self._token = body["visitor"]
            case "messages":
                self._show(body)
            case "accepted":
                self._is_accepted(body["key"], body["message_id"])
            case "refused":
                self._all.ledger.write("refused", user=self.name, what=body)
            case _:
                pass

    def _show(self, lines: list[dict[str, Any]]) -> None:
        """Add what is new. On one socket each line comes once, and behind the one before it."""
        for line in lines:
            if line["seq"] != self._told_to + 1:
                self._wrong(
                    "a line came twice on one socket" if line["seq"] <= self._told_to else "a line was left out"
                )
            self._told_to = max(self._told_to, line["seq"])
            if line["seq"] > self._last():
                self.lines.append(line)
        if lines:
            self._shown_at = perf_counter()
            self._all.served()

    def _is_accepted(self, key: str, message_id: int) -> None:
        if self.accepted.setdefault(key, message_id) != message_id:
            self._all.ledger.write("repeated", user=self.name, text=key, is_same=False)
        if self._waiting is not None and self._waiting[0] == key:
            self._all.ledger.write("accepted", user=self.name, text=self._waiting[1], message=message_id)
            self._waiting = None
            self._says_next_at = perf_counter() + 0.05

    def _is_tired(self) -> bool:
        """Whether this socket is dead, whatever it says."""
        now = perf_counter()
        is_overdue = self._is_welcome and self._waiting is not None and now - self._sent_at > ACCEPTED_WITHIN_S
        return is_overdue or now - self._heard_at > (HEARD_WITHIN_S if self._is_welcome else WELCOME_WITHIN_S)

    def _is_done(self) -> bool:
        if not self._all.is_over or self._waiting is not None:
            return False
        answered = sum(line["sender"] == "bot" for line in self.lines)
        # A page may be waiting at a dead socket: it has to find that out, and to come back.
        patience_s = self._all.quiet_s + HEARD_WITHIN_S + WELCOME_WITHIN_S
        return answered >= len(self.accepted) or perf_counter() - self._shown_at > patience_s

    def _last(self) -> int:
        return self.lines[-1]["seq"] if self.lines else 0

    def _wrong(self, what: str) -> None:
        self._all.ledger.write("wrong", what=what, user=self.name, page=self._last())
