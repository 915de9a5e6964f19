"""Tells whoever listens that something changed, here and in the processes beside. A wake-up only: listeners read it up.

A topic is a string, what is announced a short word out of a few ("messages", "typing_on"). A listener that is slow
gets each word once, the latest last; nobody who announces ever waits.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

# A topic has a handful of words. More waiting than this means a listener fell behind something unforeseen.
WAITING = 64
MISSED = "missed"
# What is told where some words were missed: it has no topic.
MISSED_SOME = ("", MISSED)


class Announcements:
    """All listeners of this process. Used on the event loop's thread only.

    tell_others: takes what is published here to the processes beside; None: there can be none.
    """

    def __init__(self) -> None:
        self.tell_others: Callable[[str, str], None] | None = None
        self._is_alone = False
        self._listening: dict[str, set[Listener]] = {}
        self._followers: list[Callable[[str, str], None]] = []

    def publish(self, topic: str, what: str) -> None:
        """Tell every listener of a topic."""
        for listener in self._listening.get(topic, ()):
            listener.hear(what)
        if self.tell_others is not None and not self._is_alone:
            self.tell_others(topic, what)

    def note_others(self, *, is_alone: bool) -> None:
        """Note whether any process is beside this one; while none is, nothing is told.

        Whoever came since is told that it missed some: it may have been there a moment before it was noticed.
        """
        was_alone, self._is_alone = self._is_alone, is_alone
        if was_alone and not is_alone and self.tell_others is not None:
            self.tell_others(*MISSED_SOME)

    def follow(self, follower: Callable[[str, str], None]) -> None:
        """Have everything told that other processes publish, whatever its topic. Topic "": some of it was missed."""
        self._followers.append(follower)

    def heard(self, topic: str, what: str) -> None:
        """Pass on what another process published: so there is one."""
        self.note_others(is_alone=False)
        for listener in self._listening.get(topic, ()):
            listener.hear(what)
        for follower in self._followers:
            follower(topic, what)

    def missed_some(self) -> None:
        """Have everybody read everything up: nobody knows what other processes published meanwhile."""
        for listeners in self._listening.values():
            for listener in listeners:
                listener.hear(MISSED)
        for follower in self._followers:
            follower("", MISSED)

    @contextmanager
    def listen(self, *topics: str) -> "Iterator[Listener]":
        """Listen to some topics for as long as the block runs. Nothing announced inside it is missed."""
        listener = Listener()
        for topic in topics:
            self._listening.setdefault(topic, set()).add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                listeners = self._listening[topic]
                listeners.discard(listener)
                if not listeners:
                    del self._listening[topic]


class Listener:
    """What one listener has not yet heard: `async for what in listener`, or `await listener.next()`."""

    def __init__(self) -> None:
        self._unheard: dict[str, None] = {}
        self._something = asyncio.Event()

    def hear(self, what: str) -> None:
        """Note that something was announced; a word that waits already moves to the end."""
        self._unheard.pop(what, None)
        if len(self._unheard) >= WAITING:
            self._unheard.clear()
            what = MISSED
        self._unheard[what] = None
        self._something.set()

    async def next(self) -> str:
        """Wait for the next word. `MISSED`: too many came at once, read everything up."""
        while not self._unheard:
            self._something.clear()
            await self._something.wait()
        what = next(iter(self._unheard))
        del self._unheard[what]
        return what

    async def __aiter__(self) -> AsyncIterator[str]:
        while True:
            yield await self.next()
