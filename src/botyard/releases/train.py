"""Train Bot: one model per language of a bot, off the loop."""

import asyncio
from collections.abc import Awaitable, Callable

from botyard.bot.compiled import CompiledBot, training_set
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import Language

Progress = Callable[[str], Awaitable[None]]


async def silently(_sentence: str) -> None:
    """Report progress to nobody."""


async def trained(bot: CompiledBot, progress: Progress = silently) -> dict[Language, bytes]:
    """Train every language of the bot; the same bot gives the same bytes."""
    models: dict[Language, bytes] = {}
    for language in bot.bot.languages:
        await progress(f"training {language}")
        models[language] = await asyncio.to_thread(train, training_set(bot, language))
    return models
