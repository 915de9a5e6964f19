"""One open chat page. It loses nothing and doubles nothing: pushes are wake-ups, lines are read after a cursor.

Two tasks live as long as a visitor is served: one reads the page's frames, one pushes what happens. `_in_order` keeps
"accepted" before the line it speaks of, so that the page never shows a message twice.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Any, assert_never

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from botyard.channels.web import frames
from botyard.channels.web.frames import TEXT_CHARS, BadFrame, FromPage, Hello, Say, Speak, StartOver
from botyard.channels.web.ports import Chats, Facts, Visitor
from botyard.conversations.history import MOST, CallMade
from botyard.conversations.inbound import Accepted, Inbound
from botyard.errors import BotyardError, NotAllowed, NotFound, TooMuch
from botyard.serving.neighbours import neighbourhood

HELLO_WITHIN_S = 10.0
# A page that takes nothing for so long is gone, whatever its connection says.
SENT_WITHIN_S = 20.0
# A page cannot see pings. One that was told nothing for a little longer than two of these takes its socket for dead.
BEATS_EVERY_S = 15.0
# A page of ours sends none; a program that is still learning may send a few.
BAD_FRAMES = 20

# Close codes that the page knows: it does not come back for these.
SWITCHED_OFF, NOBODY_HERE = 4403, 4404
POLICY, RESTARTING, TRY_LATER = 1008, 1012, 1013


class ChatSocket:
    """Serves one page from its hello until it goes."""

    def __init__(self, socket: WebSocket, chats: Chats, business_id: int) -> None:
        self._socket = socket
        self._chats = chats
        self._business_id = business_id
        self._address = neighbourhood(socket.client.host) if socket.client else ""
        self._in_order = asyncio.Lock()
        self._bad_frames = 0
        self._language = ""  # what the page is written in
        self._chosen = ""  # what the visitor chose; the browser's own language counts for the first message only
        self._is_first = True
        self._seq = self._turn_no = 0
        self._begins_anew = False  # the page has read lines that are not there: it shall forget what it has
        self._calls_known = 0  # every call up to here has come back and was shown
        self._builder: str | None = None  # the key that came with the hello, for as long as it is taken
        self._trouble = ""  # as a builder's page shows it

    async def serve(self) -> None:
        """Serve visitor after visitor: starting over makes the next one."""
        await self._socket.accept()
        with suppress(WebSocketDisconnect):
            hello = await self._hello()
            opened = await self._open(hello) if hello else None
            while opened is not None:
                opened = await self._attend(*opened)

    # ── hello ─────────────────────────────────────────────────────────────────────────────────────────

    async def _hello(self) -> Hello | None:
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                frame = await self._next_frame()
        except TimeoutError:
            frame = None
        if isinstance(frame, Hello):
            return frame
        await self._send(frames.refused(BadFrame("the first frame must be a hello")))
        await self._socket.close(POLICY, "the first frame must be a hello")
        return None

    async def _open(self, hello: Hello) -> tuple[Visitor, Facts] | None:
        try:
            facts = await self._chats.facts(self._business_id)
            visitor = await self._chats.visitor(self._business_id, hello.visitor, self._address)
        except BotyardError as error:
            await self._show_out(error)
            return None
        if visitor.token == hello.visitor:
            # A database that was restored has fewer lines than the page was shown, and counts on from there: after the
            # page's cursor nothing would come for long, and never what is said until then.
            self._begins_anew = hello.after > visitor.last_seq
            self._seq = 0 if self._begins_anew else hello.after
        self._builder = hello.builder
        self._language = hello.language
        return visitor, facts

    async def _show_out(self, error: BotyardError) -> None:
        """Say why nobody answers here, and close with the code for it."""
        codes = {NotFound.http_status: NOBODY_HERE, NotAllowed.http_status: SWITCHED_OFF}
        await self._send(frames.refused(error))
        with suppress(RuntimeError):  # the other task was faster
            await self._socket.close(codes.get(error.http_status, TRY_LATER), error.code)

    async def _leaves_if_switched_off(self) -> None:
        """Show the page out where a page that comes now would be. Raises WebSocketDisconnect."""
        try:
            await self._chats.facts(self._business_id)
        except NotAllowed as error:
            await self._show_out(error)
            raise WebSocketDisconnect(SWITCHED_OFF) from error
        except BotyardError:
            return  # that it could not be found out is no reason to send anybody away

    # ── one visitor ───────────────────────────────────────────────────────────────────────────────────

    async def _attend(self, visitor: Visitor, facts: Facts) -> tuple[Visitor, Facts] | None:
        """Serve one visitor; answers who comes next on this socket, or None when the page has gone."""
        self._language = next(
            (c for c in (self._language, visitor.language) if c in facts.languages), facts.languages[0]
        )
        self._chosen, self._is_first = visitor.language, not self._seq
        # Listening begins before the transcript is read: what is said in between wakes the push below.
        async with self._chats.listen(self._business_id, visitor.user_id) as heard:
            await self._send(self._welcome(visitor, facts, sees_why=await self._sees_why()))
            reading = asyncio.create_task(self._read(visitor, facts))
            pushing = asyncio.create_task(self._push(visitor, heard))
            try:
                await self._beat_until_ended({reading, pushing})
            finally:
                reading.cancel()
                pushing.cancel()
                ends = await asyncio.gather(reading, pushing, return_exceptions=True)
        _raise_failures(ends)
        if reading.cancelled():  # nobody announces any more: the server is stopping
            await self._socket.close(RESTARTING)
            return None
        self._seq = self._turn_no = self._calls_known = 0
        self._begins_anew = False
        self._trouble = ""
        return reading.result()

    async def _beat_until_ended(self, tasks: set["asyncio.Task[Any]"]) -> None:
        """Wait until one of them has ended, and let the page know meanwhile that its socket is alive."""
        while not (await asyncio.wait(tasks, timeout=BEATS_EVERY_S, return_when=asyncio.FIRST_COMPLETED))[0]:
            await self._send(frames.here())
            await self._leaves_if_switched_off()  # of a deployment elsewhere it may not have been told

    def _welcome(self, visitor: Visitor, facts: Facts, *, sees_why: bool) -> dict[str, Any]:
        return frames.welcome(
            visitor=visitor.token,
            business=facts.business,
            languages=facts.languages,
            language=self._language,
            suggestions=facts.suggestions,
            standing=visitor.standing,
            trace=sees_why,
            begins_anew=self._begins_anew,
        )

    # ── what the page says ────────────────────────────────────────────────────────────────────────────

    async def _read(self, visitor: Visitor, facts: Facts) -> tuple[Visitor, Facts] | None:
        """Take frames until the page goes, or somebody new has to be served."""
        while True:
            frame = await self._next_frame()
            match frame:
                case None:
                    return None
                case Say():
                    await self._say(visitor, frame)
                case Speak(language=language):
                    if not await self._speak(visitor, facts, language):
                        return None
                case StartOver():
                    new = await self._start_over()
                    if new is not None:
                        return new
                case Hello():
                    error = BadFrame("there was a hello already; open another socket")
                    if not await self._stays_after(error):
                        return None
                case _:
                    assert_never(frame)

    async def _next_frame(self) -> FromPage | None:
        """Wait for a frame that can be read; refuse the others in words. None: the page is gone, or should be."""
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(received.get("code") or 1005)
            try:
                return frames.read_frame(_bytes_of(received))
            except BotyardError as error:
                if not await self._stays_after(error):
                    return None

    async def _stays_after(self, error: BotyardError) -> bool:
        """Refuse a frame in words; tell whether its sender may go on. Who sends many is shown out."""
        await self._send(frames.refused(error))
        self._bad_frames += 1
        if self._bad_frames < BAD_FRAMES:
            return True
        await self._socket.close(POLICY, "too many frames that cannot be taken")
        return False

    async def _say(self, visitor: Visitor, said: Say) -> None:
        try:
            text = _checked(said.text)
            stated = self._chosen or (self._language if self._is_first else "")
            message = Inbound(
                business_id=self._business_id, user_id=visitor.user_id, text=text, language=stated, key=said.key
            )
            async with self._in_order:
                await self._send(frames.accepted(said.key, await self._taken(message)))
            self._is_first = False
        except BotyardError as error:
            await self._send(frames.refused(error, said.key))
            if isinstance(error, NotAllowed):
                await self._leaves_if_switched_off()

    async def _taken(self, message: Inbound) -> Accepted:
        """Take a message in. What was taken before is not refused for what came since: the page only did not hear."""
        try:
            self._chats.admit(self._address, message.user_id)
            return await self._chats.accept(message)
        except (TooMuch, NotAllowed):
            before = await self._chats.accepted_before(message)
            if before is None:
                raise
            return before

    async def _speak(self, visitor: Visitor, facts: Facts, language: str) -> bool:
        """Take a language; tell whether the page may go on."""
        if language not in facts.languages:
            spoken = ", ".join(facts.languages)
            error = BadFrame(f"this business does not speak {language!r}, but {spoken}")
            return await self._stays_after(error)
        try:
            self._chats.admit(self._address, visitor.user_id)
            self._language = self._chosen = language
            await self._chats.set_language(visitor.user_id, language)
        except BotyardError as error:
            await self._send(frames.refused(error))
        return True

    async def _start_over(self) -> tuple[Visitor, Facts] | None:
        try:
            facts = await self._chats.facts(self._business_id)
            return await self._chats.visitor(self._business_id, None, self._address), facts
        except BotyardError as error:
            await self._send(frames.refused(error))
            return None

    # ── what the page is told ─────────────────────────────────────────────────────────────────────────

    async def _push(self, visitor: Visitor, heard: AsyncIterator[str]) -> None:
        # The first frame of messages is sent even when empty: it tells the page that it has everything.
        await self._show_lines(visitor, even_none=True)
        if visitor.typing:
            await self._send(frames.typing(is_on=True))
        await self._show_turns(visitor)
        async for what in heard:
            match what:
                case "messages":
                    await self._show_lines(visitor)
                case "typing_on" | "typing_off":
                    await self._send(frames.typing(is_on=what == "typing_on"))
                case "trace":
                    await self._show_turns(visitor)
                case "standing":
                    now = await self._chats.visitor(self._business_id, visitor.token, self._address)
                    await self._send(frames.standing(now.standing))
                    await self._show_lines(visitor)
                case _:
                    await self._leaves_if_switched_off()
                    await self._show_lines(visitor)
                    await self._show_turns(visitor)

    async def _show_lines(self, visitor: Visitor, *, even_none: bool = False) -> None:
        """Send every line after the cursor."""
        async with self._in_order:
            while True:
                lines = await self._chats.transcript(self._business_id, visitor.user_id, self._seq)
                if lines or even_none:
                    await self._send(frames.messages(lines))
                self._seq = max((self._seq, *(line.seq for line in lines)))
                if len(lines) < MOST:
                    return

    async def _show_turns(self, visitor: Visitor) -> None:
        if not await self._sees_why():
            return
        trouble = self._chats.trouble(self._business_id)
        if trouble != self._trouble:
            self._trouble = trouble
            await self._send(frames.trouble(trouble))
        turns = await self._chats.turns(self._business_id, visitor.user_id, self._turn_no)
        calls = await self._chats.calls(self._business_id, visitor.user_id, self._calls_known)
        self._turn_no = max((self._turn_no, *(taken.turn_no for taken in turns)))
        self._calls_known = _all_back_until(calls, self._calls_known)
        if turns or calls:
            await self._send(frames.trace(turns, calls))

    async def _sees_why(self) -> bool:
        """Tell whether this is a builder's page still: a token may be revoked while the page is open."""
        if self._builder is not None and not await self._chats.may_see_traces(self._business_id, self._builder):
            self._builder = None
        return self._builder is not None

    async def _send(self, frame: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(SENT_WITHIN_S):
                await self._socket.send_text(msgspec.json.encode(frame).decode())
        except (TimeoutError, RuntimeError) as error:
            # Starlette says RuntimeError where the close of the other side has been seen by the other task already.
            raise WebSocketDisconnect(1006) from error


def _checked(text: str) -> str:
    if not text.strip():
        raise BadFrame("there is nothing in this message: write something")
    if len(text) > TEXT_CHARS:
        raise BadFrame(f"this message has {len(text):,} characters; {TEXT_CHARS:,} are allowed: send it in parts")
    return text


def _bytes_of(received: Any) -> bytes:
    text = received.get("text")
    if text is None:
        return received.get("bytes") or b""
    with suppress(UnicodeEncodeError):
        return str(text).encode()
    raise BadFrame("this is not UTF-8")


def _all_back_until(calls: tuple[CallMade, ...], known: int) -> int:
    """Tell up to which call everything has come back; calls beyond are read again."""
    for call in calls:
        if call.ended_at is None:
            return known
        known = call.call_no
    return known


def _raise_failures(ends: Iterable[object]) -> None:
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, asyncio.CancelledError):
            raise end
