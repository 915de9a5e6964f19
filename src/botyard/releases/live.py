"""What is live for a business at this moment: the compiled bot and its understanding, cached."""

from collections import OrderedDict

from msgspec import Struct

from botyard.bot.compiled import CompiledBot, entity_specs
from botyard.bot.exchange import read
from botyard.bot.layout import code_in
from botyard.errors import NotFound
from botyard.nlu.intents.rank import load
from botyard.nlu.understand import Understanding
from botyard.releases.versions import Version, files_of, live_for
from botyard.store import blobs
from botyard.store.commit import Store

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
    """Every live bot of this process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loaded: OrderedDict[int, Loaded] = OrderedDict()

    async def of(self, business_id: int) -> Loaded:
        """Find what answers for a business at this moment; only loading it is remembered. Raises NothingLive."""
        version = await live_for(self._store, business_id)
        if version is None:
            raise NothingLive(f"business {business_id} has no bot yet: deploy one to it", business_id=business_id)
        loaded = self._loaded.get(version.id)
        if loaded is None:
            loaded = self._loaded[version.id] = await _load(self._store, version)
            while len(self._loaded) > KEPT:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(version.id)
        return loaded


async def _load(store: Store, version: Version) -> Loaded:
    files = await files_of(store, version)
    bot = read(files).bot
    if bot is None:
        raise NothingLive(f"version {version.number} of {version.bot} cannot be read", version=version.content)
    compiled = CompiledBot(bot, version.content, code_in(files))
    models = {code: load(await blobs.get(store, version.models[code])) for code in bot.languages}
    return Loaded(version, compiled, Understanding(models, entity_specs(compiled)))
