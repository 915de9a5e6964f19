"""The runner's end of one worker: calls in, replies and output out, and an end when it does not behave."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable

from botyard.integrations.sandbox.jail.deadline import Deadline
from botyard.integrations.sandbox.jail.output import Output
from botyard.integrations.sandbox.jail.policy import Limits
from botyard.integrations.sandbox.said import UNREADABLE, CodeError, Reply, read_reply

_READ = 1 << 16
_HEAD = 4
_ROOM = memoryview(bytearray(_READ))  # for whoever reads just now: room that is made anew costs more than the reading
# How long an answer waits for the death of what was killed: its last words and its memory belong to the answer.
_BURIAL_S = 0.01


class Worker:
    """One process in a jail. kill: has it killed; `buried` is called when it is dead.

    calls: how many it was given. max_rss_kb, threads: the most memory it said it used, and its threads at last.
    named: what it was last told of the function's name, version and log.
    """

    def __init__(self, number: int, limits: Limits, memory_mb: int, kill: Callable[[], None]) -> None:
        self.number = number
        self.calls = 0
        self.max_rss_kb = 0
        self.threads = 1
        self.named: tuple[str, str, str] | None = None
        self._kill = kill
        self._most_kb = memory_mb * 1024
        self._most_bytes = limits.result_kb * 1024 + _READ
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._is_loaded = False
        self._has_written = False
        self._ended: CodeError | None = None
        self._waiting: asyncio.Future[bytes | CodeError] | None = None
        self._deadline = Deadline(self._loop, self._is_late)
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._talk, self._theirs = socket.socketpair()
        self._talk.settimeout(0)
        self._most_output_kb = limits.output_kb
        kept = {"kept_kb": limits.log_kb, "most_kb": limits.output_kb}
        self._outputs = (Output(**kept), Output(**kept))
        self._loop.add_reader(self._talk, self._came)
        for output in self._outputs:
            self._loop.add_reader(output.read_fd, self._wrote)

    @property
    def is_alive(self) -> bool:
        """Whether it can take another call."""
        return self._ended is None

    def theirs(self) -> list[int]:
        """Name the descriptors that the process gets: its socket, its output, its errors."""
        return [self._theirs.fileno(), *(output.write_fd for output in self._outputs)]

    def given(self) -> None:
        """Close our copies of what the process now holds."""
        self._theirs.close()
        for output in self._outputs:
            output.close_write()

    async def loaded(self, timeout_s: float) -> Reply | CodeError:
        """Wait until the author's file is loaded, or could not be."""
        reply = await self._answer("", timeout_s, "loading the file")
        self._is_loaded = True
        return reply

    async def ask(self, call: str, frame: bytes, timeout_s: float) -> Reply | CodeError:
        """Make one call. timeout_s: wall clock; after it the worker is killed."""
        if self.calls:
            self.output()  # what it wrote between calls is nobody's log
        self.calls += 1
        rest = self._sent_at_once(frame)
        sending = self._loop.create_task(self._send(rest)) if rest else None
        try:
            return await self._answer(call, timeout_s, "the call")
        finally:
            if sending:
                sending.cancel()

    def output(self) -> tuple[str, str]:
        """Take what was written since the last time.

        Nothing is read for it: what was written before an answer was ready to be read when the answer was, and the loop
        calls every reader before it wakes who waits. Of a worker that ended nothing is read any more by itself.
        """
        if self._ended:
            self._wrote()
        if not self._has_written:
            return "", ""
        self._has_written = False
        return self._outputs[0].take(), self._outputs[1].take()

    def stop(self) -> None:
        """Have it killed; whoever waits for it is told."""
        self._end(CodeError("Stopped", "the worker was stopped", reason="stopped"))

    async def burial(self, timeout_s: float) -> None:
        """Wait until the process is dead."""
        await asyncio.wait((self._gone,), timeout=timeout_s)

    def buried(self, status: int, max_rss_kb: int, why: str = "") -> None:
        """Note that the process has ended, and let go of all it had."""
        if self._gone.done():
            return
        self.max_rss_kb = max(self.max_rss_kb, max_rss_kb)
        self._wrote()
        self._came()  # its last words may be the answer
        self._gone.set_result(None)
        self._end(CodeError("Crashed", _death(status, why), reason="crashed"))
        self._talk.close()
        for output in self._outputs:
            output.close()

    def _sent_at_once(self, frame: bytes) -> bytes:
        """Write what the socket takes now, all of it as a rule; what is left is returned."""
        try:
            return frame[self._talk.send(frame) :]
        except BlockingIOError:
            return frame
        except OSError:
            return b""  # it is dying, and `_answer` says of what

    async def _send(self, frame: bytes) -> None:
        try:
            await self._loop.sock_sendall(self._talk, frame)
        except OSError:
            return  # likewise

    async def _answer(self, call: str, timeout_s: float, what: str) -> Reply | CodeError:
        """Wait for the one frame that may come now."""
        self._waiting = waiting = self._loop.create_future()
        if self._ended:
            return self._ended
        self._deadline.is_in(timeout_s, what)
        if self._buffer:
            self._deliver()
        try:
            heard = await waiting
        finally:
            self._deadline.is_met()
            self._waiting = None
            if waiting.cancelled():
                self.stop()  # nobody waits any more: what it would answer must not meet the next call
        reply = self._read(call, heard) if isinstance(heard, bytes) else heard
        if self._ended:
            await self.burial(_BURIAL_S)
        return reply

    def _is_late(self, timeout_s: float, what: str) -> None:
        self._end(CodeError("Timeout", f"{what} took longer than {timeout_s:g} s", reason="timeout"))

    def _read(self, call: str, body: bytes) -> Reply | CodeError:
        try:
            reply = read_reply(body)
        except UNREADABLE:
            return self._forged("no reply of ours")
        if reply.id != call or self._buffer or (call and reply.result is None and reply.error is None):
            return self._forged("a reply to no call")
        # Its own word: with a larger one it could have the jails of others closed, to keep within the runner's memory.
        self.max_rss_kb = max(self.max_rss_kb, min(reply.rss_kb, self._most_kb))
        self.threads = reply.threads
        return reply

    def _came(self) -> None:
        """Take what the process sent."""
        while self._ended is None:
            try:
                count = self._talk.recv_into(_ROOM)
            except BlockingIOError:
                break
            except OSError:
                count = 0
            if not count:
                self._loop.remove_reader(self._talk)  # it died, or closed its end: time will tell
                break
            self._buffer += _ROOM[:count]
            if len(self._buffer) > self._most_bytes:
                break
            if count < _READ:
                break  # that was all: asking again would cost every call a system call
        self._deliver()

    def _deliver(self) -> None:
        """Hand a whole frame to who waits. Where nobody does, it is the author's code that speaks, not the box."""
        if self._ended or len(self._buffer) < _HEAD:
            return
        end = _HEAD + int.from_bytes(self._buffer[:_HEAD], "big")
        if max(end, len(self._buffer)) > self._most_bytes:
            self._forged("more than any result")
        elif len(self._buffer) < end:
            return
        elif self._waiting is None:
            if self._is_loaded:
                self._forged("something nobody asked for")
        elif not self._waiting.done():
            body = bytes(self._buffer[_HEAD:end])
            del self._buffer[:end]
            self._waiting.set_result(body)

    def _wrote(self) -> None:
        self._has_written = True
        within = [output.read() for output in self._outputs]  # each is read, whatever the other is like
        for output in self._outputs:
            if output.has_ended:  # the code closed it: the loop would be woken for it without end
                self._loop.remove_reader(output.read_fd)
        if not all(within):
            self._end(
                CodeError(
                    "OutputLimit",
                    f"it printed more than the {self._most_output_kb:,} KB that one call may",
                    reason="output",
                )
            )

    def _forged(self, what: str) -> CodeError:
        error = CodeError("BadFrame", f"the code wrote to the sandbox's own socket: {what}", reason="forged")
        self._end(error)
        return error

    def _end(self, error: CodeError) -> None:
        """Let it take no more calls, have it killed, and tell who waits."""
        if self._ended is None:
            self._ended = error
            self._deadline.close()
            self._loop.remove_reader(self._talk)  # what else it says until it is dead, nobody hears
            for output in self._outputs:
                self._loop.remove_reader(output.read_fd)
            if not self._gone.done():
                self._kill()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(self._ended)


def _death(status: int, why: str) -> str:
    if why:
        return f"no worker could be started: {why}"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        return f"the code's process died of {name}"
    return f"the code ended its own process with exit status {os.waitstatus_to_exitcode(status)}"
