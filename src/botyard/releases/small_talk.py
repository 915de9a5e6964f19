"""The model of all courtesies: the same for every bot, so it is trained once for an encoder and kept beside it."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from botyard.bot.model import Bot
from botyard.hsl.elements import Text
from botyard.nlu.encoder.port import Encoder
from botyard.nlu.intents.artifact import FORMAT, ModelUnusable, header_of
from botyard.nlu.intents.rank import IntentModel
from botyard.nlu.intents.train import train
from botyard.nlu.small_talk.courtesies import LANGUAGE
from botyard.nlu.small_talk.talk import Courtesies, small_talk_lessons
from botyard.releases.encoder import BUILT
from botyard.releases.whole_file import write_whole

# Its place among the models of a version; languages have two letters.
NAME = "small_talk"

KEPT = BUILT.with_name("small_talk")


class _Origin(Struct, frozen=True, array_like=True):
    """All that the bytes of the model depend on, but for this version's code."""

    format: str
    encoder: str
    lessons: object


def has_small_talk(bot: Bot) -> bool:
    """Whether a bot answers courtesies."""
    return bot.small_talk.enabled and LANGUAGE in bot.languages


def courtesies_of(bot: Bot, model: IntentModel) -> Courtesies[Text]:
    """Put the model together with what a bot has of its own."""
    return Courtesies(model, Text, replies=bot.small_talk.replies, off=bot.small_talk.off)


def small_talk_learnt(encoder: Encoder | None, kept: Path = KEPT) -> bytes:
    """Train the model, or take the one that was kept; with an encoder that spares some seconds."""
    lessons = small_talk_lessons()
    origin = _Origin(FORMAT, encoder.sha256 if encoder else "", lessons)
    file = kept / f"{sha256(msgspec.msgpack.encode(origin)).hexdigest()}.npz"
    with suppress(OSError, ModelUnusable):
        model = file.read_bytes()
        header_of(model)
        return model
    model = train(lessons, encoder)
    with suppress(OSError):  # a system that lets nobody write there trains it for every version
        write_whole(file, model)
    return model
