"""A bot folder looked at and tried, with nothing saved: what is wrong with it, and whether its dialogues hold."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from botyard.app.bot_folder import files_of, secrets_for
from botyard.app.custom_code import CustomCode
from botyard.app.sandbox import on_this_machine
from botyard.bot import layout
from botyard.bot.business import Business
from botyard.bot.compiled import CompiledBot
from botyard.bot.dialogue import read_dialogue
from botyard.bot.exchange import Read, read
from botyard.bot.layout import code_in
from botyard.bot.problems import Problem, in_order
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.folder import read_folder
from botyard.releases.train import TrainerHere, trained
from botyard.releases.understood import understood
from botyard.releases.versions import content_of
from botyard.releases.zones import zone_named
from botyard.settings import UNSAFE, Settings
from botyard.studio.checked import EVERY_SECRET, BotRefused, checked, problems_in
from botyard.studio.dialogues import Cast, Difference, NotPlayable, play
from botyard.studio.explained import Asked, Told, explained
from botyard.studio.training_report import training_report


class Played(Struct, frozen=True):
    """One dialogue, played. skipped: why it could not be."""

    file: str
    name: str
    differences: tuple[Difference, ...] = ()
    skipped: str = ""

    @property
    def diff(self) -> str:
        """What was not as it must be; "" when all was."""
        return "\n".join(map(str, self.differences))


def problems_of(settings: Settings, folder: Path) -> tuple[Problem, ...]:
    """Find everything that is wrong with the bot in a folder."""
    found = read_folder(folder)
    files = read(found.files)
    return in_order((*found.problems, *problems_in(files, secrets_for(settings, folder)), *_unsafe(settings, files)))


def _unsafe(settings: Settings, files: Read) -> Iterator[Problem]:
    """Warn whoever has custom code that there are no walls around it here."""
    if settings.unsafe_no_sandbox and any(node.integration and node.integration.code for node in files.draft.nodes):
        yield Problem(layout.BOT, files.places.line(layout.BOT, ("code",)), UNSAFE, "warning")


async def found_in_training(settings: Settings, folder: Path) -> tuple[Problem, ...]:
    """Train the bot in a folder and find what its sentences lack, the gravest first. Raises BotRefused."""
    files = files_of(folder)
    bot, _ = checked(files, EVERY_SECRET)
    trainer = TrainerHere(EncoderHere(settings.encoder))
    return training_report(files, await trained(CompiledBot(bot, "draft"), trainer))


async def explain(settings: Settings, folder: Path, asked: Asked) -> Told:
    """Explain one message to the bot in a folder. Raises BotRefused, NoSuchNode, NotSpoken."""
    files = files_of(folder)
    bot, _ = checked(files, EVERY_SECRET)
    return await explained(CompiledBot(bot, "draft"), asked, TrainerHere(EncoderHere(settings.encoder)))


async def play_dialogues(settings: Settings, folder: Path) -> tuple[Played, ...]:
    """Play every dialogue of the bot in a folder. Raises BotRefused for a bot or a dialogue that cannot be read.

    Custom code runs without a network: a dialogue is the same wherever it is played.
    """
    files = files_of(folder)
    bot, business = checked(files, EVERY_SECRET)
    compiled = CompiledBot(bot, content_of(files), code_in(files), zone=zone_named(bot.timezone))
    trainer = TrainerHere(EncoderHere(settings.encoder))
    known = await understood(compiled, await trained(compiled, trainer), trainer.encoder)
    custom_code = CustomCode(on_this_machine(settings), has_network=False)
    cast = Cast(
        bot=compiled,
        understand=known.understanding,
        business=business or Business(name=bot.name),
        run_code=custom_code.runner_for("dialogues", secrets_for(settings, folder).get),
        small_talk=known.small_talk,
    )
    try:
        return tuple([await _played(cast, file, source) for file, source in read(files).dialogues.items()])
    finally:
        await custom_code.close()


async def _played(cast: Cast, file: str, source: bytes) -> Played:
    found = read_dialogue(file, source)
    if found.dialogue is None:
        raise BotRefused(found.problems)
    try:
        return Played(file, found.dialogue.name, await play(cast, found.dialogue))
    except NotPlayable as reason:
        return Played(file, found.dialogue.name, skipped=reason.sentence)
