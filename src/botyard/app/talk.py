"""`botyard chat`: a conversation in the terminal with a bot folder, which may be changed meanwhile."""

import asyncio
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Protocol

from botyard.app.bot_folder import files_of, reachable, secrets_for
from botyard.app.custom_code import CustomCode
from botyard.app.reloading import on_every_save
from botyard.hsl.plain import plain
from botyard.integrations.outbound import Outbound
from botyard.integrations.perform import Performer
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.train import TrainerHere
from botyard.releases.watch import Watch
from botyard.settings import Settings
from botyard.studio.checked import checked
from botyard.studio.shown import failures, trace_lines
from botyard.studio.tryout import Heard, Staged, Tryout, staged


class Terminal(Protocol):
    """A person at a terminal."""

    def hear(self) -> str | None:
        """Wait for a line; None when there are no more."""
        ...

    def say(self, text: str) -> None:
        """Show what the bot says."""
        ...

    def tell(self, sentence: str) -> None:
        """Show what is not the bot's."""
        ...


async def talk(settings: Settings, folder: Path, terminal: Terminal, *, is_traced: bool, language: str) -> None:
    """Talk to the bot in a folder: a line in, what the bot says out; a saved change counts from the next line on.

    Nothing of the conversation is kept.
    """
    watch = Watch(folder)  # before the first look, so that no save falls between

    trainer = TrainerHere(EncoderHere(settings.encoder))

    async def stage() -> Staged:
        files = files_of(folder)
        return await staged(*checked(files, secrets_for(settings, folder)), files, trainer=trainer)

    outbound = Outbound(reachable(settings, folder))
    custom_code = CustomCode(settings)
    secret = secrets_for(settings, folder).get
    try:
        performer = Performer(outbound, secret, run_code=custom_code.runner_for("tryout", secret))
        tryout = Tryout(await stage(), performer)

        async def take_over() -> str:
            tryout.go_on_with(await stage())
            return "The bot has changed, and the conversation goes on with it."

        terminal.tell(f"{tryout.name}: say something; Ctrl-D ends.")
        async with on_every_save(watch, take_over, terminal.tell):
            while (line := await _heard(terminal)) is not None:
                if line.strip():
                    _show(terminal, await tryout.say(line, language), is_traced=is_traced)
    finally:
        await custom_code.close()
        await outbound.close()


async def _heard(terminal: Terminal) -> str | None:
    """Wait for a line on a thread that nobody waits for at the end: Ctrl-C cannot interrupt what it does."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str | None] = loop.create_future()

    def hand_over(heard: str | None) -> None:
        if not line.done():
            line.set_result(heard)

    def listen() -> None:
        heard = terminal.hear()
        with suppress(RuntimeError):  # the loop has ended: nobody wants to hear it any more
            loop.call_soon_threadsafe(hand_over, heard)

    Thread(target=listen, name="listening to the terminal", daemon=True).start()
    return await line


def _show(terminal: Terminal, heard: Heard, *, is_traced: bool) -> None:
    for element in heard.said:
        terminal.say(plain(element))
    for trace, printed in zip(heard.traces, heard.printed, strict=True):
        for told in trace_lines(trace, printed) if is_traced else failures(trace):
            terminal.tell(told)
