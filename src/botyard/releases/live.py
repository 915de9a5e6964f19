"""What is live for a business at this moment: the compiled bot and its understanding, cached."""

from collections import OrderedDict

import structlog
from msgspec import Struct

from botyard.bot.compiled import CompiledBot
from botyard.bot.exchange import read
from botyard.bot.layout import code_in
from botyard.errors import NotFound
from botyard.nlu.encoder.tensors import EncoderUnusable
from botyard.nlu.intents.artifact import ModelUnusable
from botyard.nlu.understand import Understanding
from botyard.releases.encoder_here import EncoderHere
from botyard.releases.understood import understood
from botyard.releases.versions import Version, files_of, live_for, models_of
from botyard.store.commit import Store

log = structlog.get_logger()

# Loaded bots kept in memory, a few megabytes each.
KEPT = 64


class Loaded(Struct, frozen=True):
    """One version, ready for turns."""

    version: Version
    bot: CompiledBot
    understanding: Understanding


class NothingLive(NotFound):
    """A business has no bot: nothing was ever deployed for it."""

    code = "nothing_live"


class LiveBots:
    """Every live bot of this process. encoder: what models that were trained with one are asked with."""

    def __init__(self, store: Store, encoder: EncoderHere) -> None:
        self._store = store
        self._encoder = encoder
        self._loaded: OrderedDict[int, Loaded] = OrderedDict()
        self._told: set[tuple[int, str]] = set()

    async def of(self, business_id: int) -> Loaded:
        """Find what answers for a business at this moment; only loading it is remembered.

        A version whose model cannot be used is told of once, and the one before goes on, if this process has it.
        Raises NothingLive, and ModelUnusable or EncoderUnusable where no version went before.
        """
        version = await live_for(self._store, business_id)
        if version is None:
            raise NothingLive(f"business {business_id} has no bot yet: deploy one to it", business_id=business_id)
        last = self._loaded.get(business_id)
        if last is None or last.version != version:
            last = await self._newer(business_id, version, last)
            self._loaded[business_id] = last
            while len(self._loaded) > KEPT:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(business_id)
        return last

    async def _newer(self, business_id: int, version: Version, last: Loaded | None) -> Loaded:
        try:
            return await _load(self._store, version, self._encoder)
        except (ModelUnusable, EncoderUnusable) as error:
            if (business_id, version.content) not in self._told:
                self._told.add((business_id, version.content))
                log.error(  # noqa: TRY400 - the sentence says it all
                    "model_refused",
                    business_id=business_id,
                    bot=version.bot,
                    version=version.number,
                    why=error.sentence,
                    answering=last.version.number if last else None,
                )
            if last is None:
                raise
            return last


async def _load(store: Store, version: Version, encoder: EncoderHere) -> Loaded:
    files = await files_of(store, version)
    bot = read(files).bot
    if bot is None:
        raise NothingLive(f"version {version.number} of {version.bot} cannot be read", version=version.content)
    compiled = CompiledBot(bot, version.content, code_in(files))
    return Loaded(version, compiled, await understood(compiled, await models_of(store, version), encoder))
