"""Train Bot: a model for each language of a bot, and one of small talk where it is switched on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct

from botyard.bot.compiled import CompiledBot, training_set
from botyard.nlu.encoder.port import Encoder, Vector
from botyard.nlu.encoder.sentences import SentenceEncoder
from botyard.nlu.intents.artifact import ModelUnusable
from botyard.nlu.intents.known import vectors_of
from botyard.nlu.intents.train import train
from botyard.nlu.understanding import TrainingSet
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.small_talk import NAME, has_small_talk, small_talk_learnt

Progress: TypeAlias = Callable[[str], Awaitable[None]]
# What was learnt, by language; small talk by its name.
Models: TypeAlias = Mapping[str, bytes]

_TOLD_EVERY = 500  # sentences, at a millisecond or two each


class TrainingOrder(Struct, frozen=True):
    """What is to be learnt. known: older models, whose sentences need no encoding if the same encoder made them."""

    taught: tuple[TrainingSet, ...]
    small_talk: bool = False
    known: tuple[bytes, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The models that come of it."""
        return frozenset(taught.language for taught in self.taught) | ({NAME} if self.small_talk else frozenset())


class Trainer(Protocol):
    """Who trains bots. encoder: what it trains them with."""

    encoder: EncoderHere

    async def train(self, job: str, order: TrainingOrder, progress: Progress) -> dict[str, bytes]:
        """Carry out one order. job: of orders with one name only the newest waits. Raises BotyardError."""
        ...


class TrainerHere:
    """Trains in this process, which has nobody else to answer meanwhile."""

    def __init__(self, encoder: EncoderHere) -> None:
        self.encoder = encoder

    async def train(self, _job: str, order: TrainingOrder, progress: Progress) -> dict[str, bytes]:
        """Carry out one order on a thread."""
        encoder = await self.encoder.soon()
        loop = asyncio.get_running_loop()

        def tell(sentence: str) -> None:
            asyncio.run_coroutine_threadsafe(_told(progress, sentence), loop)

        return await asyncio.to_thread(learnt, order, encoder, tell)


async def silently(_sentence: str) -> None:
    """Report progress to nobody."""


async def trained(bot: CompiledBot, trainer: Trainer, progress: Progress = silently) -> dict[str, bytes]:
    """Train a bot that is not kept."""
    return await trainer.train(bot.bot.system_name, training_order(bot), progress)


def training_order(bot: CompiledBot, known: Sequence[bytes] = ()) -> TrainingOrder:
    """Say what a bot is to learn."""
    taught = tuple(training_set(bot, language) for language in bot.bot.languages)
    return TrainingOrder(taught, has_small_talk(bot.bot), tuple(known))


def learnt(order: TrainingOrder, encoder: SentenceEncoder | None, tell: Callable[[str], None]) -> dict[str, bytes]:
    """Carry out an order; the same sentences and encoder give the same bytes. tell: where the work stands."""
    if encoder is not None:
        for model in order.known:
            _remember(encoder, model)
    models = {}
    for taught in order.taught:
        tell(f"training {taught.language}")
        models[taught.language] = train(taught, encoder and _Counting(encoder, taught, tell))
    if order.small_talk:
        tell("training small talk")
        models[NAME] = small_talk_learnt(encoder)
    return models


def _remember(encoder: SentenceEncoder, model: bytes) -> None:
    try:
        encoder.learn(vectors_of(model, encoder.sha256))
    except ModelUnusable:
        return  # it would only have saved time


class _Counting:
    """An encoder that tells how far it has come."""

    def __init__(self, encoder: Encoder, taught: TrainingSet, tell: Callable[[str], None]) -> None:
        self.sha256 = encoder.sha256
        self.scripts = encoder.scripts
        self._encoder = encoder
        self._language = taught.language
        self._all = sum(len(node.says) for nodes in taught.scopes.values() for node in nodes)
        self._count = 0
        self._tell = tell

    def encode(self, text: str) -> Vector:
        """Encode one sentence."""
        return self.encode_all((text,))[0]

    def encode_all(self, texts: Sequence[str]) -> list[Vector]:
        """Encode sentences, and tell with every five hundred."""
        vectors: list[Vector] = []
        while len(vectors) < len(texts):
            until_told = _TOLD_EVERY - self._count % _TOLD_EVERY
            some = texts[len(vectors) :][:until_told]
            vectors += self._encoder.encode_all(some)
            self._count += len(some)
            if self._count % _TOLD_EVERY == 0:
                self._tell(f"training {self._language}: {self._count:,} of {self._all:,} sentences read")
        return vectors


async def _told(progress: Progress, sentence: str) -> None:
    await progress(sentence)
