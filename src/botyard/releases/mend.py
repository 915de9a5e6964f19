"""A live version whose model cannot be used and that no version before it stands in for: trained anew, from itself.

So a bot survives damage to the only model it has, and an encoder that was replaced under all of its versions.
"""

import asyncio
from typing import TypeAlias

import structlog

from botyard.bot.compiled import CompiledBot
from botyard.errors import BotyardError
from botyard.releases.train import Trainer, silently, training_order
from botyard.releases.versions import Version, trained_anew
from botyard.store.commit import Store

log = structlog.get_logger()

# A version with the models it has: with others it may be mended again.
_Broken: TypeAlias = tuple[int, tuple[tuple[str, str], ...]]


class Mender:
    """Mends each broken version once, however many messages wait for it; what fails is not tried again here."""

    def __init__(self, store: Store, trainer: Trainer) -> None:
        self._store = store
        self._trainer = trainer
        self._begun: dict[_Broken, asyncio.Task[Version | None]] = {}

    async def mended(self, version: Version, bot: CompiledBot) -> Version | None:
        """Train a version anew, or wait until it is; None where it cannot be, and the log says why."""
        broken = version.id, tuple(sorted(version.models.items()))
        if broken not in self._begun:
            self._begun[broken] = asyncio.create_task(self._mend(version, bot))
        return await asyncio.shield(self._begun[broken])  # who waits may give up; the others go on waiting

    async def _mend(self, version: Version, bot: CompiledBot) -> Version | None:
        try:
            learnt = await self._trainer.train(f"mend/{version.id}", training_order(bot), silently)
            mended = await trained_anew(self._store, version, learnt)
        except BotyardError as error:
            log.error(  # noqa: TRY400 - the sentence says it all
                "model_not_mended", bot=version.bot, version=version.number, why=error.sentence
            )
            return None
        log.info("model_mended", bot=version.bot, version=version.number)
        return mended
