"""What is live for a business at this moment: the compiled bot and its understanding, cached.

A version whose model cannot be used, damaged or made with another encoder, does not silence its bot: the one before
goes on, from memory or, after a restart, from the database; and where none can, it is trained anew.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress

import structlog
from msgspec import Struct

from botyard.bot.compiled import CompiledBot
from botyard.bot.exchange import read
from botyard.bot.layout import code_in
from botyard.errors import NotFound
from botyard.hsl.elements import Text
from botyard.nlu.encoder.tensors import EncoderUnusable
from botyard.nlu.intents.artifact import ModelUnusable
from botyard.nlu.intents.rank import IntentModel
from botyard.nlu.small_talk.talk import Courtesies
from botyard.nlu.understand import Understanding
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.mend import Mender
from botyard.releases.small_talk import NAME
from botyard.releases.train import Models, Trainer
from botyard.releases.understood import loaded, understood
from botyard.releases.versions import Version, files_of, live_for, models_of, versions_before
from botyard.releases.zones import zone_named
from botyard.store.commit import Store

log = structlog.get_logger()

# Loaded bots kept in memory, a few megabytes each.
KEPT = 64

# How many versions before a refused one are tried; each may have to be read whole, with a message waiting.
_TRIED = 3


class Loaded(Struct, frozen=True):
    """One version, ready for turns."""

    version: Version
    bot: CompiledBot
    understanding: Understanding
    small_talk: Courtesies[Text] | None


class Refused(Struct, frozen=True):
    """A live version that cannot be used. answering: the number of the version that goes on, if one does."""

    business_id: int
    version: Version
    why: str
    answering: int | None

    @property
    def sentence(self) -> str:
        """Say it to an operator. Anybody may read it: it names no bot."""
        goes_on = f"version {self.answering} answers" if self.answering else "nothing answers"
        return f"business {self.business_id}: version {self.version.number} is refused and {goes_on}: {self.why}"

    @property
    def for_builders(self) -> str:
        """Say it to who builds the bot: they mend it."""
        goes_on = f"version {self.answering} answers" if self.answering else "nothing answers"
        return (
            f"The model of version {self.version.number} could not be loaded: {self.why}. "
            f"Until the bot is deployed again, which trains a new one, {goes_on}."
        )


class NothingLive(NotFound):
    """A business has no bot: nothing was ever deployed for it."""

    code = "nothing_live"


class LiveBots:
    """Every live bot of this process.

    encoder: what models that were trained with one are asked with. trainer: who trains anew what nothing stands in for.
    """

    def __init__(self, store: Store, encoder: EncoderHere, trainer: Trainer | None = None) -> None:
        self._store = store
        self._encoder = encoder
        self._loaded: OrderedDict[int, Loaded] = OrderedDict()
        self._loading: dict[int, asyncio.Lock] = {}
        self._refused: dict[int, Refused] = {}
        self._mender = None if trainer is None else Mender(store, trainer)
        self._small_talk: dict[str, IntentModel] = {}

    def refused(self) -> tuple[Refused, ...]:
        """List the live versions that were asked for here and could not be used."""
        return tuple(self._refused.values())

    def refused_of(self, business_id: int) -> Refused | None:
        """Tell whether the live version of one business is among them."""
        return self._refused.get(business_id)

    async def of(self, business_id: int) -> Loaded:
        """Find what answers for a business at this moment; only loading it is remembered.

        A version whose model cannot be used is told of once, and one before it goes on; where none can be used,
        messages wait until it is trained anew. Raises NothingLive; ModelUnusable or EncoderUnusable where that failed.
        """
        async with self._loading.setdefault(business_id, asyncio.Lock()):  # whoever comes meanwhile waits for the same
            version = await live_for(self._store, business_id)
            if version is None:
                raise NothingLive(f"business {business_id} has no bot yet: deploy one to it", business_id=business_id)
            last = self._loaded.get(business_id)
            if last is None or not self._is_answered(business_id, version, last):
                last = await self._newer(business_id, version, last)
                self._loaded[business_id] = last
                while len(self._loaded) > KEPT:
                    self._loading.pop(self._loaded.popitem(last=False)[0], None)
            self._loaded.move_to_end(business_id)
        return last

    def _is_answered(self, business_id: int, version: Version, last: Loaded) -> bool:
        """Tell whether what is loaded answers for a version: as itself, or because that one was refused."""
        refused = self._refused.get(business_id)
        return last.version == version or (refused is not None and refused.version == version)

    async def _newer(self, business_id: int, version: Version, last: Loaded | None) -> Loaded:
        try:
            loaded = await self._load(version)
        except (ModelUnusable, EncoderUnusable) as error:
            goes_on = last or await self._before(version)
            answering = goes_on.version.number if goes_on else None
            self._refuse(Refused(business_id, version, error.sentence, answering))
            if goes_on is not None:
                return goes_on
            mended = await self._mended(version)
            if mended is None:
                raise
            loaded = mended
        self._refused.pop(business_id, None)
        return loaded

    async def _before(self, version: Version) -> Loaded | None:
        """Load the newest version before this one that can be used."""
        for one in await versions_before(self._store, version, _TRIED):
            with suppress(ModelUnusable, EncoderUnusable):
                return await self._load(one)
        return None

    async def _mended(self, version: Version) -> Loaded | None:
        if self._mender is None:
            return None
        files = await files_of(self._store, version)
        mended = await self._mender.mended(version, await asyncio.to_thread(_compiled, version, files))
        if mended is None:
            return None
        with suppress(ModelUnusable, EncoderUnusable):
            return await self._load(mended)
        return None

    def _refuse(self, refused: Refused) -> None:
        if self._refused.get(refused.business_id) == refused:
            return
        self._refused[refused.business_id] = refused
        log.error(
            "model_refused",
            business_id=refused.business_id,
            bot=refused.version.bot,
            version=refused.version.number,
            why=refused.why,
            answering=refused.answering,
        )

    async def _load(self, version: Version) -> Loaded:
        files = await files_of(self._store, version)
        compiled = await asyncio.to_thread(_compiled, version, files)  # a large bot is read for a good part of a second
        models = await models_of(self._store, version)
        found = await understood(compiled, models, self._encoder, await self._small_talk_of(version, models))
        return Loaded(version, compiled, found.understanding, found.small_talk)

    async def _small_talk_of(self, version: Version, models: Models) -> IntentModel | None:
        """Load the model of all courtesies once for all bots that have the same one."""
        name = version.models.get(NAME)
        if name is None:
            return None
        if name not in self._small_talk:
            self._small_talk = {name: await loaded(models[NAME], self._encoder)}
        return self._small_talk[name]


def _compiled(version: Version, files: Mapping[str, bytes]) -> CompiledBot:
    bot = read(files).bot
    if bot is None:
        raise NothingLive(f"version {version.number} of {version.bot} cannot be read", version=version.content)
    return CompiledBot(bot, version.content, code_in(files), lock=version.lock, zone=zone_named(bot.timezone))
