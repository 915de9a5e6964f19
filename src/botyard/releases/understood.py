"""Trained models -> the understanding of a bot: with the encoder they were trained with, or not at all."""

import asyncio
from collections.abc import Iterable

from msgspec import Struct

from botyard.bot.compiled import CompiledBot, entity_specs
from botyard.hsl.elements import Text
from botyard.nlu.encoder.sentences import SentenceEncoder
from botyard.nlu.intents.artifact import header_of
from botyard.nlu.intents.rank import IntentModel, load
from botyard.nlu.small_talk.talk import Courtesies
from botyard.nlu.understand import Understanding
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.language_guess_here import guess_for
from botyard.releases.small_talk import NAME, courtesies_of, has_small_talk
from botyard.releases.train import Models


class Understood(Struct, frozen=True):
    """What a bot's models are good for. small_talk: None where the bot has none."""

    understanding: Understanding
    small_talk: Courtesies[Text] | None


async def understood(
    bot: CompiledBot, models: Models, encoder: EncoderHere, small_talk: IntentModel | None = None
) -> Understood:
    """Load what was learnt, beside the turns of others. Raises ModelUnusable, EncoderUnusable.

    The encoder is opened only where a model was trained with one. small_talk: its model, where it is loaded already.
    """
    return await asyncio.to_thread(_loaded, bot, models, encoder, small_talk)


async def loaded(model: bytes, encoder: EncoderHere) -> IntentModel:
    """Load one model. Raises ModelUnusable, EncoderUnusable."""
    return await asyncio.to_thread(lambda: load(model, _encoder_for([model], encoder)))


def _loaded(bot: CompiledBot, models: Models, encoder: EncoderHere, small_talk: IntentModel | None) -> Understood:
    opened = _encoder_for(models.values(), encoder)
    understanding = Understanding(
        {language: load(models[language], opened) for language in bot.bot.languages},
        entity_specs(bot),
        guess_for(bot.bot.languages),
    )
    if not has_small_talk(bot.bot) or NAME not in models:
        return Understood(understanding, None)
    return Understood(understanding, courtesies_of(bot.bot, small_talk or load(models[NAME], opened)))


def _encoder_for(models: Iterable[bytes], encoder: EncoderHere) -> SentenceEncoder | None:
    return encoder.opened() if any(header_of(model).encoder for model in models) else None
