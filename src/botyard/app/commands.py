"""What the commands of the command line do, with every part they need joined."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from botyard.app.running import running
from botyard.bot.business import Business
from botyard.bot.check import check
from botyard.bot.compiled import CompiledBot, entity_specs
from botyard.bot.dialogue import read_dialogue
from botyard.bot.exchange import read
from botyard.bot.problems import Problem, in_order
from botyard.hsl.plain import plain
from botyard.integrations.functions import known_functions
from botyard.integrations.outbound import Outbound
from botyard.integrations.perform import Performer
from botyard.nlu.entities.registry import is_supported
from botyard.nlu.intents.rank import load as load_model
from botyard.nlu.understand import Understanding
from botyard.releases.folder import read_folder
from botyard.releases.train import trained
from botyard.settings import PrivateReceiver, Settings, load
from botyard.store.lock import HeldByAnother
from botyard.studio.control import ask
from botyard.studio.deploy import BotRefused, Deployed, Order, Progress, checked
from botyard.studio.dialogues import Difference, play
from botyard.studio.shown import failures, trace_lines
from botyard.studio.tryout import rehearsed


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


async def deploy(
    settings: Settings,
    folder: Path,
    *,
    teams: Sequence[str],
    human_assistance: bool | None,
    new_token: bool,
    progress: Progress,
) -> Deployed:
    """Make the bot in a folder live, through the running server of this database if there is one."""
    order = Order(
        files=_files(folder),
        secrets=dict(secrets_for(settings, folder)),
        teams=tuple(teams),
        human_assistance=human_assistance,
        new_token=new_token,
    )
    try:
        async with running(settings) as platform:
            return await platform.deploy(order, progress)
    except HeldByAnother as error:
        return await ask(Path(error.holder.control_socket), order, progress)


def problems_of(settings: Settings, folder: Path) -> tuple[Problem, ...]:
    """Find everything that is wrong with the bot in a folder."""
    found = read_folder(folder)
    problems = check(read(found.files), secrets_for(settings, folder), known_functions(), is_supported)
    return in_order((*found.problems, *problems))


class Played(Struct, frozen=True):
    """One dialogue, played."""

    file: str
    name: str
    differences: tuple[Difference, ...]

    @property
    def diff(self) -> str:
        """What was not as it must be; "" when all was."""
        return "\n".join(map(str, self.differences))


class _Everything(frozenset[str]):
    """Holds whatever is looked for."""

    def __contains__(self, _name: object) -> bool:
        return True


# No dialogue calls anybody, so none needs a secret to be set.
_EVERY_SECRET = _Everything()


async def play_dialogues(folder: Path) -> tuple[Played, ...]:
    """Play every dialogue of the bot in a folder. Raises BotRefused for a bot or a dialogue that cannot be read."""
    files = _files(folder)
    bot, business = checked(files, _EVERY_SECRET)
    compiled = CompiledBot(bot, "draft")
    models = {language: load_model(model) for language, model in (await trained(compiled)).items()}
    understanding = Understanding(models, entity_specs(compiled))
    played = []
    for file, source in read(files).dialogues.items():
        found = read_dialogue(file, source)
        if found.dialogue is None:
            raise BotRefused(found.problems)
        differences = play(compiled, understanding, business or Business(name=bot.name), found.dialogue)
        played.append(Played(file, found.dialogue.name, differences))
    return tuple(played)


async def talk(settings: Settings, folder: Path, terminal: Terminal, *, is_traced: bool, language: str) -> None:
    """Talk to the bot in a folder: a line in, what the bot says out; nothing is saved."""
    bot, business = checked(_files(folder), secrets_for(settings, folder))
    outbound = Outbound(_reachable(settings, folder))
    try:
        tryout = await rehearsed(bot, business, Performer(outbound, secrets_for(settings, folder).get))
        terminal.tell(f"{bot.name}: say something; Ctrl-D ends.")
        while (line := await asyncio.to_thread(terminal.hear)) is not None:
            if line.strip():
                heard = await tryout.say(line, language)
                for element in heard.said:
                    terminal.say(plain(element))
                for trace in heard.traces:
                    for told in trace_lines(trace) if is_traced else failures(trace):
                        terminal.tell(told)
    finally:
        await outbound.close()


def secrets_for(settings: Settings, folder: Path) -> Mapping[str, str]:
    """Gather the secrets a bot folder may name: the process's own, and under them those that lie beside the folder."""
    return {**_beside(folder).secrets, **settings.secrets}


def _reachable(settings: Settings, folder: Path) -> tuple[PrivateReceiver, ...]:
    """The private receivers a builder on this machine may call from the terminal."""
    return (*settings.egress_allow, *_beside(folder).egress_allow)


def _beside(folder: Path) -> Settings:
    return load({}, folder.resolve().parent)


def _files(folder: Path) -> dict[str, bytes]:
    """Read a folder that must be a bot and nothing else. Raises BotRefused."""
    found = read_folder(folder)
    errors = tuple(problem for problem in found.problems if problem.is_error)
    if errors:
        raise BotRefused(errors)
    return found.files
