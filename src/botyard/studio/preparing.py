"""Train Bot prepares the code: what custom code needs is made ready, and it is loaded once in the sandbox."""

from typing import Protocol

from botyard.bot.business import EnvironmentName
from botyard.bot.compiled import CompiledBot
from botyard.integrations.sandbox.dry_run import CodeCannotRun
from botyard.integrations.sandbox.packages.unusable import PackagesUnavailable
from botyard.releases.train import Progress
from botyard.releases.versions import Prepared


class Prepare(Protocol):
    """Who prepares custom code (served by app/custom_code.py)."""

    async def __call__(
        self, bot: CompiledBot, *, environment: EnvironmentName, tenant: str, progress: Progress
    ) -> Prepared:
        """Load the code where it will run; what it runs with.

        Raises BotRefused where the code is wrong, PackagesUnusable where it asks for what there is not; CodeCannotRun
        and PackagesUnavailable where this machine is the reason.
        """
        ...


async def prepared(
    prepare: Prepare,
    bot: CompiledBot,
    *,
    environment: EnvironmentName,
    tenant: str,
    progress: Progress,
    needs_sandbox: bool = True,
) -> Prepared | None:
    """Prepare a bot's code; what it runs with, None where it has no code. Raises what `Prepare` raises.

    needs_sandbox: else a machine that cannot run the code is told as progress, and nothing is prepared.
    """
    if not bot.runs_code:
        return None
    await progress("preparing the code")
    try:
        return await prepare(bot, environment=environment, tenant=tenant, progress=progress)
    except (CodeCannotRun, PackagesUnavailable) as none:
        if needs_sandbox:
            raise
        await progress(none.sentence)
        return Prepared()
