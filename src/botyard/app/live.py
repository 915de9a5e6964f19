"""What answers for a business: its settings and its live bot, joined for conversations."""

import asyncio
from collections.abc import Callable, Iterable

from botyard.auth import people
from botyard.bot.business import Business
from botyard.bot.compiled import Bots
from botyard.conversations.ports import Served
from botyard.engine.small_talk import SmallTalk
from botyard.errors import NotAllowed, NotFound
from botyard.releases.live import LiveBots
from botyard.store.commit import Store

# Promised (wire.md §5): two seconds after its publication a new version is served, by whatever process published it.
FRESH_S = 1.0
# More would only share the same processors.
LOADED_SIDE_BY_SIDE = 4


class BusinessInactive(NotAllowed):
    """The business is switched off: it takes nothing in any more. What it took before is answered."""

    code = "business_inactive"


def _nothing_wrong() -> str:
    return ""


class LiveBusinesses:
    """Serves `conversations.ports.Live`. What was read counts for a second, or until something is deployed.

    sandbox: says what whoever writes custom code must know of where it runs; "" is nothing.
    """

    def __init__(
        self,
        store: Store,
        bots: LiveBots,
        seconds: Callable[[], float],
        sandbox: Callable[[], str] = _nothing_wrong,
    ) -> None:
        self._store = store
        self._bots = bots
        self._seconds = seconds
        self._sandbox = sandbox
        self._served: dict[int, tuple[float, Served]] = {}
        self._settings: dict[int, tuple[float, people.Business]] = {}

    async def served_at_the_door(self, business_id: int) -> Served:
        """Load what will answer what is taken in now. Raises NotFound, BusinessInactive."""
        business = await self._business(business_id)
        if not business.active:
            raise BusinessInactive(f"business {business_id} is switched off", business_id=business_id)
        return await self.served(business_id)

    async def served(self, business_id: int) -> Served:
        """Load, or take from the cache, what answers for a business now, be it switched off. Raises NotFound.

        An accepted message is answered: what waits for its turn, a call that comes back and an alarm do not ask
        whether the doors are still open.
        """
        fresh_until, served = self._served.get(business_id, (0.0, None))
        if served is None or self._seconds() >= fresh_until:
            served = await self._load(business_id)
            self._served[business_id] = (self._seconds() + FRESH_S, served)
        return served

    async def load_ahead(self, business_ids: Iterable[int]) -> None:
        """Load what answers for these businesses before somebody asks; whatever fails, fails for whoever asks.

        A few side by side: one that takes long, or has to be trained anew, holds up only its own.
        """
        side_by_side = asyncio.Semaphore(LOADED_SIDE_BY_SIDE)

        async def load(business_id: int) -> None:
            async with side_by_side:
                await self.served(business_id)

        await asyncio.gather(*map(load, business_ids), return_exceptions=True)

    def trouble(self, business_id: int) -> str:
        """Say what the builders of a business's bot must mend before its newest version answers; "" is nothing.

        Where it answers, and has custom code: what is to be known of the sandbox.
        """
        refused = self._bots.refused_of(business_id)
        if refused is not None:
            return refused.for_builders
        _, served = self._served.get(business_id, (0.0, None))
        has_code = served is not None and served.bots.by_name[served.bots.default].runs_code
        return self._sandbox() if has_code else ""

    def forget(self, business_id: int) -> None:
        """Look again the next time: something was deployed."""
        self._served.pop(business_id, None)
        self._settings.pop(business_id, None)

    async def _business(self, business_id: int) -> people.Business:
        fresh_until, business = self._settings.get(business_id, (0.0, None))
        if business is None or self._seconds() >= fresh_until:
            business = await people.any_business(self._store, business_id)
            if business is None:
                raise NotFound(f"there is no business {business_id}", business_id=business_id)
            self._settings[business_id] = (self._seconds() + FRESH_S, business)
        return business

    async def _load(self, business_id: int) -> Served:
        business = await self._business(business_id)
        loaded = await self._bots.of(business_id)
        name = loaded.bot.bot.system_name
        settings = Business(
            name=business.name,
            environment=business.environment,
            human_assistance=business.human_assistance,
            default_team=business.default_team,
        )
        bots = Bots(settings, {name: loaded.bot}, name)
        small_talk: dict[str, SmallTalk] = {} if loaded.small_talk is None else {name: loaded.small_talk}
        return Served(business.partner_id, bots, {name: loaded.understanding}, business.environment, small_talk)
