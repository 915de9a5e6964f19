"""Trained models -> the understanding of a bot: with the encoder they were trained with, or not at all."""

import asyncio
from collections.abc import Iterable

from botyard.bot.compiled import CompiledBot, entity_specs
from botyard.nlu.encoder.sentences import SentenceEncoder
from botyard.nlu.intents.artifact import header_of
from botyard.nlu.intents.rank import load
from botyard.nlu.understand import Understanding
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.train import Models


async def understood(bot: CompiledBot, models: Models, encoder: EncoderHere) -> Understanding:
    """Load what was learnt, beside the turns of others. Raises ModelUnusable, EncoderUnusable.

    The encoder is opened only where a model was trained with one.
    """
    return await asyncio.to_thread(_loaded, bot, models, encoder)


def encoder_for(models: Iterable[bytes], encoder: EncoderHere) -> SentenceEncoder | None:
    """Open the encoder if any of these models needs one. Raises ModelUnusable, EncoderUnusable."""
    return encoder.opened() if any(header_of(model).encoder for model in models) else None


def _loaded(bot: CompiledBot, models: Models, encoder: EncoderHere) -> Understanding:
    opened = encoder_for(models.values(), encoder)
    return Understanding(
        {language: load(models[language], opened) for language in bot.bot.languages}, entity_specs(bot)
    )
