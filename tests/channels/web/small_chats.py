"""A small shell in memory behind a real server: enough of Botyard to try the chat page on its own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from msgspec import Struct
from msgspec.structs import replace
from starlette.applications import Starlette

from botyard.channels.web.http import chat_routes
from botyard.channels.web.ports import Facts, Visitor
from botyard.conversations.history import CallMade, TurnTaken
from botyard.conversations.inbound import Accepted, Inbound, Spoken
from botyard.engine.happenings import Timing
from botyard.engine.trace import Candidate, EntitySeen, Standpoint, Step, Trace
from botyard.errors import NotAllowed, NotFound, TooMuch
from botyard.hsl.elements import Element, System, Text
from botyard.hsl.plain import text_of
from botyard.hsl.wire import to_json
from botyard.store.announce import Announcements

BUSINESS = 7
BUILDER_KEY = "a-builders-key"


class Thread(Struct):
    """What one visitor said and was told."""

    visitor: Visitor
    lines: list[Spoken]
    turns: list[TurnTaken]
    calls: list[CallMade]
    keys: dict[str, Accepted]


class SmallChats:
    """Implements `ports.Chats`. answer: what the bot says to a message, and how long its call takes first."""

    def __init__(self, answer: Callable[[str], tuple[tuple[Element, ...], float]]) -> None:
        self.answer = answer
        self.threads: dict[str, Thread] = {}
        self.heard: list[Inbound] = []
        self.announcements = Announcements()
        self.answering: set[asyncio.Task[None]] = set()
        self.is_full = self.is_off = False
        self.admitted: list[tuple[str, int]] = []
        self.admits = 1_000_000
        self.troubled = ""
        self.builder_key = BUILDER_KEY
        self.facts_shown = Facts(
            business="Acme Labs",
            languages=("en", "hi", "ar"),
            suggestions=("Where is my order 71?", "Show me your tests", "How much is a CBC?"),
        )

    async def facts(self, business_id: int) -> Facts:
        """Know one business."""
        if business_id != BUSINESS:
            raise NotFound(f"there is no business {business_id}")
        if self.is_off:
            raise NotAllowed(f"business {business_id} is switched off")
        return self.facts_shown

    async def visitor(self, business_id: int, token: str | None, address: str) -> Visitor:
        """Find or make a visitor."""
        assert address == "127.0.0.1"
        await self.facts(business_id)
        if token not in self.threads:
            token = f"token-{len(self.threads) + 1}"
            new = Visitor(token=token, user_id=len(self.threads) + 1)
            self.threads[token] = Thread(new, [], [], [], {})
        thread = self.threads[token]
        return replace(thread.visitor, last_seq=len(thread.lines))

    def restore(self, lines: int, user_id: int = 1) -> None:
        """Stand where a backup stood: with so many lines, and nothing of what followed."""
        thread = self._thread(user_id)
        gone = {line.message_id for line in thread.lines[lines:]}
        thread.keys = {key: taken for key, taken in thread.keys.items() if taken.message_id not in gone}
        thread.turns = [turn for turn in thread.turns if turn.caused_by not in gone]
        del thread.lines[lines:]

    def admit(self, address: str, user_id: int) -> None:
        """Count, and refuse after so many."""
        if len(self.admitted) >= self.admits:
            raise TooMuch("you have written very much: wait a moment", retry_after_s=7)
        self.admitted.append((address, user_id))

    async def accept(self, message: Inbound) -> Accepted:
        """Store a message, once a key, and answer it soon."""
        await self.facts(message.business_id)
        if self.is_full:
            raise TooMuch("too many messages wait for their answer", retry_after_s=3)
        thread = self._thread(message.user_id)
        if message.key is not None and message.key in thread.keys:
            return thread.keys[message.key]
        self.heard.append(message)
        line = self._line(thread, "user", Text(message.text), None)
        taken = Accepted(conversation_id=1, message_id=line.message_id, seq=line.seq, created_at=line.created_at)
        if message.key is not None:
            thread.keys[message.key] = taken
        task = asyncio.create_task(self._answer(thread, line))
        self.answering.add(task)
        task.add_done_callback(self.answering.discard)
        return taken

    async def accepted_before(self, message: Inbound) -> Accepted | None:
        """Know it by its key."""
        return None if message.key is None else self._thread(message.user_id).keys.get(message.key)

    async def set_language(self, user_id: int, language: str) -> None:
        """Remember a language."""
        thread = self._thread(user_id)
        thread.visitor = replace(thread.visitor, language=language)

    async def transcript(self, business_id: int, user_id: int, after: int) -> tuple[Spoken, ...]:
        """Read on."""
        assert business_id == BUSINESS
        return tuple(line for line in self._thread(user_id).lines if line.seq > after)

    @asynccontextmanager
    async def listen(self, business_id: int, user_id: int) -> AsyncIterator[AsyncIterator[str]]:
        """Hear what is announced of a visitor."""
        assert business_id == BUSINESS
        with self.announcements.listen(str(user_id)) as heard:
            yield heard.__aiter__()

    async def may_see_traces(self, business_id: int, key: str) -> bool:
        """Know one key."""
        return business_id == BUSINESS and key == self.builder_key

    def trouble(self, business_id: int) -> str:
        """Tell what is wrong with the bot."""
        assert business_id == BUSINESS
        return self.troubled

    async def turns(self, business_id: int, user_id: int, after: int) -> tuple[TurnTaken, ...]:
        """Read the turns."""
        assert business_id == BUSINESS
        return tuple(turn for turn in self._thread(user_id).turns if turn.turn_no > after)

    async def calls(self, business_id: int, user_id: int, after: int) -> tuple[CallMade, ...]:
        """Read the calls."""
        assert business_id == BUSINESS
        return tuple(call for call in self._thread(user_id).calls if call.call_no > after)

    def agent_says(self, text: str, user_id: int = 1) -> None:
        """Let a person join in."""
        thread = self._thread(user_id)
        self._line(thread, "system", System("Ravi joined", "chat_pinned"), None)
        self._line(thread, "agent(Ravi)", Text(text), None)
        thread.visitor = replace(thread.visitor, standing="active")
        self.announcements.publish(str(user_id), "standing")

    def _thread(self, user_id: int) -> Thread:
        return self.threads[f"token-{user_id}"]

    def _line(self, thread: Thread, sender: str, element: Element, caused_by: int | None) -> Spoken:
        line = Spoken(
            message_id=1000 * thread.visitor.user_id + len(thread.lines) + 1,
            seq=len(thread.lines) + 1,
            conversation_no=1,
            sender=sender,
            text=text_of(element),
            body=to_json(element),
            caused_by=caused_by,
            created_at=datetime.now(UTC),
        )
        thread.lines.append(line)
        return line

    async def _answer(self, thread: Thread, line: Spoken) -> None:
        topic = str(thread.visitor.user_id)
        messages, call_s = self.answer(line.text)
        if call_s:
            begun = datetime.now(UTC)
            call = _call_of(line, len(thread.calls) + 1, begun, None)
            thread.calls.append(call)
            thread.turns.append(_turn_of(line, len(thread.turns) + 1, is_return=False, is_calling=True))
            self.announcements.publish(topic, "typing_on")
            self.announcements.publish(topic, "trace")
            await asyncio.sleep(call_s)
            thread.calls[-1] = _call_of(line, call.call_no, begun, begun + timedelta(seconds=call_s))
            self.announcements.publish(topic, "typing_off")
        for element in messages:
            self._line(thread, "bot", element, line.message_id)
        thread.turns.append(_turn_of(line, len(thread.turns) + 1, is_return=bool(call_s), is_calling=False))
        self.announcements.publish(topic, "messages")
        self.announcements.publish(topic, "trace")


REQUEST: dict[str, Any] = {
    "method": "POST",
    "url": "https://test.acme.example/orders/status",
    "body": {"node": "check_order", "conversation_no": 1, "entities": {"order_id": [{"entity_value": "71"}]}},
}
GOOD = {"status": 200, "body": {"status": True, "response": ["On its way."]}}
WRONG = {"status": 500, "body": "<html>Internal error"}


def _call_of(line: Spoken, call_no: int, begun_at: datetime, ended_at: datetime | None) -> CallMade:
    is_good = "fail" not in line.text
    return CallMade(
        call_no=call_no,
        node="check_order",
        caused_by=line.message_id,
        begun_at=begun_at,
        ended_at=ended_at,
        request=REQUEST,
        response={} if ended_at is None else GOOD if is_good else WRONG,
        outcome="" if ended_at is None else "answered" if is_good else "status_500",
        why="" if is_good else "the receiver answered 500, and only 200 can be used",
    )


def _turn_of(line: Spoken, turn_no: int, *, is_return: bool, is_calling: bool) -> TurnTaken:
    start = Standpoint("bot", 1, None, None, {}, {})
    there = Standpoint("bot", 1, "check_order", None, {"order_id": ["71"]}, {"last_order": 71})
    if is_return:
        trace = Trace(
            turn=turn_no, happening="call_returned", dialogue="integration", why="check_order was answered",
            before=there, after=there, timings=(Timing("connect", 11.2), Timing("answer", 780.4), Timing("turn", 0.31)),
            warnings=() if "fail" in line.text else ("`status` is missing: read as false",),
        )  # fmt: skip
    else:
        trace = Trace(
            turn=turn_no, happening="user_said", heard=line.text, language="en", dialogue="scored candidates",
            why="like “where is my order”, confidence 0.93",
            candidates=(
                Candidate("check_order", 0.93, 1.8, "where is my order"),
                Candidate("cancel_order", 0.41, 0.7, "I want to cancel my order"),
                Candidate("book_a_home_visit", 0.12, 0.2, "can somebody come home"),
            ),
            entities=(EntitySeen("order_id", "71", "71", "message"), EntitySeen("city", "Pune", "", "user_profile")),
            steps=(Step("collect", "order_id is known from the message"), Step("call", "check_order is called")),
            before=start, after=there if is_calling else start,
            timings=(Timing("understand", 3.4), Timing("turn", 0.62)),
        )  # fmt: skip
    return TurnTaken(turn_no=turn_no, caused_by=line.message_id, trace=trace, created_at=line.created_at)


class Serving:
    """A real server on a free port, in its own thread."""

    def __init__(self, chats: SmallChats, loop: asyncio.AbstractEventLoop, server: uvicorn.Server, port: int) -> None:
        self.chats = chats
        self.loop = loop
        self.server = server
        self.port = port

    @property
    def page(self) -> str:
        """The address of the chat."""
        return f"http://127.0.0.1:{self.port}/chat/{BUSINESS}"

    @property
    def socket(self) -> str:
        """The address of its socket."""
        return f"ws://127.0.0.1:{self.port}/chat/{BUSINESS}/socket"

    def do(self, what: Callable[[], Any]) -> Any:
        """Run something on the server's own loop."""

        async def run() -> Any:
            done = what()
            return await done if isinstance(done, Awaitable) else done

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)

    def drop_everybody(self) -> None:
        """Cut every connection, as a network does."""

        def drop() -> None:
            for connection in list(self.server.server_state.connections):
                connection.transport.abort()

        self.do(drop)


@contextmanager
def serving(chats: SmallChats, **options: Any) -> Iterator[Serving]:
    """Serve the chat page until the block ends."""
    app = Starlette(routes=chat_routes(chats, **options))
    config = uvicorn.Config(app, port=0, log_level="error", ws="websockets-sansio", ws_max_size=65_536, lifespan="off")
    server = uvicorn.Server(config)
    ready = threading.Event()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.01)
        ready.set()
        await task

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    assert ready.wait(10)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Serving(chats, loop, server, port)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        loop.close()
