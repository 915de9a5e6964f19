"""A bot folder looked at and tried, with nothing saved: what is wrong with it, and whether its dialogues hold."""

from pathlib import Path

from msgspec import Struct

from botyard.app.bot_folder import files_of, secrets_for
from botyard.bot.business import Business
from botyard.bot.compiled import CompiledBot
from botyard.bot.dialogue import read_dialogue
from botyard.bot.exchange import read
from botyard.bot.problems import Problem, in_order
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.folder import read_folder
from botyard.releases.train import TrainerHere, trained
from botyard.releases.understood import understood
from botyard.settings import Settings
from botyard.studio.checked import EVERY_SECRET, BotRefused, checked, problems_in
from botyard.studio.dialogues import Difference, play
from botyard.studio.explained import Asked, Told, explained
from botyard.studio.training_report import training_report


class Played(Struct, frozen=True):
    """One dialogue, played."""

    file: str
    name: str
    differences: tuple[Difference, ...]

    @property
    def diff(self) -> str:
        """What was not as it must be; "" when all was."""
        return "\n".join(map(str, self.differences))


def problems_of(settings: Settings, folder: Path) -> tuple[Problem, ...]:
    """Find everything that is wrong with the bot in a folder."""
    found = read_folder(folder)
    return in_order((*found.problems, *problems_in(read(found.files), secrets_for(settings, folder))))


async def found_in_training(settings: Settings, folder: Path) -> tuple[Problem, ...]:
    """Train the bot in a folder and find what its sentences lack, the gravest first. Raises BotRefused."""
    files = files_of(folder)
    bot, _ = checked(files, EVERY_SECRET)
    trainer = TrainerHere(EncoderHere(settings.encoder))
    return training_report(files, await trained(CompiledBot(bot, "draft"), trainer))


async def explain(settings: Settings, folder: Path, asked: Asked) -> Told:
    """Explain one message to the bot in a folder. Raises BotRefused, NoSuchNode."""
    files = files_of(folder)
    bot, _ = checked(files, EVERY_SECRET)
    return await explained(CompiledBot(bot, "draft"), asked, TrainerHere(EncoderHere(settings.encoder)))


async def play_dialogues(settings: Settings, folder: Path) -> tuple[Played, ...]:
    """Play every dialogue of the bot in a folder. Raises BotRefused for a bot or a dialogue that cannot be read."""
    files = files_of(folder)
    bot, business = checked(files, EVERY_SECRET)
    compiled = CompiledBot(bot, "draft")
    trainer = TrainerHere(EncoderHere(settings.encoder))
    known = await understood(compiled, await trained(compiled, trainer), trainer.encoder)
    played = []
    for file, source in read(files).dialogues.items():
        found = read_dialogue(file, source)
        if found.dialogue is None:
            raise BotRefused(found.problems)
        differences = play(
            compiled, known.understanding, business or Business(name=bot.name), found.dialogue, known.small_talk
        )
        played.append(Played(file, found.dialogue.name, differences))
    return tuple(played)
